"""
Round trip delay (H.245, C.10).
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import rtdse
from h323d.h323.h245.rtdse import T105, newRTDSE
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

TABLE: Table = {
    "idle": {
        "roundTripDelayRequest": "idle: sendRoundTripResponse 7",
        "transferRequest": "awaitingResponse: t105Expired in 10 s, sendRoundTripRequest 1",
    },
    "awaitingResponse": {
        "abandon": "idle: stop t105Expired",
        "answered": "idle: stop t105Expired, roundTripConfirm 0.0",
        "roundTripDelayRequest": "awaitingResponse: sendRoundTripResponse 7",
        "roundTripDelayResponse": "idle: stop t105Expired, roundTripConfirm 0.0",
        "t105Expired": "idle: roundTripExpired",
        "transferRequest": "awaitingResponse: t105Expired in 10 s, sendRoundTripRequest 2",
    },
}


def test_theTableIsThatOfC10() -> None:
    found = behaviourOf(
        rtdse.MACHINE,
        newRTDSE,
        {"roundTripDelayRequest": (7,), "roundTripDelayResponse": (1,)},
        {"awaitingResponse": ["transferRequest"]},
    )
    assert found == TABLE


def test_theDelayIsMeasured() -> None:
    clock, owner = Clock(), Recorder()
    machine = newRTDSE(owner, clock)
    machine.transferRequest()
    clock.advance(0.25)
    machine.roundTripDelayResponse(1)
    assert owner.take() == [("sendRoundTripRequest", 1), ("roundTripConfirm", 0.25)]
    assert clock.getDelayedCalls() == []


def test_anAnswerToAnotherQuestionCountsForNothing() -> None:
    clock, owner = Clock(), Recorder()
    machine = newRTDSE(owner, clock)
    machine.transferRequest()
    machine.roundTripDelayResponse(2)
    assert stateName(machine) == "awaitingResponse"


def test_silenceIsReportedAfterT105() -> None:
    clock, owner = Clock(), Recorder()
    machine = newRTDSE(owner, clock)
    machine.transferRequest()
    owner.take()
    clock.advance(T105 - 0.001)
    assert owner.take() == []
    clock.advance(0.001)
    assert owner.take() == [("roundTripExpired",)]
    assert stateName(machine) == "idle"


def test_aNewQuestionReplacesTheOld() -> None:
    clock, owner = Clock(), Recorder()
    machine = newRTDSE(owner, clock)
    machine.transferRequest()
    clock.advance(1)
    machine.transferRequest()
    clock.advance(0.5)
    machine.roundTripDelayResponse(1)
    machine.roundTripDelayResponse(2)
    assert owner.take()[2:] == [("roundTripConfirm", 0.5)]


@pytest.mark.parametrize("asking", [False, True])
def test_thePeersQuestionIsAnsweredAtOnce(asking: bool) -> None:
    clock, owner = Clock(), Recorder()
    machine = newRTDSE(owner, clock)
    if asking:
        machine.transferRequest()
        owner.take()
    machine.roundTripDelayRequest(77)
    assert owner.take() == [("sendRoundTripResponse", 77)]
    machine.abandon()
    assert clock.getDelayedCalls() == []
