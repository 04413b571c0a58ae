"""
Relays as signalling sees them, on a simulated network.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.media import IRelay, IRelayObserver, IRelaySide, Signalling
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import ResourceUnavailable
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.media.relay.pool import RelayPool
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.networkmedia import Door, NetworkPair, NetworkPorts, newRelays
from tests.support.packetio import MemoryPorts

SERVER = "10.0.0.1"
ALICE = TransportAddress("10.0.1.1", 5000)
BOB = TransportAddress("10.0.2.2", 6000)
PACKET = encode(RTPPacket(0, 1, 160, 7, b"sound"))


@implementer(IRelayObserver)
class RelayRecorder:
    """
    Writes down what a relay reports.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[int, TransportAddress]] = []

    def relayHeard(self, relay: IRelay, side: int, source: TransportAddress) -> None:
        self.heard.append((side, source))


@dataclass
class Bench:
    """
    A server with relays, and two telephones.
    """

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.network = SimulatedNetwork(self.clock, random.Random(1))
        server = self.network.host(SERVER)
        config = MediaConfig()
        ports, rng = NetworkPorts(server), random.Random(1)
        self.pool: RelayPool = newRelays(config, ports, rng, self.clock, Inputs())
        self.recorder = RelayRecorder()
        self.alice, self.bob = self.phone(ALICE), self.phone(BOB)

    def phone(self, address: TransportAddress) -> Door:
        door = Door(self.network.host(address.host))
        door.bind(address)
        return door

    def open(self, shared: bool = False) -> IRelay:
        return self.pool.openRelay(
            self.recorder, (Home.at(SERVER), Home.at(SERVER)), (shared, False)
        )

    def connected(self) -> IRelay:
        relay = self.open()
        relay.sides[0].aim(ALICE, None, Latching.NEVER, Signalling(ALICE.host))
        relay.sides[1].aim(BOB, None, Latching.NEVER, Signalling(BOB.host))
        return relay

    def say(self, door: Door, to: TransportAddress, data: bytes = PACKET) -> None:
        door.send(memoryview(data), (to.host, to.port))
        self.clock.pump([0.001] * 10)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_theSeamsAreProvided(bench: Bench) -> None:
    relay = bench.open()
    assert verifyObject(IRelay, relay)
    assert verifyObject(IRelaySide, relay.sides[0])


def test_whatOneSaysTheOtherHears(bench: Bench) -> None:
    relay = bench.connected()
    bench.say(bench.alice, relay.sides[0].rtp)
    ((data, source, _),) = bench.bob.arrived
    assert (data, source) == (PACKET, relay.sides[1].rtp)


def test_whoWasHeardIsTold(bench: Bench) -> None:
    relay = bench.connected()
    bench.say(bench.alice, relay.sides[0].rtp)
    assert bench.recorder.heard == [(0, ALICE)]


def test_aSideKnowsForHowLongNothingCame(bench: Bench) -> None:
    relay = bench.connected()
    bench.clock.pump([0.1] * 70)
    bench.say(bench.alice, relay.sides[0].rtp)
    bench.clock.pump([0.1] * 30)
    alice, bob = (side.statistics().silence for side in relay.sides)
    assert alice == pytest.approx(2.5, abs=0.6)
    assert bob == pytest.approx(9.5, abs=0.6)


def test_aSideKnowsHowItFares(bench: Bench) -> None:
    relay = bench.connected()
    bench.say(bench.alice, relay.sides[0].rtp)
    bench.clock.pump([0.1] * 11)
    alice, bob = (replace(side.statistics(), silence=0.0) for side in relay.sides)
    assert (alice, bob) == (RelayStatistics(1, len(PACKET), 0, 0), RelayStatistics())


def test_aClosedRelayLeavesNothing(bench: Bench) -> None:
    relay = bench.connected()
    relay.close()
    relay.close()
    relay.sides[0].aim(BOB, None, Latching.NEVER, Signalling(BOB.host))
    assert relay.sides[0].rtp not in [TransportAddress(*here) for here in bench.network.udp]
    assert len(bench.pool) == 0
    assert bench.clock.getDelayedCalls() == []


