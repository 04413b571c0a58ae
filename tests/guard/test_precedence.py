"""
Pre-emption as it is done.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.applications import CallType
from h323d.call.precedence import IPrecedence, Seat
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallPreempted
from h323d.events.rooms import ParticipantJoined
from h323d.guard.holdings import Holding, Holdings
from h323d.guard.ledger import Call
from h323d.guard.precedence import Precedence
from h323d.guard.preemption import HOUR
from h323d.guard.registry.guardian import ProofForm
from h323d.values.identifiers import CallID, LegID, RoomID
from tests.support.recorder import Recorder

ROUTINE, EMERGENCY = CallType.ROUTINE, CallType.EMERGENCY


class Scene:
    """
    Who has what: legs of the name of their calls.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.holdings = Holdings()
        self.events = EventBus()
        self.facts: list[Fact] = []
        self.events.subscribe(CallPreempted, self.facts.append)
        self.owner = Recorder()
        self.precedence = Precedence(self.holdings, self.clock, self.events, self.owner)

    def call(
        self, name: str, callType: CallType = ROUTINE, whose: str = "", bandwidth: int = 100
    ) -> Holding:
        call = Call(f"if://{whose or name}", name)
        return self.holdings.give(call, bandwidth, ProofForm.ED25519, b"", name, callType=callType)

    def yielding(self, name: str, *taken: str, seats: int = 4) -> str | None:
        seated = [Seat(LegID(each)) for each in taken]
        return self.precedence.yielding(LegID(name), seats, seated)

    def preempted(self, name: str, by: str) -> None:
        self.precedence.preempted(LegID(name), LegID(by))

    def moderates(self, name: str) -> None:
        ids = RoomID("r"), CallID("c"), LegID(name)
        self.events.publish(ParticipantJoined(0.0, *ids, "PCMU/8000", "moderator"))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itIsAskedByWhoHasSeats(scene: Scene) -> None:
    verifyObject(IPrecedence, scene.precedence)


def test_anEMERGENCYTakesTheSeatOfTheNewestROUTINECall(scene: Scene) -> None:
    for name in ("a", "b"):
        scene.call(name)
    scene.call("e", EMERGENCY)
    assert scene.yielding("e", "a", "b") == "b"


def test_nobodyElseTakesOne(scene: Scene) -> None:
    for name in ("a", "b"):
        scene.call(name)
    assert scene.yielding("b", "a") is None
    assert scene.yielding("stranger", "a") is None


def test_whoDecidesInARoomKeepsTheirSeat(scene: Scene) -> None:
    scene.call("a")
    scene.call("e", EMERGENCY)
    taken = [Seat(LegID("a"), decides=True)]
    assert scene.precedence.yielding(LegID("e"), 4, taken) is None


def test_itIsToldWhoseSeatWasTakenByWhom(scene: Scene) -> None:
    scene.call("a")
    scene.call("e", EMERGENCY)
    scene.preempted("a", "e")
    assert scene.facts == [CallPreempted(0.0, "a", "if://a", "e", "if://e", "seat")]


def test_threeSeatsAnHourForOneTerminal(scene: Scene) -> None:
    for number in range(4):
        scene.call(f"a{number}")
        urgent = scene.call(f"e{number}", EMERGENCY, "anna")
        found = scene.yielding(f"e{number}", f"a{number}")
        assert (found is None) == (number == 3)
        if found is not None:
            scene.preempted(found, urgent.name)
        scene.clock.advance(1.0)
    scene.call("other", EMERGENCY)
    assert scene.yielding("other", "a3") == "a3"
    scene.clock.advance(HOUR - 4.0)
    assert scene.yielding("e3", "a3") == "a3"


def test_halfOfARoomForAllWhoComeSo(scene: Scene) -> None:
    for name in ("a", "b"):
        scene.call(name)
        scene.call(f"e{name}", EMERGENCY)
    scene.preempted("b", "eb")
    assert scene.yielding("ea", "a", "eb", seats=2) is None
    assert scene.yielding("ea", "a", "eb", seats=4) == "a"


def test_whatIsOverIsForgotten(scene: Scene) -> None:
    scene.call("a")
    scene.call("e", EMERGENCY).end()
    assert scene.yielding("e", "a") is None
    scene.preempted("a", "e")
    assert scene.facts == []


def test_theNewestCallThatHasEnoughGivesItsBandwidth(scene: Scene) -> None:
    scene.call("large", bandwidth=500)
    scene.call("small", bandwidth=50)
    found = scene.precedence.yieldingBandwidth(Call("if://e", "e"), 100)
    assert found is not None
    assert found.name == "large"


def test_whoCallsGivesItThoughWhoAnswersIsCalledTheSame(scene: Scene) -> None:
    caller = scene.call("c", whose="a")
    scene.holdings.give(Call("if://b", "c"), 100, ProofForm.ED25519, b"", "c")
    assert scene.precedence.yieldingBandwidth(Call("if://e", "e"), 100) is caller


def test_aModeratorKeepsTheirBandwidth(scene: Scene) -> None:
    scene.call("a")
    scene.moderates("a")
    scene.moderates("stranger")
    assert scene.precedence.yieldingBandwidth(Call("if://e", "e"), 100) is None


def test_nobodyGivesBandwidthToTheirOwnCall(scene: Scene) -> None:
    scene.call("a")
    assert scene.precedence.yieldingBandwidth(Call("if://a", "a"), 100) is None


def test_whoseBandwidthIsTakenIsEnded(scene: Scene) -> None:
    routine, urgent = scene.call("a"), scene.call("e", EMERGENCY)
    scene.precedence.bandwidthPreempted(routine, urgent)
    assert scene.owner.calls == [("callPreempted", "a")]
    assert scene.facts == [CallPreempted(0.0, "a", "if://a", "e", "if://e", "bandwidth")]
