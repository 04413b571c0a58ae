"""
When the log is written, in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from h323d.witness.log.pacing import MACHINE, Pace, newPace
from tests.support.machinetable import Step, Table, Witness, behaviourOf

FAILURE = Failure(OSError(28, "No space left on device"))


class Told:
    """
    Something paced, which tells a witness; what waits for the disk has its own name.
    """

    def __init__(self, witness: Any) -> None:
        self._witness = witness

    def __getattr__(self, name: str) -> Any:
        return getattr(self._witness, name)

    def write(self, batch: object) -> None: ...

    def release(self) -> None: ...


def machine(witness: Witness, clock: Clock) -> Pace:
    def defer(function: Callable[..., Any], *arguments: object) -> Deferred[Any]:
        witness.done.append(f"defer {function.__name__}")
        return Deferred()

    closed: Deferred[None] = Deferred()
    closed.addCallback(lambda _: witness.done.append("fire closed"))
    paced: Any = Told(witness)
    return newPace(paced, clock, defer, closed)


TABLE: Table = {
    "closing": {"released": "closed: fire closed"},
    "ending": {
        "notWritten": "finishing: notWritten, take True, defer write",
        "written": "finishing: written, take True, defer write",
    },
    "failing": {
        "close": "finishing: stop due, take True, defer write",
        "due": "writing: take False, defer write",
    },
    "finishing": {
        "notWritten": "closing: notWritten, defer release",
        "written": "closing: written, defer release",
    },
    "gathering": {
        "awaited": "hurrying: due in 0.01 s, stop due",
        "close": "finishing: stop due, take True, defer write",
        "due": "writing: take False, defer write",
    },
    "hurrying": {
        "close": "finishing: stop due, take True, defer write",
        "due": "writing: take False, defer write",
    },
    "idle": {
        "awaited": "hurrying: due in 0.01 s",
        "close": "finishing: take True, defer write",
        "noted": "gathering: due in 0.2 s",
        "rest": "resting: due in 7 s",
    },
    "resting": {
        "awaited": "hurrying: due in 0.01 s, stop due",
        "close": "finishing: stop due, take True, defer write",
        "due": "writing: take False, defer write",
        "noted": "gathering: due in 0.2 s, stop due",
    },
    "writing": {
        "close": "ending",
        "notWritten": "failing: due in 5 s, notWritten",
        "written": "idle: written, rest, isWaiting",
    },
}

WRITING: tuple[Step, ...] = ("noted", "due")
FINISHING: tuple[Step, ...] = ("close",)
CLOSING: tuple[Step, ...] = (*FINISHING, ("written", None))
GIVEN = {
    "rest": (7.0,),
    "written": (None,),
    "notWritten": (FAILURE, None),
    "released": (None,),
}


def test_theTableOfTheMachine() -> None:
    ways: dict[str, tuple[Step, ...]] = {
        "resting": (("rest", 7.0),),
        "gathering": ("noted",),
        "hurrying": ("awaited",),
        "writing": WRITING,
        "failing": (*WRITING, ("notWritten", FAILURE, None)),
        "ending": (*WRITING, "close"),
        "finishing": FINISHING,
        "closing": CLOSING,
        "closed": (*CLOSING, ("released", None)),
    }
    assert behaviourOf(MACHINE, machine, GIVEN, ways, {"isWaiting": False}) == TABLE


def afterWriting(answers: dict[str, Any]) -> str:
    witness, clock = Witness(answers), Clock()
    pace = machine(witness, clock)
    pace.noted()
    clock.advance(0.2)
    pace.written(None)
    calls = clock.getDelayedCalls()
    return ", ".join(f"{each.getTime() - clock.seconds():g}" for each in calls)


def test_whatCameMeanwhileIsWrittenNextSoonerIfSomebodyWaits() -> None:
    assert afterWriting({"isWaiting": True, "isAwaited": False}) == "0.2"
    assert afterWriting({"isWaiting": True, "isAwaited": True}) == "0.01"


def test_whereNothingIsToBeWrittenAHeadIsBeforeLong() -> None:
    assert afterWriting({"isWaiting": False, "rest": 10.0}) == "10"
    assert afterWriting({"isWaiting": False, "rest": None}) == ""
