"""
The watch that a follower keeps on its leader: it leads when the leader is dead, and never before.

A leader dies by itself, and its log ends; or it hangs, and says nothing for longer than it may:
then it is killed.  In either case the follower waits until the kernel says that the process is
gone, and until it has taken all that the process had logged.  So there are never two who lead on
one machine.
"""

from __future__ import annotations

import enum
import signal
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.ha.leading import Leading
from h323d.tracing import indexed

__all__ = ["MACHINE", "Death", "Heart", "Watch", "Watched", "deathOf", "newWatch"]

CRASHES = frozenset(
    (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS)
)
"""
What ends a process for what it does itself.
"""


class Death(enum.Enum):
    """
    Why a leader leads no more.
    """

    CRASHED = "crashed"
    """Of what it did: a signal of the processor's, or an error that nothing had caught."""

    HUNG = "hung"
    """It said nothing for too long, and was killed for it."""

    KILLED = "killed"
    """By somebody else: an operator, or the kernel, for want of memory."""

    HANDED_OVER = "handed over"
    """It was to end, with another that follows."""


def deathOf(exitCode: int | None, wasSilent: bool) -> Death:
    """
    @param exitCode: of the process; of one that a signal ended, its number below zero; C{None} if
        nobody knows: then it counts as its own fault, as to do again what it did could end us all.
    @param wasSilent: whether it was killed for saying nothing.
    """
    if wasSilent and exitCode in (None, -signal.SIGKILL):
        return Death.HUNG
    if exitCode is None or exitCode > 0 or -exitCode in CRASHES:
        return Death.CRASHED
    return Death.KILLED if exitCode else Death.HANDED_OVER


class Heart:
    """
    Has whoever leads say that it is there, and how far; whoever follows answers.
    """

    def __init__(self, leading: Leading, clock: IReactorTime, heartbeat: float) -> None:
        """
        @param clock: which goes on between turns.
        @param heartbeat: seconds between two beats.
        """
        self._leading = leading
        self._clock = clock
        self._heartbeat = heartbeat
        self._next: IDelayedCall = clock.callLater(heartbeat, self._beat)

    def _beat(self) -> None:
        self._next = self._clock.callLater(self._heartbeat, self._beat)
        self._leading.beat()

    def stop(self) -> None:
        """
        Say no more.
        """
        self._next.cancel()


class Watched(Protocol):
    """
    The leader, as far as a follower can do something about it; and the follower itself.
    """

    def kill(self) -> None:
        """Send it a SIGKILL, by its pidfd: whoever has got its number since is not meant."""

    def lead(self, death: Death) -> None:
        """It is gone, and all of its log is taken."""


class Watch(Protocol):
    """
    The inputs of the machine.
    """

    def heard(self) -> None:
        """It logged something."""

    def silent(self) -> None:
        """It has said nothing for too long."""

    def ended(self) -> None:
        """Its log has ended: nobody has that end of it open any more."""

    def gone(self, exitCode: int | None) -> None:
        """The process is gone, as L{deathOf} has it."""

    def leave(self) -> None:
        """Watch no more: whoever follows is about to end, and not to lead."""


class _Core:
    """
    @ivar wasSilent: whether it was killed for that.
    @ivar exitCode: of a process that is gone.
    """

    def __init__(self, watched: Watched, clock: IReactorTime, patience: float) -> None:
        self.watched = watched
        self.wasSilent = False
        self.exitCode: int | None = None
        self._clock = clock
        self._patience = patience
        self._timer: IDelayedCall | None = None
        self.hear()

    def hear(self) -> None:
        self._heardAt = self._clock.seconds()

    def begin(self, machine: Watch) -> None:
        """
        Look again when it may have been silent for too long.
        """
        left = self._heardAt + self._patience - self._clock.seconds()
        self._timer = self._clock.callLater(max(0.0, left), self.look, machine)

    def look(self, machine: Watch) -> None:
        assert self._timer is not None
        now, due = self._clock.seconds(), self._timer.getTime()
        if now - due > self._patience / 2:
            self.hear()  # it is we who have slept: what it said may wait to be read
        if now - self._heardAt < self._patience:
            self.begin(machine)
        else:
            self._timer = None
            machine.silent()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


builder = TypeMachineBuilder(Watch, _Core)

watching = builder.state("watching")
killing = builder.state("killing")  # it neither has gone nor ended its log
dying = builder.state("dying")  # its log has ended, and it has not gone
draining = builder.state("draining")  # it has gone, and its log is not read to the end
leading = builder.state("leading")
left = builder.state("left")


@watching.upon(Watch.heard).loop()
def hear(machine: Watch, core: _Core) -> None:
    core.hear()


@watching.upon(Watch.silent).to(killing)
def kill(machine: Watch, core: _Core) -> None:
    core.wasSilent = True
    core.stop()
    core.watched.kill()


@watching.upon(Watch.ended).to(dying)
def killWithoutLog(machine: Watch, core: _Core) -> None:
    core.stop()
    core.watched.kill()


killing.upon(Watch.ended).to(dying).returns(None)


@watching.upon(Watch.gone).to(draining)
@killing.upon(Watch.gone).to(draining)
def drain(machine: Watch, core: _Core, exitCode: int | None) -> None:
    core.stop()
    core.exitCode = exitCode


@dying.upon(Watch.gone).to(leading)
def lead(machine: Watch, core: _Core, exitCode: int | None) -> None:
    core.watched.lead(deathOf(exitCode, core.wasSilent))


@draining.upon(Watch.ended).to(leading)
def leadAtLast(machine: Watch, core: _Core) -> None:
    core.watched.lead(deathOf(core.exitCode, core.wasSilent))


@watching.upon(Watch.leave).to(left)
@killing.upon(Watch.leave).to(left)
@dying.upon(Watch.leave).to(left)
@draining.upon(Watch.leave).to(left)
def leave(machine: Watch, core: _Core) -> None:
    core.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (killing, dying, draining, leading, left):
    _state.upon(Watch.heard).loop().returns(None)
    _state.upon(Watch.silent).loop().returns(None)
for _state in (dying, leading, left):
    _state.upon(Watch.ended).loop().returns(None)
for _state in (draining, leading, left):
    _state.upon(Watch.gone).loop().returns(None)
for _state in (leading, left):
    _state.upon(Watch.leave).loop().returns(None)

MACHINE = indexed(builder.build())


def newWatch(watched: Watched, clock: IReactorTime, patience: float) -> Watch:
    """
    Watch from now on.

    @param clock: which goes on between turns.
    @param patience: seconds that it may say nothing.
    """
    core = _Core(watched, clock, patience)
    machine = MACHINE(core)
    core.begin(machine)
    return machine
