"""
Call signalling is noted under its call identifier.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.signalling import messages, q931, uuie
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import NOTHING, CallIdentity, Content
from h323d.h323.signalling.wiretap import WireTap
from h323d.operation.config import TraceConfig
from h323d.operation.ladder import whatIn
from h323d.operation.wirelog import WireLog
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

US, PEER = TransportAddress("10.0.0.1", 1720), TransportAddress("10.0.0.3", 40000)
CALL = CallIdentity(bytes(range(16)), bytes(16))
NAME = CALL.callIdentifier.hex()
RELEASE = messages.release(Cause.NORMAL_CALL_CLEARING)


class Way:
    local, peer = US, PEER


class Tapped:
    def __init__(self) -> None:
        self.wire = WireLog(TraceConfig())
        self.tap = WireTap(Clock(), self.wire, "TCP")
        userUser = uuie.write(uuie.plain("information", CALL), True)
        begun = messages.addressed(messages.facility(userUser), 7, False)
        self.heard(begun, uuie.read(userUser))

    def heard(self, message: Q931Message, content: Content = NOTHING) -> None:
        self.tap.noteReceived(Way(), message, q931.encode(message), content)

    def say(self, message: Q931Message) -> None:
        self.tap.noteSent(Way(), message, q931.encode(message))

    def said(self, name: str) -> list[str]:
        return [whatIn(each) for each in self.wire.of(name)]


def test_aMessageWithoutACallIdentifierIsKnownByItsCallReference() -> None:
    tapped = Tapped()
    tapped.say(messages.addressed(RELEASE, 7, True))
    assert tapped.said(NAME) == ["Facility", "ReleaseComplete"]


def test_aCallOfOursWithTheSameReferenceIsAnother() -> None:
    tapped = Tapped()
    tapped.heard(messages.addressed(RELEASE, 7, True))
    assert tapped.said(NAME) == ["Facility"]


def test_whatHasNoNameIsFoundByThePeersAddress() -> None:
    tapped = Tapped()
    tapped.say(messages.addressed(RELEASE, 8, True))
    assert tapped.said(str(PEER)) == ["Facility", "ReleaseComplete"]
    assert [each.sent for each in tapped.wire.of(PEER.host)] == [False, True]


def test_whatIsSecretIsNotKept() -> None:
    tapped = Tapped()
    userUser = uuie.write(uuie.plain("information", CALL), True)
    tapped.say(messages.addressed(messages.keypad("4711", userUser), 7, True))
    assert not any(b"4711" in each.octets for each in tapped.wire.of(NAME))
    assert len(tapped.wire.of(NAME)) == 2
