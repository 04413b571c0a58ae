"""
How far an H.323 call is, as those who need not know each of its states see it.
"""

from __future__ import annotations

import enum

from h323d.h323.calls.callinputs import H225Call
from h323d.tracing import stateName

__all__ = ["PHASES", "CallPhase", "phaseOf"]


class CallPhase(enum.Enum):
    """
    The phases of a call, in the order that it has them.
    """

    SETTING_UP = "not answered yet"
    ANSWERED = "answered"
    ENDED_BY_PEER = "the peer has ended H.245, and is about to release"
    CLEARING = "we end H.245, and release then"
    OVER = "released"


PHASES = {
    "null": CallPhase.SETTING_UP,
    "callInitiated": CallPhase.SETTING_UP,
    "overlapSending": CallPhase.SETTING_UP,
    "outgoingProceeding": CallPhase.SETTING_UP,
    "callDelivered": CallPhase.SETTING_UP,
    "callPresent": CallPhase.SETTING_UP,
    "incomingProceeding": CallPhase.SETTING_UP,
    "callReceived": CallPhase.SETTING_UP,
    "active": CallPhase.ANSWERED,
    "ending": CallPhase.ENDED_BY_PEER,
    "clearing": CallPhase.CLEARING,
    "released": CallPhase.OVER,
}
"""
The phase that each state of L{h323d.h323.calls.call} belongs to.
"""


def phaseOf(call: H225Call) -> CallPhase:
    """
    @param call: what L{h323d.h323.calls.call.newH225Call} made.
    """
    return PHASES[stateName(call)]
