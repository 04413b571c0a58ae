"""
The switch: admit a call, route it, hand it to its destination.

It owns no call.  A leg is the switch's only while policies are asked; then it
belongs to a destination, or is rejected.  One that is to take another's place belongs to whoever
has that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.applications import Reason, Refusal, Verdict
from h323d.call.callers import ANY_NAME, ICallerNames, introduce
from h323d.call.gates import POLICY_FAILED, SHUTTING_DOWN, Gates
from h323d.call.leases import ended, ofCall
from h323d.call.legs import ILeg, ILegOwner, IOffer, endedBy
from h323d.call.observer import SilentObserver
from h323d.call.parts import Part
from h323d.call.policy import IDestination, IInquiry, IRoutePolicy, Route
from h323d.call.replacing import ALONE, FORBIDDEN, Neighbours, Replacement, isEntitled
from h323d.events.bus import EventBus
from h323d.events.calls import CallAdmitted, CallEnded, CallRefused, CallRouted
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID
from h323d.values.media.discord import Discord

__all__ = ["Switch"]

NO_ROUTE = Refusal.of(Reason.NO_ROUTE, "noRoute")


@implementer(ILegOwner, IInquiry)
class Switch(Part[object]):
    """
    Takes each offered leg to where it belongs.

    @ivar gates: what a call passes.
    @ivar waiting: the legs whose policies have not answered yet.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        events: EventBus,
        gates: Gates,
        routes: Sequence[IRoutePolicy],
        destinations: Mapping[str, IDestination],
        callers: ICallerNames = ANY_NAME,
        neighbours: Neighbours = ALONE,
    ) -> None:
        """
        @param callers: says how each caller is shown.
        @param neighbours: says who may pick up whose calls.
        """
        self._neighbours = neighbours
        self._callers = callers
        self._clock = clock
        self._events = events
        self.gates = gates
        self._routes = tuple(routes)
        self._destinations = dict(destinations)
        self.waiting: dict[LegID, ILeg] = {}

    def legOffered(self, leg: ILeg) -> None:
        """
        Admit, route, hand over; or reject.
        """
        self.waiting[leg.legId] = leg
        leg.observe(_Waiting(self))
        name = self._callers.nameOf(leg)
        leg.introduce(name.calling, name.displayName)
        application = replace(leg.application(), party=name.party)
        self.gates.admit(leg, application).addCallback(self._judged, leg)

    def inquire(self, offer: IOffer) -> Refusal | None:
        """
        Ask the routes, and where they lead.  A policy that has to wait for its answer is not
        waited for: it counts as one that takes the call.
        """
        if self.gates.shut is not None:
            return self.gates.shut
        try:
            for policy in self._routes:
                answer = policy.route(offer)
                if isinstance(answer, Deferred):
                    answer.addErrback(_given)
                    answer.cancel()
                    return None
                if isinstance(answer, Route):
                    destination = self._destinations.get(answer.destination)
                    return NO_ROUTE if destination is None else destination.refusal(answer)
                if answer is not None:
                    return answer
        except Exception:  # a fence: a policy may be anybody's code
            self._log.failure("a policy failed; it would have refused the call")
            return POLICY_FAILED
        return NO_ROUTE

    def leave(self) -> None:
        """
        Refuse whatever is offered from now on, and whatever still waits.
        """
        self.gates.close(SHUTTING_DOWN)
        for leg in tuple(self.waiting.values()):
            self._refuse(leg, SHUTTING_DOWN)

    def forget(self, leg: ILeg, cause: Cause) -> None:
        """
        The caller gave up while policies were asked.
        """
        if self.waiting.pop(leg.legId, None) is not None:
            now = self._clock.seconds()
            self._events.publish(CallEnded(now, leg.callId, leg.legId, cause, endedBy(leg)))

    def _judged(self, verdict: Verdict, leg: ILeg) -> None:
        if isinstance(verdict, Refusal):
            if leg.legId in self.waiting:
                self._refuse(leg, verdict)
            return
        if leg.legId not in self.waiting:
            ended(verdict.leases)  # its caller is gone, and has ended it
            return
        self.gates.leases.give(ofCall(leg.legId), verdict)
        introduce(leg, verdict)
        now, parties = self._clock.seconds(), (leg.calling, leg.called)
        self._events.publish(CallAdmitted(now, leg.callId, leg.legId, *parties, leg.restricted))
        if leg.replaces is not None:
            self._replace(leg, leg.replaces)
            return
        done = Deferred.fromCoroutine(self._decide(leg))
        done.addErrback(self._policyFailed)
        done.addCallback(self._dispatch, leg)
        done.addErrback(self._destinationFailed, leg)

    def _replace(self, leg: ILeg, replacement: Replacement) -> None:
        """
        Hand over to whoever has the call whose place it takes.
        """
        if self.gates.shut is not None:
            self._refuse(leg, self.gates.shut)
        elif not isEntitled(leg, replacement, self._callers, self._neighbours):
            self._refuse(leg, FORBIDDEN)
        else:
            del self.waiting[leg.legId]
            replacement.leg.yieldTo(leg)

    async def _decide(self, leg: ILeg) -> Route | Refusal:
        for policy in self._routes:
            answer = policy.route(leg)
            if isinstance(answer, Deferred):
                answer = await answer
            if answer is not None:
                return answer
        return NO_ROUTE

    def _policyFailed(self, failure: Failure) -> Refusal:
        self._log.failure("a policy failed; the call is refused", failure=failure)
        return POLICY_FAILED

    def _dispatch(self, decision: Route | Refusal, leg: ILeg) -> None:
        if leg.legId not in self.waiting:
            return
        if self.gates.shut is not None:
            decision = self.gates.shut
        if isinstance(decision, Route):
            destination = self._destinations.get(decision.destination)
            if destination is not None:
                del self.waiting[leg.legId]
                self._tellRoute(leg, decision)
                destination.accept(leg, decision)
                return
            decision = NO_ROUTE
        self._refuse(leg, decision)

    def _destinationFailed(self, failure: Failure, leg: ILeg) -> None:
        self._log.failure("call {callId} died of our own fault", failure=failure, callId=leg.callId)
        leg.hangup(Cause.TEMPORARY_FAILURE)

    def _tellRoute(self, leg: ILeg, route: Route) -> None:
        self._events.publish(
            CallRouted(
                self._clock.seconds(), leg.callId, leg.legId, route.destination, route.target
            )
        )

    def _refuse(self, leg: ILeg, refusal: Refusal) -> None:
        self.waiting.pop(leg.legId, None)
        self._events.publish(
            CallRefused(self._clock.seconds(), leg.callId, leg.legId, refusal.cause, refusal.word)
        )
        leg.reject(refusal.cause, refusal.reason, Discord(bandwidth=refusal.bandwidth))


def _given(failure: Failure) -> None:
    """
    What a policy says that was given up is of no interest.
    """


class _Waiting(SilentObserver):
    """
    Watches a leg while its policies are asked; only its release matters.
    """

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._switch.forget(leg, cause)
