"""
The asking for a PIN, in virtual time.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.conference.asking import MACHINE, MAX_KEYS, Asking, Patience, newAsking
from h323d.conference.roles import RoomRole
from tests.support.machinetable import Table, behaviourOf

PATIENCE = Patience(tries=2, seconds=10.0, pause=2.0)


def _asking(owner: Any, clock: Clock) -> Asking:
    return newAsking(owner, clock, PATIENCE)


TABLE: Table = {
    "idle": {
        "begin": "asking: quiet in 10 s, ask",
        "stop": "over",
    },
    "asking": {
        "heard": "asking: quiet in 10 s, ask",
        "press": "asking: hush, quiet in 10 s",
        "quiet": "pausing: roleFor, goOn in 2 s, complain",
        "right": "over: stop quiet, letIn MODERATOR",
        "stop": "over: stop quiet",
        "wrong": "pausing: stop quiet, goOn in 2 s, complain",
        "wrongAtLast": "refusing: stop quiet, goOn in 2 s, complain",
    },
    "pausing": {
        "goOn": "asking: quiet in 10 s, ask",
        "stop": "over: stop goOn",
    },
    "refusing": {
        "goOn": "over: turnAway",
        "stop": "over: stop goOn",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _asking,
        {"press": ("1",), "right": (RoomRole.MODERATOR,)},
        {
            "asking": ["begin"],
            "pausing": ["begin", "wrong"],
            "refusing": ["begin", "wrongAtLast"],
            "over": ["stop"],
        },
    )
    assert found == TABLE


class Owner:
    """
    Knows one PIN.

    @ivar entered: all that was.
    @ivar done: all else that it was told.
    """

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.done: list[str] = []

    def ask(self) -> None:
        self.done.append("ask")

    def hush(self) -> None:
        pass

    def roleFor(self, entered: str) -> RoomRole | None:
        self.entered.append(entered)
        return RoomRole.PARTICIPANT if entered == "1234" else None

    def complain(self) -> None:
        self.done.append("complain")

    def letIn(self, role: RoomRole) -> None:
        self.done.append(f"letIn {role.value}")

    def turnAway(self) -> None:
        self.done.append("turnAway")


class Scene:
    """
    Somebody who is asked.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.owner = Owner()
        self.asking = _asking(self.owner, self.clock)
        self.asking.begin()

    def press(self, keys: str) -> None:
        for key in keys:
            self.asking.press(key)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("keys", ["1234#", "99*1234#", "1A2!34#", "**1234#"])
def test_whatIsEnteredIsTheDigitsSinceTheLastStar(scene: Scene, keys: str) -> None:
    scene.press(keys)
    assert scene.owner.entered == ["1234"]
    assert scene.owner.done == ["ask", "letIn participant"]
    assert scene.clock.getDelayedCalls() == []


def test_whoPressesNothingMoreHasEnteredAll(scene: Scene) -> None:
    scene.press("12")
    scene.clock.advance(9.0)
    scene.press("34")
    scene.clock.advance(9.0)
    assert scene.owner.entered == []
    scene.clock.advance(1.0)
    assert scene.owner.done == ["ask", "letIn participant"]


def test_nothingIsTakenForAMomentAfterAWrongOne(scene: Scene) -> None:
    scene.press("9999#1234#")
    assert scene.owner.entered == ["9999"]
    scene.clock.advance(2.0)
    scene.press("1234#")
    assert scene.owner.done == ["ask", "complain", "ask", "letIn participant"]


def test_whoHasNoTriesLeftIsTurnedAwayWhenThatWasPlayed(scene: Scene) -> None:
    for _ in range(PATIENCE.tries):
        scene.press("9999#")
        scene.clock.advance(2.0)
    assert scene.owner.done == ["ask", "complain", "ask", "complain", "turnAway"]
    scene.press("1234#")
    assert scene.owner.entered == ["9999"] * 2
    assert scene.clock.getDelayedCalls() == []


def test_whoSaysNothingIsTurnedAwayInTheEnd(scene: Scene) -> None:
    for _ in range(24):
        scene.clock.advance(1.0)
    assert scene.owner.entered == ["", ""]
    assert scene.owner.done[-1] == "turnAway"


def test_nobodyEntersForEver(scene: Scene) -> None:
    scene.press("1*" * MAX_KEYS)
    assert len(scene.owner.entered) == 1


def test_thePromptIsPlayedWhenItIsHeardUnlessSomebodyEntersAlready(scene: Scene) -> None:
    scene.asking.heard()
    scene.press("1")
    scene.asking.heard()
    assert scene.owner.done == ["ask", "ask"]
