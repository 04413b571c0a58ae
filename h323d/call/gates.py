"""
The gates: what every call passes before anything is done for it, whether it
ends here or is routed on.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.legs import IOffer
from h323d.call.policy import IAdmissionPolicy, Refusal
from h323d.events import CallAdmitted, CallOffered, EventBus, GatesClosed, GatesOpened
from h323d.values.cause import Cause

__all__ = ["MAINTENANCE", "POLICY_FAILED", "SHUTTING_DOWN", "Gates"]

SHUTTING_DOWN = Refusal(Cause.TEMPORARY_FAILURE, "shuttingDown")
MAINTENANCE = Refusal(Cause.SWITCHING_EQUIPMENT_CONGESTION, "maintenance")
POLICY_FAILED = Refusal(Cause.TEMPORARY_FAILURE, "policyFailed")


class Gates:
    """
    Asks the admission policies, in their order.

    @ivar shut: why no call passes at present; C{None} while they do.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, events: EventBus, policies: Sequence[IAdmissionPolicy]
    ) -> None:
        self._clock = clock
        self._events = events
        self._policies = tuple(policies)
        self.shut: Refusal | None = None

    def close(self, why: Refusal) -> None:
        """
        Let no call pass from now on; those that passed are not touched.
        """
        self.shut = why
        self._events.publish(GatesClosed(self._clock.seconds(), why.reason))

    def open(self) -> None:
        """
        Let calls pass again.
        """
        self.shut = None
        self._events.publish(GatesOpened(self._clock.seconds()))

    def admit(self, offer: IOffer) -> Deferred[Refusal | None]:
        """
        Tell of an offer (L{CallOffered}), and ask whether it may pass; if it
        may, that is told too (L{CallAdmitted}).  A refusal is the asker's to
        tell, who may have other reasons to refuse.

        @return: never fails.
        """
        self._events.publish(
            CallOffered(
                self._clock.seconds(),
                offer.callId,
                offer.legId,
                offer.protocol,
                offer.peer,
                offer.callIdentifier,
                offer.conferenceId,
            )
        )
        return Deferred.fromCoroutine(self._ask(offer))

    async def _ask(self, offer: IOffer) -> Refusal | None:
        try:
            for policy in self._policies:
                if self.shut is not None:
                    break
                verdict = policy.admit(offer)
                if isinstance(verdict, Deferred):
                    verdict = await verdict
                if isinstance(verdict, Refusal):
                    return verdict
        except Exception:  # a fence: a policy may be anybody's code
            self._log.failure("a policy failed; the call is refused")
            return POLICY_FAILED
        if self.shut is not None:
            return self.shut
        now = self._clock.seconds()
        self._events.publish(
            CallAdmitted(now, offer.callId, offer.legId, offer.calling, offer.called)
        )
        return None
