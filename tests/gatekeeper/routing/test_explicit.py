from __future__ import annotations

from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import Refusal
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.config import StaticRoute
from h323d.gatekeeper.routing.explicit import FORBIDDEN, CatchAll, ExplicitRoutes
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

FIRST = TransportAddress("192.0.2.1", 1720)
SECOND = TransportAddress("192.0.2.2", 1730)

ROUTES = (
    StaticRoute(prefix="0", to=("192.0.2.1", "192.0.2.2:1730")),
    StaticRoute(prefix="0900", reject=True),
    StaticRoute(prefix="0900", to=("192.0.2.1",), caller="10.9.0.0/16"),
    StaticRoute(name="anna", to=("h323:anna.b@192.0.2.1",)),
)


def found(*names: str, host: str = "10.1.0.1") -> tuple[FoundWay, ...] | Refusal | None:
    parties = tuple(partyFromText(name) for name in names)
    return ExplicitRoutes(ROUTES).find(Called(parties, source=TransportAddress(host, 1719)))


@pytest.mark.parametrize("policy", [ExplicitRoutes(()), CatchAll("")])
def test_theyArePolicies(policy: Any) -> None:
    assert verifyObject(ICalledPolicy, policy)


def test_aNumberGoesWhereItsPrefixGoesInTheOrderGiven() -> None:
    assert found("03012") == (FoundWay("h323", FIRST), FoundWay("h323", SECOND))


def test_aLongerPrefixIsAnExceptionToAShorterOne() -> None:
    assert found("0900123") == FORBIDDEN


def test_aRouteForCertainCallersGoesBeforeOneForAll() -> None:
    assert found("0900123", host="10.9.0.1") == (FoundWay("h323", FIRST),)


def test_aURLGivesAnotherName() -> None:
    name = PartyAddress(AddressKind.URL, "h323:anna.b@192.0.2.1")
    assert found("anna") == (FoundWay("h323", FIRST, called=(name,)),)


def test_aWholeNameGoesBeforeAPrefixOfAnotherName() -> None:
    answer = found("03012", "anna")
    assert isinstance(answer, tuple)
    assert answer[0].called


@pytest.mark.parametrize("names", [(), ("bert",), ("1",)])
def test_otherCallsPass(names: tuple[str, ...]) -> None:
    assert found(*names) is None


def test_theCatchAllTakesEveryCall() -> None:
    called = Called((partyFromText("anybody"),))
    assert CatchAll("192.0.2.2:1730").find(called) == (FoundWay("h323", SECOND),)
    assert CatchAll("").find(called) is None


def test_theCatchAllIsNoAnswerToANeighbour() -> None:
    assert CatchAll("192.0.2.1").find(Called((partyFromText("anybody"),), locating=True)) is None
