"""
The walk of a codec that is plugged in: from an offer in SDP to sound in a room, beside G.711 by H.323.
"""

from __future__ import annotations

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.dsp.g711 import PCMA, PCMU
from h323d.dsp.tones import signalToNoise
from h323d.events.rooms import ParticipantJoined
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.streamcodec import SCRAMBLED, ScrambledCodec

SERVER = "10.0.0.1"
WIDE = MediaProfile.audio((SCRAMBLED, G711_ULAW))
NARROW = MediaProfile.audio((G711_ULAW, G711_ALAW))
PURE = 30.0  # dB


def configuration(*formats: str) -> Configuration:
    return Configuration(
        media=MediaConfig(maximumPorts=8), conference=ConferenceConfig(audioFormats=formats)
    )


def purity(telephone: Telephone, frequency: int) -> float:
    return signalToNoise(telephone.heard.last(0.3), frequency, telephone.heard.sampleRate)


def test_whoSpeaksItBothIsHeardWideAndWhoDoesNotIsHeardToo() -> None:
    with Simulation(codecs=(ScrambledCodec(), PCMU, PCMA)) as world:
        server = world.server(SERVER, configuration("SCRAMBLED", "PCMU"))
        alice = Telephone(world, "10.0.1.1", "alice", 400)
        bob = Telephone(world, "10.0.1.2", "bob", 700)
        carol = Telephone(world, "10.0.1.3", "carol", 1100)
        alice.call(f"sip:80001@{SERVER}", profile=WIDE)
        bob.call(f"sip:80001@{SERVER}", profile=WIDE)
        carol.call("80001", destination=TransportAddress(SERVER, 1720), profile=NARROW)
        world.run(4.0)
        joined = [fact.encoding for fact in server.told(ParticipantJoined)]
        assert sorted(joined) == ["PCMU/8000", "SCRAMBLED/48000/2", "SCRAMBLED/48000/2"]
        assert [each.heard.sampleRate for each in (alice, bob, carol)] == [48000, 48000, 8000]
        for listener in (alice, bob, carol):
            heard = {400, 700, 1100} - {listener.tone}
            assert set(listener.heard.heard((400, 700, 1100))) == heard
        assert world.failures == []


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (("PCMU",), ["PCMU/8000", "PCMU/8000"]),
        (("SCRAMBLED", "PCMU"), ["SCRAMBLED/48000/2", "PCMU/8000"]),
    ],
)
def test_theRoomDecidesWhatIsSpoken(asked: tuple[str, ...], spoken: list[str]) -> None:
    with Simulation(codecs=(ScrambledCodec(), PCMU, PCMA)) as world:
        server = world.server(SERVER, configuration(*asked))
        alice = Telephone(world, "10.0.1.1", "alice", 400)
        bob = Telephone(world, "10.0.1.2", "bob", 300)
        alice.call(f"sip:80001@{SERVER}", profile=WIDE)
        bob.call(f"sip:80001@{SERVER}", profile=NARROW)
        world.run(2.0)
        assert [fact.encoding for fact in server.told(ParticipantJoined)] == spoken
        assert purity(bob, 400) >= PURE
        assert purity(alice, 300) >= PURE


def test_itSurvivesABadNetwork() -> None:
    with Simulation(seed=3, codecs=(ScrambledCodec(), PCMU)) as world:
        world.server(SERVER, configuration("SCRAMBLED"))
        alice = Telephone(world, "10.0.1.1", "alice", 400)
        bob = Telephone(world, "10.0.1.2", "bob", 700)
        for telephone in (alice, bob):
            telephone.call(f"sip:80001@{SERVER}", profile=WIDE)
        world.run(1.0)
        conditions = world.network.conditions
        conditions.loss, conditions.delay, conditions.spread = 0.05, 0.02, 0.03
        world.run(5.0)
        conditions.loss, conditions.delay, conditions.spread = 0.0, 0.001, 0.0
        world.run(3.0)
        assert purity(alice, 700) >= PURE
        assert world.failures == []
