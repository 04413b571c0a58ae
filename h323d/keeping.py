"""
Write-behind: keeps on a disk what changes in memory, behind the back of whoever changes it.

What is to be kept gathers for a second, and is then written in one go, where that holds
nobody up; meanwhile the next gathers.  A disk that fails is told of once, and tried again
every 10 s, until it works; that is told, too.  At the end the rest is written.  A crash loses
the last second.

When to write is decided here.  What gathers, how a batch that could not be written goes
together with what came after it, and how it is written, is for each L{Kept} to say: of changes
by key the last counts, records are all written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from automat import TypeMachineBuilder
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.tracing import indexed

__all__ = [
    "BEHIND",
    "DISK_ERRORS",
    "MACHINE",
    "RETRY",
    "Defer",
    "Kept",
    "WriteBehind",
    "newWriteBehind",
]

BEHIND = 1.0  # seconds that the disk may be behind
RETRY = 10.0  # seconds until it is tried again, after it failed
DISK_ERRORS = (OSError, sqlite3.Error)  # what is not our own fault

CANNOT = "{what} cannot be kept in {place} at present: {reason}"
OUR_FAULT = "{what} are not kept in {place}, by our own fault"
AGAIN = "{what} are kept in {place} again; {lost} are lost"
LOST = "{lost} {what} for {place} are lost: {reason}"
NOT_CLOSED = "{place} cannot be closed: {reason}"

Defer = Callable[..., Deferred[Any]]  # Any: what the function returns
"""
Runs a function that waits for a disk, with its arguments, where it holds nobody
up: a thread in service, at once in a simulation.
"""

Batch = TypeVar("Batch")


class Kept(Protocol[Batch]):
    """
    What is to be kept; L{WriteBehind.noted} is to be given when there is something.

    L{load}, L{write} and L{release} wait for a disk, and run where that may be: they touch the
    file, and nothing else.  They raise one of L{DISK_ERRORS} where the disk failed.
    """

    def waiting(self) -> int:
        """How many are to be written."""

    def lost(self) -> int:
        """How many were dropped since this was asked last, as too many waited."""
        return 0

    def rest(self) -> float | None:
        """Seconds until a batch is written though nothing is to be; C{None} for never."""
        return None

    def take(self) -> Batch:
        """What is to be written now, and waits no more."""

    def putBack(self, batch: Batch) -> None:
        """A batch was not written: it waits again, and whatever came since is the later."""

    def last(self) -> Batch | None:
        """What is to be written at the end; C{None} for nothing."""
        return self.take() if self.waiting() else None

    def load(self) -> Any:  # Any: only loaded() knows what it is
        """Read what there was before."""
        return None

    def loaded(self, found: Any) -> None:  # Any: only load() knows what it is
        """This is what L{load} has read."""
        return

    def write(self, batch: Batch) -> None:
        """Write all of it, or none; again, if it must be."""

    def release(self) -> None:
        """There will be no more: give the file back."""


class WriteBehind(Protocol):
    """
    The inputs of the machine.
    """

    def load(self) -> None:
        """There may be something from before; until it is read, nothing is written."""

    def noted(self) -> None:
        """There is something to be written before long."""

    def rest(self, seconds: float) -> None:
        """Our own: nothing is to be written, but a sign of life before long."""

    def due(self) -> None:
        """It has waited long enough."""

    def loaded(self, found: Any) -> None:  # Any: the kept one's own
        """What there was before has been read."""

    def notLoaded(self, failure: Failure) -> None:
        """It could not be read."""

    def written(self, result: None) -> None:
        """The batch is on the disk, or there was none."""

    def notWritten(self, failure: Failure, batch: Any) -> None:  # Any: likewise
        """It is not."""

    def abandon(self) -> None:
        """Too much waits for a disk that fails: try no more, and lose it."""

    def close(self) -> None:
        """Nothing more will be noted: write the rest, and give the file back."""

    def released(self, failure: Failure | None) -> None:
        """The file is given back, or could not be."""


@dataclass
class _Core:
    kept: Kept[Any]  # Any: batches of whatever kind
    what: str
    place: str
    clock: IReactorTime
    defer: Defer
    closed: Deferred[None]

    log = Logger()

    def tellFailure(self, failure: Failure) -> None:
        reason = failure.value
        self.log.error(CANNOT, what=self.what, place=self.place, reason=reason)

    def tellFault(self, failure: Failure) -> None:
        """
        Tell of a failure that no disk is to blame for.
        """
        if failure.check(*DISK_ERRORS) is None:
            self.log.failure(OUR_FAULT, failure, what=self.what, place=self.place)

    def tellRecovery(self) -> None:
        self.log.info(AGAIN, what=self.what, place=self.place, lost=self.kept.lost())

    def tellLoss(self, failure: Failure) -> None:
        lost = self.kept.lost() + self.kept.waiting()
        reason = failure.value
        self.log.error(LOST, what=self.what, place=self.place, lost=lost, reason=reason)

    def load(self, machine: WriteBehind) -> None:
        self.defer(self.kept.load).addCallbacks(machine.loaded, machine.notLoaded)

    def write(self, machine: WriteBehind, batch: object) -> None:
        writing = self.defer(self.kept.write, batch)
        writing.addCallbacks(machine.written, machine.notWritten, errbackArgs=(batch,))

    def writeLast(self, machine: WriteBehind) -> None:
        batch = self.kept.last()
        if batch is None:
            machine.written(None)
        else:
            self.write(machine, batch)

    def release(self, machine: WriteBehind) -> None:
        self.defer(self.kept.release).addBoth(machine.released)

    def goOn(self, machine: WriteBehind) -> None:
        seconds = self.kept.rest()
        if self.kept.waiting():
            machine.noted()
        elif seconds is not None:
            machine.rest(seconds)


def _gather(machine: WriteBehind, core: _Core) -> IDelayedCall:
    return core.clock.callLater(BEHIND, machine.due)


def _sleep(machine: WriteBehind, core: _Core, seconds: float) -> IDelayedCall:
    return core.clock.callLater(seconds, machine.due)


def _reread(machine: WriteBehind, core: _Core, failure: Failure) -> IDelayedCall:
    return core.clock.callLater(RETRY, machine.due)


def _retry(machine: WriteBehind, core: _Core, failure: Failure, batch: object) -> IDelayedCall:
    return core.clock.callLater(RETRY, machine.due)


builder = TypeMachineBuilder(WriteBehind, _Core)

# Some have a timer.
idle = builder.state("idle")
loading = builder.state("loading")
unloaded = builder.state("unloaded", _reread)
reloading = builder.state("reloading")
waiting = builder.state("waiting", _gather)
resting = builder.state("resting", _sleep)
writing = builder.state("writing")
failing = builder.state("failing", _retry)
retrying = builder.state("retrying")
ending = builder.state("ending")  # while the disk is still at something
finishing = builder.state("finishing")  # the last is written
closing = builder.state("closing")
closed = builder.state("closed")


@idle.upon(WriteBehind.load).to(loading)
def read(machine: WriteBehind, core: _Core) -> None:
    core.load(machine)


@unloaded.upon(WriteBehind.due).to(reloading)
def readAgain(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    read(machine, core)


@unloaded.upon(WriteBehind.close).to(ending)
def readEarly(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()
    read(machine, core)


@loading.upon(WriteBehind.loaded).to(idle)
def begin(machine: WriteBehind, core: _Core, found: Any) -> None:
    core.kept.loaded(found)
    core.goOn(machine)


@reloading.upon(WriteBehind.loaded).to(idle)
def beginLate(machine: WriteBehind, core: _Core, found: Any) -> None:
    core.tellRecovery()
    begin(machine, core, found)


@loading.upon(WriteBehind.notLoaded).to(unloaded)
def failToRead(machine: WriteBehind, core: _Core, failure: Failure) -> None:
    core.tellFailure(failure)
    core.tellFault(failure)


@reloading.upon(WriteBehind.notLoaded).to(unloaded)
def failAgainToRead(machine: WriteBehind, core: _Core, failure: Failure) -> None:
    core.tellFault(failure)


idle.upon(WriteBehind.noted).to(waiting).returns(None)
idle.upon(WriteBehind.rest).to(resting).returns(None)


@resting.upon(WriteBehind.noted).to(waiting)
def wake(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()


@waiting.upon(WriteBehind.due).to(writing)
@resting.upon(WriteBehind.due).to(writing)
@failing.upon(WriteBehind.due).to(retrying)
def write(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    core.write(machine, core.kept.take())


@writing.upon(WriteBehind.written).to(idle)
def goOn(machine: WriteBehind, core: _Core, result: None) -> None:
    core.goOn(machine)


@retrying.upon(WriteBehind.written).to(idle)
def recover(machine: WriteBehind, core: _Core, result: None) -> None:
    core.tellRecovery()
    core.goOn(machine)


@writing.upon(WriteBehind.notWritten).to(failing)
def fail(machine: WriteBehind, core: _Core, failure: Failure, batch: Any) -> None:
    core.tellFailure(failure)
    failAgain(machine, core, failure, batch)


@retrying.upon(WriteBehind.notWritten).to(failing)
def failAgain(machine: WriteBehind, core: _Core, failure: Failure, batch: Any) -> None:
    core.tellFault(failure)
    core.kept.putBack(batch)


@failing.upon(WriteBehind.abandon).to(closing)
def giveUp(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()
    core.release(machine)


for _busy in (loading, reloading, writing, retrying):
    _busy.upon(WriteBehind.close).to(ending).returns(None)


@ending.upon(WriteBehind.loaded).to(finishing)
def beginTooLate(machine: WriteBehind, core: _Core, found: Any) -> None:
    core.kept.loaded(found)
    core.writeLast(machine)


@ending.upon(WriteBehind.notLoaded).to(closing)
def endUnread(machine: WriteBehind, core: _Core, failure: Failure) -> None:
    core.tellFault(failure)
    if core.kept.waiting():
        core.tellLoss(failure)
    core.release(machine)


@ending.upon(WriteBehind.notWritten).to(finishing)
def endFailing(machine: WriteBehind, core: _Core, failure: Failure, batch: Any) -> None:
    core.tellFault(failure)
    core.kept.putBack(batch)
    core.writeLast(machine)


@waiting.upon(WriteBehind.close).to(finishing)
@resting.upon(WriteBehind.close).to(finishing)
@failing.upon(WriteBehind.close).to(finishing)
def finishEarly(machine: WriteBehind, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()
    core.writeLast(machine)


@idle.upon(WriteBehind.close).to(finishing)
def finish(machine: WriteBehind, core: _Core) -> None:
    core.writeLast(machine)


@ending.upon(WriteBehind.written).to(finishing)
def finishLate(machine: WriteBehind, core: _Core, result: None) -> None:
    core.writeLast(machine)


@finishing.upon(WriteBehind.written).to(closing)
def release(machine: WriteBehind, core: _Core, result: None) -> None:
    core.release(machine)


@finishing.upon(WriteBehind.notWritten).to(closing)
def lose(machine: WriteBehind, core: _Core, failure: Failure, batch: Any) -> None:
    core.kept.putBack(batch)
    core.tellLoss(failure)
    core.tellFault(failure)
    core.release(machine)


@closing.upon(WriteBehind.released).to(closed)
def over(machine: WriteBehind, core: _Core, failure: Failure | None) -> None:
    if failure is not None:
        core.log.error(NOT_CLOSED, place=core.place, reason=failure.value)
        core.tellFault(failure)
    core.closed.callback(None)


# Said outright, so that a (state, input) pair nobody thought of fails a test.
_AT_REST = (idle, waiting, resting, unloaded, failing)
_AT_WORK = (loading, reloading, writing, retrying)
_AT_THE_END = (ending, finishing, closing, closed)
for _state in (waiting, resting, unloaded, failing, *_AT_WORK, *_AT_THE_END):
    _state.upon(WriteBehind.load).loop().returns(None)
    _state.upon(WriteBehind.rest).loop().returns(None)
for _state in (waiting, unloaded, failing, *_AT_WORK, *_AT_THE_END):
    _state.upon(WriteBehind.noted).loop().returns(None)  # it is written with the others
for _state in (idle, *_AT_WORK, *_AT_THE_END):
    _state.upon(WriteBehind.due).loop().returns(None)
for _state in (*_AT_REST, writing, retrying, finishing, closing, closed):
    _state.upon(WriteBehind.loaded).loop().returns(None)
    _state.upon(WriteBehind.notLoaded).loop().returns(None)
for _state in (*_AT_REST, loading, reloading, closing, closed):
    _state.upon(WriteBehind.written).loop().returns(None)
    _state.upon(WriteBehind.notWritten).loop().returns(None)
for _state in (idle, waiting, resting, unloaded, *_AT_WORK, *_AT_THE_END):
    _state.upon(WriteBehind.abandon).loop().returns(None)  # nothing has failed for long
for _state in _AT_THE_END:
    _state.upon(WriteBehind.close).loop().returns(None)
for _state in (*_AT_REST, *_AT_WORK, ending, finishing, closed):
    _state.upon(WriteBehind.released).loop().returns(None)

MACHINE = indexed(builder.build())


def newWriteBehind(
    kept: Kept[Batch],
    what: str,
    place: str,
    clock: IReactorTime,
    defer: Defer,
    closed: Deferred[None],
) -> WriteBehind:
    """
    @param what: what the log calls that which is kept, in the plural.
    @param place: where it is kept, for the log.
    @param closed: fires when all is over, after C{close}.
    """
    return MACHINE(_Core(kept, what, place, clock, defer, closed))
