"""
Tells of every request that was refused, whoever refused it.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.events.bus import EventBus
from h323d.events.gatekeeper import RASRequestRefused
from h323d.h323.ras.messages import identifierIn, reasonOf
from h323d.h323.ras.transactions import RASAnswer, RASOwner, RASRequest

__all__ = ["Refusals"]

REJECTS = frozenset(
    {
        "gatekeeperReject",
        "registrationReject",
        "unregistrationReject",
        "bandwidthReject",
        "disengageReject",
        "locationReject",
        "infoRequestNak",
        "unknownMessageResponse",
    }
)
"""
All but C{admissionReject}, which has a fact of its own.
"""


class Refusals:
    """
    A L{RASOwner} that looks at the answers of another.
    """

    def __init__(self, owner: RASOwner, clock: IReactorTime, events: EventBus) -> None:
        self._owner = owner
        self._clock = clock
        self._events = events

    def rasRequested(self, request: RASRequest) -> RASAnswer | Deferred[RASAnswer]:
        answer = self._owner.rasRequested(request)
        if isinstance(answer, Deferred):
            return answer.addCallback(self._look, request)
        return self._look(answer, request)

    def _look(self, answer: RASAnswer, request: RASRequest) -> RASAnswer:
        if answer is not None and answer.name in REJECTS:
            endpointId = identifierIn(request.message.fields, "endpointIdentifier") or ""
            self._events.publish(
                RASRequestRefused(
                    self._clock.seconds(),
                    request.source,
                    request.message.name,
                    endpointId if endpointId.isascii() and endpointId.isalnum() else "",
                    reasonOf(answer),
                )
            )
        return answer
