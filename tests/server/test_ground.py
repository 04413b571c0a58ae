"""
What all services of a server stand on.
"""

from __future__ import annotations

import random
from dataclasses import replace

from twisted.internet.task import Clock

from h323d.config.sections import Configuration, ServerConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.server.ground import Ground
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.surroundings import surroundingsOf

PEER = "10.0.0.9"
NEIGHBOUR = TransportAddress("10.0.0.8", 1720)
CONFIGURATION = replace(
    Configuration(),
    server=ServerConfig(bind="10.0.0.1"),
    security=SecurityConfig(deny=("10.0.0.66",), callRate=0.001, callBurst=1),
)


def newGround() -> Ground:
    clock = Clock()
    network = SimulatedNetwork(clock, random.Random(1))
    host = SimulatedHost(network, "10.0.0.1")
    return Ground(CONFIGURATION, surroundingsOf(host, clock, random.Random(2), FakePool()))


def mayHold(ground: Ground) -> bool:
    """
    Whether a source may have most of a table.
    """
    return ground.site.shareRule.mayHold("calls", PEER, 90, 100)


def test_nothingIsChangedBeforeItIsCommitted() -> None:
    ground = newGround()
    changed = replace(CONFIGURATION, security=SecurityConfig(share=1.0))
    commit = ground.prepare(changed)
    assert not mayHold(ground)
    commit.commit()
    assert mayHold(ground)


def test_thirdPartiesAreThoseOfTheConfigurationInForce() -> None:
    ground = newGround()
    assert ground.site.dialRule.controlObjection(NEIGHBOUR, PEER) is not None
    security = replace(CONFIGURATION.security, thirdParties=("10.0.0.8",))
    ground.prepare(replace(CONFIGURATION, security=security)).commit()
    assert ground.site.dialRule.controlObjection(NEIGHBOUR, PEER) is None
    ground.prepare(CONFIGURATION).commit()
    assert ground.site.dialRule.controlObjection(NEIGHBOUR, PEER) is not None
