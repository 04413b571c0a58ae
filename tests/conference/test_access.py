"""
Who is what in a room.
"""

from __future__ import annotations

import pytest

from h323d.conference.access import EVERYBODYS, RoomAccess, accessesOf
from h323d.conference.config import RoomConfig
from h323d.conference.roles import RoomRole

CLOSED = RoomConfig("closed", moderators=("anna",), members=("Bert",), pin="1234")
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


@pytest.mark.parametrize(
    ("config", "matters"),
    [
        (RoomConfig("open"), False),
        (RoomConfig("open", members=("anna",)), False),
        (RoomConfig("led", moderators=("anna",)), True),
        (RoomConfig("closed", pin="1234"), True),
        (RoomConfig("led", moderatorPin="1234"), True),
    ],
)
def test_whoComesInMattersWhereThereAreModeratorsOrPins(config: RoomConfig, matters: bool) -> None:
    assert RoomAccess(config).tellsApart is matters


@pytest.mark.parametrize(
    ("identity", "role"),
    [("anna", RoomRole.MODERATOR), ("bert", RoomRole.PARTICIPANT), ("carl", None)],
)
def test_whoIsNeitherModeratorNorMemberNeedsAPin(identity: str, role: RoomRole | None) -> None:
    assert RoomAccess(CLOSED).roleOf((identity,)) is role


@pytest.mark.parametrize(
    ("pin", "moderatorPin", "entered", "role"),
    [
        ("1234", "", "1234", RoomRole.PARTICIPANT),
        ("1234", "", "", None),
        ("1234", "98765", "98765", RoomRole.MODERATOR),
        ("1234", "98765", "1234", RoomRole.PARTICIPANT),
        ("1234", "98765", "9876", None),
        ("", "98765", "98765", RoomRole.MODERATOR),
        ("", "98765", "", RoomRole.PARTICIPANT),
        ("", "98765", "1234", None),
    ],
)
def test_whatIsEnteredSaysWhatSomebodyIs(
    pin: str, moderatorPin: str, entered: str, role: RoomRole | None
) -> None:
    access = RoomAccess(RoomConfig("closed", pin=pin, moderatorPin=moderatorPin))
    assert access.roleOf(()) is None
    assert access.roleFor(entered) is role
