"""
How a provisional response that must arrive is repeated, and what waits for it.
"""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock

from h323d.sip.calls.reliability import MACHINE, Provisional, Reliability, newReliability
from h323d.sip.transactions.running import ServerTransaction
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

RINGING = Provisional(180)
DESCRIBED = Provisional(183, b"v=0")
PRACK = cast(ServerTransaction, object())  # the machine only hands it on


def _reliability(owner: Any, clock: Clock) -> Reliability:
    return newReliability(owner, clock, Timers())


TABLE: Table = {
    "idle": {
        "accept": "over: acceptNow",
        "describe": "agreeing: giveUp in 32 s, repeat in 0.5 s, sendReliably",
        "ring": "waiting: giveUp in 32 s, repeat in 0.5 s, sendReliably",
        "stop": "over",
    },
    "waiting": {
        "accept": "over: stop repeat, stop giveUp, acceptNow",
        "giveUp": "over: stop repeat, provisionalLost",
        "prack": "idle: stop repeat, stop giveUp, acknowledged",
        "repeat": "waiting: repeat in 1 s, repeatProvisional",
        "stop": "over: stop repeat, stop giveUp",
    },
    "agreeing": {
        "accept": "holding",
        "giveUp": "over: stop repeat, provisionalLost",
        "prack": "idle: stop repeat, stop giveUp, agreed",
        "repeat": "agreeing: repeat in 1 s, repeatProvisional",
        "stop": "over: stop repeat, stop giveUp",
    },
    "holding": {
        "giveUp": "over: stop repeat, provisionalLost",
        "prack": "over: stop repeat, stop giveUp, agreed, acceptNow",
        "repeat": "holding: repeat in 1 s, repeatProvisional",
        "stop": "over: stop repeat, stop giveUp",
    },
    "over": {
        "prack": "over: acknowledged",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _reliability,
        {"ring": (RINGING,), "describe": (DESCRIBED,), "prack": (PRACK,)},
        {
            "waiting": [("ring", RINGING)],
            "agreeing": [("describe", DESCRIBED)],
            "holding": [("describe", DESCRIBED), "accept"],
            "over": ["stop"],
        },
    )
    assert found == TABLE


def test_itIsRepeatedAtDoublePausesUntil64T1() -> None:
    clock, owner = Clock(), Recorder()
    reliability = _reliability(owner, clock)
    reliability.ring(RINGING)
    owner.take()
    times: list[tuple[str, float]] = []
    for _ in range(64 * 8):
        clock.advance(0.125)
        times += [(name, clock.seconds()) for name, *_ in owner.take()]
    assert times == [
        *(("repeatProvisional", each) for each in (0.5, 1.5, 3.5, 7.5, 15.5, 31.5)),
        ("provisionalLost", 32.0),
    ]
    assert clock.getDelayedCalls() == []


def test_theNextWaitsForThePrackOfTheOneBefore() -> None:
    clock, owner = Clock(), Recorder()
    reliability = _reliability(owner, clock)
    reliability.ring(RINGING)
    reliability.describe(DESCRIBED)
    reliability.describe(DESCRIBED)
    assert owner.take() == [("sendReliably", RINGING)]
    reliability.prack(PRACK)
    assert owner.take() == [("acknowledged", PRACK), ("sendReliably", DESCRIBED)]
    reliability.prack(PRACK)
    assert owner.take() == [("agreed", PRACK)]
    assert clock.getDelayedCalls() == []


def test_theSameIsNotSentAgainForBeingAskedTwice() -> None:
    clock, owner = Clock(), Recorder()
    reliability = _reliability(owner, clock)
    reliability.ring(RINGING)
    reliability.ring(RINGING)
    reliability.prack(PRACK)
    assert owner.take() == [("sendReliably", RINGING), ("acknowledged", PRACK)]
