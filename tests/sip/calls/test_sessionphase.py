"""
How far a SIP call is, on either side.
"""

from __future__ import annotations

from h323d import tracing
from h323d.sip.calls import calledsession, callingsession
from h323d.sip.calls.sessionphase import PHASES


def test_everyStateOfEitherSideHasItsPhase() -> None:
    called = tracing.states(calledsession.MACHINE)
    calling = tracing.states(callingsession.MACHINE)
    assert called | calling == PHASES.keys()
