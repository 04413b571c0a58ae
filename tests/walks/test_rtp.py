"""
The walk of RTP: from a telephone through the plane to another, over a network that misbehaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from h323d.config.sections import Configuration
from h323d.dsp.tones import levelsAt, signalToNoise
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import LEVEL, MEDIA, Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
ALICE, BOB = 400, 700  # Hz
SEEDS = (1, 2)
PURE = 30.0  # dB: what G.711 leaves of a tone is 37 dB above its noise
UNBROKEN = 10.0  # dB: with a tenth of the packets concealed; a gap of one in ten leaves 9.5
EVERY_SECOND = replace(MEDIA, rtcpIntervalSeconds=1.0)


@dataclass
class Talk:
    """
    Alice by H.323 and Bob by SIP, in one room.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone

    def under(self, seconds: float, loss: float, delay: float, spread: float) -> None:
        """
        Talk on, on a network of such conditions.
        """
        conditions = self.world.network.conditions
        conditions.loss, conditions.delay, conditions.spread = loss, delay, spread
        self.world.run(seconds)

    def level(self, seconds: float) -> tuple[float, float]:
        """
        How loud Alice hears Bob, and herself.
        """
        bob, alice = levelsAt(self.alice.heard.last(seconds), (BOB, ALICE))
        return float(bob), float(alice)

    def purity(self, seconds: float) -> float:
        """
        How clean Alice hears Bob, in dB.
        """
        return signalToNoise(self.alice.heard.last(seconds), BOB)

    def depth(self) -> float:
        """
        The longest wait in a jitter buffer of the server, seconds.
        """
        return max(each.bufferDepth for each in self.server.statistics())


def talk(seed: int) -> Iterator[Talk]:
    with Simulation(seed) as world:
        server = world.server(
            SERVER, Configuration(media=MediaConfig(maximumPorts=8, rtcpIntervalSeconds=1.0))
        )
        alice = Telephone(world, "10.0.1.1", "alice", ALICE, media=EVERY_SECOND)
        bob = Telephone(world, "10.0.1.2", "bob", BOB, media=EVERY_SECOND)
        alice.call("80001", destination=TransportAddress(SERVER, 1720))
        bob.call(f"sip:80001@{SERVER}")
        world.run(0.5)
        assert alice.speaking
        assert bob.speaking
        yield Talk(world, server, alice, bob)


@pytest.fixture
def calm() -> Iterator[Talk]:
    yield from talk(1)


@pytest.fixture(params=SEEDS)
def seeded(request: pytest.FixtureRequest) -> Iterator[Talk]:
    yield from talk(request.param)


def test_onAGoodNetworkTheSoundIsAsItWasSpoken(calm: Talk) -> None:
    calm.world.run(0.5)
    heard, oneself = calm.level(0.3)
    assert heard == pytest.approx(LEVEL, abs=0.1)
    assert oneself < LEVEL - 90
    assert calm.purity(0.3) > PURE
    assert calm.depth() <= 0.02


def test_aTenthOfThePacketsLostIsConcealed(calm: Talk) -> None:
    calm.under(2.5, loss=0.1, delay=0.02, spread=0.0)
    heard, oneself = calm.level(2.0)
    assert heard == pytest.approx(LEVEL, abs=1.0)
    assert oneself < LEVEL - 50
    assert calm.purity(2.0) > UNBROKEN
    for figures in calm.server.statistics():
        lost = figures.packetsLost / (figures.packetsLost + figures.packetsReceived)
        assert 0.02 < lost < 0.2
        assert figures.concealed >= figures.packetsLost


def test_reorderedPacketsArePlayedInOrder(calm: Talk) -> None:
    calm.under(2.0, loss=0.0, delay=0.02, spread=0.045)  # two packets overtake at times
    assert calm.purity(1.0) > PURE
    assert calm.depth() <= 0.08


def test_lossReorderAndDelayTogetherLeaveTheSound(seeded: Talk) -> None:
    seeded.under(2.5, loss=0.1, delay=0.04, spread=0.06)
    heard, oneself = seeded.level(2.0)
    assert heard == pytest.approx(LEVEL, abs=1.0)
    assert oneself < LEVEL - 50
    assert seeded.depth() <= 0.1
    seeded.under(2.0, loss=0.0, delay=0.04, spread=0.0)
    assert seeded.purity(0.5) > PURE
    assert seeded.depth() <= 0.02


def test_afterAStallTheDelayComesBackToWhatItWas(calm: Talk) -> None:
    calm.world.run(1.0)
    before = calm.depth()
    deepest = 0.0
    for _ in range(3):
        calm.world.network.stall(0.4)
        for _ in range(12):
            calm.world.run(0.05)
            deepest = max(deepest, calm.depth())
    assert before < deepest <= 0.2  # the hard cap: media.jitterMaxMs
    calm.world.run(3.0)
    assert calm.depth() <= before + 0.02
    assert calm.purity(0.5) > PURE


def test_bothSidesLearnByRTCPHowTheOtherFares(calm: Talk) -> None:
    calm.under(3.5, loss=0.1, delay=0.03, spread=0.0)
    for figures in (*calm.server.statistics(), calm.alice.statistics()):
        assert figures.remoteLost is not None
        assert 0.0 < figures.remoteLost < 0.3
        assert figures.roundTrip is not None
        assert figures.roundTrip == pytest.approx(0.06, abs=0.001)


def test_theSecondAfterAReleaseNobodyIsHeard(calm: Talk) -> None:
    calm.bob.hangup()
    calm.world.run(1.0)
    assert calm.level(0.5)[0] < LEVEL - 50
