"""
Round trip delay (H.245, C.10).
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import rtdse
from h323d.h323.h245.rtdse import T105, newRTDSE
from h323d.tracing import stateName, table
from tests.support.recorder import Recorder


def test_everyPairIsDeclared() -> None:
    assert None not in table(rtdse._MACHINE).values()


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
