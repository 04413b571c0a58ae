"""
What an operator decides in a room.
"""

from __future__ import annotations

from typing import cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from h323d.call.gates import Gates
from h323d.call.policy import Route
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.host import ConferenceHost
from h323d.events.bus import EventBus
from h323d.operation.calling import Calling
from h323d.operation.command import OperatorError
from h323d.operation.commands import COMMANDS
from h323d.operation.merging import Merging
from h323d.operation.roomkeeping import RoomKeeping
from h323d.operation.views import MemberView
from h323d.sounds.names import HouseSound
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, RoomID
from h323d.values.quality import LegQuality
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.numberedsounds import NumberedSounds, playedIn

COUNCIL = RoomConfig("council", ("801",), moderators=("chair",))


class FakeCalling:
    """
    Knows one room, and remembers who is to be called.
    """

    def __init__(self) -> None:
        self.called: list[tuple[str, str]] = []

    def roomOf(self, text: str) -> RoomID | None:
        return RoomID("council") if text in ("council", "801") else None

    async def call(self, first: str, second: str) -> None:
        self.called.append((first, second))


class FakeMerging:
    """
    Remembers which calls are to go on in which room.
    """

    def __init__(self) -> None:
        self.merged: list[tuple[str, RoomID, str]] = []

    async def merge(self, name: PartyAddress, roomId: RoomID, call: str) -> None:
        self.merged.append((name.value, roomId, call))


