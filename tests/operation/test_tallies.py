"""
What is counted of facts: each call once, and under no name that a stranger chooses.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.bus import EventBus
from h323d.events.calls import CallAdmitted, CallEnded, CallOffered, CallRefused
from h323d.events.doors import ApplicationRefused, BadInput
from h323d.events.following import TookOver
from h323d.events.gatekeeper import RASAdmissionEnded, RASAdmissionGranted, RASAdmissionRefused
from h323d.operation.tallies import Tallies
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID

SOURCE = TransportAddress("192.0.2.1", 1719)
CALL, LEG = CallID("c1"), LegID("l1")
OFFERED = CallOffered(0.0, CALL, LEG, "h323", SOURCE, "0a0b")
ADMITTED = CallAdmitted(0.0, CALL, LEG)
REFUSED = CallRefused(0.0, CALL, LEG, Cause.CALL_REJECTED, "noRoute")
GATED = ApplicationRefused(0.0, "SETUP", "guard", "INVALID_SIGNATURE", "stale", SOURCE, "", "0a0b")


def granted(model: str = "direct", answerCall: bool = False) -> RASAdmissionGranted:
    return RASAdmissionGranted(
        0.0, "e1", "0a0b", 640, answerCall, "", SOURCE, model, SOURCE, (), ()
    )


def tallies(*facts: Any) -> Tallies:
    events = EventBus()
    counted = Tallies(events)
    for each in facts:
        events.publish(each)
    return counted


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ([OFFERED, ADMITTED], 1),
        ([granted()], 1),
        ([granted(), granted(answerCall=True)], 1),
        ([granted(), granted()], 1),
        ([granted(), OFFERED, ADMITTED], 1),
        ([granted("routed"), granted("routed", answerCall=True), OFFERED, ADMITTED], 1),
        ([granted(), RASAdmissionEnded(0.0, "e1", "0a0b", False, None, True), granted()], 2),
        ([OFFERED, REFUSED], 0),
    ],
)
def test_aCallThatIsLetInIsOne(facts: list[Any], count: int) -> None:
    assert tallies(*facts).admitted == count


def test_aRefusalOfAGateIsOneAndHasItsReason() -> None:
    counted = tallies(OFFERED, GATED, REFUSED)
    assert counted.refused == {("INVALID_SIGNATURE", "guard"): 1}


def test_anARQThatAGateRefusesIsOneToo() -> None:
    refused = RASAdmissionRefused(0.0, "", "0a0b", "securityDenial", SOURCE, (), ())
    assert tallies(GATED, refused).refused == {("INVALID_SIGNATURE", "guard"): 1}


def test_whatNoGateHasRefusedHasTheReasonOfItsWord() -> None:
    assert tallies(OFFERED, REFUSED).refused == {("NO_ROUTE", "none"): 1}


def test_whatHasNoNameIsTogether() -> None:
    words = [CallRefused(0.0, CALL, LEG, Cause.CALL_REJECTED, f"word {n}") for n in range(100)]
    refused = RASAdmissionRefused(0.0, "", "0c", "requestDenied", SOURCE, (), ())
    assert tallies(*words, refused).refused == {("other", "none"): 101}


def test_aRegistrationThatAGateRefusesCounts() -> None:
    refused = ApplicationRefused(0.0, "RRQ", "guard", "NOT_REGISTERED", "", SOURCE, "", "")
    assert tallies(refused, refused).refused == {("NOT_REGISTERED", "guard"): 2}


def test_inputThatCannotBeReadIsCountedByDoor() -> None:
    counted = tallies(
        *[BadInput(0.0, "SIP", SOURCE, "", "")] * 3, BadInput(0.0, "RAS", SOURCE, "", "")
    )
    assert counted.badInput == {"SIP": 3, "RAS": 1}


def test_takeOversAreCountedByHowLongTheyTook() -> None:
    counted = tallies(TookOver(0.0, "killed", 0.02, 1), TookOver(0.0, "hung", 3.0, 2))
    now = counted.takeOvers.now()
    assert (sum(now.counts), now.counts[0], now.total) == (2, 1, 3.02)


def test_everyFactIsCountedByItsName() -> None:
    ended = CallEnded(0.0, CALL, LEG, Cause.NORMAL_CALL_CLEARING)
    assert tallies(OFFERED, ended, ended).facts == {"CallOffered": 1, "CallEnded": 2}
