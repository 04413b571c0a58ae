"""
What a C{callTransferInitiate} asks for, and what it is answered.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.asn1 import h450_1, h450_2
from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialGuard, DialRule
from h323d.call.homes import homeAt
from h323d.call.legs import ITransferRequest, LegDirection
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.h323.calls.consultations import Consultations
from h323d.h323.calls.supplementary import (
    CALL_TRANSFER_ABANDON,
    CALL_TRANSFER_IDENTIFY,
    ServedCall,
    TransferInvoke,
    transferInvoke,
)
from h323d.h323.signalling.uuie import Content
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

CAROL = {"destinationAddress": [("dialledDigits", "3000")]}


class Wire:
    """
    Remembers what is answered.
    """

    def __init__(self) -> None:
        self.answers: list[Any] = []  # Any: components, as the schema has them

    def supplementary(self, apdu: bytes) -> None:
        _, components = h450_1.decode("H4501SupplementaryService", apdu)["serviceApdu"]
        self.answers += components


class Side:
    """
    Whom a peer asks for a service.
    """

    def __init__(self) -> None:
        self.bad: list[BadInput] = []
        events = EventBus()
        events.subscribe(BadInput, self.bad.append)
        peer = TransportAddress("10.0.0.9", 1720)
        rule = DialRule(homeAt("10.0.0.1"))
        self.guard = DialGuard(rule, Complaints(Clock(), events), peer)
        self.wire = Wire()
        self.consultations = Consultations(random.Random(1))
        self.leg = FakeLeg("3000", FakePool())

    def asked(self, *services: bytes) -> TransferInvoke | None:
        content = Content(pdu={"h4501SupplementaryService": list(services)})
        call = ServedCall(self.leg, self.wire, self.guard, self.consultations)
        return transferInvoke(content, call)


def service(argument: bytes, opcode: int = 9) -> bytes:
    invoke = {"invokeId": 7, "opcode": ("local", opcode), "argument": argument}
    value = {"serviceApdu": ("rosApdus", [("invoke", invoke)])}
    return bytes(h450_1.encode("H4501SupplementaryService", value))


def initiate(callIdentity: str = "", target: Any = CAROL) -> bytes:
    value = {"callIdentity": callIdentity, "reroutingNumber": target}
    return service(h450_2.encode("CTInitiateArg", value))


def error(code: int) -> list[Any]:
    return [("returnError", {"invokeId": 7, "errcode": ("local", code)})]


@pytest.fixture
def side() -> Side:
    return Side()


def test_aTransferNamesWhomToCall(side: Side) -> None:
    request = side.asked(initiate())
    assert request is not None
    assert verifyObject(ITransferRequest, request)
    assert request.way == Way("h323", None, (PartyAddress(AddressKind.DIALLED_DIGITS, "3000"),))
    assert side.wire.answers == []


def test_thatTheyHaveAnsweredIsItsResult(side: Side) -> None:
    request = side.asked(initiate())
    assert request is not None
    request.accept()
    request.ringing()
    assert side.wire.answers == []
    request.succeed()
    request.fail(Cause.USER_BUSY)
    assert side.wire.answers == [("returnResult", {"invokeId": 7})]


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (Cause.FACILITY_REJECTED, 3),
        (Cause.NO_ROUTE_TO_DESTINATION, 1004),
        (Cause.USER_BUSY, 1006),
    ],
)
def test_whyTheyAreNotReachedIsItsError(side: Side, cause: Cause, code: int) -> None:
    request = side.asked(initiate())
    assert request is not None
    request.fail(cause)
    assert side.wire.answers == error(code)


@pytest.mark.parametrize(
    ("invoke", "code"),
    [
        (initiate("12"), 1005),
        (initiate(target={"destinationAddress": []}), 1004),
        (service(b"\xff"), 1008),
    ],
    ids=["consultation", "nobody", "garbage"],
)
def test_whatCannotBeDoneIsAnsweredAtOnce(side: Side, invoke: bytes, code: int) -> None:
    assert side.asked(invoke) is None
    assert side.wire.answers == error(code)


@pytest.mark.parametrize(
    ("direction", "number"), [(LegDirection.INCOMING, "3000"), (LegDirection.OUTGOING, "1001")]
)
def test_whoConsultsSomebodyLearnsHowThatCallIsNamed(
    side: Side, direction: LegDirection, number: str
) -> None:
    side.leg.direction = direction
    side.asked(service(b"", CALL_TRANSFER_IDENTIFY))
    ((kind, answer),) = side.wire.answers
    assert (kind, answer["invokeId"], answer["result"]["opcode"]) == (
        "returnResult",
        7,
        ("local", 7),
    )
    result = h450_2.decode("CTIdentifyRes", answer["result"]["result"])
    assert result["reroutingNumber"] == {"destinationAddress": [("dialledDigits", number)]}
    request = side.asked(initiate(result["callIdentity"]))
    assert request is not None
    assert request.replaces is side.leg


def test_whoAbandonsItIsNotTransferredThereAnyMore(side: Side) -> None:
    identity = side.consultations.identify(side.leg)
    side.asked(service(b"", CALL_TRANSFER_ABANDON))
    assert side.wire.answers == []
    assert side.asked(initiate(identity)) is None
    assert side.wire.answers == error(1005)


def test_aCallWithoutNamesIsNotIdentified(side: Side) -> None:
    side.leg.called = ()
    side.asked(service(b"", CALL_TRANSFER_IDENTIFY))
    assert side.wire.answers == error(3)


def test_garbageIsCounted(side: Side) -> None:
    side.asked(service(b"\xff"))
    side.asked(b"")
    assert [fact.door for fact in side.bad] == ["h225", "h225"]
    assert len(side.wire.answers) == 1


def test_otherServicesAreLeftAlone(side: Side) -> None:
    assert side.asked(service(b"\x00", opcode=21)) is None
    assert (side.wire.answers, side.bad) == ([], [])