def test_sharedSidesHaveTheSamePortsAndNumbersOfTheirOwn(bench: Bench) -> None:
    first, second = bench.open(shared=True), bench.open(shared=True)
    assert first.sides[0].rtp == second.sides[0].rtp
    assert first.sides[0].multiplexID != second.sides[0].multiplexID
    assert first.sides[1].rtp != second.sides[1].rtp


def test_manyCallsPassTheSharedPorts(bench: Bench) -> None:
    carol = bench.phone(TransportAddress("10.0.3.3", 7000))
    relays = [bench.open(shared=True) for _ in range(2)]
    for relay, address in zip(relays, (BOB, TransportAddress("10.0.3.3", 7000)), strict=True):
        relay.sides[0].aim(ALICE, None, Latching.NEVER, Signalling(ALICE.host), multiplexID=9)
        relay.sides[1].aim(address, None, Latching.NEVER, Signalling(address.host))
    for relay in relays:
        number = relay.sides[0].multiplexID
        bench.say(bench.alice, relay.sides[0].rtp, number.to_bytes(4, "big") + PACKET)
    assert [len(each.arrived) for each in (bench.bob, carol)] == [1, 1]
    bench.say(bench.bob, relays[0].sides[1].rtp)
    assert bench.alice.arrived[0][0] == b"\0\0\0\x09" + PACKET


def test_packetsDoNotGoRoundBetweenRelays(bench: Bench) -> None:
    first, second = bench.open(), bench.open()
    first.sides[1].aim(second.sides[0].rtp, None, Latching.ANY_HOST, Signalling(SERVER))
    second.sides[0].aim(first.sides[1].rtp, None, Latching.ANY_HOST, Signalling(SERVER))
    second.sides[1].aim(first.sides[0].rtp, None, Latching.ANY_HOST, Signalling(SERVER))
    first.sides[0].aim(
        second.sides[1].rtp, None, Latching.ANY_HOST, Signalling(SERVER)
    )  # which would close the ring
    bench.say(bench.alice, first.sides[0].rtp)
    assert not bench.pool.turnsRound(first.sides[1], BOB)
    assert bench.pool.turnsRound(first.sides[0], second.sides[1].rtp)


def test_aChainOfRelaysCarriesMedia(bench: Bench) -> None:
    first, second = bench.open(), bench.open()
    first.sides[0].aim(ALICE, None, Latching.NEVER, Signalling(ALICE.host))
    first.sides[1].aim(second.sides[0].rtp, None, Latching.NEVER, Signalling(SERVER))
    second.sides[0].aim(first.sides[1].rtp, None, Latching.NEVER, Signalling(SERVER))
    second.sides[1].aim(BOB, None, Latching.NEVER, Signalling(BOB.host))
    bench.say(bench.alice, first.sides[0].rtp)
    assert len(bench.bob.arrived) == 1


def test_portsThatAreMissingForOneSideAreFreedOnTheOther() -> None:
    ports = MemoryPorts(limit=1)
    pool = newRelays(MediaConfig(), ports, random.Random(1), Clock(), Inputs())
    with pytest.raises(ResourceUnavailable):
        pool.openRelay(RelayRecorder(), (Home.at(SERVER), Home.at(SERVER)))
    assert ports.pairs[0].closed


class MarkedPorts(NetworkPorts):
    """
    Remembers with which priorities ports were bound.
    """

    def __init__(self, host: SimulatedHost) -> None:
        super().__init__(host)
        self.priorities: list[Priority] = []

    def bind(self, host: str, priority: Priority = Priority.NORMAL) -> NetworkPair:
        self.priorities.append(priority)
        return super().bind(host, priority)


def test_portsAreBoundWithThePriorityButThoseThatAreShared() -> None:
    clock = Clock()
    ports = MarkedPorts(SimulatedNetwork(clock, random.Random(1)).host(SERVER))
    pool = newRelays(MediaConfig(), ports, random.Random(1), clock, Inputs())
    homes = Home.at(SERVER), Home.at(SERVER)
    pool.openRelay(RelayRecorder(), homes, (False, True), Priority.HIGH)
    assert ports.priorities == [Priority.HIGH, Priority.NORMAL]
