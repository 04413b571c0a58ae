"""
The types of rooms.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.directory import RoomDirectory
from h323d.guard.roomtypes import RoomTypes
from h323d.values.address import AddressKind, PartyAddress

BOARD = RoomConfig("Board", ("801", "sip:board@house.example"))
DIRECTORY = RoomDirectory(ConferenceConfig(rooms=(BOARD,)))


def called(text: str) -> tuple[PartyAddress, ...]:
    kind = AddressKind.URL if text.startswith("sip:") else AddressKind.H323_ID
    return (PartyAddress(kind, text),)


@pytest.mark.parametrize("configured", ["Board", "board", "801"])
@pytest.mark.parametrize(
    "name", ["Board", "BOARD", "801", "sip:801@10.0.0.1", "sip:board@house.example"]
)
def test_aConfiguredRoomHasItsTypeByEachOfItsNames(configured: str, name: str) -> None:
    types = RoomTypes(DIRECTORY)
    types.reconfigure([configured])
    assert types.of(called(name)) is CallType.ESCALATE


def test_anotherRoomHasNone() -> None:
    types = RoomTypes(DIRECTORY)
    types.reconfigure(["Board"])
    assert types.of(called("80001")) is None


def test_aCouncilsTypeHoldsUntilItIsOver() -> None:
    types = RoomTypes(DIRECTORY)
    types.meet("Board", CallType.ESCALATE)
    assert types.of(called("sip:801@10.0.0.1")) is CallType.ESCALATE
    types.over("Board")
    assert types.of(called("801")) is None


def test_aCouncilsTypeGoesBeforeTheConfigured() -> None:
    types = RoomTypes(DIRECTORY)
    types.reconfigure(["Board"])
    types.meet("Board", CallType.EMERGENCY)
    assert types.of(called("801")) is CallType.EMERGENCY


def test_aNameThatIsNoRoomsHasTheConfiguredTypeToo() -> None:
    types = RoomTypes()
    types.reconfigure(["80001"])
    assert types.of(called("80001")) is CallType.ESCALATE
    assert types.room(called("80001")) is None
