"""
Whether trunks are there: the servers of each are asked again and again, its name looked up before,
and what it meets with told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import LookupFailed
from h323d.call.timer import Timer
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.target import TrunkPlace, TrunkTarget
from h323d.gatekeeper.trunks.trunk import Trunk

__all__ = ["IN_DOUBT", "UNCHECKED", "Asked", "Check", "Probe", "TrunkChecks"]

IN_DOUBT = 5.0  # seconds between two checks of a trunk that fails
UNCHECKED = 60.0  # seconds after which one that nobody checks is believed to be back


class Check(Protocol):
    """
    One question whether a server is there, for whoever asks it.  What comes too late is not heard.
    """

    def answered(self) -> None:
        """It is there."""

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        """It is there, and cannot take calls; or is not there."""


class Asked(Protocol):
    """
    A question that is under way.
    """

    def cancel(self) -> None:
        """Nobody wants the answer any more."""


class Probe(Protocol):
    """
    Asks such questions by one protocol.
    """

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        """
        Find the servers of a trunk that has a name.

        @return: fires with at least one, best first; fails with L{LookupFailed}.
        """

    def ask(self, config: TrunkConfig, place: TrunkPlace, check: Check) -> Asked | None:
        """
        Ask.

        @param place: where the server is.
        @param check: is told, in this call or later.

        @return: C{None} where there is nothing to cancel.
        """


class TrunkChecks:
    """
    All checks of one trunk, one after the other.
    """

    _log = Logger()

    def __init__(
        self, trunk: Trunk, probes: Mapping[TrunkProtocol, Probe], clock: IReactorTime
    ) -> None:
        """
        @param probes: by protocol; asked with each check, as who speaks one begins after us.
        """
        self._trunk = trunk
        self._probes = probes
        self._clock = clock
        self._next = Timer(clock)
        self._deadline = Timer(clock)
        self._round: _Round | None = None

    @property
    def running(self) -> bool:
        """
        Whether it is checked.
        """
        return self._round is not None or self._next.running

    def start(self) -> None:
        """
        Check now, and again and again.
        """
        self.stop()
        self._next.start(0, self._check)

    def stop(self) -> None:
        """
        Check no more.
        """
        self._next.stop()
        self._stopAsking()

    def _stopAsking(self) -> None:
        ended, self._round = self._round, None
        self._deadline.stop()
        if ended is not None:
            ended.giveUp()

    def _check(self) -> None:
        config = self._trunk.config
        probe = self._probes.get(config.protocol)
        if probe is None:
            self._trunk.failed(f"{config.protocol.value} is switched off")
            self._goOn()
            return
        begun = self._round = _Round(self, probe)
        if config.literal is not None:
            self._ask(begun)
            return
        self._deadline.start(config.checkTimeout, begun.unlocated, "the name server says nothing")
        probe.locate(config).addCallbacks(begun.located, begun.notLocated)

    def located(self, begun: _Round, places: tuple[TrunkPlace, ...] = (), reason: str = "") -> None:
        """
        The DNS has answered, or will not; without a place, those of before are as good as any.
        """
        if begun is not self._round or begun.isAsking:
            return
        if places:
            self._trunk.located(places)
        elif not self._trunk.targets:
            self._trunk.failed(reason)
            self._stopAsking()
            self._goOn()
            return
        self._ask(begun)

    def died(self, failure: Failure) -> None:
        """
        A look-up has met with a fault of our own.
        """
        self._log.failure("a trunk's name was not looked up", failure=failure)

    def _ask(self, begun: _Round) -> None:
        config = self._trunk.config
        if not config.checkInterval:
            self._stopAsking()
            self._trunk.revived()
            self._goOn()
            return
        self._deadline.start(config.checkTimeout, self._timedOut, begun)
        begun.ask(config, self._trunk.targets, self._clock.seconds())

    def answered(self, check: _Check) -> None:
        """
        A server is there.
        """
        if self._takes(check):
            check.begun.anyAnswered = True
            self._trunk.answered(check.target, self._clock.seconds() - check.since)
            self._conclude(check.begun, "")

    def refused(self, check: _Check, reason: str, retryAfter: float) -> None:
        """
        It cannot take calls.
        """
        if not self._takes(check):
            return
        if retryAfter:
            self._trunk.pause(check.target, retryAfter)
        self._trunk.targetFailed(check.target, reason)
        self._conclude(check.begun, reason)

    def _takes(self, check: _Check) -> bool:
        """
        Whether that is an answer that is waited for.
        """
        return check.begun is self._round and check.begun.take(check)

    def _timedOut(self, begun: _Round) -> None:
        for check in begun.waiting:
            self._trunk.targetFailed(check.target, "no answer")
        begun.giveUp()
        self._conclude(begun, "no answer")

    def _conclude(self, begun: _Round, reason: str) -> None:
        """
        Go on when all servers have answered or failed.

        @param reason: why the last of them failed; empty if it did not.
        """
        if begun.waiting or begun is not self._round:
            return
        self._stopAsking()
        if not begun.anyAnswered:
            self._trunk.failed(reason)
        self._goOn()

    def _goOn(self) -> None:
        interval = self._trunk.config.checkInterval
        if interval and self._trunk.isInDoubt:
            interval = min(interval, IN_DOUBT)
        self._next.start(interval or UNCHECKED, self._check)


class _Round:
    """
    One check of all servers of a trunk.

    @ivar isAsking: whether their places are known, and they are asked.
    @ivar anyAnswered: whether one is there.
    """

    def __init__(self, checks: TrunkChecks, probe: Probe) -> None:
        self._checks = checks
        self._probe = probe
        self._waiting: dict[_Check, Asked | None] = {}
        self.isAsking = self.anyAnswered = False

    @property
    def waiting(self) -> tuple[_Check, ...]:
        """
        Those that have not answered yet.
        """
        return tuple(self._waiting)

    def ask(self, config: TrunkConfig, targets: tuple[TrunkTarget, ...], now: float) -> None:
        """
        Ask all of them at the same time.
        """
        self.isAsking = True
        checks = [_Check(self._checks, self, each, now) for each in targets]
        self._waiting = dict.fromkeys(checks)
        for check in checks:
            asked = self._probe.ask(config, check.target.place, check)
            if check in self._waiting:
                self._waiting[check] = asked

    def take(self, check: _Check) -> bool:
        """
        @return: whether it was waited for, which it is no more.
        """
        if check not in self._waiting:
            return False
        asked = self._waiting.pop(check)
        if asked is not None:
            asked.cancel()
        return True

    def giveUp(self) -> None:
        """
        Wait for nobody any more.
        """
        for check in self.waiting:
            self.take(check)

    # What becomes of the look-up.

    def located(self, places: tuple[TrunkPlace, ...]) -> None:
        self._checks.located(self, places)

    def unlocated(self, reason: str) -> None:
        self._checks.located(self, (), reason)

    def notLocated(self, failure: Failure) -> None:
        if failure.check(LookupFailed) is None:
            self._checks.died(failure)
        self._checks.located(self, (), failure.getErrorMessage())


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """
    A L{Check}.

    @ivar since: when it began.
    """

    checks: TrunkChecks
    begun: _Round
    target: TrunkTarget
    since: float

    def answered(self) -> None:
        self.checks.answered(self)

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.checks.refused(self, reason, retryAfter)
