"""
Who is what in a room.
"""

from __future__ import annotations

import pytest

from h323d.conference.access import EVERYBODYS, RoomAccess, accessesOf
from h323d.conference.config import RoomConfig
from h323d.conference.roles import RoomRole

COUNCIL = RoomConfig("council", moderators=("Anna", "1001", "sip:chair@example.org"))


@pytest.mark.parametrize(
    "identities", [("anna",), ("ANNA",), ("nobody", "1001"), ("sip:Chair@example.org",)]
)
def test_aModeratorIsKnownByAnyOfItsNames(identities: tuple[str, ...]) -> None:
    assert RoomAccess(COUNCIL).roleOf(identities) is RoomRole.MODERATOR


@pytest.mark.parametrize("identities", [(), ("bert",), ("chair",), ("sip:1001@example.org",)])
def test_nobodyElseIsOne(identities: tuple[str, ...]) -> None:
    assert RoomAccess(COUNCIL).roleOf(identities) is RoomRole.PARTICIPANT


def test_eachRoomHasItsOwn() -> None:
    accesses = accessesOf((COUNCIL, RoomConfig("board", moderators=("bert",))))
    assert accesses["council"].roleOf(("bert",)) is RoomRole.PARTICIPANT
    assert accesses["board"].roleOf(("bert",)) is RoomRole.MODERATOR


def test_aRoomThatANumberHasOpenedHasNone() -> None:
    assert EVERYBODYS.roleOf(("anna", "everybody's")) is RoomRole.PARTICIPANT
