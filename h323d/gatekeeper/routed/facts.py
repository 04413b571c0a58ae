"""
What is told of a routed call.
"""

from __future__ import annotations

from h323d.call.legs import IOffer
from h323d.events.calls import (
    CallAdmitted,
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallRefused,
    CallRouted,
)
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["CallFacts"]


class CallFacts:
    """
    Tells the facts of one call.
    """

    def __init__(self, context: CallContext, call: IOffer) -> None:
        self._context = context
        self._call = call

    @property
    def _now(self) -> float:
        return self._context.clock.seconds()

    def tellAdmitted(self) -> None:
        call = self._call
        parties = call.calling, call.called
        self._context.publish(
            CallAdmitted(self._now, call.callId, call.legId, *parties, call.restricted)
        )

    def tellRouted(self, model: CallModel, way: FoundWay, address: TransportAddress) -> None:
        """
        A way is being tried.

        @param address: where it leads.
        """
        call, registration = self._call, way.registration
        endpointId = "" if registration is None else registration.endpointId
        told = "proxied" if model is CallModel.PROXIED else "routed"
        self._context.publish(
            CallRouted(self._now, call.callId, call.legId, told, endpointId, address)
        )

    def tellAlerting(self) -> None:
        """
        The called party is told.
        """
        self._context.publish(CallAlerting(self._now, self._call.callId, self._call.legId))

    def tellAnswered(self) -> None:
        """
        The called party answered.
        """
        self._context.publish(CallAnswered(self._now, self._call.callId, self._call.legId))

    def tellRefused(self, cause: Cause, reason: str) -> None:
        call = self._call
        self._context.publish(CallRefused(self._now, call.callId, call.legId, cause, reason))

    def tellEnded(self, cause: Cause, by: str) -> None:
        call = self._call
        self._context.publish(CallEnded(self._now, call.callId, call.legId, cause, by))
