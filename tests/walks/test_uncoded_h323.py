"""
The walk of a SIP phone and an H.323 terminal that both speak what their server cannot code: it
passes in every way in which H.323 starts a call, and a name that H.245 lacks is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.dsp.g711 import PCMA, PCMU
from h323d.rtp.packet import decode
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import Phone
from tests.support.bridgedcalls import HOSTS, STARTS, called, heardEachOther, newPhone, newServer
from tests.support.simulation import Simulation
from tests.support.streamcodec import LinearCodec, ScrambledCodec

ILBC = MediaFormat("iLBC", parameters=(("mode", "20"),))
WIDE = MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),))
AAC_LD = MediaFormat(
    "MP4A-LATM",
    90000,
    parameters=(("bitrate", "64000"), ("object", "23"), ("profile-level-id", "24")),
)
NARROWER = MediaFormat("G7221", 16000, parameters=(("bitrate", "24000"),))
MOBILE = MediaFormat("AMR-WB", 16000, parameters=(("octet-align", "1"),))
NAMELESS = MediaFormat("SILK", 16000)

everyStart = pytest.mark.parametrize("start", STARTS)
bothWays = pytest.mark.parametrize(
    ("calling", "calledBy"), [("sip", "h323"), ("h323", "sip")], ids=["to H.323", "to SIP"]
)
FAST = ("fast", "fast, parallel")  # in which the caller says at once what it speaks


class Octets:
    """
    The payloads of long packets that each of two says and hears.
    """

    def __init__(self, world: Simulation) -> None:
        self.said: dict[str, list[bytes]] = {host: [] for host in HOSTS}
        self.came: dict[str, list[bytes]] = {host: [] for host in HOSTS}
        world.network.observers.append(self._look)

    def _look(
        self, kind: str, source: tuple[str, int], there: tuple[str, int], data: bytes
    ) -> None:
        if kind == "udp" and len(data) >= 300 and data[0] == 0x80:
            self.said.get(source[0], []).append(decode(data).payload)
            self.came.get(there[0], []).append(decode(data).payload)

    def assertPassed(self) -> None:
        for host, other in (HOSTS, HOSTS[::-1]):
            _inFlight, *came = self.came[host]
            assert len(came) >= 45
            assert came == self.said[other][: len(came)]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=31) as simulation:
        yield simulation


def phones(
    world: Simulation,
    protocols: tuple[str, str],
    start: str,
    alices: tuple[MediaFormat, ...],
    bobs: tuple[MediaFormat, ...],
) -> tuple[Phone, Phone]:
    """
    Alice calls Bob, through a server that has G.711 alone.
    """
    newServer(world, start)
    plugged = (ILBC, WIDE, NARROWER, MOBILE, NAMELESS)
    world.codecs = (PCMU, PCMA, *map(LinearCodec, plugged), ScrambledCodec(AAC_LD))
    alice = newPhone(world, protocols[0], 0, *alices)
    bob = newPhone(world, protocols[1], 1, *bobs)
    called(alice, start)
    return alice, bob


def talking(
    world: Simulation,
    protocols: tuple[str, str],
    start: str,
    alices: tuple[MediaFormat, ...],
    bobs: tuple[MediaFormat, ...],
) -> tuple[Phone, Phone]:
    alice, bob = phones(world, protocols, start, alices, bobs)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(1.0)
    return alice, bob


def spoken(*phones: Phone) -> list[str]:
    """
    What each sends at present.
    """
    transmitted = [phone.streams[-1].transmit for phone in phones]
    return ["" if each is None else each.format.name for each in transmitted]


def assertPasses(world: Simulation) -> None:
    """
    What each says reaches the other octet for octet.
    """
    octets = Octets(world)
    world.run(1.0)
    octets.assertPassed()


def end(world: Simulation, alice: Phone, bob: Phone) -> None:
    """
    They hear each other, and the call is over.
    """
    assert heardEachOther(alice, bob)
    alice.hangup()
    world.run(1.0)
    assert world.failures == []
    world.leave()
    assert world.leftOver() == []


@everyStart
@pytest.mark.parametrize("spokenByBoth", [ILBC, WIDE, MOBILE, AAC_LD], ids=str)
def test_whatBothSpeakAloneIsHeardOctetForOctet(
    world: Simulation, start: str, spokenByBoth: MediaFormat
) -> None:
    alice, bob = talking(world, ("sip", "h323"), start, (spokenByBoth,), (spokenByBoth,))
    assertPasses(world)
    end(world, alice, bob)


@pytest.mark.parametrize("start", FAST)
@pytest.mark.parametrize("spokenByBoth", [ILBC, WIDE, MOBILE, AAC_LD], ids=str)
def test_whatATerminalProposesAloneIsHeardOctetForOctet(
    world: Simulation, start: str, spokenByBoth: MediaFormat
) -> None:
    alice, bob = talking(world, ("h323", "sip"), start, (spokenByBoth,), (spokenByBoth,))
    assertPasses(world)
    end(world, alice, bob)


@bothWays
@pytest.mark.parametrize("start", FAST)
def test_whatSoundsBetterIsSettledByFastConnectAndNothingIsSpokenBesides(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    both = (G711_ULAW, WIDE)
    alice, bob = talking(world, (calling, calledBy), start, both, both[::-1])
    assert spoken(alice, bob) == ["G7221", "G7221"]
    assertPasses(world)
    end(world, alice, bob)


@bothWays
@everyStart
def test_whoHasSomethingElseTooIsAlwaysHeard(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    """
    Where fast connect settles nothing, what can be coded is spoken.
    """
    both = (WIDE, G711_ULAW, ILBC)
    alice, bob = talking(world, (calling, calledBy), start, both, both[::-1])
    assert len(set(spoken(alice, bob))) == 1
    end(world, alice, bob)


@bothWays
@everyStart
def test_whoHasNothingOfItIsTranscoded(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    alice, bob = talking(
        world, (calling, calledBy), start, (WIDE, ILBC, G711_ULAW), (MOBILE, G711_ALAW)
    )
    assert spoken(alice, bob) == ["PCMU", "PCMA"]
    end(world, alice, bob)


@bothWays
@pytest.mark.parametrize("start", FAST)
def test_theRateThatBothSpeakIsTheOneThatPasses(
    world: Simulation, calling: str, calledBy: str, start: str
) -> None:
    alice, bob = talking(
        world, (calling, calledBy), start, (WIDE, NARROWER, G711_ULAW), (NARROWER, G711_ULAW)
    )
    assert spoken(alice, bob) == ["G7221", "G7221"]
    assertPasses(world)
    end(world, alice, bob)


@bothWays
@pytest.mark.parametrize("who", [0, 1])
def test_whoeverTurnsToWhatCanBeCodedTheOtherFollows(
    world: Simulation, calling: str, calledBy: str, who: int
) -> None:
    both = (WIDE, G711_ULAW)
    pair = alice, bob = talking(world, (calling, calledBy), "fast", both, both)
    leg = pair[who].leg
    assert leg is not None
    leg.changeMedia(MediaProfile.audio((G711_ULAW,)))
    world.run(2.0)
    assert spoken(alice, bob) == ["PCMU", "PCMU"]
    end(world, alice, bob)


@bothWays
def test_afterHoldItPassesAgain(world: Simulation, calling: str, calledBy: str) -> None:
    alice, bob = talking(world, (calling, calledBy), "fast", (WIDE, G711_ULAW), (WIDE,))
    for phone in (alice, bob):
        assert phone.leg is not None
        phone.leg.changeMedia(phone.speaks.directed(Direction.SENDONLY))
        world.run(0.5)
        phone.leg.changeMedia(phone.speaks)
        world.run(2.0)
        assert spoken(alice, bob) == ["G7221", "G7221"]
        assert heardEachOther(alice, bob)
    end(world, alice, bob)


@everyStart
def test_whatH245HasNoNameForIsNotOfferedToATerminal(world: Simulation, start: str) -> None:
    alice, bob = talking(
        world, ("sip", "h323"), start, (NAMELESS, G711_ULAW), (NAMELESS, G711_ALAW)
    )
    assert spoken(alice, bob) == ["PCMU", "PCMA"]
    end(world, alice, bob)


@everyStart
def test_whoSpeaksNothingOfItEndsTheCall(world: Simulation, start: str) -> None:
    alice, bob = phones(world, ("sip", "h323"), start, (ILBC,), (G711_ULAW,))
    world.until(lambda: alice.cause is not None)
    assert alice.cause in (Cause.INCOMPATIBLE_DESTINATION, Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED)
    assert not bob.speaking
    world.leave()
