"""
How far a bridged call has come.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.gateway import bridging
from h323d.gateway.bridging import newBridging
from h323d.gateway.bridginginputs import Bridging
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

ENDED = "over: stop timerExpired, stop rankTimerExpired, end USER_BUSY"
UNFETCHED = "over: stop timerExpired, end USER_BUSY"
ANSWERED = "answered: stop timerExpired, stop rankTimerExpired, answerCaller"
LOST = "over: loseTransfer USER_BUSY, end USER_BUSY"
UNANSWERED = "over: stop rankTimerExpired, end NO_ANSWER_FROM_USER"
REFUSED = "refused: stop timerExpired, stop rankTimerExpired, timerExpired in 3 s, refuseAloud"
RANK = "rankTimerExpired in 30 s"

TABLE: Table = {
    "offered": {
        "transferAsked": "offered: refuseTransfer request",
        "replaceAsked": "offered: refuseSuccessor leg",
        "successorAnswered": "offered: dropSuccessor successor",
        "fetch": "fetching: timerExpired in 180 s",
        "join": "calling",
        "begin": f"calling: timerExpired in 180 s, {RANK}, callNext",
        "clear": "over: end USER_BUSY",
    },
    "fetching": {
        "transferAsked": "fetching: refuseTransfer request",
        "replaceAsked": "fetching: refuseSuccessor leg",
        "successorAnswered": "fetching: dropSuccessor successor",
        "callerAnswered": f"calling: timerExpired in 180 s, {RANK}, callNext",
        "callerGone": UNFETCHED,
        "clear": UNFETCHED,
        "timerExpired": "over: end NO_ANSWER_FROM_USER",
    },
    "calling": {
        "transferAsked": "calling: refuseTransfer request",
        "replaceAsked": "calling: pickUp side leg",
        "successorAnswered": "calling: dropSuccessor successor",
        "calledRings": "ringing: ring",
        "calledSpeaks": "hearing: openEarly, hear",
        "calledAnswers": ANSWERED,
        "calledRedirects": f"calling: {RANK}, callRedirected",
        "noneAnswers": f"calling: {RANK}, callNext",
        "rankTimerExpired": "calling: giveUpRank",
        "noneLeft": ENDED,
        "noneLeftToHear": REFUSED,
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": UNANSWERED,
    },
    "ringing": {
        "transferAsked": "ringing: refuseTransfer request",
        "replaceAsked": "ringing: pickUp side leg",
        "successorAnswered": "ringing: dropSuccessor successor",
        "calledSpeaks": "hearingRinging: openEarly, hear",
        "calledAnswers": ANSWERED,
        "calledRedirects": f"ringing: {RANK}, callRedirected",
        "noneAnswers": f"ringing: {RANK}, callNext",
        "rankTimerExpired": "ringing: giveUpRank",
        "noneLeft": ENDED,
        "noneLeftToHear": REFUSED,
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": UNANSWERED,
    },
    "hearing": {
        "transferAsked": "hearing: refuseTransfer request",
        "replaceAsked": "hearing: pickUp side leg",
        "successorAnswered": "hearing: dropSuccessor successor",
        "calledRings": "hearingRinging: ring",
        "calledSpeaks": "hearing: hear",
        "calledAnswers": ANSWERED,
        "calledRedirects": f"hearing: {RANK}, callRedirected",
        "noneAnswers": f"hearing: {RANK}, callNext",
        "rankTimerExpired": "hearing: giveUpRank",
        "noneLeft": ENDED,
        "noneLeftToHear": REFUSED,
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": UNANSWERED,
    },
    "hearingRinging": {
        "transferAsked": "hearingRinging: refuseTransfer request",
        "replaceAsked": "hearingRinging: pickUp side leg",
        "successorAnswered": "hearingRinging: dropSuccessor successor",
        "calledSpeaks": "hearingRinging: hear",
        "calledAnswers": ANSWERED,
        "calledRedirects": f"hearingRinging: {RANK}, callRedirected",
        "noneAnswers": f"hearingRinging: {RANK}, callNext",
        "rankTimerExpired": "hearingRinging: giveUpRank",
        "noneLeft": ENDED,
        "noneLeftToHear": REFUSED,
        "callerGone": ENDED,
        "clear": ENDED,
        "timerExpired": UNANSWERED,
    },
    "refused": {
        "transferAsked": "refused: refuseTransfer request",
        "replaceAsked": "refused: refuseSuccessor leg",
        "successorAnswered": "refused: dropSuccessor successor",
        "timerExpired": "over: endRefused",
        "callerGone": UNFETCHED,
        "clear": UNFETCHED,
    },
    "answered": {
        "transferAsked": "answered: refuseTransfer request",
        "replaceAsked": "answered: refuseSuccessor leg",
        "successorAnswered": "answered: dropSuccessor successor",
        "callerAnswered": "talking",
        "calledGone": "over: end USER_BUSY",
        "callerGone": "over: end USER_BUSY",
        "clear": "over: end USER_BUSY",
    },
    "talking": {
        "transferAsked": "transferring: beginTransfer side request",
        "replaceAsked": "talking: expectSuccessor side leg",
        "successorAnswered": "over: yieldPlace successor, end NORMAL_CALL_CLEARING",
        "calledGone": "over: end USER_BUSY",
        "callerGone": "over: end USER_BUSY",
        "clear": "over: end USER_BUSY",
    },
    "transferring": {
        "transferAsked": "transferring: refuseTransfer request",
        "replaceAsked": "transferring: refuseSuccessor leg",
        "successorAnswered": "transferring: dropSuccessor successor",
        "transferFailed": "talking",
        "transferred": "over: end NORMAL_CALL_CLEARING",
        "referrerGone": "over: moveOn",
        "calledGone": LOST,
        "callerGone": LOST,
        "clear": LOST,
    },
    "over": {
        "transferAsked": "over: refuseTransfer request",
        "replaceAsked": "over: refuseSuccessor leg",
        "successorAnswered": "over: dropSuccessor successor",
    },
}


def _bridging(owner: Any, clock: Clock) -> Bridging:
    return newBridging(owner, clock, 180.0, 30.0, 3.0)


def test_theTable() -> None:
    cause = (Cause.USER_BUSY,)
    found = behaviourOf(
        bridging.MACHINE,
        _bridging,
        {
            **dict.fromkeys(("calledGone", "noneLeft", "callerGone", "clear"), cause),
            "referrerGone": cause,
            "transferAsked": ("side", "request"),
            "replaceAsked": ("side", "leg"),
            "successorAnswered": ("successor",),
        },
        {
            "fetching": ["fetch"],
            "calling": ["begin"],
            "ringing": ["begin", "calledRings"],
            "hearing": ["begin", "calledSpeaks"],
            "hearingRinging": ["begin", "calledSpeaks", "calledRings"],
            "refused": ["begin", "noneLeftToHear"],
            "answered": ["begin", "calledAnswers"],
            "talking": ["begin", "calledAnswers", "callerAnswered"],
            "transferring": [
                *("begin", "calledAnswers", "callerAnswered"),
                ("transferAsked", "side", "request"),
            ],
            "over": [("clear", Cause.USER_BUSY)],
        },
    )
    assert found == TABLE
