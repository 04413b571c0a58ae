"""
The policies that need nobody else: rooms, who registered, and the address that is known.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.gatekeeper.config import AliasConflict
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.local import LocalNumbers, RegisteredEndpoints, SignalledAddress
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.registrations import Table, endpoint
from tests.support.zone import EightDigits

HERE, THERE = TransportAddress("10.0.0.1", 1720), TransportAddress("192.0.2.9", 1720)
ROOM, ANNA, NOBODY = map(partyFromText, ("80001", "anna", "nobody"))


@pytest.fixture
def registry() -> EndpointRegistry:
    return Table(aliasConflict=AliasConflict.ADDITIVE).registry


def test_theyKeepTheirInterface(registry: EndpointRegistry) -> None:
    rooms = LocalNumbers(EightDigits(), HERE)
    for policy in (rooms, RegisteredEndpoints(registry, HERE), SignalledAddress(registry)):
        assert verifyObject(ICalledPolicy, policy)


def test_anyNameOfARoomIsHere() -> None:
    rooms = LocalNumbers(EightDigits(), HERE)
    assert rooms.find(Called((NOBODY, ROOM))) == (FoundWay("h323", HERE),)
    assert rooms.find(Called((NOBODY,))) is None


def test_theFirstNameThatSomebodyRegisteredDecides(registry: EndpointRegistry) -> None:
    anna = registry.register(endpoint(1, "anna"))
    registry.register(endpoint(2, "bert"))
    policy = RegisteredEndpoints(registry, HERE)
    found = policy.find(Called((NOBODY, ANNA, partyFromText("bert"))))
    assert found == (FoundWay("h323", anna.signalling[0], registration=anna),)
    assert policy.find(Called((NOBODY,))) is None


def test_allItsAddressesAreTriedInItsOrder(registry: EndpointRegistry) -> None:
    anna = registry.register(endpoint(1, "anna", signalling=(THERE, HERE)))
    found = RegisteredEndpoints(registry, HERE).find(Called((ANNA,)))
    assert found == (
        FoundWay("h323", THERE, registration=anna),
        FoundWay("h323", HERE, registration=anna),
    )


def test_ofSeveralWhoHasResourcesLeftIsFirst(registry: EndpointRegistry) -> None:
    for number in (1, 2, 3):
        registry.register(endpoint(number, "anna"))
    registry.exhaust("endpoint1", True)
    found = RegisteredEndpoints(registry, HERE).find(Called((ANNA,))) or ()
    named = [each.registration.endpointId for each in found if each.registration is not None]
    assert named == ["endpoint2", "endpoint3", "endpoint1"]


def test_aPhoneOfSIPIsBehindOurOwnAddress(registry: EndpointRegistry) -> None:
    anna = registry.register(endpoint(1, "anna", protocol="sip"))
    found = RegisteredEndpoints(registry, HERE).find(Called((NOBODY, ANNA)))
    assert found == (FoundWay("sip", HERE, rank=0, registration=anna),)


def test_whereAPhoneSharesTheNameOfATerminalBothAreBehindOurOwnAddress(
    registry: EndpointRegistry,
) -> None:
    registry.register(endpoint(1, "anna"))
    phone = registry.register(endpoint(2, "anna", protocol="sip"))
    found = RegisteredEndpoints(registry, HERE).find(Called((ANNA,)))
    assert found == (FoundWay("sip", HERE, rank=0, registration=phone),)


def test_theGatewayIsToldOfAllPlacesAndWhichAreCalledAtTheSameTime(
    registry: EndpointRegistry,
) -> None:
    one = registry.register(endpoint(1, "anna", signalling=(THERE, HERE)))
    other = registry.register(endpoint(2, "anna"))
    registry.register(endpoint(3, "anna"))
    registry.exhaust("endpoint3", True)
    tired = registry.byId("endpoint3")
    assert tired is not None
    phones = [registry.register(endpoint(each, "anna", protocol="sip")) for each in (4, 5)]
    found = RegisteredEndpoints(registry, HERE).find(Called((ANNA,), bridged=True))
    assert found == (
        FoundWay("h323", THERE, rank=0, registration=one),
        FoundWay("h323", other.signalling[0], rank=0, registration=other),
        FoundWay("h323", HERE, rank=1, registration=one),
        FoundWay("h323", tired.signalling[0], rank=1000, registration=tired),
        *(FoundWay("sip", HERE, rank=0, registration=each) for each in phones),
    )


def test_anAddressThatIsKnownServesWhoeverIsThere(registry: EndpointRegistry) -> None:
    anna = registry.register(endpoint(1, "anna"))
    policy = SignalledAddress(registry)
    assert policy.find(Called((NOBODY,), THERE)) == (FoundWay("h323", THERE),)
    assert policy.find(Called((), anna.signalling[0])) == (
        FoundWay("h323", anna.signalling[0], registration=anna),
    )
    assert policy.find(Called((ANNA,))) is None
