"""
What messages say, in a few words.
"""

from __future__ import annotations

import pytest

from h323d.asn1 import h245
from h323d.call.wire import WireMessage, WireProtocol
from h323d.h323.ras.messages import RASMessage, encodeRAS, rejection
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import CallIdentity
from h323d.operation.ladder import UNREADABLE, TracedView, tracedView, whatIn, wireView
from h323d.values.address import TransportAddress
from tests.support.ras import arq, drq, lrq, rrq

US, PEER = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.3", 5060)
CALL = CallIdentity(bytes(16), bytes(16))
RELEASE = ("command", ("endSessionCommand", ("disconnect", None)))


def message(octets: bytes, protocol: WireProtocol = WireProtocol.SIP) -> WireMessage:
    return WireMessage(1_800_000_000.25, protocol, "UDP", False, US, PEER, octets)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("INVITE sip:b@h SIP/2.0\r\nCSeq: 7 INVITE\r\nc: application/sdp", "INVITE (7) + SDP"),
        ("SIP/2.0 180 Ringing\r\ncseq:  7  INVITE", "180 Ringing (7 INVITE)"),
        ("BYE sip:b@h SIP/2.0", "BYE ()"),
    ],
)
def test_aSIPMessageIsItsMethodOrStatusAndItsCSeq(text: str, what: str) -> None:
    assert whatIn(message(f"{text}\r\n\r\nv=0".encode())) == what


def test_callSignallingIsTheMessageAndWhatItCarries() -> None:
    control = h245.encode("MultimediaSystemControlMessage", RELEASE)
    body = uuie.facility(CALL, "transportedInformation")
    facility = messages.facility(uuie.write(body, True, [control, b"\xff"]))
    octets = tpkt.encode(q931.encode(messages.addressed(facility, 1, False)))
    said = "Facility (transportedInformation, endSessionCommand, unreadable)"
    assert whatIn(message(octets, WireProtocol.H225)) == said


def test_aMessageWithoutAnythingBesideIsItsName() -> None:
    proceeding = messages.make(MessageType.CALL_PROCEEDING, b"")
    octets = tpkt.encode(q931.encode(messages.addressed(proceeding, 1, True)))
    assert whatIn(message(octets, WireProtocol.H225)) == "CallProceeding"


def test_controlIsTheNameOfTheMessage() -> None:
    octets = tpkt.encode(h245.encode("MultimediaSystemControlMessage", RELEASE))
    assert whatIn(message(octets, WireProtocol.H245)) == "endSessionCommand"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (rrq(5, "10.0.0.3", keepAlive=True), "RRQ (5, keepAlive)"),
        (arq(6, "e1", callModel=("direct", None)), "ARQ (6, direct)"),
        (rejection(drq(7, "e1"), "notRegistered"), "DRJ (7, notRegistered)"),
        (lrq(8, "10.0.0.3", ("h323-ID", "anna")), "LRQ (8)"),
    ],
)
def test_RASIsTheMessagesShortNameItsNumberAndItsReason(said: RASMessage, what: str) -> None:
    assert whatIn(message(encodeRAS(said), WireProtocol.RAS)) == what


def test_whatCannotBeReadIsARowAllTheSame() -> None:
    assert whatIn(message(b"\3\0\0\5\1", WireProtocol.H225)) == UNREADABLE


def test_aRowSaysWhenAndFromWhereToWhere() -> None:
    row = tracedView(message(b"BYE sip:b@h SIP/2.0\r\nCSeq: 8 BYE\r\n\r\n"))
    assert row == TracedView("2027-01-15T08:00:00.250Z", str(PEER), str(US), "SIP", "BYE (8)")


def test_theOctetsAreInHexadecimal() -> None:
    assert wireView(message(b"\1\xff")).octets == "01ff"