class Scene:
    """
    A room of the configuration, and its operator.
    """

    def __init__(self) -> None:
        clock, events, self.pool = Clock(), EventBus(), FakePool()
        config = ConferenceConfig(rooms=(COUNCIL,))
        qualities: dict[LegID, LegQuality] = {}
        gates = Gates(clock, events, ())
        sounds = NumberedSounds(off=(HouseSound.LEFT,))
        self.host = ConferenceHost(config, clock, events, self.pool, gates, sounds=sounds)
        self.calling = FakeCalling()
        self.merging = FakeMerging()
        self.keeping = RoomKeeping(
            self.host,
            cast(Calling, self.calling),
            cast(Merging, self.merging),
            qualities.get,
            sounds,
        )

    def join(self, name: str, isVouched: bool = False) -> FakeLeg:
        leg = FakeLeg("council", self.pool)
        leg.calling = (PartyAddress(AddressKind.URL, f"sip:{name}@10.0.0.9"),)
        if isVouched:
            leg.vouched, leg.calling = True, (PartyAddress(AddressKind.H323_ID, name),)
        self.host.accept(leg, Route("conference", "council"))
        leg.answered()
        leg.mediaReady()
        return leg

    def do(self, verb: str, what: str = "", name: str = "801") -> list[MemberView]:
        answers: list[list[MemberView]] = []
        failures: list[Failure] = []
        done = Deferred.fromCoroutine(self.keeping.do(name, verb, what))
        done.addCallbacks(answers.append, failures.append)
        for failure in failures:
            failure.raiseException()
        return answers[0]

    def voices(self) -> list[str]:
        return [each.voice for each in self.do("list")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itsListIsWhoIsThere(scene: Scene) -> None:
    scene.join("chair", isVouched=True)
    scene.join("anna")
    told = [(each.name, each.role, each.voice) for each in scene.do("list")]
    assert told == [("chair", "moderator", "open"), ("sip:anna@10.0.0.9", "participant", "open")]


def test_allAreAllButModerators(scene: Scene) -> None:
    scene.join("chair", isVouched=True)
    scene.join("anna")
    scene.join("bert")
    assert [each.voice for each in scene.do("mute", "all")] == ["open", "muted", "muted"]
    assert [each.voice for each in scene.do("unmute", "all")] == ["open"] * 3


@pytest.mark.parametrize("by", ["legId", "callId"])
def test_oneIsMeantByItsIdentifiers(scene: Scene, by: str) -> None:
    leg = scene.join("anna")
    scene.join("anna")
    scene.do("mute", getattr(leg, by))
    assert scene.voices() == ["muted", "open"]


@pytest.mark.parametrize("name", ["anna", "sip:anna@10.0.0.9"])
def test_orByItsName(scene: Scene, name: str) -> None:
    scene.join("anna")
    scene.join("bert")
    scene.do("mute", name)
    assert scene.voices() == ["muted", "open"]


def test_whereSeveralAreCalledSoNothingIsDone(scene: Scene) -> None:
    first, second = scene.join("anna"), scene.join("anna")
    with pytest.raises(OperatorError, match=f": {first.legId}, {second.legId}$"):
        scene.do("kick", "anna")
    assert scene.voices() == ["open", "open"]


def test_whoIsKickedIsNotThereAnyMore(scene: Scene) -> None:
    leg = scene.join("anna")
    scene.join("bert")
    (left,) = scene.do("kick", "anna")
    assert left.name == "sip:bert@10.0.0.9"
    assert leg.done[-1] == ("hangup", Cause.CALL_REJECTED)


def test_afterTheLastThereIsNobody(scene: Scene) -> None:
    scene.join("anna")
    assert scene.do("kick", "all") == []


def test_itIsLockedAndUnlocked(scene: Scene) -> None:
    scene.join("anna")
    room = scene.host.rooms[RoomID("council")]
    scene.do("lock")
    assert room.locked
    scene.do("unlock")
    assert not room.locked


def test_whoIsInvitedIsCalledAsTheOperatorCalls(scene: Scene) -> None:
    scene.do("invite", "1002")
    assert scene.calling.called == [("801", "1002")]


def test_aCallIsMovedIntoIt(scene: Scene) -> None:
    scene.do("merge", "c17")
    assert scene.merging.merged == [("801", RoomID("council"), "c17")]


def test_aSoundIsAnnounced(scene: Scene) -> None:
    scene.join("anna")
    scene.do("announce", "hold")
    (mixer,) = scene.pool.mixers
    assert playedIn(mixer) == [HouseSound.HOLD]


@pytest.mark.parametrize(
    ("verb", "what", "name", "complaint"),
    [
        ("list", "", "board", "^no room is called board$"),
        ("invite", "1002", "board", "^no room is called board$"),
        ("list", "all", "801", "^list is about the whole room, and does not take all$"),
        ("lock", "anna", "801", "^lock is about the whole room, and does not take anna$"),
        ("mute", "", "801", "^mute needs to know whom, or all$"),
        ("kick", "", "801", "^kick needs to know whom, or all$"),
        ("kick", "carl", "801", "^nobody in council is called carl$"),
        ("invite", "", "801", "^invite needs to know whom to call$"),
        ("merge", "", "801", "^merge needs to know which call$"),
        ("announce", "", "801", "^announce needs to know which sound$"),
        ("announce", "gong", "801", "^no sound is called gong; there are ringback, "),
        ("announce", "left", "801", "^sounds.left is switched off$"),
    ],
)
def test_whatCannotBeDoneIsToldAndNothingIsDone(
    scene: Scene, verb: str, what: str, name: str, complaint: str
) -> None:
    scene.join("anna")
    with pytest.raises(OperatorError, match=complaint):
        scene.do(verb, what, name)
    assert scene.voices() == ["open"]
    assert scene.calling.called == []


def test_aRoomWhereNobodyIsIsNotOpen(scene: Scene) -> None:
    with pytest.raises(OperatorError, match=r"^council is not open: nobody is in it$"):
        scene.do("list")


def test_everyVerbOfTheTableIsKnown(scene: Scene) -> None:
    scene.join("anna")
    (command,) = (each for each in COMMANDS if each.name == "room")
    (verbs,) = (each.choices for each in command.arguments if each.name == "verb")
    about = {
        "mute": "all",
        "unmute": "all",
        "invite": "x",
        "merge": "c1",
        "announce": "hold",
        "kick": "all",
    }
    for verb in sorted(verbs, key=lambda verb: verb == "kick"):
        scene.do(verb, about.get(verb, ""))
    assert scene.host.rooms == {}
