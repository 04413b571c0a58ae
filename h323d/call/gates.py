"""
The gates: what every call passes before anything is done for it, whether it
ends here or is routed on.

They only judge.  That a call passed is told by who asked, and only if the call
is still there to go on: its caller may have left while a gate was thinking.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.legs import IOffer
from h323d.call.policy import IAdmissionPolicy, Refusal
from h323d.call.timer import Timer
from h323d.events.bus import EventBus
from h323d.events.calls import CallOffered
from h323d.events.server import GatesClosed, GatesOpened
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = [
    "DEADLINE",
    "GATE_TIMEOUT",
    "MAINTENANCE",
    "POLICY_FAILED",
    "SHUTTING_DOWN",
    "Gates",
]

DEADLINE = 2.0  # seconds that all gates together have for one call

SHUTTING_DOWN = Refusal(Cause.TEMPORARY_FAILURE, "shuttingDown")
MAINTENANCE = Refusal(Cause.SWITCHING_EQUIPMENT_CONGESTION, "maintenance")
POLICY_FAILED = Refusal(Cause.TEMPORARY_FAILURE, "policyFailed")
GATE_TIMEOUT = Refusal(Cause.TEMPORARY_FAILURE, "gateTimeout")


class Gates:
    """
    Asks the admission policies, in their order.

    @ivar shut: why no call passes at present; C{None} while they do.
    """

    def __init__(
        self, clock: IReactorTime, events: EventBus, policies: Sequence[IAdmissionPolicy]
    ) -> None:
        self._clock = clock
        self._events = events
        self._policies = tuple(policies)
        self._judging: dict[LegID, _Judgement] = {}
        self.shut: Refusal | None = None

    def close(self, why: Refusal) -> None:
        """
        Let no call pass from now on, nor those that are being judged; those
        that passed are not touched.
        """
        self.shut = why
        self._events.publish(GatesClosed(self._clock.seconds(), why.reason))
        for judgement in tuple(self._judging.values()):
            judgement.refuse(why)

    def open(self) -> None:
        """
        Let calls pass again.
        """
        self.shut = None
        self._events.publish(GatesOpened(self._clock.seconds()))

    def admit(self, offer: IOffer) -> Deferred[Refusal | None]:
        """
        Tell of an offer (L{CallOffered}), and ask whether it may pass.  What
        comes of it is the asker's to tell, who knows whether the call is still
        there, and may have other reasons to refuse it.

        @return: never fails, and fires within L{DEADLINE}.
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
        if self.shut is not None:
            return succeed(self.shut)
        judgement = _Judgement(self._clock, self._policies, offer)
        if not judgement.verdict.called:
            self._judging[offer.legId] = judgement
            judgement.verdict.addCallback(self._judged, offer.legId)
        return judgement.verdict

    def _judged(self, verdict: Refusal | None, legId: LegID) -> Refusal | None:
        del self._judging[legId]
        return verdict


class _Judgement:
    """
    One offer before the policies.  Who does not answer in time has said no,
    and is not heard any more.

    @ivar verdict: fires once, and never fails.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, policies: Sequence[IAdmissionPolicy], offer: IOffer
    ) -> None:
        self.verdict: Deferred[Refusal | None] = Deferred()
        self._policies = policies
        self._offer = offer
        self._timer = Timer(clock)
        self._asked = ""  # the policy that is thinking
        self._asking = Deferred.fromCoroutine(self._ask())
        self._asking.addCallback(self._decide)
        if not self.verdict.called:
            self._timer.start(DEADLINE, self._late)

    def refuse(self, why: Refusal) -> None:
        """
        Ask no further.
        """
        self._decide(why)
        self._asking.cancel()

    def _late(self) -> None:
        self._log.error(
            "gate {gate} has not answered in {seconds} s; call {callId} is refused",
            gate=self._asked,
            seconds=DEADLINE,
            callId=self._offer.callId,
        )
        self.refuse(GATE_TIMEOUT)

    def _decide(self, verdict: Refusal | None) -> None:
        if not self.verdict.called:
            self._timer.stop()
            self.verdict.callback(verdict)

    async def _ask(self) -> Refusal | None:
        try:
            for policy in self._policies:
                self._asked = policy.name
                answer = policy.admit(self._offer)
                if isinstance(answer, Deferred):
                    answer = await answer
                if isinstance(answer, Refusal):
                    return answer
        except Exception:  # a fence: a policy may be anybody's code
            if not self.verdict.called:  # otherwise it is we who stopped it
                self._log.failure("a policy failed; the call is refused")
            return POLICY_FAILED
        return None
