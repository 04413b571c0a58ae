"""
What a media process obeys, and what it says.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from h323d.call.relaying import RelayStatistics
from h323d.doorway import Doorway, newDoorways
from h323d.dsp.codec import ICodec
from h323d.errors import ConfigurationError, DecodeError
from h323d.inputs import IInputs, Input
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.ports import GivenSockets
from h323d.media.process import MediaProcess, ProcessDoor, Works
from h323d.media.relay.pool import RelayCommand
from h323d.media.relay.reports import RelayClosed, RelaysSurveyed
from h323d.media.relay.table import RelayTable
from h323d.media.reports import Closed, HandshakeHeard, Surveyed
from h323d.media.wire import VERSION, decode, encode
from tests.support.loggedfailures import LoggedFailures
from tests.support.packetio import MemoryIO

CONFIG = MediaConfig(maximumPorts=4)
SIDES = RelayStatistics(), RelayStatistics()


class Scene:
    """
    A process whose plane is ticked by hand.

    @ivar numbers: of what was heard of it, each with that of the last command.
    """

    def __init__(self) -> None:
        ours, theirs = newDoorways()
        self.here, self.there = Doorway(ours), Doorway(theirs)
        self.door = ProcessDoor(self.there)
        self.process = MediaProcess(self.door, self.build, GivenSockets())
        self.plane = MediaPlane(CONFIG, random.Random(1))
        self.relayed: list[RelayCommand] = []
        self.threads: list[str] = []
        self.codecs: Sequence[str] = ()
        self.number = 0
        self.numbers: list[tuple[int, int]] = []

    def build(self, config: MediaConfig, codecs: Sequence[str], inputs: IInputs) -> Works:
        if "none" in codecs:
            raise ConfigurationError("plugins.codecs", "none is unknown")
        self.codecs = codecs
        return Works([PlaneDoor(self.plane)], RelayTable(False), self.relayed.append, self)

    def start(self) -> None:
        self.threads.append("start")

    def stop(self) -> None:
        self.threads.append("stop")

    def say(self, *message: Any, number: int | None = None) -> None:
        self.number += 1
        self.process.take(encode((number or self.number, *message)), [])

    def begin(self, *codecs: str) -> Scene:
        self.say("begin", VERSION, CONFIG, codecs)
        return self

    def heard(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        self.here.peek(lambda octets: found.append(decode(octets)))
        self.numbers += [(each[0], each[1]) for each in found]
        return [each[2:] for each in found]

    def rooms(self) -> float:
        reports = self.plane.tick(100.0, MemoryIO(lambda *_: None))
        return next(each.plane["rooms"] for each in reports if isinstance(each, Surveyed))


def codecsOf(codecs: Sequence[ICodec]) -> tuple[object, ...]:
    return tuple(each.format for each in codecs)


def test_itSaysWhatItCanMix() -> None:
    scene = Scene().begin("PCMU", "PCMA")
    assert scene.heard() == [("ready", codecsOf(BUILT_IN))]
    assert scene.codecs == ("PCMU", "PCMA")
    assert scene.threads == ["start"]


def test_itDoesNotBeginForOneWhoSpeaksOtherwise() -> None:
    scene = Scene()
    scene.say("begin", VERSION + 1, CONFIG, ())
    ((name, reason),) = scene.heard()
    assert (name, scene.threads) == ("failed", [])
    assert "version" in reason
    assert scene.process.isOver


def test_itSaysWhyItCannotBegin() -> None:
    scene = Scene().begin("none")
    assert scene.heard() == [("failed", "plugins.codecs: none is unknown")]
    assert scene.process.isOver


def test_aCommandOfANumberThatWasIsNotObeyed() -> None:
    scene = Scene().begin()
    scene.say("plane", 0, "openRoom", (7, False))
    scene.say("plane", 0, "openRoom", (8, False), number=2)
    assert scene.rooms() == 1


def test_eachMessageHasItsNumberAndThatOfTheLastCommand() -> None:
    scene = Scene().begin()
    scene.say("plane", 0, "openRoom", (7, False))
    scene.door.tell("one")
    scene.door.tell("two")
    scene.heard()
    assert scene.numbers == [(1, 1), (2, 2), (3, 2)]


def test_relaysAreToldByName() -> None:
    scene = Scene().begin()
    scene.say("relay", "close", (3,))
    (command,) = scene.relayed
    assert (command.method.__name__, command.arguments) == ("close", (3,))


@pytest.mark.parametrize(
    "message",
    [
        ("plane", 0, "__init__", ()),
        ("plane", 0, "arrive", (1, None)),
        ("plane", 7, "openRoom", (1,)),
        ("plane", 0),
        ("relay", "survey", (1.0,)),
        ("relay", "open", (1, ((None, None, None),) * 2)),
        ("plane", 0, "openPort", (1, None, None, None)),
        ("exec", "rm"),
    ],
)
def test_whatItShouldNotBeToldItLogs(
    message: tuple[Any, ...], loggedFailures: LoggedFailures
) -> None:
    scene = Scene().begin()
    scene.say(*message)
    assert len(loggedFailures.take(ValueError, TypeError, IndexError)) == 1
    scene.say("plane", 0, "openRoom", (7,))
    assert scene.rooms() == 1


def test_beforeItHasBegunItDoesNothing(loggedFailures: LoggedFailures) -> None:
    scene = Scene()
    scene.say("plane", 0, "openRoom", (7,))
    scene.say("relay", "close", (7,))
    assert len(loggedFailures.take(ValueError)) == 2


def test_octetsThatAreNoCommandAreLogged(loggedFailures: LoggedFailures) -> None:
    Scene().process.take(b"hello", [])
    assert len(loggedFailures.take(DecodeError)) == 1


def test_toldToEndItEnds() -> None:
    scene = Scene().begin()
    scene.say("end")
    assert (scene.process.isOver, scene.threads) == (True, ["start", "stop"])


def test_reportsGoOutAsTheyAre() -> None:
    scene = Scene()
    scene.door.enter(Input.HEARD, 3, [Closed(1), Closed(2)])
    scene.door.enter(Input.RELAYED, [RelayClosed(1), RelaysSurveyed({})])
    assert scene.heard() == [
        ("heard", 3, [Closed(1), Closed(2)]),
        ("relayed", [RelayClosed(1)]),
        ("relayed", [RelaysSurveyed({})]),
    ]


def test_whatIsTooMuchForOneMessageComesInSeveral() -> None:
    scene = Scene()
    reports = [HandshakeHeard(number, bytes(1200), None, False) for number in range(200)]
    scene.door.enter(Input.HEARD, 0, reports)
    scene.door.enter(Input.RELAYED, [RelaysSurveyed(dict.fromkeys(range(250), SIDES))])
    heard: list[Any] = []
    while messages := scene.heard():
        heard += messages
        scene.door.flush()
    assert [each for name, *_, told in heard if name == "heard" for each in told] == reports
    figures = [told[0].figures for name, told in (each for each in heard if each[0] == "relayed")]
    assert [len(each) for each in figures] == [100, 100, 50]


def test_whereNobodyReadsWhatIsOfTheMomentIsLeftOut() -> None:
    scene = Scene()
    while scene.there.waiting < 300:
        scene.door.tell("heard", bytes(50_000))
    waiting = scene.there.waiting
    scene.door.enter(Input.RELAYED, [RelaysSurveyed({})])
    assert scene.there.waiting == waiting
    scene.door.enter(Input.RELAYED, [RelayClosed(1)])
    assert scene.there.waiting == waiting + 1


def test_aSurveyOfManyComesInParts() -> None:
    scene = Scene()
    reports = MediaPlane(MediaConfig(maximumPorts=4), random.Random(1)).tick(
        100.0, MemoryIO(lambda *_: None)
    )
    survey = next(each.survey for each in reports if isinstance(each, Surveyed))
    parts = survey.parts(2)
    assert [dict(each.rows) for each in parts] == [{}]
    scene.door.enter(Input.HEARD, 0, reports)
    ((name, number, told),) = scene.heard()
    assert (name, number, len(told)) == ("heard", 0, 1)
