"""
Calls of long standing: every endpoint is asked now and then whether it still has the calls
that it was admitted to (IRQ), so that none is kept in the books for ever.

All admissions are gone through once in each interval, a portion a second, by one timer:
what that costs in a second grows with the number of calls and with nothing else.

When the limit of one call is lowered, those with more are told at once (BRQ), and reminded
when their turn comes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import CallLost, RASAdmissionGranted
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.ras.demands import Demands
from h323d.gatekeeper.ras.reports import CallReports
from h323d.h323.ras.messages import RASMessage
from h323d.values.cause import Cause

__all__ = ["ClearCall", "Upkeep"]

STEP = 1.0  # seconds between two portions

ClearCall = Callable[[bytes, Cause], None]
"""
Ends what this server has of a call: its routed call, its legs.  Takes H.323's call
identifier, and why.
"""
AT_ONCE = 500  # calls that are told in one portion to use less


class Upkeep:
    """
    Asks, and clears what is not there any more.

    Silence counts against an endpoint only if it has answered before: there are some that
    never do.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        clock: IReactorTime,
        events: EventBus,
        admissions: AdmissionTable,
        demands: Demands,
        reports: CallReports,
        clear: ClearCall,
    ) -> None:
        """
        @param clear: ends a call that nobody has any more.
        """
        self._config = config
        self._clock = clock
        self._events = events
        self._admissions = admissions
        self._demands = demands
        self._reports = reports
        self._clear = clear
        self._timer = Timer(clock)
        self._idle = True
        self._portion = 0
        self._nextRound = 0.0
        self._queue: deque[CallAdmission] = deque()
        self._excessive: deque[CallAdmission] = deque()
        self._excessTimer = Timer(clock)
        self._answering: set[str] = set()  # endpoints with calls that have answered an IRQ
        self._subscription = events.subscribe(RASAdmissionGranted, self._admitted)

    def stop(self) -> None:
        """
        Ask no more.
        """
        self._subscription.end()
        self._timer.stop()
        self._excessTimer.stop()

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Another interval and another limit, from now on.
        """
        before, self._config = self._config, config
        if config.bandwidthPerCall != before.bandwidthPerCall:
            self._excessive = deque(filter(self._hasTooMuch, self._admissions))
            self._limitSome()
        if config.callPollInterval != before.callPollInterval:
            self._queue.clear()
            self._timer.stop()
            self._idle = True
            if len(self._admissions):
                self._begin()

    def _admitted(self, fact: RASAdmissionGranted) -> None:
        if self._idle:
            self._begin()

    def _begin(self) -> None:
        interval = self._config.callPollInterval
        if interval:
            self._idle = False
            self._nextRound = self._clock.seconds() + interval
            self._timer.start(interval, self._step)

    def _step(self) -> None:
        now = self._clock.seconds()
        if not self._queue and now >= self._nextRound:
            self._beginRound(now)
        for _ in range(min(self._portion, len(self._queue))):
            self._look(self._queue.popleft(), now)
        if not len(self._admissions):
            self._queue.clear()
            self._idle = True
            return
        wait = STEP if self._queue else max(STEP, self._nextRound - now)
        self._timer.start(wait, self._step)

    def _beginRound(self, now: float) -> None:
        interval = self._config.callPollInterval
        self._nextRound = now + interval
        self._queue.extend(self._admissions)
        self._portion = math.ceil(len(self._queue) * STEP / interval)
        self._answering &= {each.claim.endpointId for each in self._queue}
        self._reports.forget(now - interval)

    def _look(self, seen: CallAdmission, now: float) -> None:
        admission = self._current(seen)
        if admission is None:
            return
        self._limit(admission)
        before = now - self._config.callPollInterval
        if admission.since > before or self._reports.heardSince(admission.claim, before):
            return
        self._demands.inform(admission, self._answered)

    def _hasTooMuch(self, admission: CallAdmission) -> bool:
        return 0 < self._config.bandwidthPerCall < admission.bandwidth

    def _limit(self, admission: CallAdmission) -> None:
        if self._hasTooMuch(admission):  # the limit was lowered since
            self._demands.limit(admission, self._config.bandwidthPerCall)

    def _limitSome(self) -> None:
        for _ in range(min(AT_ONCE, len(self._excessive))):
            admission = self._current(self._excessive.popleft())
            if admission is not None:
                self._limit(admission)
        if self._excessive:
            self._excessTimer.start(STEP, self._limitSome)

    def _answered(self, asked: CallAdmission, answer: RASMessage | None) -> None:
        admission = self._current(asked)
        if admission is None:
            return
        endpointId = admission.claim.endpointId
        if answer is None:
            if endpointId in self._answering:
                self._lost(admission, "silent", Cause.DESTINATION_OUT_OF_ORDER)
        elif answer.name == "infoRequestResponse":
            self._answering.add(endpointId)
            self._reports.count(endpointId, answer.fields)
            if not self._reports.knows(answer.fields, admission):
                self._lost(admission, "unknown", Cause.NORMAL_UNSPECIFIED)

    def _current(self, admission: CallAdmission) -> CallAdmission | None:
        """
        The admission as it is now; C{None} if it has ended.
        """
        claim = admission.claim
        for each in self._admissions.ofCall(claim.call):
            if each.claim == claim:
                return each
        return None

    def _lost(self, admission: CallAdmission, reason: str, cause: Cause) -> None:
        claim = admission.claim
        self._events.publish(
            CallLost(
                self._clock.seconds(),
                claim.endpointId,
                claim.call.hex(),
                claim.answerCall,
                reason,
            )
        )
        self._admissions.end(admission, cause)
        if self._config.dropLostCalls:
            self._clear(claim.call, cause)
            for other in self._admissions.ofCall(claim.call):
                self._demands.drop(other, cause)
