"""
One request of ours, from its first sending to its answer.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.h323.ras.exchange import MACHINE, RASExchange, newExchange
from h323d.h323.ras.messages import RASMessage
from tests.support.machinetable import Table, behaviourOf

ANSWER = RASMessage("registrationConfirm", {"requestSeqNum": 1})


EXCHANGE: Table = {
    "idle": {"cancel": "over", "start": "asking: timeout in 3 s, sendRequest"},
    "asking": {
        "answered": "over: stop timeout, exchangeEnded",
        "cancel": "over: stop timeout",
        "exhausted": "over: stop timeout, exchangeEnded",
        "inProgress": "asking: timeout in 10 s",
        "timeout": "asking: timeout in 3 s, sendRequest",
    },
}


def _exchange(owner: Any, clock: Clock) -> RASExchange:
    return newExchange(owner, clock, 3.0, 2)


def test_theTableOfAnExchange() -> None:
    found = behaviourOf(
        MACHINE,
        _exchange,
        {"answered": (ANSWER,), "inProgress": (10.0,)},
        {"asking": ["start"], "over": ["start", "cancel"]},
    )
    assert found == EXCHANGE


class Asker:
    """
    An exchange's owner.
    """

    def __init__(self, interval: float = 3.0) -> None:
        self.clock = Clock()
        self.sent: list[float] = []
        self.answers: list[RASMessage | None] = []
        self.exchange = newExchange(self, self.clock, interval, 2)

    def sendRequest(self) -> None:
        self.sent.append(self.clock.seconds())

    def exchangeEnded(self, answer: RASMessage | None) -> None:
        self.answers.append(answer)


def test_aRequestIsSentThreeTimesAndThenGivenUp() -> None:
    asker = Asker()
    asker.exchange.start()
    asker.clock.pump([1.0] * 8)
    assert asker.sent == [0, 3, 6]
    assert asker.answers == []
    asker.clock.advance(1)
    assert asker.answers == [None]
    assert asker.clock.getDelayedCalls() == []


def test_anAnswerEndsTheRepetitions() -> None:
    asker = Asker()
    asker.exchange.start()
    asker.clock.advance(4)
    asker.exchange.answered(ANSWER)
    asker.exchange.answered(ANSWER)
    assert asker.answers == [ANSWER]
    assert asker.clock.getDelayedCalls() == []


def test_inProgressPutsTheRepetitionsOff() -> None:
    asker = Asker()
    asker.exchange.start()
    asker.clock.advance(2)
    asker.exchange.inProgress(6.0)
    asker.clock.pump([0.5] * 11)
    assert asker.sent == [0]
    asker.clock.pump([0.5] * 30)
    assert asker.sent == [0, 8, 11, 14]
    assert asker.answers == [None]


def test_inProgressCannotMakeUsWaitForever() -> None:
    asker = Asker()
    asker.exchange.start()
    asker.exchange.inProgress(65.0)
    asker.clock.advance(60)
    assert asker.sent == [0, 60]
    asker.exchange.inProgress(0.001)
    asker.clock.advance(2.9)
    assert asker.sent == [0, 60]
    asker.exchange.cancel()


def test_aCancelledExchangeTellsNothing() -> None:
    asker = Asker()
    asker.exchange.start()
    asker.exchange.cancel()
    asker.exchange.answered(ANSWER)
    asker.clock.advance(60)
    assert asker.answers == []
    assert asker.sent == [0]
