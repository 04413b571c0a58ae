"""
One side of a routed call by itself.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from h323d.gatekeeper.routed.side import CALLED, CALLER, Side
from h323d.h323.calls.callinputs import N322, T322, CallNumber
from h323d.h323.signalling import messages, reading, uuie
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.recorder import Recorder

THERE = TransportAddress("10.0.0.2", 1720)
INTERVAL = 60.0


class Owner(Recorder):
    """
    A call that is active on either side.
    """

    identity = CallIdentity(bytes(range(16)), bytes(16))
    isHushed = False

    def callNumber(self, which: int) -> CallNumber:
        return CallNumber.ACTIVE


class Connection:
    """
    Keeps what is sent, and who left.
    """

    isSecure = True
    local = TransportAddress("10.0.0.1", 1720)

    def __init__(self) -> None:
        self.sent: list[Q931Message] = []
        self.dropped: list[tuple[int, bool]] = []
        self.closed = False

    def send(self, message: Q931Message) -> None:
        self.sent.append(message)

    def drop(self, reference: int, originated: bool) -> None:
        self.dropped.append((reference, originated))

    def close(self) -> None:
        self.closed = True

    @property
    def kinds(self) -> list[int]:
        return [each.messageType for each in self.sent]


class Scene:
    """
    A side with a connection, or without one yet.
    """

    def __init__(self, which: int = CALLER, isOpen: bool = True) -> None:
        self.clock = Clock()
        self.owner: Any = Owner()
        self.connection: Any = Connection()
        given = cast(SignallingConnection, self.connection) if isOpen else None
        self.side = Side(self.owner, which, 7, THERE, self.clock, INTERVAL, given)

    def receive(self, message: Q931Message) -> None:
        octets = message.userUser
        self.side.messageReceived(message, uuie.read(octets) if octets else uuie.NOTHING)

    def told(self) -> list[str]:
        return [name for name, *_ in self.owner.take()]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(("which", "toOriginator"), [(CALLER, True), (CALLED, False)])
def test_whatIsPassedOnHasTheReferenceOfItsSide(which: int, toOriginator: bool) -> None:
    scene = Scene(which)
    scene.side.send(messages.addressed(messages.make(MessageType.ALERTING, None), 4711, False))
    (message,) = scene.connection.sent
    assert (message.callReference, message.toOriginator) == (7, toOriginator)
    assert message.referenceLength == 2


@pytest.mark.parametrize(("isHushed", "shown"), [(False, b"Anna"), (True, None)])
def test_inAHushedCallItIsShownNothing(scene: Scene, isHushed: bool, shown: bytes | None) -> None:
    scene.owner.isHushed = isHushed
    element = Element(IE.DISPLAY, b"Anna")
    scene.side.passRelease(messages.make(MessageType.RELEASE_COMPLETE, None, [element]))
    assert scene.connection.sent[0].contents(IE.DISPLAY) == shown


def test_itKnowsItsConnection(scene: Scene) -> None:
    assert (scene.side.isOpen, scene.side.isSecure, scene.side.local) == (True, True, "10.0.0.1")
    scene.side.drop()
    assert (scene.side.isOpen, scene.side.local) == (False, "")


def test_aConnectionThatWasOpenedForItIsTold() -> None:
    scene = Scene(CALLED, isOpen=False)
    scene.side.send(messages.make(MessageType.SETUP, None))
    assert (scene.side.isOpen, scene.side.isSecure) == (False, False)
    scene.side.connectionOpened(scene.connection)
    assert scene.owner.take() == [("sideOpened", scene.side)]
    assert (scene.side.isOpen, scene.side.isSecure) == (True, True)
    assert scene.connection.sent == []


def test_oneThatOpensTooLateIsClosed() -> None:
    scene = Scene(CALLED, isOpen=False)
    scene.side.drop()
    scene.side.connectionOpened(scene.connection)
    assert scene.connection.closed
    assert scene.told() == []


def test_whatConcernsTheCallIsTheCalls(scene: Scene) -> None:
    alerting = messages.make(MessageType.ALERTING, None)
    scene.receive(alerting)
    assert scene.owner.take() == [("sideReceived", scene.side, alerting, uuie.NOTHING)]


def test_aReleaseEndsTheSideAndIsTold(scene: Scene) -> None:
    release = messages.release(Cause.USER_BUSY)
    scene.receive(release)
    assert scene.owner.take() == [("sideReleased", scene.side, release, uuie.NOTHING)]
    assert scene.connection.dropped == [(7, False)]
    scene.receive(release)
    scene.side.connectionLost("closed")
    assert scene.told() == []


def test_weReleaseWithOneCauseInBothForms() -> None:
    scene = Scene(CALLED)
    scene.side.release(Cause.USER_BUSY)
    (message,) = scene.connection.sent
    assert message.messageType == MessageType.RELEASE_COMPLETE
    assert reading.releaseCause(message, uuie.read(message.userUser or b"")) is Cause.USER_BUSY
    assert scene.connection.dropped == [(7, True)]
    scene.side.release(Cause.USER_BUSY)
    assert len(scene.connection.sent) == 1


def test_aLostConnectionIsToldOnce(scene: Scene) -> None:
    scene.side.connectionLost("reset")
    scene.side.connectionLost("reset")
    assert scene.owner.take() == [("sideLost", scene.side, "reset")]
    assert not scene.side.isOpen


def test_anInquiryIsAnsweredWithTheStateOfThisSide(scene: Scene) -> None:
    scene.receive(messages.make(MessageType.STATUS_INQUIRY, None))
    (status,) = scene.connection.sent
    assert status.messageType == MessageType.STATUS
    assert reading.reportedState(status, CallNumber.NULL) == CallNumber.ACTIVE
    cause = reading.causeOfElement(status.contents(IE.CAUSE) or b"")
    assert cause is Cause.RESPONSE_TO_STATUS_ENQUIRY
    assert scene.told() == []


def test_whoDoesNotKnowTheCallHasNone(scene: Scene) -> None:
    scene.receive(messages.status(CallNumber.NULL, Cause.NORMAL_UNSPECIFIED))
    assert scene.owner.take() == [("sideLost", scene.side, "the peer does not know the call")]
    assert not scene.side.isOpen


def test_anAnsweredCallIsInquiredInto(scene: Scene) -> None:
    scene.clock.advance(INTERVAL)
    assert scene.connection.kinds == []
    scene.side.watch()
    scene.clock.advance(INTERVAL)
    scene.receive(messages.status(CallNumber.ACTIVE, Cause.RESPONSE_TO_STATUS_ENQUIRY))
    scene.clock.advance(INTERVAL)
    assert scene.connection.kinds == [MessageType.STATUS_INQUIRY] * 2
    scene.side.drop()
    assert scene.clock.getDelayedCalls() == []


def test_whoDoesNotAnswerIsReleasedAndLost(scene: Scene) -> None:
    scene.side.watch()
    scene.clock.pump([INTERVAL, *[T322] * N322])
    release = scene.connection.sent[-1]
    assert release.messageType == MessageType.RELEASE_COMPLETE
    cause = reading.causeOfElement(release.contents(IE.CAUSE) or b"")
    assert cause is Cause.RECOVERY_ON_TIMER_EXPIRY
    assert scene.told() == ["sideLost"]
    assert scene.clock.getDelayedCalls() == []
