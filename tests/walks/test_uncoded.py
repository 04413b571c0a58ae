"""
The walk of SIP phones that speak what their server cannot code: it passes, and nobody comes to speak
it whom it would not reach.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.dsp.g711 import PCMA, PCMU
from h323d.operation.views import BridgedView
from h323d.rtp.packet import decode
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.streamcodec import LinearCodec

ALICE, BOB, CAROL = 400, 700, 1000  # Hz
HOSTS = "10.0.1.1", "10.0.1.2"
ILBC = MediaFormat("iLBC", parameters=(("mode", "20"),))
WIDE = MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=17) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    """
    One that has G.711 alone; the phones that come later have more.
    """
    made = world.server(SERVER)
    world.codecs = (PCMU, PCMA, LinearCodec(ILBC), LinearCodec(WIDE))
    return made


def phones(
    world: Simulation, alices: tuple[MediaFormat, ...], bobs: tuple[MediaFormat, ...]
) -> tuple[SIPPhone, SIPPhone]:
    """
    Alice calls Bob.
    """
    alice = sipPhone(world, HOSTS[0], "1001", ALICE, *alices)
    bob = sipPhone(world, HOSTS[1], "1002", BOB, *bobs)
    alice.dial(f"sip:1002@{SERVER}")
    return alice, bob


def talking(
    world: Simulation, alices: tuple[MediaFormat, ...], bobs: tuple[MediaFormat, ...]
) -> tuple[SIPPhone, SIPPhone]:
    alice, bob = phones(world, alices, bobs)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    return alice, bob


def heard(alice: Phone, bob: Phone) -> tuple[list[int], list[int]]:
    """
    Whom each of them has heard in the last tenth of a second.
    """
    tones = ALICE, BOB, CAROL
    return alice.heard.heard(tones, 0.1), bob.heard.heard(tones, 0.1)


def spoken(phone: Phone) -> str:
    """
    What it sends at present.
    """
    transmit = phone.streams[-1].transmit
    return "" if transmit is None else transmit.format.name


def passing(server: SimulatedServer) -> set[bool]:
    calls = server.server.operator.calls()
    return {each.passing for each in calls if isinstance(each, BridgedView)}


def refused(server: SimulatedServer) -> list[bool]:
    """
    Whether anything was counted as refused, by side.
    """
    calls = server.server.operator.calls()
    media = [each.media for each in calls if isinstance(each, BridgedView)]
    return [each is not None and each.packetsRefused > 30 for each in media]


def end(world: Simulation, *phones: Phone) -> None:
    phones[0].hangup()
    world.run(0.5)
    assert world.failures == []
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("spokenByBoth", [ILBC, WIDE])
def test_whatBothSpeakAloneIsHeardOctetForOctet(
    world: Simulation, server: SimulatedServer, spokenByBoth: MediaFormat
) -> None:
    said: dict[str, list[bytes]] = {host: [] for host in HOSTS}
    came: dict[str, list[bytes]] = {host: [] for host in HOSTS}

    def look(kind: str, source: tuple[str, int], there: tuple[str, int], data: bytes) -> None:
        if kind == "udp" and len(data) >= 300 and data[0] == 0x80:
            said.get(source[0], []).append(decode(data).payload)
            came.get(there[0], []).append(decode(data).payload)

    alice, bob = talking(world, (spokenByBoth,), (spokenByBoth,))
    world.network.observers.append(look)
    world.run(1.0)
    assert passing(server) == {True}
    assert heard(alice, bob) == ([BOB], [ALICE])
    for host, other in (HOSTS, HOSTS[::-1]):
        assert len(came[host]) >= 45
        assert came[host] == said[other][: len(came[host])]
    end(world, alice)


def test_whoSpeaksNothingOfItRefusesAndTheCallerIsRefused(
    world: Simulation, server: SimulatedServer
) -> None:
    messages: list[bytes] = []
    world.network.observers.append(lambda kind, source, there, data: messages.append(data))
    alice, bob = phones(world, (ILBC,), (G711_ULAW,))
    world.until(lambda: alice.cause is not None)
    assert alice.cause is Cause.INCOMPATIBLE_DESTINATION
    assert not bob.speaking
    refusals = [each for each in messages if each.startswith(b"SIP/2.0 488")]
    assert b"they have iLBC/8000 telephone-event/8000, we PCMU/8000" in refusals[0]
    assert b"cause=88" in refusals[-1]
    assert b"they have PCMU/8000; the caller has iLBC/8000" in refusals[-1]
    world.leave()


@pytest.mark.parametrize("first", [ILBC, G711_ULAW])
def test_theCallerSpeaksWhatTheCalledSideHasOfIt(
    world: Simulation, server: SimulatedServer, first: MediaFormat
) -> None:
    speaks = sorted((ILBC, G711_ULAW), key=lambda each: each != first)
    alice, bob = talking(world, tuple(speaks), (G711_ULAW,))
    assert (spoken(alice), spoken(bob)) == ("PCMU", "PCMU")
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_whoHasAnotherLawIsTranscodedAndNotAnsweredWithWhatCannotBe(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = talking(world, (ILBC, G711_ULAW), (G711_ALAW,))
    assert (spoken(alice), spoken(bob)) == ("PCMU", "PCMA")
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_whatSoundsBetterAndOnlyPassesIsSpokenByBothAndNothingBesides(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = talking(world, (G711_ULAW, WIDE), (WIDE, G711_ULAW))
    assert (spoken(alice), spoken(bob)) == ("G7221", "G7221")
    receive = alice.streams[-1].receive
    assert receive is not None
    assert [each.name for each in receive.formats.values()] == ["G7221"]
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


@pytest.mark.parametrize("who", [0, 1])
def test_whoeverTurnsToWhatCanBeCodedTheOtherFollows(
    world: Simulation, server: SimulatedServer, who: int
) -> None:
    both = (WIDE, G711_ULAW)
    pair = alice, bob = talking(world, both, both)
    leg = pair[who].leg
    assert leg is not None
    leg.changeMedia(MediaProfile.audio((G711_ULAW,)))
    world.run(1.0)
    assert (spoken(alice), spoken(bob)) == ("PCMU", "PCMU")
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_whoCannotFollowHearsNothingAndEverythingElseGoesOn(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = talking(world, (WIDE, G711_ULAW), (WIDE,))
    assert alice.leg is not None
    alice.leg.changeMedia(MediaProfile.audio((G711_ULAW,)))
    world.run(1.0)
    assert (spoken(alice), spoken(bob)) == ("PCMU", "G7221")
    assert heard(alice, bob) == ([], [])
    assert refused(server) == [False, True]  # what Alice says is understood, though nobody takes it
    alice.leg.changeMedia(MediaProfile.audio((WIDE,)))
    world.run(1.0)
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_afterHoldItPassesAgain(world: Simulation, server: SimulatedServer) -> None:
    alice, bob = talking(world, (ILBC, G711_ULAW), (ILBC,))
    for phone in (alice, bob):
        assert phone.leg is not None
        phone.leg.changeMedia(phone.speaks.directed(Direction.SENDONLY))
        world.run(0.5)
        phone.leg.changeMedia(phone.speaks)
        world.run(1.0)
        assert (spoken(alice), spoken(bob)) == ("iLBC", "iLBC")
        assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_digitsComeThroughAndItPassesAgain(world: Simulation, server: SimulatedServer) -> None:
    alice, bob = talking(world, (ILBC,), (ILBC,))
    assert alice.leg is not None
    alice.leg.sendDigit("7", 100)
    world.run(1.0)
    assert bob.digits == [("7", DigitMethod.RTP_EVENT)]
    assert passing(server) == {True}
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)


def test_aTerminalOfH323ThatHasNothingOfItIsTranscodedFor(
    world: Simulation, server: SimulatedServer
) -> None:
    alice = sipPhone(world, HOSTS[0], "1001", ALICE, ILBC, G711_ALAW)
    bob = h323Phone(world, HOSTS[1], "1002", BOB, G711_ULAW)
    alice.dial(f"sip:1002@{SERVER}")
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert (spoken(alice), spoken(bob)) == ("PCMA", "PCMU")
    assert heard(alice, bob) == ([BOB], [ALICE])
    end(world, alice)
