"""
When the log is written: soon where somebody waits for it, a little later where nobody does, so that
many records cost the disk as much as one; and a head before long, though nothing more happens.

What is written, and what follows from it, is for a L{Paced} to say.  The disk is at one thing at a
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from h323d.keeping import Defer
from h323d.tracing import indexed

__all__ = ["BEHIND", "COMPANY", "MACHINE", "RETRY", "Pace", "Paced", "newPace"]

COMPANY = 0.01  # seconds that a record waits for others, though somebody waits for it
BEHIND = 0.2  # seconds that the disk may be behind
RETRY = 5.0  # seconds until it is tried again, after it failed


class Paced(Protocol):
    """
    What is written.
    """

    def take(self, isLast: bool) -> Any:
        """What is to be written now.  Any: its own."""

    def write(self, batch: Any) -> Any:
        """Write it; this waits for the disk, and runs where that may be."""

    def written(self, result: Any) -> None:
        """It is written."""

    def notWritten(self, failure: Failure, batch: Any) -> None:
        """It is not, or not all of it."""

    def release(self) -> None:
        """There will be no more: give the files back.  This waits for the disk, too."""

    def isWaiting(self) -> bool:
        """Whether there is more to be written."""

    def isAwaited(self) -> bool:
        """Whether somebody waits for that."""

    def rest(self) -> float | None:
        """Seconds until it is to be written though nothing more is; C{None} for never."""


class Pace(Protocol):
    """
    The inputs of the machine.
    """

    def noted(self) -> None:
        """There is something to be written."""

    def awaited(self) -> None:
        """Somebody waits for that."""

    def rest(self, seconds: float) -> None:
        """Our own: there is nothing to be written, but a head before long."""

    def due(self) -> None:
        """It has waited long enough."""

    def written(self, result: Any) -> None:  # Any: the paced one's own
        """The batch is on the disk."""

    def notWritten(self, failure: Failure, batch: Any) -> None:  # Any: likewise
        """It is not."""

    def close(self) -> None:
        """Nothing more will be noted: write the rest."""

    def released(self, failure: Failure | None) -> None:
        """The files are given back."""


@dataclass
class _Core:
    paced: Paced
    clock: IReactorTime
    defer: Defer
    closed: Deferred[None]

    def write(self, machine: Pace, isLast: bool = False) -> None:
        batch = self.paced.take(isLast)
        writing = self.defer(self.paced.write, batch)
        writing.addCallbacks(machine.written, machine.notWritten, errbackArgs=(batch,))

    def goOn(self, machine: Pace) -> None:
        seconds = self.paced.rest()
        if self.paced.isWaiting():
            machine.noted()
            if self.paced.isAwaited():
                machine.awaited()
        elif seconds is not None:
            machine.rest(seconds)


def _gather(machine: Pace, core: _Core) -> IDelayedCall:
    return core.clock.callLater(BEHIND, machine.due)


def _hurry(machine: Pace, core: _Core) -> IDelayedCall:
    return core.clock.callLater(COMPANY, machine.due)


def _sleep(machine: Pace, core: _Core, seconds: float) -> IDelayedCall:
    return core.clock.callLater(seconds, machine.due)


def _retry(machine: Pace, core: _Core, failure: Failure, batch: Any) -> IDelayedCall:
    return core.clock.callLater(RETRY, machine.due)


builder = TypeMachineBuilder(Pace, _Core)

# Some have a timer.
idle = builder.state("idle")
resting = builder.state("resting", _sleep)
gathering = builder.state("gathering", _gather)
hurrying = builder.state("hurrying", _hurry)
writing = builder.state("writing")
failing = builder.state("failing", _retry)
ending = builder.state("ending")  # while the disk is still at something
finishing = builder.state("finishing")  # the last is written
closing = builder.state("closing")
closed = builder.state("closed")

idle.upon(Pace.noted).to(gathering).returns(None)
idle.upon(Pace.awaited).to(hurrying).returns(None)
idle.upon(Pace.rest).to(resting).returns(None)


@resting.upon(Pace.noted).to(gathering)
def wake(machine: Pace, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()


@resting.upon(Pace.awaited).to(hurrying)
@gathering.upon(Pace.awaited).to(hurrying)
def hurry(machine: Pace, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()


@resting.upon(Pace.due).to(writing)
@gathering.upon(Pace.due).to(writing)
@hurrying.upon(Pace.due).to(writing)
@failing.upon(Pace.due).to(writing)
def write(machine: Pace, core: _Core, timer: IDelayedCall) -> None:
    core.write(machine)


@writing.upon(Pace.written).to(idle)
def goOn(machine: Pace, core: _Core, result: Any) -> None:
    core.paced.written(result)
    core.goOn(machine)


@writing.upon(Pace.notWritten).to(failing)
def fail(machine: Pace, core: _Core, failure: Failure, batch: Any) -> None:
    core.paced.notWritten(failure, batch)


writing.upon(Pace.close).to(ending).returns(None)


@ending.upon(Pace.written).to(finishing)
def finishLate(machine: Pace, core: _Core, result: Any) -> None:
    core.paced.written(result)
    core.write(machine, isLast=True)


@ending.upon(Pace.notWritten).to(finishing)
def finishFailing(machine: Pace, core: _Core, failure: Failure, batch: Any) -> None:
    core.paced.notWritten(failure, batch)
    core.write(machine, isLast=True)


@idle.upon(Pace.close).to(finishing)
def finish(machine: Pace, core: _Core) -> None:
    core.write(machine, isLast=True)


@resting.upon(Pace.close).to(finishing)
@gathering.upon(Pace.close).to(finishing)
@hurrying.upon(Pace.close).to(finishing)
@failing.upon(Pace.close).to(finishing)
def finishEarly(machine: Pace, core: _Core, timer: IDelayedCall) -> None:
    timer.cancel()
    core.write(machine, isLast=True)


def _release(machine: Pace, core: _Core) -> None:
    core.defer(core.paced.release).addBoth(machine.released)


@finishing.upon(Pace.written).to(closing)
def release(machine: Pace, core: _Core, result: Any) -> None:
    core.paced.written(result)
    _release(machine, core)


@finishing.upon(Pace.notWritten).to(closing)
def lose(machine: Pace, core: _Core, failure: Failure, batch: Any) -> None:
    core.paced.notWritten(failure, batch)
    _release(machine, core)


@closing.upon(Pace.released).to(closed)
def over(machine: Pace, core: _Core, failure: Failure | None) -> None:
    core.closed.callback(None)


# Said outright, so that a (state, input) pair nobody thought of fails a test.
_TIMED = (resting, gathering, hurrying, failing)
_AT_THE_END = (ending, finishing, closing, closed)
for _state in (*_TIMED, writing, *_AT_THE_END):
    _state.upon(Pace.rest).loop().returns(None)
for _state in (gathering, hurrying, writing, failing, *_AT_THE_END):
    _state.upon(Pace.noted).loop().returns(None)  # it is written with the others
for _state in (hurrying, writing, failing, *_AT_THE_END):
    _state.upon(Pace.awaited).loop().returns(None)
for _state in (idle, writing, *_AT_THE_END):
    _state.upon(Pace.due).loop().returns(None)
for _state in (idle, *_TIMED, closing, closed):
    _state.upon(Pace.written).loop().returns(None)
    _state.upon(Pace.notWritten).loop().returns(None)
for _state in _AT_THE_END:
    _state.upon(Pace.close).loop().returns(None)
for _state in (idle, *_TIMED, writing, ending, finishing, closed):
    _state.upon(Pace.released).loop().returns(None)

MACHINE = indexed(builder.build())


def newPace(paced: Paced, clock: IReactorTime, defer: Defer, closed: Deferred[None]) -> Pace:
    """
    @param closed: fires when all is over, after C{close}.
    """
    return MACHINE(_Core(paced, clock, defer, closed))
