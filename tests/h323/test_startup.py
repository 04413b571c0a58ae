"""
Two endpoints, and every pair of ways to start a call.
"""

from __future__ import annotations

import itertools
import random

import pytest
from twisted.internet.task import Clock

from h323d.h323.config import H323Config
from h323d.h323.leg import H323Leg
from h323d.h323.startup import StartUpOptions
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media import Direction
from tests.support.h323 import PROFILE, Party, Side, newClock
from tests.support.network import SimulatedNetwork

CALLED = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
BOTH = [False, True]
CALLERS = [StartUpOptions(*flags) for flags in itertools.product(BOTH, BOTH, BOTH)]
CALLEES = [
    H323Config(fastStart=fastStart, tunnelling=tunnelling)
    for fastStart, tunnelling in itertools.product(BOTH, BOTH)
]


@pytest.fixture
def clock() -> Clock:
    return newClock()


@pytest.fixture
def network(clock: Clock) -> SimulatedNetwork:
    return SimulatedNetwork(clock, random.Random(1))


def call(caller: Side, callee: Side, options: StartUpOptions) -> tuple[H323Leg, Party]:
    party = Party()
    leg = caller.endpoint.call(
        CallID("c1"), (), CALLED, PROFILE, party, options, callee.endpoint.address
    )
    return leg, party


def name(value: StartUpOptions | H323Config) -> str:
    words = ["fast" if value.fastStart else "slow", "tunnel" if value.tunnelling else "separate"]
    if isinstance(value, StartUpOptions) and value.earlyH245:
        words.append("early")
    return "-".join(words)


@pytest.mark.parametrize("callerFirst", BOTH, ids=["calleeEnds", "callerEnds"])
@pytest.mark.parametrize("config", CALLEES, ids=name)
@pytest.mark.parametrize("options", CALLERS, ids=name)
def test_everyPairEndsInMediaAndACleanRelease(
    network: SimulatedNetwork,
    clock: Clock,
    options: StartUpOptions,
    config: H323Config,
    callerFirst: bool,
) -> None:
    caller = Side(network, "10.0.0.2", seed=2)
    callee = Side(network, "10.0.0.1", config)
    leg, near = call(caller, callee, options)
    clock.pump([0.005] * 40)

    (far,) = callee.parties
    assert far.leg is not None
    assert near.streams[-1].direction is Direction.SENDRECV
    assert far.streams[-1].direction is Direction.SENDRECV
    (nearPort,), (farPort,) = caller.pool.ports, callee.pool.ports
    assert nearPort.stream.transmit is not None
    assert nearPort.stream.transmit.rtp == farPort.rtp
    assert farPort.stream.transmit is not None
    assert farPort.stream.transmit.rtp == nearPort.rtp

    clock.advance(35)  # no timer of the start-up may end the call
    clock.pump([0.005] * 10)
    assert near.cause is None
    assert far.cause is None

    (leg if callerFirst else far.leg).hangup(Cause.NORMAL_CALL_CLEARING)
    clock.pump([0.005] * 40)
    assert near.cause is Cause.NORMAL_CALL_CLEARING
    assert far.cause is Cause.NORMAL_CALL_CLEARING
    assert caller.pool.ports == callee.pool.ports == []
    clock.pump([16.0, 1.0, 1.0])
    caller.endpoint.stop()
    callee.endpoint.stop()
    assert network.tcp == {}
    assert clock.getDelayedCalls() == []
    assert caller.faults == callee.faults == []
