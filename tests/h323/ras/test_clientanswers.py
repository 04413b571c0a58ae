"""
What an endpoint answers its gatekeeper, and nobody else.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.h323.ras.clientanswers import ClientAnswers
from h323d.h323.ras.clientasking import OurGatekeeper
from h323d.h323.ras.messages import RASMessage, reasonOf
from h323d.h323.ras.transactions import RASRequest
from h323d.values.address import TransportAddress
from tests.support.ras import CALL, brq, drq, nsm, urq

GATEKEEPER, BEFORE, STRANGER = (
    TransportAddress(host, 1719) for host in ("10.0.0.1", "10.0.0.5", "10.0.0.66")
)
HERE = OurGatekeeper(GATEKEEPER, "h323d", "e1")
THERE = OurGatekeeper(BEFORE, None, "old")


class Calls:
    """
    One call, that uses 1280; and one of the gatekeeper before.
    """

    def __init__(self) -> None:
        self.left: list[bytes] = []

    def gatekeeperAt(self, host: str) -> OurGatekeeper | None:
        return THERE if host == BEFORE.host else None

    def dropped(self, call: bytes) -> tuple[str, ...]:
        self.left.append(call)
        return ("admitted",) if call == CALL else ()

    def bandwidth(self, call: bytes) -> int | None:
        return 1280 if call == CALL else None

    def described(self, call: bytes | None, gatekeeper: OurGatekeeper) -> list[dict[str, Any]]:
        return [{"of": gatekeeper.endpointIdentifier}] if call in (None, CALL) else []


class Endpoint:
    """
    Who is registered, and notes what it is told.
    """

    gatekeeperHost = GATEKEEPER.host
    gatekeeperIdentifier = "h323d"

    def __init__(self, here: OurGatekeeper | None = HERE) -> None:
        self.here = here
        self.told: list[tuple[Any, ...]] = []
        self.calls = Calls()
        calls: Any = self.calls
        self.answers = ClientAnswers(self, calls)

    def expelled(self, others: tuple[Any, ...]) -> None:
        self.told.append(("expelled", others))

    def callDropped(self, request: Any) -> None:
        self.told.append(("callDropped", request))

    def information(self, gatekeeper: OurGatekeeper, calls: list[dict[str, Any]]) -> dict[str, Any]:
        return {"endpointIdentifier": gatekeeper.endpointIdentifier, "perCallInfo": calls}

    def ask(self, message: RASMessage, source: TransportAddress = GATEKEEPER) -> RASMessage | None:
        return self.answers.rasRequested(RASRequest(message, source, b"octets", False))

    def answer(
        self, message: RASMessage, source: TransportAddress = GATEKEEPER
    ) -> tuple[str, str | None]:
        """
        The name of the answer, and the reason if it is a reject.
        """
        answer = self.ask(message, source)
        assert answer is not None
        assert answer.requestSeqNum == message.requestSeqNum
        reason = reasonOf(answer)
        return answer.name, None if reason == answer.name else reason


def irq(reference: int = 7, call: bytes = CALL) -> RASMessage:
    fields = {"requestSeqNum": 3, "callReferenceValue": reference, "callIdentifier": {"guid": call}}
    return RASMessage("infoRequest", fields)


@pytest.mark.parametrize(
    "message", [urq(3, "10.0.0.1"), drq(3, "e1"), brq(3, "e1", 640), irq(), nsm(3)]
)
def test_aStrangerIsNotAnswered(message: RASMessage) -> None:
    endpoint = Endpoint()
    assert endpoint.ask(message, STRANGER) is None
    assert endpoint.told == []


def test_whatIsNotUnderstoodIsSaidToOurGatekeeper() -> None:
    endpoint = Endpoint()
    answer = endpoint.ask(nsm(3))
    assert answer is not None
    assert answer.name == "unknownMessageResponse"
    assert answer.fields["messageNotUnderstood"] == b"octets"
    assert endpoint.ask(nsm(3), BEFORE) is None


# URQ.


@pytest.mark.parametrize(
    ("named", "gatekeeper", "isMeant"),
    [
        ("e1", "h323d", True),
        (None, None, True),
        ("e2", None, False),
        ("e1", "another", False),
    ],
)
def test_whoIsMeantIsExpelled(named: str | None, gatekeeper: str | None, isMeant: bool) -> None:
    names = {"endpointIdentifier": named, "gatekeeperIdentifier": gatekeeper}
    given = {key: value for key, value in names.items() if value is not None}
    endpoint = Endpoint()
    answer = endpoint.answer(urq(3, "10.0.0.1", **given))
    if isMeant:
        assert answer == ("unregistrationConfirm", None)
        assert endpoint.told == [("expelled", ())]
    else:
        assert answer == ("unregistrationReject", "notCurrentlyRegistered")
        assert endpoint.told == []


def test_whoIsNotRegisteredCannotBeExpelled() -> None:
    endpoint = Endpoint(here=None)
    assert endpoint.answer(urq(3, "10.0.0.1")) == ("unregistrationReject", "notCurrentlyRegistered")


def test_aGatekeeperOfBeforeExpelsNobody() -> None:
    endpoint = Endpoint()
    assert endpoint.ask(urq(3, "10.0.0.5"), BEFORE) is None
    assert endpoint.told == []


# DRQ.


@pytest.mark.parametrize(("source", "name"), [(GATEKEEPER, "e1"), (BEFORE, "old")])
def test_aCallIsDroppedByWhoAdmittedIt(source: TransportAddress, name: str) -> None:
    endpoint = Endpoint()
    assert endpoint.answer(drq(3, name), source) == ("disengageConfirm", None)
    assert endpoint.calls.left == [CALL]
    assert endpoint.told == [("callDropped", "admitted")]


@pytest.mark.parametrize(
    ("source", "name", "here"),
    [(GATEKEEPER, "old", HERE), (BEFORE, "e1", HERE), (GATEKEEPER, "e1", None)],
)
def test_underAnotherNameNothingIsDropped(
    source: TransportAddress, name: str, here: OurGatekeeper | None
) -> None:
    endpoint = Endpoint(here)
    assert endpoint.answer(drq(3, name), source) == ("disengageReject", "notRegistered")
    assert endpoint.told == []


# BRQ.


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (1279, ("bandwidthReject", "insufficientResources")),
        (1280, ("bandwidthConfirm", None)),
        (2000, ("bandwidthConfirm", None)),
    ],
)
def test_whatIsNegotiatedCannotBeMadeLess(wanted: int, answer: tuple[str, str | None]) -> None:
    assert Endpoint().answer(brq(3, "e1", wanted)) == answer


def test_whatIsUsedIsTold() -> None:
    refused = Endpoint().ask(brq(3, "e1", 640))
    granted = Endpoint().ask(brq(3, "e1", 2000))
    assert refused is not None
    assert granted is not None
    assert refused.fields["allowedBandWidth"] == 1280
    assert granted.fields["bandWidth"] == 2000


def test_aCallThatIsNotThereUsesNothing() -> None:
    other = brq(3, "e1", 640)
    message = RASMessage(other.name, {**other.fields, "callIdentifier": {"guid": bytes(15) + b"x"}})
    assert Endpoint().answer(message) == ("bandwidthReject", "invalidConferenceID")


# IRQ.


def test_allCallsOrOneAreDescribed() -> None:
    everything, one = Endpoint().ask(irq(0)), Endpoint().ask(irq())
    assert everything is not None
    assert one is not None
    assert everything.fields["perCallInfo"] == one.fields["perCallInfo"] == [{"of": "e1"}]
    assert "irrStatus" not in everything.fields
    assert one.fields["irrStatus"] == ("complete", None)
    assert one.requestSeqNum == 3


def test_aCallThatIsNotThereIsSaidToBeInvalid() -> None:
    answer = Endpoint().ask(irq(7, bytes(15) + b"x"))
    assert answer is not None
    assert (answer.fields["perCallInfo"], answer.fields["irrStatus"]) == (
        [],
        ("invalidCall", None),
    )


def test_whoIsNotRegisteredDescribesNothing() -> None:
    assert Endpoint(here=None).ask(irq()) is None


def test_aGatekeeperOfBeforeIsToldUnderTheNameThatItGave() -> None:
    answer = Endpoint().ask(irq(0), BEFORE)
    assert answer is not None
    assert answer.fields["endpointIdentifier"] == "old"
