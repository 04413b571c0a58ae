from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.chain import Called, ICalledPolicy
from h323d.gatekeeper.routing.gateways import GatewayPrefixes
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress
from tests.support.registrations import endpoint

FIRST = endpoint(1, "first")
SECOND = endpoint(2, "second")


class Gateways:
    """
    Those that serve 0.
    """

    def __init__(self, *serving: Registration) -> None:
        self._serving = serving

    def byPrefix(self, digits: str) -> tuple[Registration, ...]:
        return self._serving if digits.startswith("0") else ()


def found(called: Called, *serving: Registration) -> list[str]:
    answer = GatewayPrefixes(Gateways(*serving)).find(called)
    return [each.registration.endpointId for each in answer or () if each.registration]


def test_itIsAPolicy() -> None:
    assert verifyObject(ICalledPolicy, GatewayPrefixes(Gateways()))


@pytest.mark.parametrize("kind", [AddressKind.DIALLED_DIGITS, AddressKind.PARTY_NUMBER])
def test_aNumberGoesToTheGatewayOfItsPrefix(kind: AddressKind) -> None:
    assert found(Called((PartyAddress(kind, "0123"),)), FIRST) == ["endpoint1"]


@pytest.mark.parametrize("name", ["1123", "0zero"])
def test_otherNamesPass(name: str) -> None:
    assert GatewayPrefixes(Gateways(FIRST)).find(Called((partyFromText(name),))) is None


def test_gatewaysOfTheSamePrefixAreTriedAsTheRegistryOrdersThem() -> None:
    assert found(Called((partyFromText("01"),)), SECOND, FIRST) == ["endpoint2", "endpoint1"]


def test_aCallIsNotSentBackToTheGatewayItCameFrom() -> None:
    called = Called((partyFromText("01"),), caller=FIRST)
    assert found(called, FIRST, SECOND) == ["endpoint2"]
    assert found(called, FIRST) == []
