"""
How far a bridged call has come.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.gateway import bridging
from h323d.gateway.bridging import Bridging, newBridging
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

ENDED = "over: stop timerExpired, end USER_BUSY"

TABLE: Table = {
    "offered": {
        "begin": "calling: timerExpired in 180 s, tryWay",
        "clear": "over: end USER_BUSY",
    },
    "calling": {
        "calledRings": "ringing: ring",
        "calledSpeaks": "ringing: openEarly",
        "calledAnswers": "answered: stop timerExpired, answerCaller",
        "calledGone": "calling: tryWay USER_BUSY",
        "noneLeft": ENDED,
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": "over: end NO_ANSWER_FROM_USER",
    },
    "ringing": {
        "calledSpeaks": "ringing: openEarly",
        "calledAnswers": "answered: stop timerExpired, answerCaller",
        "calledGone": "calling: tryWay USER_BUSY",
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": "over: end NO_ANSWER_FROM_USER",
    },
    "answered": {
        "callerAnswered": "talking",
        "calledGone": "over: end USER_BUSY",
        "callerGone": "over: end USER_BUSY",
        "clear": "over: end USER_BUSY",
    },
    "talking": {
        "calledGone": "over: end USER_BUSY",
        "callerGone": "over: end USER_BUSY",
        "clear": "over: end USER_BUSY",
    },
}


def _bridging(owner: Any, clock: Clock) -> Bridging:
    return newBridging(owner, clock, 180.0)


def test_theTable() -> None:
    cause = (Cause.USER_BUSY,)
    found = behaviourOf(
        bridging.MACHINE,
        _bridging,
        dict.fromkeys(("calledGone", "noneLeft", "callerGone", "clear"), cause),
        {
            "calling": ["begin"],
            "ringing": ["begin", "calledRings"],
            "answered": ["begin", "calledAnswers"],
            "talking": ["begin", "calledAnswers", "callerAnswered"],
            "over": [("clear", Cause.USER_BUSY)],
        },
    )
    assert found == TABLE
