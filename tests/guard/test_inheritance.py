"""
What a Setup takes over from its ARQ.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.call.applications import Application, CallType, Door
from h323d.guard.inheritance import MAX_GRANTED, Granted, Inheritance
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

NOW = 1_800_000_000.0
ROOM = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
OTHER = PartyAddress(AddressKind.DIALLED_DIGITS, "80002")
SOURCE = TransportAddress("10.0.0.2", 40123)
SETUP = Application(Door.SETUP, "h323", SOURCE, called=(ROOM,), callIdentifier="c1")
GRANTED = Granted(
    "if://guardian/anna",
    ProofForm.H235,
    b"",
    CallType.ESCALATE,
    "10.0.0.2",
    frozenset((ROOM,)),
    "generation",
    NOW,
)


@pytest.fixture
def inheritance() -> Inheritance:
    inheritance = Inheritance()
    inheritance.leave("c1", GRANTED)
    return inheritance


def test_itIsTakenOnce(inheritance: Inheritance) -> None:
    assert inheritance.take(SETUP, "generation", NOW + 60) == GRANTED
    assert inheritance.take(SETUP, "generation", NOW + 60) is None


def test_itIsTakenByASetupThatDeclaresTheSame(inheritance: Inheritance) -> None:
    setup = replace(SETUP, callType=CallType.ESCALATE)
    assert inheritance.take(setup, "generation", NOW + 1) == GRANTED


@pytest.mark.parametrize(
    ("setup", "generation", "later"),
    [
        (SETUP, "generation", 61),
        (SETUP, "another", 1),
        (replace(SETUP, callIdentifier="c2"), "generation", 1),
        (replace(SETUP, called=(OTHER,)), "generation", 1),
        (replace(SETUP, called=(ROOM, OTHER)), "generation", 1),
        (replace(SETUP, source=TransportAddress("10.0.0.66", 1)), "generation", 1),
        (replace(SETUP, callType=CallType.EMERGENCY), "generation", 1),
    ],
)
def test_nobodyElseTakesIt(
    inheritance: Inheritance, setup: Application, generation: str, later: float
) -> None:
    assert inheritance.take(setup, generation, NOW + later) is None


def test_whoTriesWithAnotherRoomHasNoSecondTry(inheritance: Inheritance) -> None:
    inheritance.take(replace(SETUP, called=(OTHER,)), "generation", NOW)
    assert inheritance.take(SETUP, "generation", NOW) is None


def test_whatIsOverIsForgotten(inheritance: Inheritance) -> None:
    inheritance.leave("c2", replace(GRANTED, at=NOW + 61))
    assert len(inheritance) == 1


def test_thereIsNotMoreThanThereIsPlaceFor(inheritance: Inheritance) -> None:
    for number in range(MAX_GRANTED + 5):
        inheritance.leave(f"x{number}", GRANTED)
    assert len(inheritance) == MAX_GRANTED
