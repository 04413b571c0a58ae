"""
The messages of one call, as they leave.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from h323d.call.applications import CallType, Priority
from h323d.call.declaration import Declaration
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.callstart import CallStart
from h323d.h323.calls.wire import CallWire
from h323d.h323.security.guarddata import saidOf
from h323d.h323.signalling import reading, uuie
from h323d.h323.signalling.addresses import transportFromValue
from h323d.h323.signalling.callpriority import CallPriority, PriorityValue, designation
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import IE, MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Content, SetupParties, Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardians import signingKey
from tests.support.h323 import KIND

IDENTITY = CallIdentity(bytes(range(16)), bytes(range(16, 32)))
CONTROL = TransportAddress("10.0.0.1", 30000)
PARTIES = SetupParties(
    (PartyAddress(AddressKind.H323_ID, "anna"),),
    (PartyAddress(AddressKind.DIALLED_DIGITS, "2000"),),
)
FASTSTART = (b"\x01\x02",)


class StartUp:
    """
    Says how media starts.
    """

    tunnelling = True

    def answering(self) -> Start:
        return Start(fastStart=FASTSTART)


class Connection:
    """
    Keeps what is sent.
    """

    def __init__(self) -> None:
        self.sent: list[Q931Message] = []
        self.dropped: list[tuple[int, bool]] = []

    def send(self, message: Q931Message) -> None:
        self.sent.append(message)

    def drop(self, reference: int, originated: bool) -> None:
        self.dropped.append((reference, originated))


class Scene:
    """
    A call that has a connection.
    """

    def __init__(
        self,
        originated: bool = True,
        signing: CallSigning | None = None,
        asked: CallPriority | None = None,
    ) -> None:
        self.connection = Connection()
        startUp = cast(CallStart, StartUp())
        self.wire = CallWire(IDENTITY, 7, originated, KIND, "Room", startUp, signing, asked)
        self.wire.connection = cast(SignallingConnection, self.connection)

    def sent(self) -> tuple[Q931Message, Content]:
        (message,) = self.connection.sent
        return message, uuie.read(message.userUser or b"")


@pytest.fixture
def scene() -> Scene:
    return Scene()


Sends = Callable[[CallWire], None]

MESSAGES: dict[MessageType, tuple[str, Sends]] = {
    MessageType.SETUP: ("setup", lambda wire: wire.setup(PARTIES, Start(), ())),
    MessageType.CALL_PROCEEDING: ("callProceeding", lambda wire: wire.sendCallProceeding()),
    MessageType.ALERTING: ("alerting", lambda wire: wire.alerting(False)),
    MessageType.PROGRESS: ("progress", lambda wire: wire.progress()),
    MessageType.CONNECT: ("connect", lambda wire: wire.connect()),
    MessageType.RELEASE_COMPLETE: (
        "releaseComplete",
        lambda wire: wire.sendReleaseComplete(Cause.USER_BUSY),
    ),
    MessageType.INFORMATION: ("information", lambda wire: wire.keypad("5")),
    MessageType.STATUS: (
        "status",
        lambda wire: wire.sendStatus(CallNumber.ACTIVE, Cause.NORMAL_UNSPECIFIED),
    ),
    MessageType.STATUS_INQUIRY: ("statusInquiry", lambda wire: wire.sendStatusInquiry()),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_eachMessageHasItsBodyAndSaysThatWeTunnel(kind: MessageType, scene: Scene) -> None:
    name, send = MESSAGES[kind]
    send(scene.wire)
    message, content = scene.sent()
    assert (message.messageType, content.body) == (kind, name)
    assert content.callIdentifier == IDENTITY.callIdentifier
    assert content.pdu["h245Tunnelling"] is True


def test_aConnectSaysWhatBecomesOfThePriorityThatWasAskedFor() -> None:
    asked = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED)
    for granted, said in ((Priority.HIGH, ""), (Priority.NORMAL, "priorityUnauthorized")):
        scene = Scene(originated=False, asked=asked)
        scene.wire.connect(granted)
        assert scene.sent()[1].pdu["genericData"] == [designation(asked, said)]


def test_aConnectSaysNothingOfItOtherwise(scene: Scene) -> None:
    scene.wire.connect(Priority.HIGH)
    assert "genericData" not in scene.sent()[1].pdu


def test_aSetupSaysWhatIsDeclaredOfTheCall(scene: Scene) -> None:
    said = saidOf(Declaration(CallType.ESCALATE))
    scene.wire.setup(replace(PARTIES, declared=said), Start(), ())
    assert tuple(scene.sent()[1].pdu["genericData"]) == said


@pytest.mark.parametrize("originated", [True, False])
def test_theFlagSaysWhoChoseTheReference(originated: bool) -> None:
    scene = Scene(originated)
    scene.wire.sendStatusInquiry()
    message, _ = scene.sent()
    assert (message.callReference, message.toOriginator) == (7, not originated)


def test_aSetupSaysWhoCallsWhomAndHowMediaMayStart(scene: Scene) -> None:
    scene.wire.setup(PARTIES, Start(fastStart=FASTSTART), (b"\x05",))
    message, content = scene.sent()
    assert reading.displayName(message) == "Room"
    assert message.contents(IE.CALLED_PARTY_NUMBER) is not None
    assert (content.start.fastStart, content.h245Control) == (FASTSTART, (b"\x05",))


@pytest.mark.parametrize(
    "send",
    [
        CallWire.sendCallProceeding,
        lambda wire: wire.alerting(False),
        CallWire.progress,
        CallWire.connect,
    ],
)
def test_everyAnswerToSetupSaysHowMediaStarts(send: Sends, scene: Scene) -> None:
    send(scene.wire)
    _, content = scene.sent()
    assert content.start.fastStart == FASTSTART


@pytest.mark.parametrize(
    ("send", "told"),
    [
        (lambda wire: wire.alerting(True), True),
        (lambda wire: wire.alerting(False), False),
        (CallWire.progress, True),
        (CallWire.sendCallProceeding, False),
    ],
)
def test_soundBeforeTheAnswerIsTold(send: Sends, told: bool, scene: Scene) -> None:
    send(scene.wire)
    message, _ = scene.sent()
    assert (message.contents(IE.PROGRESS_INDICATOR) is not None) is told


def test_aReleaseHasOneCauseInTwoForms(scene: Scene) -> None:
    scene.wire.sendReleaseComplete(Cause.USER_BUSY)
    message, content = scene.sent()
    assert reading.causeOfElement(message.contents(IE.CAUSE) or b"") is Cause.USER_BUSY
    assert reading.releaseCause(message, content) is Cause.USER_BUSY
    assert content.reason == "inConf"


def test_h245IsCarriedByAFacilityWithoutABody(scene: Scene) -> None:
    scene.wire.tunnelled((b"\x01", b"\x02"))
    message, content = scene.sent()
    assert message.messageType == MessageType.FACILITY
    assert content.body == "empty"
    assert content.h245Control == (b"\x01", b"\x02")


def test_aFacilitySaysWhereH245IsAwaited(scene: Scene) -> None:
    scene.wire.startH245(CONTROL)
    message, content = scene.sent()
    assert message.messageType == MessageType.FACILITY
    assert content.reason == "startH245"
    assert transportFromValue(content.fields["h245Address"]) == CONTROL


def test_digitsAndStateAreElements(scene: Scene) -> None:
    scene.wire.keypad("12")
    scene.wire.sendStatus(CallNumber.ACTIVE, Cause.NORMAL_UNSPECIFIED)
    information, status = scene.connection.sent
    assert reading.keypadDigits(information) == "12"
    assert reading.reportedState(status, CallNumber.NULL) == CallNumber.ACTIVE


def test_whatIsSentBeforeTheConnectionAndAfterTheCallIsLost(scene: Scene) -> None:
    scene.wire.drop()
    assert scene.connection.dropped == [(7, True)]
    scene.wire.sendStatusInquiry()
    scene.wire.drop()
    assert scene.connection.sent == []
    assert scene.connection.dropped == [(7, True)]
    assert scene.wire.connection is None


def test_nothingIsTunnelledOnceItIsOff(scene: Scene) -> None:
    off: Any = StartUp()
    off.tunnelling = False
    wire = CallWire(IDENTITY, 7, True, KIND, "", off)
    wire.connection = cast(SignallingConnection, scene.connection)
    wire.sendStatusInquiry()
    _, content = scene.sent()
    assert content.pdu["h245Tunnelling"] is False


def test_aSetupAndAConnectAreSigned() -> None:
    identity = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")
    clock = Clock()
    clock.advance(1_800_000_000)
    signing = CallSigning(identity, clock, random.Random(1))
    scene = Scene(signing=signing)
    scene.wire.setup(PARTIES, Start(), ())
    scene.wire.connect()
    scene.wire.keypad("5")
    contents = [uuie.read(each.userUser or b"") for each in scene.connection.sent]
    assert ["cryptoTokens" in each.fields for each in contents] == [True, True, False]
