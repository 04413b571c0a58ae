"""
The routing of a whole server, as it is configured.
"""

from __future__ import annotations

import re

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError
from h323d.events.server import ConfigurationReloaded
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.gatekeeper.routing.config import BUILT_IN_POLICIES, RoutingConfig
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.simulation import Simulation


def start(*policies: str) -> None:
    with Simulation() as world:
        world.server("10.0.0.1", Configuration(routing=RoutingConfig(policies=policies)))
        world.leave()
        assert world.leftOver() == []


def test_everyPolicyCanBeNamed() -> None:
    start(*BUILT_IN_POLICIES)


def test_aServerWithoutPoliciesStartsAndKnowsNobody() -> None:
    start()


def test_anUnknownPolicyIsAClearErrorThatNamesThoseThereAre() -> None:
    with pytest.raises(ConfigurationError, match=r"^routing.policies: elsewhere is unk") as raised:
        start("elsewhere", "rooms")
    (known,) = re.findall("built in: (.*); no entry point in h323d.called", str(raised.value))
    assert sorted(known.split(", ")) == sorted(BUILT_IN_POLICIES)


def test_theRoutesChangeWithTheFileAndTheNameServersDoNot() -> None:
    before = Configuration(routing=RoutingConfig(dnsServers=("192.0.2.53",)))
    after = Configuration(routing=RoutingConfig(catchAll="192.0.2.1"))
    with Simulation() as world:
        server = world.server("10.0.0.1", before)
        server.server.reload(after)
        (told,) = server.told(ConfigurationReloaded)
        assert told.sections == ("routing",)
        inForce = server.server.configuration.routing
        assert inForce == RoutingConfig(dnsServers=("192.0.2.53",), catchAll="192.0.2.1")
        zone = server.server.zone
        assert zone is not None
        found = zone.chain.find(Called((partyFromText("anybody"),)))
        assert found == (FoundWay("h323", TransportAddress("192.0.2.1", 1720)),)
        world.leave()


def test_aFaultyChangeOfTheRoutesChangesNothing() -> None:
    faulty = Configuration(
        routing=RoutingConfig(policies=("elsewhere",)), conference=ConferenceConfig(maxRooms=1)
    )
    with Simulation() as world:
        server = world.server("10.0.0.1")
        with pytest.raises(ConfigurationError):
            server.server.reload(faulty)
        assert server.server.configuration.routing == RoutingConfig()
        assert server.server.configuration.conference == ConferenceConfig()
        world.leave()
