"""
How far a SIP call is, as those who need not know each state of its session see it.
"""

from __future__ import annotations

import enum

from h323d.sip.calls.calledsession import CalledSession
from h323d.sip.calls.callingsession import CallingSession
from h323d.tracing import stateName

__all__ = ["PHASES", "SessionPhase", "phaseOf"]


class SessionPhase(enum.Enum):
    """
    The phases of a session, in the order that it has them.
    """

    SETTING_UP = "no final response yet"
    ANSWERED = "a 2xx is sent or received"
    OVER = "released, though a CANCEL, ACK or BYE may be still to come"


PHASES = {
    "offered": SessionPhase.SETTING_UP,
    "accepted": SessionPhase.ANSWERED,
    "endingUnacknowledged": SessionPhase.OVER,
    "idle": SessionPhase.SETTING_UP,
    "calling": SessionPhase.SETTING_UP,
    "proceeding": SessionPhase.SETTING_UP,
    "abandoning": SessionPhase.OVER,
    "cancelling": SessionPhase.OVER,
    "established": SessionPhase.ANSWERED,
    "ended": SessionPhase.OVER,
}
"""
The phase that each state belongs to: those of L{h323d.sip.calls.calledsession}, then those of
L{h323d.sip.calls.callingsession}, then the two that both have.
"""


def phaseOf(session: CalledSession | CallingSession) -> SessionPhase:
    """
    @param session: of either side.
    """
    return PHASES[stateName(session)]
