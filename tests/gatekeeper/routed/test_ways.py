"""
The ways that a routed call may go.
"""

from __future__ import annotations

from dataclasses import replace

from zope.interface import implementer

from h323d.gatekeeper.routed.ways import MAXIMUM_REDIRECTIONS, Ways
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy, RoutingChain
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.zone import EightDigits

HERE = TransportAddress("10.0.0.1", 1720)
BOB = FoundWay("h323", TransportAddress("10.0.0.3", 1720))
CAROL = FoundWay("h323", TransportAddress("10.0.0.4", 1720))
ROUND = FoundWay("h323", HERE)
NAME, ROOM = partyFromText("2000"), partyFromText("80001")


@implementer(ICalledPolicy)
class Asked:
    """
    Knows one way, and who was asked for.
    """

    name = "asked"

    def __init__(self) -> None:
        self.called: list[Called] = []

    def find(self, called: Called) -> tuple[FoundWay, ...]:
        self.called.append(called)
        return (CAROL,)


def ways(*admitted: FoundWay, policy: Asked | None = None) -> Ways:
    chain = RoutingChain((policy or Asked(),))
    return Ways(chain, EightDigits(), HERE.__eq__, Called((NAME,)), admitted or None)


def test_whatWasAdmittedIsNotAskedForAgain() -> None:
    policy = Asked()
    route = ways(BOB, policy=policy)
    assert route.ask() == (BOB,)
    assert policy.called == []
    assert route.ask() == (CAROL,)


def test_theyAreTakenInOrder() -> None:
    route = ways()
    route.found((BOB, CAROL))
    assert (route.take(None), route.areLeft) == (BOB, True)
    assert (route.take(Cause.USER_BUSY), route.areLeft) == (CAROL, False)
    assert route.take(Cause.USER_BUSY) is Cause.USER_BUSY


def test_whatAParentSaysComesBeforeTheRest() -> None:
    route = ways()
    route.found((ROUND, CAROL))
    route.go((BOB,))
    assert route.take(None) == BOB
    assert route.take(None) == CAROL


def test_aWayToAParentLeadsNotRoundThoughItLeadsToUs() -> None:
    asked = replace(ROUND, parent="world")
    route = ways()
    route.found((asked,))
    assert route.take(None) == asked


def test_withoutAnyThereIsNoRoute() -> None:
    assert ways().take(None) is Cause.NO_ROUTE_TO_DESTINATION


def test_oneThatComesBackIsPassedOver() -> None:
    route = ways()
    route.found((ROUND, BOB, ROUND))
    assert route.take(None) == BOB
    assert route.take(Cause.USER_BUSY) is Cause.EXCHANGE_ROUTING_ERROR


def test_oneToARoomOfOursDoesNotComeBack() -> None:
    room = FoundWay("h323", HERE, called=(ROOM,))
    route = ways()
    route.found((room,))
    assert route.take(None) == room


def test_whoeverACalledSideNamesIsAskedFor() -> None:
    policy = Asked()
    route = ways(policy=policy)
    carol = partyFromText("3000")
    assert route.redirect((carol,), None)
    route.ask()
    assert policy.called[-1].names == route.forwarded == (carol,)
    assert route.redirect((), CAROL.destination)
    route.ask()
    assert (policy.called[-1].names, policy.called[-1].signalled) == ((carol,), CAROL.destination)


def test_onlySoManyRedirectionsAreFollowed() -> None:
    route = ways()
    assert all(route.redirect((NAME,), None) for _ in range(MAXIMUM_REDIRECTIONS))
    assert not route.redirect((NAME,), None)
