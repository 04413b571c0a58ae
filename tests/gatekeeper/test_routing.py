from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.gatekeeper.routing import (
    Called,
    Destination,
    ICalledPolicy,
    ILocalNumbers,
    LocalNumbers,
    RegisteredEndpoints,
    RoutingChain,
    SignalledAddress,
)
from h323d.h323.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.gatekeeper.test_registrations import Table, endpoint
from tests.support.zone import EightDigits

HERE = TransportAddress("10.0.0.1", 1720)
THERE = TransportAddress("192.0.2.9", 1720)
ROOM = partyFromText("80001")
ANNA = partyFromText("anna")


def chain() -> RoutingChain:
    registry = Table().registry
    registry.register(endpoint(1, "anna"))
    return RoutingChain(
        (
            LocalNumbers(EightDigits(), HERE),
            RegisteredEndpoints(registry),
            SignalledAddress(registry),
        )
    )


def test_theRulesKeepTheirInterface() -> None:
    registry = Table().registry
    rules = (
        LocalNumbers(EightDigits(), HERE),
        RegisteredEndpoints(registry),
        SignalledAddress(registry),
    )
    for rule in rules:
        assert verifyObject(ICalledPolicy, rule)
    assert verifyObject(ILocalNumbers, EightDigits())


def test_aRoomIsHere() -> None:
    assert chain().destination(Called((ROOM,))) == Destination(HERE)


def test_aNameGoesToWhoRegisteredIt() -> None:
    found = chain().destination(Called((partyFromText("unknown"), ANNA)))
    assert found is not None
    assert found.registration is not None
    assert found.registration.endpointId == "endpoint1"
    assert found.signalling == TransportAddress("10.1.0.2", 1720)


def test_aRoomGoesBeforeAnEndpoint() -> None:
    assert chain().destination(Called((ANNA, ROOM))) == Destination(HERE)


def test_anAddressServesWhereNoNameIsKnown() -> None:
    assert chain().destination(Called((partyFromText("x"),), THERE)) == Destination(THERE)
    known = chain().destination(Called((ANNA,), THERE))
    assert known is not None
    assert known.signalling != THERE


def test_anAddressOfAnEndpointIsThatEndpoint() -> None:
    found = chain().destination(Called((), TransportAddress("10.1.0.2", 1720)))
    assert found is not None
    assert found.registration is not None


@pytest.mark.parametrize("called", [Called(()), Called((partyFromText("nobody"),))])
def test_whatNoRuleKnowsGoesNowhere(called: Called) -> None:
    assert chain().destination(called) is None
