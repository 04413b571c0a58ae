"""
The walk of a bridged call whose sides speak the same: what they say passes as it is, and goes on
without a gap when one of them changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from h323d.operation.views import BridgedView
from h323d.rtp.packet import RTPPacket, decode
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation

ALICE, BOB = 400, 700  # Hz
PROTOCOLS = {"sip": sipPhone, "h323": h323Phone}
HOSTS = "10.0.1.1", "10.0.1.2"
CHANGES = 40  # in one call: by each of both each kind of change, from and to either law, twice

everyPair = pytest.mark.parametrize(
    ("calling", "called"), [("sip", "sip"), ("sip", "h323"), ("h323", "sip")]
)


class Wire:
    """
    The sound that each of two says and hears, packet by packet.
    """

    def __init__(self, world: Simulation) -> None:
        self.said: dict[str, list[RTPPacket]] = {host: [] for host in HOSTS}
        self.heard: dict[str, list[RTPPacket]] = {host: [] for host in HOSTS}
        world.network.observers.append(self._look)

    def _look(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        if kind != "udp" or len(data) != 172:
            return
        if source[0] in self.said:
            self.said[source[0]].append(decode(data))
        if destination[0] in self.heard:
            self.heard[destination[0]].append(decode(data))

    def clear(self) -> None:
        for packets in (*self.said.values(), *self.heard.values()):
            packets.clear()

    def passed(self) -> bool:
        """
        Whether each has heard what the other said, octet by octet.
        """
        for host, other in (HOSTS, HOSTS[::-1]):
            said = [packet.payload for packet in self.said[other]]
            heard = [packet.payload for packet in self.heard[host]]
            if not heard or heard != said[: len(heard)] or len(said) - len(heard) > 2:
                return False
        return True

    def assertContinuous(self) -> None:
        for host in HOSTS:
            packets = self.heard[host]
            assert len({packet.ssrc for packet in packets}) == 1
            for one, next_ in itertools.pairwise(packets):
                assert (next_.sequenceNumber - one.sequenceNumber) & 0xFFFF == 1
                assert (next_.timestamp - one.timestamp) & 0xFFFFFFFF == 160


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=13) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


def talking(
    world: Simulation, calling: str, called: str, *formats: MediaFormat
) -> tuple[Phone, Phone]:
    alice = PROTOCOLS[calling](world, HOSTS[0], "1001", ALICE, *formats)
    bob = PROTOCOLS[called](world, HOSTS[1], "1002", BOB, *formats)
    alice.dial(f"sip:1002@{SERVER}" if isinstance(alice, SIPPhone) else "1002")
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    return alice, bob


def heard(alice: Phone, bob: Phone) -> tuple[list[int], list[int]]:
    """
    Whom each of them has heard in the last tenth of a second.
    """
    tones = ALICE, BOB
    return alice.heard.heard(tones, 0.1), bob.heard.heard(tones, 0.1)


def passing(server: SimulatedServer) -> set[bool]:
    calls = server.server.operator.calls()
    return {each.passing for each in calls if isinstance(each, BridgedView)}


def speak(phone: Phone, *formats: MediaFormat) -> None:
    assert phone.leg is not None
    phone.leg.changeMedia(MediaProfile.audio(formats))


@everyPair
def test_whoSpeakTheSameHearEachOthersOctets(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    wire = Wire(world)
    talking(world, calling, called, G711_ALAW)
    wire.clear()
    world.run(1.0)
    assert wire.passed()
    assert passing(server) == {True}
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("calling", ["sip", "h323"])
@pytest.mark.parametrize("first", [G711_ULAW, G711_ALAW])
def test_whatAPhoneThatIsCalledSettlesForTheCallerSpeaksToo(
    world: Simulation, server: SimulatedServer, calling: str, first: MediaFormat
) -> None:
    formats = sorted((G711_ULAW, G711_ALAW), key=lambda each: each != first)
    talking(world, calling, "sip", *formats)
    assert passing(server) == {True}


@everyPair
def test_anotherCodecInTheMiddleOfTheCallIsTranscodedWithoutAGapAndBackAgain(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    wire = Wire(world)
    alice, bob = talking(world, calling, called, G711_ALAW)
    wire.clear()
    speak(alice, G711_ULAW)
    world.run(1.0)
    assert passing(server) == {False}
    assert heard(alice, bob) == ([BOB], [ALICE])
    speak(alice, G711_ALAW)
    world.run(1.0)
    assert passing(server) == {True}
    assert heard(alice, bob) == ([BOB], [ALICE])
    wire.assertContinuous()


def test_afterEachOfManyChangesInOneCallBothAreHeard(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = talking(world, "sip", "sip", G711_ULAW)
    for turn in range(CHANGES):
        who = (alice, bob)[turn // 2 % 2]
        assert who.leg is not None
        if turn % 5 == 4:
            who.leg.changeMedia(who.speaks.directed(Direction.SENDONLY))
            world.run(0.1)
            who.leg.changeMedia(who.speaks)
        elif turn % 5 == 3:
            who.leg.sendDigit("5", 60)
            world.run(0.15)
        else:
            speak(who, (G711_ALAW, G711_ULAW)[turn % 2])
        world.run(0.16)
        assert heard(alice, bob) == ([BOB], [ALICE]), turn
    assert world.failures == []
    alice.hangup()
    world.run(0.5)
    world.leave()
    assert world.leftOver() == []
