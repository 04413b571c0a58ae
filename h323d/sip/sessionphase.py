"""
How far a SIP call is, as those who need not know each state of its session see it.
"""

from __future__ import annotations

import enum

from h323d.sip.session import Session
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
    "idle": SessionPhase.SETTING_UP,
    "offered": SessionPhase.SETTING_UP,
    "calling": SessionPhase.SETTING_UP,
    "proceeding": SessionPhase.SETTING_UP,
    "accepted": SessionPhase.ANSWERED,
    "established": SessionPhase.ANSWERED,
    "endingUnacknowledged": SessionPhase.OVER,
    "abandoning": SessionPhase.OVER,
    "cancelling": SessionPhase.OVER,
    "ended": SessionPhase.OVER,
}
"""
The phase that each state of L{h323d.sip.session} belongs to.
"""


def phaseOf(session: Session) -> SessionPhase:
    """
    @param session: what L{h323d.sip.session.newSession} made.
    """
    return PHASES[stateName(session)]
