"""
Whose offer is on the table.
"""

from __future__ import annotations

import random
from typing import Any, cast

from twisted.internet.task import Clock

from h323d.sip.calls.exchange import MACHINE, Exchange, newExchange
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.transactions.running import ServerTransaction
from tests.support.machinetable import Table, behaviourOf

THEIRS = cast(ServerTransaction, object())  # the machine only hands it on
ACK = SIPRequest("ACK", SIPURI("h"))
OK = SIPResponse(200, "")


class Owner:
    def __init__(self) -> None:
        self.did: list[str] = []

    def sendOffer(self) -> None:
        self.did.append("offer")

    def repeatOffer(self) -> None:
        self.did.append("offer again")

    def answerOffer(self, transaction: ServerTransaction) -> None:
        self.did.append("answer")

    def offerAnswered(self, message: SIPRequest | SIPResponse) -> None:
        self.did.append("answered")

    def refusePending(self, transaction: ServerTransaction) -> None:
        self.did.append("491")

    def refuseEarly(self, transaction: ServerTransaction) -> None:
        self.did.append("500")


def make(ownsCallId: bool = True) -> tuple[Clock, Owner, Exchange]:
    clock = Clock()
    owner = Owner()
    return clock, owner, newExchange(owner, clock, random.Random(3), ownsCallId)


def _exchange(owner: Any, clock: Clock) -> Exchange:
    return newExchange(owner, clock, random.Random(1), True)


TABLE: Table = {
    "idle": {
        "agree": "early",
        "accepted": "unacknowledged",
        "begin": "stable",
        "offered": "awaitingAnswer",
        "requested": "idle: refuseEarly",
        "stop": "stopped",
    },
    "early": {
        "accepted": "unacknowledged",
        "begin": "stable",
        "change": "earlyOffering: sendOffer",
        "requested": "early: answerOffer",
        "stop": "stopped",
    },
    "earlyOffering": {
        "accepted": "offering",
        "begin": "offering",
        "glare": "early",
        "refused": "early",
        "requested": "earlyOffering: refusePending",
        "stop": "stopped",
        "succeeded": "early: offerAnswered",
    },
    "unacknowledged": {
        "ack": "stable",
        "offered": "awaitingAnswer",
        "requested": "unacknowledged: answerOffer",
        "stop": "stopped",
    },
    "awaitingAnswer": {
        "ack": "stable: offerAnswered",
        "requested": "awaitingAnswer: refusePending",
        "stop": "stopped",
    },
    "stable": {
        "accepted": "unacknowledged",
        "change": "offering: sendOffer",
        "offered": "awaitingAnswer",
        "refresh": "refreshing: repeatOffer",
        "requested": "stable: answerOffer",
        "stop": "stopped",
    },
    "offering": {
        "glare": "waiting: retry in 2.44 s",
        "refused": "stable",
        "requested": "offering: refusePending",
        "stop": "stopped",
        "succeeded": "stable: offerAnswered",
    },
    "refreshing": {
        "glare": "stable",
        "refused": "stable",
        "requested": "refreshing: refusePending",
        "stop": "stopped",
        "succeeded": "stable: offerAnswered",
    },
    "waiting": {
        "accepted": "unacknowledged: stop retry",
        "offered": "awaitingAnswer: stop retry",
        "requested": "waiting: answerOffer",
        "retry": "offering: sendOffer",
        "stop": "stopped: stop retry",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _exchange,
        {"ack": (ACK,), "requested": (THEIRS,), "succeeded": (OK,)},
        {
            "early": ["agree"],
            "earlyOffering": ["agree", "change"],
            "unacknowledged": ["accepted"],
            "awaitingAnswer": ["offered"],
            "stable": ["begin"],
            "offering": ["begin", "change"],
            "refreshing": ["begin", "refresh"],
            "waiting": ["begin", "change", "glare"],
            "stopped": ["stop"],
        },
    )
    assert found == TABLE


def test_aChangeThatFailsBeforeTheAnswerIsTriedAgainAfterIt() -> None:
    _, owner, exchange = make()
    exchange.agree()
    exchange.change()
    exchange.refused()
    exchange.accepted()
    assert owner.did == ["offer"]
    exchange.ack(ACK)
    assert owner.did == ["offer", "offer"]


def test_aChangeThatIsWantedDuringARefreshFollowsIt() -> None:
    _, owner, exchange = make()
    exchange.begin()
    exchange.refresh()
    exchange.change()
    exchange.succeeded(OK)
    assert owner.did == ["offer again", "answered", "offer"]


def test_aChangeIsOfferedAndAnswered() -> None:
    _, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.succeeded(OK)
    assert owner.did == ["offer", "answered"]


def test_aChangeBeforeTheCallIsEstablishedWaits() -> None:
    _, owner, exchange = make()
    exchange.change()
    assert owner.did == []
    exchange.begin()
    assert owner.did == ["offer"]


def test_changesDuringAnOfferBecomeOneOfferAfterIt() -> None:
    _, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.change()
    exchange.change()
    exchange.succeeded(OK)
    assert owner.did == ["offer", "answered", "offer"]
    exchange.succeeded(OK)
    assert owner.did == ["offer", "answered", "offer", "answered"]


def test_theirOfferDuringOursGets491() -> None:
    _, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.requested(THEIRS)
    assert owner.did == ["offer", "491"]


def test_theirOfferBeforeTheAnswerToOurDelayedOneGets491() -> None:
    _, owner, exchange = make()
    exchange.offered()
    exchange.requested(THEIRS)
    exchange.ack(ACK)
    assert owner.did == ["491", "answered"]


def test_theirOfferBeforeTheFirstAnswerGets500() -> None:
    _, owner, exchange = make()
    exchange.requested(THEIRS)
    assert owner.did == ["500"]


def test_theOwnerOfTheCallIdTriesAgainAfter2100To4000Milliseconds() -> None:
    clock, owner, exchange = make(ownsCallId=True)
    exchange.begin()
    exchange.change()
    exchange.glare()
    (pause,) = clock.getDelayedCalls()
    assert 2.1 <= pause.getTime() <= 4.0
    clock.advance(4.0)
    assert owner.did == ["offer", "offer"]
    assert clock.getDelayedCalls() == []


def test_theOtherSideTriesAgainWithin2Seconds() -> None:
    clock, owner, exchange = make(ownsCallId=False)
    exchange.begin()
    exchange.change()
    exchange.glare()
    (pause,) = clock.getDelayedCalls()
    assert pause.getTime() <= 2.0
    clock.advance(2.0)
    assert owner.did == ["offer", "offer"]


def test_theirOfferDuringThePauseIsAnsweredAndOursFollowsItsAck() -> None:
    clock, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.glare()
    exchange.requested(THEIRS)
    exchange.accepted()
    assert clock.getDelayedCalls() == []
    exchange.ack(ACK)
    assert owner.did == ["offer", "answer", "offer"]


def test_aRefusedChangeLeavesAllAsItWas() -> None:
    _, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.refused()
    exchange.requested(THEIRS)
    assert owner.did == ["offer", "answer"]


def test_theEndStopsThePause() -> None:
    clock, owner, exchange = make()
    exchange.begin()
    exchange.change()
    exchange.glare()
    exchange.stop()
    exchange.change()
    assert clock.getDelayedCalls() == []
    assert owner.did == ["offer"]
