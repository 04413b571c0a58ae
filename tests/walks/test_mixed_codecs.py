"""
The walk of real codecs: SIP and H.323 telephones that have none in common, in one room.
"""

from __future__ import annotations

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.dsp.codec import ICodec
from h323d.dsp.provisions import provisions
from h323d.dsp.tones import signalToNoise
from h323d.events.rooms import ParticipantJoined
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
PURE = 15.0  # dB
NARROW = ("PCMU", "PCMA", "G729", "GSM", "G723")
WIDE = ("opus", "G722")
ONLY_SIP = (
    "G726-32",
    "AAL2-G726-32",
    "speex/8000",
    "speex/16000",
    "AMR",
)  # H.245 has no name for them


def codecs(*names: str) -> tuple[ICodec, ...]:
    """
    Those of the house; the test is skipped where one is missing.
    """
    had = {each.format.name: each for each in provisions()}
    had |= {str(each.format): each for each in provisions()}
    found = [had[name].codec for name in names]
    for name in names:
        if had[name].missing:
            pytest.skip(f"{name}: {had[name].missing}")
    return tuple(each for each in found if each is not None)


def room(world: Simulation) -> SimulatedServer:
    speaks = tuple(dict.fromkeys(codec.format.name for codec in world.codecs))
    return world.server(
        SERVER,
        Configuration(
            media=MediaConfig(maximumPorts=8), conference=ConferenceConfig(audioFormats=speaks)
        ),
    )


def profile(world: Simulation, name: str) -> MediaProfile:
    formats: list[MediaFormat] = [each.format for each in world.codecs]
    return MediaProfile.audio(tuple(each for each in formats if name in (each.name, str(each))))


def bySIP(world: Simulation, number: int, speaks: str, tone: int) -> Telephone:
    telephone = Telephone(world, f"10.0.1.{number}", f"sip{number}", tone)
    telephone.call(f"sip:80001@{SERVER}", profile=profile(world, speaks))
    return telephone


def byH323(world: Simulation, number: int, speaks: str, tone: int) -> Telephone:
    telephone = Telephone(world, f"10.0.1.{number}", f"h323{number}", tone)
    there = TransportAddress(SERVER, 1720)
    telephone.call("80001", destination=there, profile=profile(world, speaks))
    return telephone


def purity(telephone: Telephone, frequency: int) -> float:
    return signalToNoise(telephone.heard.last(0.3), frequency, telephone.heard.sampleRate)


@pytest.mark.parametrize("spokenBySIP", ["opus", "G722", "G729", "GSM"])
@pytest.mark.parametrize("spokenByH323", ["G722", "PCMU", "G729", "GSM", "G723"])
def test_aSIPPhoneAndAnH323TerminalHearEachOtherWhateverTheySpeak(
    spokenBySIP: str, spokenByH323: str
) -> None:
    hearEachOther(codecs(*WIDE, *NARROW), spokenBySIP, spokenByH323)


@pytest.mark.parametrize("spoken", ONLY_SIP)
def test_whatH245HasNoNameForIsHeardByAnH323TerminalToo(spoken: str) -> None:
    hearEachOther(codecs(spoken, "PCMU"), spoken, "PCMU")


def hearEachOther(known: tuple[ICodec, ...], spokenBySIP: str, spokenByH323: str) -> None:
    """
    Let a SIP phone and an H.323 terminal meet in a room.
    """
    with Simulation(codecs=known) as world:
        server = room(world)
        anna = bySIP(world, 1, spokenBySIP, 400)
        bert = byH323(world, 2, spokenByH323, 700)
        world.run(2.0)
        spoken = [fact.encoding.partition("/")[0] for fact in server.told(ParticipantJoined)]
        assert sorted(spoken) == sorted([spokenBySIP.partition("/")[0], spokenByH323])
        assert purity(anna, 700) >= PURE
        assert purity(bert, 400) >= PURE
        assert world.failures == []


def test_opusAndG722HearEachOtherWideAndATelephoneHearsBoth() -> None:
    with Simulation(codecs=codecs(*WIDE, "PCMU")) as world:
        room(world)
        anna = bySIP(world, 1, "opus", 6000)
        bert = byH323(world, 2, "G722", 5000)
        carol = byH323(world, 3, "PCMU", 1100)
        world.run(4.0)
        tones = (1100, 5000, 6000)
        assert anna.heard.heard(tones) == [1100, 5000]
        assert bert.heard.heard(tones) == [1100, 6000]
        assert carol.heard.sampleRate == 8000


def test_whoIsAloneWithTelephonesHearsThemAsTheyAre() -> None:
    with Simulation(codecs=codecs(*WIDE, "PCMU")) as world:
        room(world)
        anna = bySIP(world, 1, "opus", 6000)
        bert = byH323(world, 2, "PCMU", 1100)
        world.run(4.0)
        assert purity(anna, 1100) >= PURE
        assert bert.heard.heard((1100, 2000, 3400)) == []


@pytest.mark.parametrize("spoken", ["opus", "G722", "G729"])
def test_aCallOutlivesABadNetwork(spoken: str) -> None:
    with Simulation(seed=3, codecs=codecs(spoken)) as world:
        room(world)
        anna, bert = bySIP(world, 1, spoken, 400), bySIP(world, 2, spoken, 700)
        world.run(1.0)
        conditions = world.network.conditions
        conditions.loss, conditions.delay, conditions.spread = 0.05, 0.02, 0.03
        world.run(4.0)
        assert anna.heard.heard((400, 700)) == [700]
        conditions.loss, conditions.delay, conditions.spread = 0.0, 0.001, 0.0
        world.run(3.0)
        assert purity(anna, 700) >= PURE
        assert purity(bert, 400) >= PURE
        assert world.failures == []
