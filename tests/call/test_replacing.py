"""
Who may have another's place in a call.
"""

from __future__ import annotations

import pytest
from zope.interface import implementer

from h323d.call.callers import ANY_NAME, CallerName, ICallerNames
from h323d.call.legs import ILeg, IOffer
from h323d.call.replacing import Replacement, isEntitled
from h323d.values.address import TransportAddress
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


@implementer(ICallerNames)
class Registered:
    """
    Knows one party by host.
    """

    def __init__(self, **parties: str) -> None:
        self.parties = {name.replace("_", "."): party for name, party in parties.items()}

    def nameOf(self, offer: IOffer) -> CallerName:
        party = self.parties.get(f"h{offer.peer.host}", "")
        return CallerName(offer.calling, offer.displayName, party)


def leg(host: str) -> FakeLeg:
    made = FakeLeg("1002", FakePool())
    made.peer = TransportAddress(host, 5060)
    return made


MINE, OTHER = "10.0.0.3", "10.0.0.4"


@pytest.mark.parametrize(
    ("host", "callers", "entitled"),
    [
        (MINE, ANY_NAME, True),
        (OTHER, ANY_NAME, False),
        (OTHER, Registered(h10_0_0_3="e1", h10_0_0_4="e1"), True),
        (OTHER, Registered(h10_0_0_3="e1", h10_0_0_4="e2"), False),
        (OTHER, Registered(h10_0_0_3="e1"), False),
        (OTHER, Registered(h10_0_0_4="e2"), False),
    ],
)
def test_whoseItIsMayHaveItGivenAway(host: str, callers: ICallerNames, entitled: bool) -> None:
    assert isEntitled(leg(host), Replacement(leg(MINE)), callers) is entitled


class Neighbourly:
    """
    L{h323d.call.replacing.Neighbours} who all sit together.
    """

    def sitTogether(self, one: str, other: str) -> bool:
        assert (one, other) == ("e1", "e2")
        return True


@pytest.mark.parametrize(
    ("rings", "parties", "entitled"),
    [
        (True, {"h10_0_0_3": "e1", "h10_0_0_4": "e2"}, True),
        (False, {"h10_0_0_3": "e1", "h10_0_0_4": "e2"}, False),  # they talk: it is theirs
        (True, {"h10_0_0_3": "e1"}, False),  # a stranger's
        (True, {"h10_0_0_4": "e2"}, False),  # it rings at nobody's whom we know
    ],
)
def test_aCallThatRingsIsPickedUpByWhoSitsTogether(
    rings: bool, parties: dict[str, str], entitled: bool
) -> None:
    replacement = Replacement(leg(MINE), rings=rings)
    callers = Registered(**parties)
    assert isEntitled(leg(OTHER), replacement, callers, Neighbourly()) is entitled
    assert isEntitled(leg(OTHER), replacement, callers) is False


@pytest.mark.parametrize(("host", "entitled"), [(MINE, True), (OTHER, False)])
def test_whoRefersHasItDoneByTheirOwnRight(host: str, entitled: bool) -> None:
    referrer: ILeg = leg(host)
    replacement = Replacement(leg(MINE), referrer)
    assert isEntitled(leg("10.0.0.9"), replacement, ANY_NAME) is entitled
