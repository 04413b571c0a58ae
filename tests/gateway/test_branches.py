"""
Where a call is tried next, and what has become of it elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.call.applications import Reason
from h323d.call.ways import Way
from h323d.gateway.branches import MAX_REDIRECTIONS, Branches, Place
from h323d.gateway.bridgeside import BridgeSide
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.gateway.test_bridgeside import Bridge
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

OF_PLACES = (Cause.DESTINATION_OUT_OF_ORDER,)
DESK, MOBILE, VOICEMAIL = Way("sip", rank=0), Way("h323", rank=0), Way("sip", rank=500)
TRUNK, OTHER_TRUNK = Way("sip"), Way("h323")


def ways(places: tuple[Place, ...]) -> tuple[Way, ...]:
    return tuple(place.way for place in places)


def branchesOf(*ways: Way, most: int = 10) -> Branches:
    return Branches(ways, most, OF_PLACES)


def call(branches: Branches) -> list[BridgeSide]:
    """
    Call by the next ways.
    """
    called = []
    for place in branches.takeDue() or branches.take():
        side = BridgeSide(Bridge(), FakeLeg("1002", FakePool()))
        branches.enter(side, place)
        called.append(side)
    return called


def test_theWaysOfOneRankAreTakenAtTheSameTime() -> None:
    assert ways(branchesOf(DESK, MOBILE, VOICEMAIL).take()) == (DESK, MOBILE)


def test_thePlacesOfOnePartyAreTriedOneAfterTheOtherWhateverEachSays() -> None:
    branches = branchesOf(DESK, MOBILE, VOICEMAIL)
    desk, mobile = call(branches)
    branches.leave(desk, Cause.USER_BUSY)
    assert not branches.isOver
    branches.leave(mobile, Cause.CALL_REJECTED)
    assert branches.isOver
    assert ways(branches.take()) == (VOICEMAIL,)


def test_whoRefusesForAllPlacesIsCalledAtNoOther() -> None:
    branches = branchesOf(DESK, VOICEMAIL)
    (desk,) = call(branches)
    assert isinstance(desk.leg, FakeLeg)
    desk.leg.refusedEverywhere = True
    branches.leave(desk, Cause.CALL_REJECTED)
    assert branches.take() == ()
    assert branches.verdict is Cause.CALL_REJECTED
    assert branches.reason is Reason.REFUSED_EVERYWHERE


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
    assert [ways(branches.take()) for _ in range(3)] == [(DESK,), (VOICEMAIL,), (MOBILE,)]
    assert branches.take() == ()


def test_whereThereIsNoWayThatIsTheVerdict() -> None:
    assert branchesOf().take() == ()
    assert branchesOf().verdict is Cause.NO_ROUTE_TO_DESTINATION


def at(number: int, rank: int | None = None) -> Way:
    return Way("sip", TransportAddress(f"10.0.0.{number}", 5060), (), rank)


def sentOn(branches: Branches, side: BridgeSide, *onward: Way) -> None:
    """
    A side sends us elsewhere.
    """
    for way in onward:
        branches.redirect(side, way)
    branches.leave(side, Cause.REDIRECTION_TO_NEW_DESTINATION)


def test_whoSendsUsElsewhereHasItsPlaceTakenAtOnce() -> None:
    branches = branchesOf(DESK, MOBILE, VOICEMAIL)
    desk, _ = call(branches)
    sentOn(branches, desk, at(1, 0), at(2, 0), at(3, 500))
    assert (branches.isDue, branches.isOver) == (True, False)
    assert ways(branches.takeDue()) == (at(1, 0), at(2, 0))
    assert not branches.isDue


def test_whereElseItSendsUsComesBeforeOurOtherPlaces() -> None:
    branches = branchesOf(DESK, VOICEMAIL)
    (desk,) = call(branches)
    sentOn(branches, desk, at(1, 0), at(2, 500))
    (side,) = call(branches)
    branches.leave(side, Cause.USER_BUSY)
    assert [ways(branches.take()) for _ in range(2)] == [(at(2, 500),), (VOICEMAIL,)]


def test_aRedirectionIsNoRefusal() -> None:
    branches = branchesOf(at(1))
    (side,) = call(branches)
    sentOn(branches, side, at(2))
    (side,) = call(branches)
    branches.leave(side, Cause.DESTINATION_OUT_OF_ORDER)
    assert branches.verdict is Cause.DESTINATION_OUT_OF_ORDER


def test_whoSendsUsBackIsALoop() -> None:
    branches = branchesOf(at(1))
    (side,) = call(branches)
    sentOn(branches, side, at(2))
    (side,) = call(branches)
    sentOn(branches, side, at(1))
    assert branches.isOver
    assert (branches.verdict, branches.reason) == (Cause.EXCHANGE_ROUTING_ERROR, Reason.LOOP)


@pytest.mark.parametrize(("byPeer", "reason"), [(False, Reason.LOOP), (True, None)])
def test_aWayThatLeadsBackToUsIsALoopAndOneThatAPeerCallsSoIsNot(
    byPeer: bool, reason: Reason | None
) -> None:
    branches = branchesOf(at(1))
    (side,) = call(branches)
    assert isinstance(side.leg, FakeLeg)
    side.leg.peerEnded = byPeer
    branches.leave(side, Cause.EXCHANGE_ROUTING_ERROR)
    assert (branches.verdict, branches.reason) == (Cause.EXCHANGE_ROUTING_ERROR, reason)


def test_weAreNotSentFurtherThanAllowed() -> None:
    branches = branchesOf(at(0), most=100)
    for number in range(1, MAX_REDIRECTIONS + 2):
        (side,) = call(branches)
        sentOn(branches, side, at(number))
    assert branches.isOver
    assert branches.reason is Reason.LOOP


def test_aLoopIsNotWhatIsToldOfAPartyThatIsBusyElsewhere() -> None:
    branches = branchesOf(at(1, 0), at(2, 0))
    one, other = call(branches)
    sentOn(branches, one, at(1))
    branches.leave(other, Cause.USER_BUSY)
    assert (branches.verdict, branches.reason) == (Cause.USER_BUSY, None)


def test_whereTwoSendUsIsCalledOnce() -> None:
    branches = branchesOf(at(1, 0), at(2, 0))
    one, other = call(branches)
    sentOn(branches, one, at(3))
    call(branches)
    sentOn(branches, other, at(3))
    assert not branches.isDue
    assert not branches.isOver


def test_whoIsNamedAloneIsLookedForAndTheirWaysTakeTheirPlace() -> None:
    branches = branchesOf(at(1), most=2)
    (side,) = call(branches)
    named = Way("sip", None, (PartyAddress(AddressKind.DIALLED_DIGITS, "1003"),))
    sentOn(branches, side, named)
    (place,) = branches.takeDue()
    assert (place.way, place.isToBeFound) == (named, True)
    branches.ask(place)
    assert not branches.isOver
    branches.found(place, [at(3)])
    (found,) = branches.takeDue()
    assert (found.way, found.isToBeFound) == (at(3), False)


def test_anAddressThatIsNamedIsJudgedAndCalledThere() -> None:
    branches = branchesOf(at(1), most=2)
    (side,) = call(branches)
    sentOn(branches, side, at(3))
    (place,) = branches.takeDue()
    assert (place.way, place.isToBeFound) == (at(3), True)
    branches.ask(place)
    assert not branches.isOver
    branches.permitted(place, "near")
    (permitted,) = branches.takeDue()
    assert (permitted.way, permitted.isToBeFound) == (replace(at(3), trunk="near"), False)


def test_whereAnotherGatekeeperIsAskedIsNotLookedForAgain() -> None:
    branches = branchesOf(at(1))
    (side,) = call(branches)
    sentOn(branches, side, Way("sip"))
    (place,) = branches.takeDue()
    branches.ask(place)
    branches.found(place, [Way("h323", parent="above")])
    (found,) = branches.takeDue()
    assert not found.isToBeFound


def test_whoIsNamedAndNotFoundIsARefusal() -> None:
    branches = branchesOf(at(1))
    (side,) = call(branches)
    sentOn(branches, side, Way("sip"))
    (place,) = branches.takeDue()
    branches.ask(place)
    branches.notFound(place, Cause.CALL_REJECTED)
    assert branches.isOver
    assert branches.verdict is Cause.CALL_REJECTED


def test_whatIsFoundAfterARefusalForAllPlacesIsNotCalled() -> None:
    branches = branchesOf(at(1, 0), at(2, 0))
    one, other = call(branches)
    sentOn(branches, one, Way("sip"))
    (place,) = branches.takeDue()
    branches.ask(place)
    assert isinstance(other.leg, FakeLeg)
    other.leg.refusedEverywhere = True
    branches.leave(other, Cause.CALL_REJECTED)
    branches.found(place, [at(3)])
    assert (branches.isDue, branches.isOver) == (False, True)


def test_aWayThatIsPassedOverIsTheVerdictWhereNoneWasTaken() -> None:
    branches = branchesOf(TRUNK, OTHER_TRUNK)
    branches.take()
    branches.passOver(Cause.NO_CIRCUIT_AVAILABLE)
    branches.take()
    assert branches.verdict is Cause.NO_CIRCUIT_AVAILABLE


def test_whatAnotherWayHasSaidIsToldBeforeThatOneWasPassedOver() -> None:
    branches = branchesOf(TRUNK, OTHER_TRUNK)
    branches.take()
    branches.passOver(Cause.NO_CIRCUIT_AVAILABLE)
    (other,) = call(branches)
    branches.leave(other, Cause.USER_BUSY)
    assert branches.verdict is Cause.USER_BUSY
