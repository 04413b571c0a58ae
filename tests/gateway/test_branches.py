"""
Where a call is tried next, and what has become of it elsewhere.
"""

from __future__ import annotations

from h323d.call.ways import Way
from h323d.gateway.branches import Branches
from h323d.gateway.bridgeside import BridgeSide
from h323d.values.cause import Cause
from tests.gateway.test_bridgeside import Bridge
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

OF_PLACES = (Cause.DESTINATION_OUT_OF_ORDER,)
DESK, MOBILE, VOICEMAIL = Way("sip", rank=0), Way("h323", rank=0), Way("sip", rank=500)
TRUNK, OTHER_TRUNK = Way("sip"), Way("h323")


def branchesOf(*ways: Way, most: int = 10) -> Branches:
    return Branches(ways, most, OF_PLACES)


def call(branches: Branches) -> list[BridgeSide]:
    """
    Call by the next ways.
    """
    called = []
    for way in branches.take():
        side = BridgeSide(Bridge(), FakeLeg("1002", FakePool()))
        branches.enter(side, way)
        called.append(side)
    return called


def test_theWaysOfOneRankAreTakenAtTheSameTime() -> None:
    assert branchesOf(DESK, MOBILE, VOICEMAIL).take() == (DESK, MOBILE)


def test_thePlacesOfOnePartyAreTriedOneAfterTheOtherWhateverEachSays() -> None:
    branches = branchesOf(DESK, MOBILE, VOICEMAIL)
    desk, mobile = call(branches)
    assert not branches.leave(desk, Cause.USER_BUSY)
    assert branches.leave(mobile, Cause.CALL_REJECTED)
    assert branches.take() == (VOICEMAIL,)


def test_whoRefusesForAllPlacesIsCalledAtNoOther() -> None:
    branches = branchesOf(DESK, VOICEMAIL)
    (desk,) = call(branches)
    assert isinstance(desk.leg, FakeLeg)
    desk.leg.refusedEverywhere = True
    assert branches.leave(desk, Cause.CALL_REJECTED)
    assert branches.take() == ()
    assert branches.verdict is Cause.CALL_REJECTED


def test_theNextTrunkIsTriedOnlyAfterACauseThatIsNotTheCalledPartys() -> None:
    branches = branchesOf(TRUNK, OTHER_TRUNK, TRUNK)
    (trunk,) = call(branches)
    branches.leave(trunk, Cause.DESTINATION_OUT_OF_ORDER)
    (other,) = call(branches)
    branches.leave(other, Cause.USER_BUSY)
    assert branches.take() == ()
    assert branches.verdict is Cause.USER_BUSY


def test_thereAreNoMorePlacesThanAllowed() -> None:
    branches = branchesOf(DESK, VOICEMAIL, MOBILE, MOBILE, most=3)
    assert [branches.take(), branches.take(), branches.take()] == [
        (DESK,),
        (VOICEMAIL,),
        (MOBILE,),
    ]
    assert branches.take() == ()


def test_whereThereIsNoWayThatIsTheVerdict() -> None:
    assert branchesOf().take() == ()
    assert branchesOf().verdict is Cause.NO_ROUTE_TO_DESTINATION
