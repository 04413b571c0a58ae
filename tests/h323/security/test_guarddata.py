"""
What a caller declares in C{genericData}.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType, Reason
from h323d.call.declaration import Declaration
from h323d.errors import DecodeError
from h323d.h323.ras.messages import decodeRAS
from h323d.h323.security.guarddata import (
    GUARD,
    declarationIn,
    declared,
    heardIn,
    refused,
    saidOf,
    withoutDeclarations,
)
from h323d.h323.signalling.callpriority import CallPriority, PriorityValue, designation
from tests.support.ras import arq

ID = ("nonStandard", GUARD)
EMERGENCY = designation(CallPriority(PriorityValue.EMERGENCY_AUTHORIZED))


def onTheWire(*entries: Any) -> dict[str, Any]:
    message = arq(7, "id", ("dialledDigits", "1001"), genericData=list(entries))
    return decodeRAS(h225.encode("RasMessage", (message.name, message.fields))).fields


@pytest.mark.parametrize("callType", [None, *CallType])
@pytest.mark.parametrize("hasPII", [True, False])
def test_aDeclarationIsReadAsItWasWritten(callType: CallType | None, hasPII: bool) -> None:
    declaration = Declaration(callType, hasPII)
    assert declarationIn(onTheWire(declared(declaration))) == declaration


def test_whoSaysNothingDeclaresNothing() -> None:
    other = {"id": ("nonStandard", bytes(16))}
    assert declarationIn({}) == declarationIn(onTheWire(other)) == Declaration()
    assert declarationIn(onTheWire({"id": ID})) == Declaration()


def test_whatCannotBeMeantSaysThatThereIsPersonalData() -> None:
    entry = declared(Declaration(CallType.ESCALATE))
    assert heardIn(onTheWire(entry)) == Declaration(CallType.ESCALATE)
    assert heardIn(onTheWire(entry, entry)) == Declaration(None, True)


def test_whatElseThereIsIsLeft() -> None:
    other = {"id": ("nonStandard", bytes(16))}
    assert withoutDeclarations([declared(Declaration()), other]) == [other]


def test_aRejectNamesItsReason() -> None:
    entry = onTheWire(refused(Reason.PII_POLICY_VIOLATION))["genericData"][0]
    (parameter,) = entry["parameters"]
    assert (parameter["id"], parameter["content"]) == (
        ("standard", 3),
        ("text", "PII_POLICY_VIOLATION"),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        [{"id": ("standard", 1), "content": ("text", "GRAVE")}],
        [{"id": ("standard", 1), "content": ("text", "escalate")}],
        [{"id": ("standard", 1), "content": ("bool", True)}],
        [{"id": ("standard", 2), "content": ("text", "true")}],
        [{"id": ("standard", 2), "content": ("bool", True)}] * 2,
    ],
)
def test_whatCannotBeMeantIsTold(parameters: Any) -> None:
    with pytest.raises(DecodeError, match="genericData"):
        declarationIn(onTheWire({"id": ID, "parameters": parameters}))


def test_twoDeclarationsAreOneTooMany() -> None:
    with pytest.raises(DecodeError, match="two declarations"):
        declarationIn(onTheWire(declared(Declaration()), declared(Declaration())))


def test_whoAsksForThePriorityOfAnEmergencyDeclaresOne() -> None:
    assert heardIn(onTheWire(EMERGENCY)) == Declaration(CallType.EMERGENCY)
    high = designation(CallPriority(PriorityValue.HIGH))
    assert heardIn(onTheWire(high)) == Declaration()


def test_whatIsDeclaredCountsBeforeAPriority() -> None:
    said = declared(Declaration(CallType.ESCALATE, True))
    assert heardIn(onTheWire(said, EMERGENCY)) == Declaration(CallType.ESCALATE, True)


def test_anEmergencyIsSaidInBothForms() -> None:
    urgent = Declaration(CallType.EMERGENCY)
    assert saidOf(urgent) == (declared(urgent), EMERGENCY)
    assert saidOf(Declaration(hasPII=True)) == (declared(Declaration(hasPII=True)),)
    assert saidOf(Declaration()) == ()
