"""
Call priority by H.460.4.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.call.applications import Priority
from h323d.h323.ras.messages import decodeRAS
from h323d.h323.signalling.callpriority import (
    CallPriority,
    PriorityValue,
    answerTo,
    designation,
    priorityIn,
)
from tests.support.ras import arq

EMERGENCY = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED)


def onTheWire(*entries: Any) -> dict[str, Any]:
    message = arq(7, "id", ("dialledDigits", "1001"), genericData=list(entries))
    return decodeRAS(h225.encode("RasMessage", (message.name, message.fields))).fields


def raw(octets: bytes) -> dict[str, Any]:
    parameter = {"id": ("standard", 1), "content": ("raw", octets)}
    return {"id": ("standard", 4), "parameters": [parameter]}


@pytest.mark.parametrize("value", PriorityValue)
@pytest.mark.parametrize("extension", [None, 0, 255])
def test_itIsReadAsItWasWritten(value: PriorityValue, extension: int | None) -> None:
    priority = CallPriority(value, extension)
    assert priorityIn(onTheWire(designation(priority))) == priority


def test_anEmergencyIsTheseOctets() -> None:
    assert designation(EMERGENCY) == raw(bytes.fromhex("00"))
    assert designation(EMERGENCY, "priorityUnauthorized") == raw(bytes.fromhex("0820"))


@pytest.mark.parametrize(
    "entry",
    [
        {"id": ("standard", 5), "parameters": raw(b"\0\0")["parameters"]},
        {"id": ("standard", 4)},
        {"id": ("standard", 4), "parameters": [{"id": ("standard", 1)}]},
        {"id": ("standard", 4), "parameters": [{"id": ("standard", 2), "content": ("raw", b"\0")}]},
        {"id": ("standard", 4), "parameters": [{"id": ("standard", 1), "content": ("text", "x")}]},
        raw(b""),
        raw(b"\xff\xff"),
    ],
)
def test_whatCannotBeReadAsksForNothing(entry: dict[str, Any]) -> None:
    assert priorityIn(onTheWire(entry)) is None


def test_nothingSaidIsNothingAsked() -> None:
    assert priorityIn({}) is None


def test_whatIsGrantedIsRepeated() -> None:
    asked = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED, 7)
    assert answerTo(asked, Priority.HIGH) == (designation(asked),)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (PriorityValue.EMERGENCY_AUTHORIZED, "priorityUnauthorized"),
        (PriorityValue.EMERGENCY_PUBLIC, "priorityUnavailable"),
        (PriorityValue.HIGH, "priorityUnavailable"),
        (PriorityValue.NORMAL, ""),
        (None, "priorityValueUnknown"),
    ],
)
def test_whatIsNotGrantedIsAnsweredWithAReason(value: PriorityValue | None, reason: str) -> None:
    asked = CallPriority(value)
    assert answerTo(asked, Priority.NORMAL) == (designation(asked, reason),)


def test_whoHasNotAskedIsToldNothingNorIsAnybodyWhereNobodyGrants() -> None:
    assert answerTo(None, Priority.HIGH) == ()
    assert answerTo(EMERGENCY, None) == ()
