"""
The gates: what every application passes (L{h323d.call.applications}) before anything is done
for it, from whatever door it comes.

They judge, and tell what they refuse.  That a call passed is told by who asked, and only
if the call is still there to go on: its caller may have left while a gate was thinking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.account import Account
from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    Door,
    IGate,
    ILapsing,
    Reason,
    Refusal,
    Verdict,
)
from h323d.call.histogram import Histogram
from h323d.call.leases import Leases, ended
from h323d.call.legs import IOffer
from h323d.call.timer import Timer
from h323d.call.wire import NO_WIRE, IWireLog
from h323d.events.bus import EventBus
from h323d.events.calls import CallOffered
from h323d.events.doors import ApplicationRefused
from h323d.events.server import GatesClosed, GatesOpened
from h323d.values.cause import Cause

__all__ = [
    "DEADLINE",
    "GATE_SECONDS",
    "GATE_TIMEOUT",
    "MAINTENANCE",
    "POLICY_FAILED",
    "SENT_BACK",
    "SHUTTING_DOWN",
    "Gates",
]

DEADLINE = 2.0  # seconds that all gates together have for one application
GATE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0)

SHUTTING_DOWN = Refusal(Cause.TEMPORARY_FAILURE, Reason.OUT_OF_SERVICE, "shuttingDown")
MAINTENANCE = Refusal(Cause.SWITCHING_EQUIPMENT_CONGESTION, Reason.OUT_OF_SERVICE, "maintenance")
POLICY_FAILED = Refusal(Cause.TEMPORARY_FAILURE, Reason.GATEKEEPER_ERROR, "policyFailed")
SENT_BACK = Refusal(Cause.EXCHANGE_ROUTING_ERROR, Reason.NO_ROUTE, "sentBack")
GATE_TIMEOUT = Refusal(Cause.TEMPORARY_FAILURE, Reason.GATEKEEPER_ERROR, "gateTimeout")

_CALLS = frozenset((Door.SETUP, Door.INVITE, Door.OPERATOR))
"""
Where new calls come in: what closing keeps out.  What belongs to a call that goes on passes,
and to registrations and ARQs their own doors say what else there is to do
(L{h323d.gatekeeper.maintenance}).
"""


class Gates:
    """
    Asks the gates, in their order.

    @ivar shut: why no call passes at present; C{None} while they do.
    @ivar leases: what the gates keep for those whom they admitted.
    @ivar seconds: how long each of them took to answer, by its name.
    """

    def __init__(
        self,
        clock: IReactorTime,
        events: EventBus,
        gates: Sequence[IGate],
        wire: IWireLog = NO_WIRE,
    ) -> None:
        """
        @param wire: keeps the messages of calls, of those of which it may.
        """
        self._wire = wire
        self._clock = clock
        self._events = events
        self._at = {door: tuple(gate for gate in gates if door in gate.doors) for door in Door}
        self._judging: dict[_Judgement, None] = {}
        self.leases = Leases(events)
        self.seconds = {gate.name: Histogram(GATE_SECONDS) for gate in gates}
        self.shut: Refusal | None = None

    def close(self, why: Refusal) -> None:
        """
        Let no call pass from now on, nor those that are being judged; those
        that passed are not touched.
        """
        self.shut = why
        self._events.publish(GatesClosed(self._clock.seconds(), why.word))
        for judgement in tuple(self._judging):
            if judgement.application.door in _CALLS:
                judgement.refuse(why)

    def open(self) -> None:
        """
        Let calls pass again.
        """
        self.shut = None
        self._events.publish(GatesOpened(self._clock.seconds()))

    def standAt(self, door: Door) -> bool:
        """
        Whether there are any at a door.  Where much comes in, nobody needs to make an
        application for none.
        """
        return bool(self._at[door])

    def admit(self, offer: IOffer, application: Application) -> Deferred[Verdict]:
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
        verdict = self.judge(application)
        return verdict if isinstance(verdict, Deferred) else succeed(verdict)

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        """
        Ask whether an application may pass, and how.  Who asks holds the leases of an
        admission (L{Leases.give}), or ends them.

        @return: the verdict, or where a gate does not answer at once, a Deferred that never
            fails, and fires within L{DEADLINE}.
        """
        if self.shut is not None and application.door in _CALLS:
            return self.shut
        gates = self._at[application.door]
        if not gates:
            return PASSED
        judgement = _Judgement(self._clock, gates, application, self.seconds)
        if judgement.verdict is not None:
            return self._told(judgement.verdict, judgement)
        self._judging[judgement] = None
        return judgement.decided.addCallback(self._judged, judgement)

    def _judged(self, verdict: Verdict, judgement: _Judgement) -> Verdict:
        del self._judging[judgement]
        return self._told(verdict, judgement)

    def _told(self, verdict: Verdict, judgement: _Judgement) -> Verdict:
        """
        A verdict, told if it is a gate's refusal.
        """
        application, account = judgement.application, judgement.account
        if _isPrivate(verdict):
            for name in filter(None, (application.callIdentifier, application.callId)):
                self._wire.conceal(name)
        if isinstance(verdict, Refusal) and verdict is not self.shut:
            self._events.publish(
                ApplicationRefused(
                    self._clock.seconds(),
                    application.door.value,
                    judgement.asked,
                    verdict.reason.value,
                    verdict.detail,
                    application.source,
                    application.party,
                    application.callIdentifier,
                    () if account is None else account.proofs,
                    None if account is None else account.decision,
                )
            )
        return verdict


class _Judgement:
    """
    One application before the gates.  Who does not answer in time has said no,
    and is not heard any more.

    @ivar application: as it came in.
    @ivar asked: the gate that is thinking, or was the last.
    @ivar account: how one of them came to its verdict; C{None} if none has told.
    @ivar verdict: C{None} before there is one.
    @ivar decided: fires once with it, and never fails.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        gates: Sequence[IGate],
        application: Application,
        seconds: Mapping[str, Histogram],
    ) -> None:
        """
        @param seconds: where it is noted how long each gate took, by its name.
        """
        self.application = application
        self._clock, self._seconds = clock, seconds
        self.asked = ""
        self.account: Account | None = None
        self.verdict: Verdict | None = None
        self.decided: Deferred[Verdict] = Deferred()
        self._gates = gates
        self._timer = Timer(clock)
        self._asking = Deferred.fromCoroutine(self._ask())
        self._asking.addCallback(self._decide)
        if self.verdict is None:
            self._timer.start(DEADLINE, self._late)

    def refuse(self, why: Refusal) -> None:
        """
        Ask no further.
        """
        self._decide(why)
        self._asking.cancel()

    def _late(self) -> None:
        self._log.error(
            "gate {gate} has not answered in {seconds} s; {door} of {source} is refused",
            gate=self.asked,
            seconds=DEADLINE,
            door=self.application.door.value,
            source=str(self.application.source),
            callId=self.application.callId,
        )
        self.refuse(GATE_TIMEOUT)

    def _decide(self, verdict: Verdict) -> None:
        if self.verdict is None:
            self.verdict = verdict
            self._timer.stop()
            self.decided.callback(verdict)
        elif not isinstance(verdict, Refusal):
            ended(verdict.leases)  # it has not heard that nobody waits for it

    async def _ask(self) -> Verdict:
        passed, application = PASSED, self.application
        try:
            for gate in self._gates:
                self.asked = gate.name
                begun = self._clock.seconds()
                answer = gate.judge(application)
                waits = isinstance(answer, Deferred)
                if isinstance(answer, Deferred):
                    answer = await answer
                self._seconds[gate.name].add(self._clock.seconds() - begun)
                if waits:
                    answer = _lapseOf(passed) or answer
                self.account = answer.account or self.account
                if isinstance(answer, Refusal):
                    ended(passed.leases)
                    return answer
                passed = answer.after(passed)
                if self.verdict is not None:  # nobody waits any more
                    return passed
                application = application.granted(answer)
        except Exception:  # a fence: a gate may be anybody's code
            ended(passed.leases)
            if self.verdict is None:  # otherwise it is we who stopped it
                self._log.failure(
                    "a gate failed; {door} is refused", door=self.application.door.value
                )
            return POLICY_FAILED
        return passed


def _isPrivate(verdict: Verdict) -> bool:
    """
    Whether there may be something in the messages of a call that nobody is to see.
    """
    if isinstance(verdict, Refusal):
        return verdict.reason is Reason.PII_POLICY_VIOLATION
    return verdict.texts is not None


def _lapseOf(admission: Admission) -> Refusal | None:
    """
    Why what gates have said before counts no more.
    """
    lapses = (each.lapse() for each in admission.leases if ILapsing.providedBy(each))
    return next(filter(None, lapses), None)
