"""
How far a call is, state by state.
"""

from __future__ import annotations

from h323d.h323.calls.call import MACHINE
from h323d.h323.calls.callphase import PHASES, CallPhase
from h323d.tracing import states

WAITING = {
    "null",
    "callInitiated",
    "overlapSending",
    "outgoingProceeding",
    "callDelivered",
    "callPresent",
    "incomingProceeding",
    "callReceived",
}


def inPhase(phase: CallPhase) -> set[str]:
    return {state for state, each in PHASES.items() if each is phase}


def test_everyStateHasAPhase() -> None:
    assert PHASES.keys() == states(MACHINE)


def test_thePhasesAreThoseOfAnAnsweredCallAndOfWhatComesBeforeAndAfter() -> None:
    assert {phase: inPhase(phase) for phase in CallPhase} == {
        CallPhase.SETTING_UP: WAITING,
        CallPhase.ANSWERED: {"active"},
        CallPhase.ENDED_BY_PEER: {"ending"},
        CallPhase.CLEARING: {"clearing"},
        CallPhase.OVER: {"released"},
    }
