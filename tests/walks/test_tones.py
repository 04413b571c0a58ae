"""
The walk of who waits: the house lets them hear what comes of it.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from twisted.internet.defer import Deferred

from h323d.call.legs import ILeg
from h323d.call.media import IMediaPort
from h323d.config.sections import Configuration
from h323d.dsp.tones import Tone, render
from h323d.errors import ConfigurationError
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gateway.config import GatewayConfig
from h323d.inputs import Input
from h323d.sounds.config import BUILT_IN, SoundsConfig
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.streams import Stream
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.led import LedServer
from tests.support.referrer import Referrer
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.walks.test_switchboard import isBeyond

ALICE, BOB = 700, 1000  # Hz
TONE = 425  # Hz, of ringback and busy
MUSIC = 1600  # Hz, of the operator's own file
TONES = (ALICE, BOB, TONE, MUSIC)

everyPair = pytest.mark.parametrize(
    ("first", "second"), [("sip", "h323"), ("h323", "sip"), ("sip", "sip"), ("h323", "h323")]
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=17) as simulation:
        yield simulation


def phone(world: Simulation, protocol: str, host: str, alias: str, tone: int) -> Phone:
    make = sipPhone if protocol == "sip" else h323Phone
    return make(world, host, alias, tone)


class House:
    """
    A server, Alice, and Bob, whose telephone rings until he answers.
    """

    def __init__(
        self,
        world: Simulation,
        first: str = "sip",
        second: str = "h323",
        sounds: SoundsConfig | None = None,
        busySeconds: float = 3.0,
    ) -> None:
        self.world = world
        configuration = Configuration(
            gatekeeper=GatekeeperConfig(aliasConflict=AliasConflict.ADDITIVE),
            gateway=GatewayConfig(busySeconds=busySeconds),
            sounds=sounds or SoundsConfig(),
        )
        self.server: SimulatedServer = world.server(SERVER, configuration)
        self.alice = phone(world, first, "10.0.1.1", "1001", ALICE)
        self.bob = phone(world, second, "10.0.1.2", "1002", BOB)
        self.bob.answers = False

    def join(self) -> None:
        """
        The operator has Alice call Bob, whose telephone rings.
        """
        answer = self.server.server.operator.call("1001", "1002")
        assert isinstance(answer, Deferred)
        self.world.until(lambda: self.alice.speaking and "offered" in self.bob.reports)

    def talk(self) -> None:
        """
        They talk.
        """
        self.bob.answers = True
        self.join()
        self.world.until(lambda: self.bob.speaking)
        self.world.run(1.0)
        assert self.heard() == ([BOB], [ALICE])

    def heard(self, seconds: float = 0.3) -> tuple[list[int], list[int]]:
        return self.alice.heard.heard(TONES, seconds), self.bob.heard.heard(TONES, seconds)

    @property
    def passing(self) -> bool:
        (bridge,) = self.server.server.gateway.bridges.values()
        return bridge.passing

    def over(self) -> None:
        """
        Everybody leaves, and nothing is left of it.
        """
        self.world.leave()
        assert self.world.leftOver() == []


def recorded(path: Path, seconds: float = 1.0) -> str:
    """
    An operator's file, with a tone of C{MUSIC} Hz.
    """
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        tone = render(Tone((MUSIC,)), 0, round(seconds * 16000), 16000)
        file.writeframes(tone.astype("<i2").tobytes())
    return str(path)


@everyPair
def test_whoIsJoinedWithSomebodyHearsThatItRings(
    world: Simulation, first: str, second: str
) -> None:
    house = House(world, first, second)
    house.join()
    beats = []
    for _ in range(25):  # half seconds
        world.run(0.5)
        beats.append(house.alice.heard.heard([TONE], 0.1) == [TONE])
    begun = beats.index(True)
    assert begun <= 1
    assert beats[begun : begun + 20] == ([True] * 2 + [False] * 8) * 2
    house.bob.pickUp()
    world.until(lambda: house.bob.speaking)
    world.run(1.0)
    assert house.heard() == ([BOB], [ALICE])
    assert house.passing
    house.over()


def test_whoCallsInTheOrdinaryWayHasItFromTheirOwnTelephone(world: Simulation) -> None:
    house = House(world)
    house.alice.dial(f"sip:1002@{SERVER}")
    world.until(lambda: "alerting" in house.alice.reports)
    world.run(1.0)
    assert not house.alice.speaking
    house.over()


def test_whoseFirstPlaceHasFallenSilentHearsThatTheOtherRings(world: Simulation) -> None:
    house = House(world, second="sip")
    other = sipPhone(world, "10.0.1.3", "1002", BOB, over="tcp")
    other.answers = False
    house.alice.dial(f"sip:1002@{SERVER};transport=tcp")
    world.until(lambda: other.leg is not None and house.bob.leg is not None)
    other.speakEarly()
    world.until(lambda: house.alice.speaking)
    world.run(0.8)
    assert house.alice.heard.heard(TONES) == [BOB]
    other.refuse(Cause.USER_BUSY)
    world.run(0.7)
    assert house.alice.heard.heard(TONES) == [TONE]
    house.over()


class Mute(SIPPhone):
    """
    One that opens media before the answer, and sends nothing there.
    """

    answers = False
    over = "tcp"

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self.opened = leg, port, stream

    def pickUp(self) -> None:
        super().pickUp()
        super().legMediaReady(*self.opened)


def test_aPlaceThatRingsAndOpensMediaAndIsSilentIsRungForUntilItAnswers(
    world: Simulation,
) -> None:
    house = House(world)
    mute = Mute(world, "10.0.1.3", "1003", BOB)
    mute.registerBySIP(world)
    house.alice.dial(f"sip:1003@{SERVER};transport=tcp")
    world.until(lambda: "alerting" in house.alice.reports)
    mute.speakEarly()
    world.until(lambda: house.alice.speaking)
    world.run(1.8)
    assert house.alice.heard.heard(TONES, 0.2) == [TONE]
    mute.pickUp()
    world.until(lambda: "answered" in house.alice.reports)
    world.run(0.8)
    assert (house.alice.heard.heard(TONES), mute.heard.heard(TONES)) == ([BOB], [ALICE])
    assert house.passing
    house.over()


@everyPair
def test_whoIsJoinedWithSomebodyHearsThatTheyCannotBeHad(
    world: Simulation, first: str, second: str
) -> None:
    house = House(world, first, second)
    house.join()
    house.bob.refuse(Cause.USER_BUSY)
    world.run(1.3)
    assert house.alice.cause is None
    assert house.alice.heard.heard(TONES, 0.2) == [TONE]
    world.run(0.5)
    assert house.alice.heard.heard(TONES, 0.2) == []
    world.until(lambda: house.alice.cause is not None, 2.0)
    assert house.alice.cause is Cause.USER_BUSY
    house.over()


@pytest.mark.parametrize(
    ("sounds", "seconds"), [(SoundsConfig(), 0.0), (SoundsConfig(busy=""), 3.0)]
)
def test_theCallEndsAtOnceWhereNothingIsToBeHeard(
    world: Simulation, sounds: SoundsConfig, seconds: float
) -> None:
    house = House(world, sounds=sounds, busySeconds=seconds)
    house.join()
    house.bob.refuse(Cause.USER_BUSY)
    world.until(lambda: house.alice.cause is not None, 0.5)
    house.over()


def test_whoHangsUpWhileItSoundsIsGone(world: Simulation) -> None:
    house = House(world)
    house.join()
    house.bob.refuse(Cause.USER_BUSY)
    world.run(1.0)
    house.alice.hangup()
    world.run(0.5)
    assert house.server.server.gateway.bridges == {}
    house.over()


@everyPair
@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
def test_whoIsPutOnHoldHearsMusicAndThenTheOtherAgain(
    world: Simulation, tmp_path: Path, first: str, second: str, direction: Direction
) -> None:
    house = House(world, first, second, SoundsConfig(hold=recorded(tmp_path / "hold.wav")))
    house.talk()
    assert house.passing
    assert house.bob.leg is not None
    house.bob.leg.changeMedia(PROFILE.directed(direction))
    world.run(2.5)
    assert house.heard(2.0) == ([MUSIC], [])
    house.bob.leg.changeMedia(PROFILE)
    world.run(1.5)
    assert house.heard() == ([BOB], [ALICE])
    assert house.passing
    house.over()


def test_nothingIsPlayedToWhoHoldsToo(world: Simulation, tmp_path: Path) -> None:
    house = House(world, sounds=SoundsConfig(hold=recorded(tmp_path / "hold.wav")))
    house.talk()
    held = PROFILE.directed(Direction.SENDONLY)
    assert house.bob.leg is not None
    house.bob.leg.changeMedia(held)
    world.run(1.0)
    assert house.alice.leg is not None
    house.alice.leg.changeMedia(held)
    world.run(1.0)
    assert house.heard() == ([], [])
    house.bob.leg.changeMedia(PROFILE)
    world.run(1.0)
    assert house.heard() == ([], [MUSIC])
    house.over()


def test_theSoundsOfTheHouseAreHeardAtEachRate(world: Simulation) -> None:
    """
    What comes with the server is there when nothing is configured.
    """
    house = House(world)
    house.talk()
    assert house.bob.leg is not None
    house.bob.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    world.run(3.0)
    assert np.abs(house.alice.heard.last(2.0)).max() > 200
    house.over()


def test_aFileThatIsReplacedIsHeardFromTheNextCallOn(world: Simulation, tmp_path: Path) -> None:
    house = House(world)
    other = replace(
        house.server.server.configuration,
        sounds=SoundsConfig(ringback=recorded(tmp_path / "ring.wav")),
    )
    house.server.inputs.enter(Input.RELOAD, other)
    house.join()
    world.run(1.0)
    assert house.alice.heard.heard(TONES) == [MUSIC]
    house.over()


def test_aFileThatCannotBePlayedChangesNothing(world: Simulation, tmp_path: Path) -> None:
    house = House(world)
    (tmp_path / "ring.wav").write_bytes(b"ring")
    before = house.server.server.configuration
    other = replace(before, sounds=SoundsConfig(ringback=str(tmp_path / "ring.wav")))
    with pytest.raises(ConfigurationError, match=r"sounds\.ringback.*not a WAV file"):
        house.server.inputs.enter(Input.RELOAD, other)
    house.join()
    world.run(1.0)
    assert house.alice.heard.heard(TONES) == [TONE]
    assert house.server.server.configuration == before
    house.over()


def test_whoIsHandedOnHearsThatTheirNextPartyRings(world: Simulation) -> None:
    house = House(world)
    referrer = Referrer(world)
    house.alice.dial(f"sip:script@{SERVER}")
    world.until(lambda: house.alice.speaking and referrer.talking)
    referrer.refer("1002")
    world.until(lambda: 180 in referrer.progress)
    referrer.hangup()
    world.run(1.0)
    assert house.alice.heard.heard(TONES) == [TONE]
    house.bob.refuse(Cause.USER_BUSY)
    world.run(1.3)
    assert house.alice.heard.heard(TONES, 0.2) == [TONE]
    world.until(lambda: house.alice.cause is not None, 3.0)
    house.world.leave()
    referrer.port.close()
    assert world.leftOver() == []


def member(world: Simulation, host: str, tone: int) -> Telephone:
    """
    Somebody who calls a room.
    """
    telephone = Telephone(world, host, "member", tone)
    telephone.call("80001", destination=TransportAddress(SERVER, 1720))
    world.until(lambda: telephone.speaking)
    return telephone


def test_thoseInARoomHearWhoComesAndWhoLeaves(world: Simulation, tmp_path: Path) -> None:
    sound = recorded(tmp_path / "gong.wav", 0.4)
    world.server(SERVER, Configuration(sounds=SoundsConfig(joined=sound, left=sound)))
    first = member(world, "10.0.1.1", ALICE)
    world.run(1.0)
    assert first.heard.heard(TONES, 1.0) == []
    second = member(world, "10.0.1.2", BOB)
    world.run(0.45)
    assert MUSIC in first.heard.heard(TONES, 0.4)
    assert MUSIC not in second.heard.heard(TONES, 0.4)
    world.run(0.7)
    assert (first.heard.heard(TONES), second.heard.heard(TONES)) == ([BOB], [ALICE])
    second.hangup()
    world.run(0.45)
    assert MUSIC in first.heard.heard(TONES, 0.3)
    world.run(0.6)
    assert first.heard.heard(TONES) == []
    world.leave()
    assert world.leftOver() == []


def test_theFirstInARoomHearsThatNobodyIsThereUntilSomebodyIs(
    world: Simulation, tmp_path: Path
) -> None:
    sound = recorded(tmp_path / "alone.wav", 2.0)
    world.server(SERVER, Configuration(sounds=SoundsConfig(alone=sound)))
    first = member(world, "10.0.1.1", ALICE)
    world.run(0.6)
    assert first.heard.heard(TONES) == [MUSIC]
    second = member(world, "10.0.1.2", BOB)
    world.run(0.7)
    assert (first.heard.heard(TONES), second.heard.heard(TONES)) == ([BOB], [ALICE])
    world.leave()
    assert world.leftOver() == []


def test_allThatIsPlayedCanBeWrittenDown(world: Simulation, tmp_path: Path) -> None:
    house = House(world, sounds=SoundsConfig(hold=recorded(tmp_path / "hold.wav"), joined=BUILT_IN))
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", house.server.server), *calls], isBeyond))

    world.watch(look, 23)
    house.join()
    world.run(0.5)
    house.bob.pickUp()
    world.until(lambda: house.bob.speaking)
    assert house.bob.leg is not None
    house.bob.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    member(world, "10.0.1.3", ALICE)
    member(world, "10.0.1.4", ALICE)
    world.run(0.3)
    house.over()
    assert found == {}


def test_aServerIsWrittenDownWhileItPlays(world: Simulation) -> None:
    led = LedServer(world, SERVER)
    world.started(led)
    alice = sipPhone(world, "10.0.1.1", "1001", ALICE)
    bob = sipPhone(world, "10.0.1.2", "1002", BOB)
    bob.answers = False
    led.server.operator.call("1001", "1002")
    world.until(lambda: alice.speaking)
    world.run(0.8)
    assert alice.heard.heard(TONES) == [TONE]
    assert len(led.moment().written) < 1_000_000
    world.leave()
    assert world.leftOver() == []
