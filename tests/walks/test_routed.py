"""
The walk of a call between two telephones whose signalling goes through the gatekeeper: every
model and start-up mode, sound both ways, failover, and how it ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from h323d.config import Configuration
from h323d.events import (
    CallAdmitted,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRouted,
    RASAdmissionGranted,
)
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.h323.startup import StartUpOptions
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
SIGNALLING = TransportAddress(SERVER, 1720)
ALICE, BOB, NOBODY = 400, 700, 1000  # Hz
AT_ALICE, AT_BOB = "10.0.0.2", "10.0.0.3"

MODELS = [CallModel.ROUTED, CallModel.ROUTED_H245, CallModel.PROXIED]
MODES = [StartUpOptions(*each) for each in itertools.product((True, False), repeat=3)]


def modeName(mode: StartUpOptions) -> str:
    words = ["fast" if mode.fastStart else "slow", "tunnelled" if mode.tunnelling else "separate"]
    return "-".join(words + ["early"] * mode.earlyH245)


@dataclass
class Zone:
    """
    A gatekeeper, and two telephones that are registered with it.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone

    def call(self, mode: StartUpOptions | None = None) -> None:
        """
        Let Alice call Bob, and both be heard.
        """
        self.alice.call("2000", mode)
        self.world.run(1.0)

    def heard(self) -> tuple[list[int], list[int]]:
        """
        What Alice hears, and what Bob hears.
        """
        tones = (ALICE, BOB, NOBODY)
        return self.alice.heard.heard(tones), self.bob.heard.heard(tones)


def newZone(world: Simulation, config: RoutedConfig) -> Zone:
    server = world.server(SERVER, replace(Configuration(), routed=config))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    for each in (alice, bob):
        each.register()
    world.run(1.0)
    return Zone(world, server, alice, bob)


@pytest.fixture
def world() -> Iterator[Simulation]:
    """
    In the end everybody leaves, and nothing is left.
    """
    with Simulation() as world:
        yield world
        world.leave()
        assert world.leftOver() == []


@pytest.mark.parametrize("mode", MODES, ids=modeName)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.value)
def test_twoTelephonesHearEachOther(
    model: CallModel, mode: StartUpOptions, world: Simulation
) -> None:
    zone = newZone(world, RoutedConfig(model=model))
    zone.call(mode)
    assert zone.heard() == ([BOB], [ALICE])
    (call,) = zone.server.server.zone.routed  # type: ignore[union-attr]  # there is a zone
    assert (call.state, call.model) == ("active", model)
    zone.alice.hangup()
    world.run(1.0)
    assert zone.alice.cause is zone.bob.cause is Cause.NORMAL_CALL_CLEARING
    assert len(zone.server.server.zone.routed) == 0  # type: ignore[union-attr]  # there is a zone


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.value)
def test_whatTheModelSaysGoesThroughUs(model: CallModel, world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=model))
    zone.call(StartUpOptions(False, False, False))
    between = [
        each
        for each in world.network.streams
        if {each.here[0], each.there[0]} == {AT_ALICE, AT_BOB}
    ]
    assert bool(between) == (model is CallModel.ROUTED)
    relays = zone.server.media.pool.figures()["relays"]
    assert relays == (1 if model is CallModel.PROXIED else 0)


def test_factsTellOfTheCall(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED))
    zone.call()
    zone.bob.hangup()
    world.run(1.0)
    kinds = (CallOffered, CallAdmitted, CallRouted, CallAnswered, CallEnded)
    assert [type(fact) for fact in zone.server.facts if isinstance(fact, kinds)] == list(kinds)
    (routed,) = zone.server.told(CallRouted)
    assert (routed.model, routed.peer) == ("routed", TransportAddress(AT_BOB, 1720))
    (ended,) = zone.server.told(CallEnded)
    assert (ended.cause, ended.releasedBy) == (Cause.NORMAL_CALL_CLEARING, "called")
    granted = zone.server.told(RASAdmissionGranted)
    assert {(each.model, each.destination) for each in granted} == {("routed", SIGNALLING)}
