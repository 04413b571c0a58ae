"""
Whether trunks are there: each is asked again and again, its name looked up before, and what it
meets with told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from h323d.call.lookups import HostRecord, INames
from h323d.call.timer import Timer
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.values.address import TransportAddress

__all__ = ["IN_DOUBT", "UNCHECKED", "Asked", "Check", "Probe", "TrunkChecks"]

IN_DOUBT = 5.0  # seconds between two checks of a trunk that fails
UNCHECKED = 60.0  # seconds after which one that nobody checks is believed to be back


class Check(Protocol):
    """
    One question whether a trunk is there, for whoever asks it.  What comes too late is not heard.
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

    def ask(self, config: TrunkConfig, address: TransportAddress, check: Check) -> Asked | None:
        """
        Ask.

        @param address: where the trunk is.
        @param check: is told, in this call or later.

        @return: C{None} where there is nothing to cancel.
        """


class TrunkChecks:
    """
    All checks of one trunk, one after the other.
    """

    def __init__(
        self,
        trunk: Trunk,
        probes: Mapping[TrunkProtocol, Probe],
        names: INames,
        clock: IReactorTime,
    ) -> None:
        """
        @param probes: by protocol; asked with each check, as who speaks one begins after us.
        """
        self._trunk = trunk
        self._probes = probes
        self._names = names
        self._clock = clock
        self._next = Timer(clock)
        self._deadline = Timer(clock)
        self._running: _Check | None = None
        self._asked: Asked | None = None

    @property
    def running(self) -> bool:
        """
        Whether it is checked.
        """
        return self._running is not None or self._next.running

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
        self._running = None
        self._deadline.stop()
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()

    def _check(self) -> None:
        config = self._trunk.config
        check = self._running = _Check(self, self._clock.seconds())
        self._deadline.start(config.checkTimeout, check.refused, "no answer")
        host, _ = config.place
        if config.literal is None:
            self._names.hosts(host).addCallbacks(check.located, check.notLocated)
        else:
            self._ask(check)

    def located(self, check: _Check, records: tuple[HostRecord, ...]) -> None:
        """
        The DNS has answered; without a record, the address of before is as good as any.
        """
        if check is not self._running:
            return
        _, port = self._trunk.config.place
        if records:
            self._trunk.located(TransportAddress(records[0].address, port))
        if self._trunk.address is None:
            check.refused("its name is not found")
        else:
            self._ask(check)

    def _ask(self, check: _Check) -> None:
        config, address = self._trunk.config, self._trunk.address
        assert address is not None  # it has been found
        probe = self._probes.get(config.protocol)
        if not config.checkInterval:
            self._isOver(check)
            self._trunk.revived()
            self._goOn()
        elif probe is None:
            check.refused(f"{config.protocol.value} is switched off")
        else:
            asked = probe.ask(config, address, check)
            self._asked = asked if check is self._running else None

    def answered(self, check: _Check) -> None:
        """
        The trunk is there.
        """
        if self._isOver(check):
            self._trunk.answered(self._clock.seconds() - check.since)
            self._goOn()

    def refused(self, check: _Check, reason: str, retryAfter: float) -> None:
        """
        It cannot take calls.
        """
        if not self._isOver(check):
            return
        if retryAfter:
            self._trunk.pause(retryAfter)
        self._trunk.failed(reason)
        self._goOn()

    def _isOver(self, check: _Check) -> bool:
        """
        Whether that is the answer that was waited for.
        """
        if check is not self._running:
            return False
        self._stopAsking()
        return True

    def _goOn(self) -> None:
        interval = self._trunk.config.checkInterval
        if interval and self._trunk.isInDoubt:
            interval = min(interval, IN_DOUBT)
        self._next.start(interval or UNCHECKED, self._check)


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """
    A L{Check}.

    @ivar since: when it began.
    """

    checks: TrunkChecks
    since: float

    def located(self, records: tuple[HostRecord, ...]) -> None:
        self.checks.located(self, records)

    def notLocated(self, failure: Failure) -> None:
        self.checks.located(self, ())

    def answered(self) -> None:
        self.checks.answered(self)

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.checks.refused(self, reason, retryAfter)
