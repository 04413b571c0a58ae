"""
Keeping a connection of ours alive by which somebody is to call us: empty lines that are sent now
and then (RFC 5626, 4.4.1), for translators of addresses on the way, and to hear when the other end
is gone.

Not everybody answers empty lines; who has once done so is taken for gone if it does not any more.
"""

from __future__ import annotations

import random
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.streamflow import StreamFlow

__all__ = ["FIRST", "LAST", "PATIENCE", "FlowPings", "FlowPingsOwner"]

FIRST, LAST = 95.0, 120.0  # seconds between two; drawn, so that not all come at once
PATIENCE = 10.0  # seconds that an answer may take, at most
_OF_IDLE = 0.8  # of the time after which we would close it ourselves, at most


class FlowPingsOwner(Protocol):
    """
    Who has to know.
    """

    def flowLost(self) -> None:
        """The connection is gone, or nobody answers there any more."""


class FlowPings:
    """
    Those on one connection at a time.
    """

    def __init__(
        self, clock: IReactorTime, rng: random.Random, idleTimeout: float, owner: FlowPingsOwner
    ) -> None:
        """
        @param idleTimeout: seconds after which a silent connection is closed.
        """
        self._rng = rng
        self._longest = _OF_IDLE * idleTimeout
        self._patience = min(PATIENCE, self._longest / 2)
        self._owner = owner
        self._timer = Timer(clock)
        self._flow: StreamFlow | None = None
        self._answers = False  # whether it has once

    def keep(self, flow: StreamFlow) -> None:
        """
        Keep this one alive, and no other.
        """
        if flow is not self._flow:
            self._flow, self._answers = flow, False
        self._wait(flow)

    def stop(self) -> None:
        """
        Keep none.
        """
        self._flow = None
        self._timer.stop()

    def _wait(self, flow: StreamFlow, waited: float = 0.0) -> None:
        """
        @param waited: seconds since the last.
        """
        pause = min(self._rng.uniform(FIRST, LAST), self._longest)
        self._timer.start(max(0.0, pause - waited), self._ping, flow)

    def _ping(self, flow: StreamFlow) -> None:
        if flow.usable:
            flow.ping()
            self._timer.start(self._patience, self._judge, flow)
        else:
            self._lose()

    def _judge(self, flow: StreamFlow) -> None:
        if flow.ponged:
            self._answers = True
        elif self._answers or not flow.usable:
            flow.abort()
            self._lose()
            return
        self._wait(flow, self._patience)

    def _lose(self) -> None:
        self.stop()
        self._owner.flowLost()
