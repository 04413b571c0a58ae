"""
When a session is to be refreshed, and when it has not been: RFC 4028, 10.

Who refreshes does so at half of the interval, and tries again now and then if that is refused; who
does not waits for the other.  Neither waits to the very end: a third of the interval before it, or
32 seconds if that is less, the session is given up.

What is sent, and what it says, is L{h323d.sip.calls.sessiontimer}'s matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["MACHINE", "Refreshment", "RefreshmentOwner", "newRefreshment"]

MARGIN = 32.0  # seconds before the end at which nobody waits any more, but see patienceOf


def patienceOf(interval: float) -> float:
    """
    @param interval: seconds.

    @return: after how many the session is given up.
    """
    return interval - min(MARGIN, interval / 3)


class RefreshmentOwner(Protocol):
    """
    What a L{Refreshment} needs of whoever owns it.
    """

    def refresh(self) -> None:
        """Refresh the session; each answer to that is an input."""

    def expired(self) -> None:
        """Nobody has refreshed it."""


class Refreshment(Protocol):
    """
    The inputs of the machine.
    """

    def ours(self, interval: float) -> None:
        """A session that we refresh begins, or was refreshed."""

    def theirs(self, interval: float) -> None:
        """A session that the peer refreshes begins, or was refreshed."""

    def never(self) -> None:
        """The session lasts without it; or it is over."""

    def refused(self) -> None:
        """The peer does not want our refresh, or not now."""

    def due(self) -> None:
        """Time to refresh."""

    def expire(self) -> None:
        """Nothing has come of it."""


@dataclass
class _Core:
    owner: RefreshmentOwner
    next: Timer
    guard: Timer
    interval: float = 0.0

    def begin(self, machine: Refreshment, interval: float) -> None:
        self.next.stop()
        self.interval = interval
        self.guard.start(patienceOf(interval), machine.expire)

    def end(self) -> None:
        self.next.stop()
        self.guard.stop()


builder = TypeMachineBuilder(Refreshment, _Core)

off = builder.state("off")
refreshing = builder.state("refreshing")
asking = builder.state("asking")
watching = builder.state("watching")


@off.upon(Refreshment.ours).to(refreshing)
@refreshing.upon(Refreshment.ours).loop()
@asking.upon(Refreshment.ours).to(refreshing)
@watching.upon(Refreshment.ours).to(refreshing)
def refreshInTime(machine: Refreshment, core: _Core, interval: float) -> None:
    core.begin(machine, interval)
    core.next.start(interval / 2, machine.due)


@off.upon(Refreshment.theirs).to(watching)
@refreshing.upon(Refreshment.theirs).to(watching)
@asking.upon(Refreshment.theirs).to(watching)
@watching.upon(Refreshment.theirs).loop()
def watch(machine: Refreshment, core: _Core, interval: float) -> None:
    core.begin(machine, interval)


@refreshing.upon(Refreshment.due).to(asking)
def refresh(machine: Refreshment, core: _Core) -> None:
    core.owner.refresh()


@asking.upon(Refreshment.refused).to(refreshing)
def tryLater(machine: Refreshment, core: _Core) -> None:
    core.next.start(core.interval / 8, machine.due)


@refreshing.upon(Refreshment.expire).to(off)
@asking.upon(Refreshment.expire).to(off)
@watching.upon(Refreshment.expire).to(off)
def expire(machine: Refreshment, core: _Core) -> None:
    core.end()
    core.owner.expired()


@refreshing.upon(Refreshment.never).to(off)
@asking.upon(Refreshment.never).to(off)
@watching.upon(Refreshment.never).to(off)
def end(machine: Refreshment, core: _Core) -> None:
    core.end()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (off, refreshing, watching):
    _state.upon(Refreshment.refused).loop().returns(None)  # of another request than a refresh
for _state in (off, asking, watching):
    _state.upon(Refreshment.due).loop().returns(None)
off.upon(Refreshment.expire).loop().returns(None)
off.upon(Refreshment.never).loop().returns(None)

MACHINE = indexed(builder.build())


def newRefreshment(owner: RefreshmentOwner, clock: IReactorTime) -> Refreshment:
    """
    @param owner: refreshes, and ends the session that was not.
    """
    return MACHINE(_Core(owner, Timer(clock), Timer(clock)))
