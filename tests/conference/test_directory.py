"""
Which names mean a room.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.policy import IRoutePolicy, Route
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.directory import RoomDirectory
from h323d.values.address import AddressKind, PartyAddress
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

DIRECTORY = RoomDirectory(
    ConferenceConfig(
        patterns=("8xxxx", "*7x"),
        rooms=(RoomConfig("council", ("100", "Guardians", "sip:council@example.org")),),
    )
)


@pytest.mark.parametrize(
    ("kind", "value", "room"),
    [
        (AddressKind.DIALLED_DIGITS, "80001", "80001"),
        (AddressKind.DIALLED_DIGITS, "*75", "*75"),
        (AddressKind.DIALLED_DIGITS, "8000", None),
        (AddressKind.DIALLED_DIGITS, "800011", None),
        (AddressKind.DIALLED_DIGITS, "8000a", None),
        (AddressKind.DIALLED_DIGITS, "100", "council"),
        (AddressKind.H323_ID, "guardians", "council"),
        (AddressKind.H323_ID, "council", "council"),
        (AddressKind.URL, "sip:council@example.org", "council"),
        (AddressKind.URL, "sip:council@192.0.2.1", "council"),
        (AddressKind.URL, "sip:80001@192.0.2.1", "80001"),
        (AddressKind.URL, "h323:80001@192.0.2.1", "80001"),
        (AddressKind.EMAIL, "council@example.org", "council"),
        (AddressKind.H323_ID, "somebody", None),
    ],
)
def test_resolve(kind: AddressKind, value: str, room: str | None) -> None:
    address = PartyAddress(kind, value)
    assert DIRECTORY.resolve((address,)) == room
    assert DIRECTORY.serves(address) is (room is not None)


def test_theFirstNameThatMeansARoomDecides() -> None:
    nobody = PartyAddress(AddressKind.H323_ID, "nobody")
    room = PartyAddress(AddressKind.DIALLED_DIGITS, "80007")
    assert DIRECTORY.resolve((nobody, room)) == "80007"


def test_routeAnswersTheSwitch() -> None:
    verifyObject(IRoutePolicy, DIRECTORY)
    assert DIRECTORY.route(FakeLeg("80001", FakePool())) == Route("conference", "80001")
    assert DIRECTORY.route(FakeLeg("1001", FakePool())) is None


def test_aPatternMayNotHoldOtherCharacters() -> None:
    with pytest.raises(ValueError, match=r"^patterns: '8\.\.' has other"):
        ConferenceConfig(patterns=("8..",))
