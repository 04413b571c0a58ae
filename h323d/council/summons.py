"""
The summons of one guardian to a council: from the first call until they are there, or given up.

Who is busy, or does not answer, is called again after a pause, so many times.  Whom there is no
seat for waits until there is.  Who comes by themselves is there, however far we were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["MACHINE", "Persistence", "Summons", "SummonsOwner", "newSummons"]


SOON = 1.0  # seconds, in which somebody learns that they are registered


@dataclass(frozen=True, slots=True)
class Persistence:
    """
    How often somebody is called.

    @ivar redials: again, after the first time.
    @ivar pause: seconds before each of these.
    """

    redials: int
    pause: float


class SummonsOwner(Protocol):
    """
    What the machine needs of who summons.  None of these may raise.
    """

    def ring(self) -> None:
        """Call them, at all their places; what comes of it is an input, now or later."""

    def hush(self) -> None:
        """Call them no more."""

    def queue(self) -> None:
        """They wait for a seat from now on."""

    def unqueue(self) -> None:
        """They do no more."""

    def giveUp(self, why: str) -> None:
        """They are not called again."""


class Summons(Protocol):
    """
    The inputs of the machine.
    """

    def call(self) -> None:
        """They are to be called; or there is a seat for who waits."""

    def failed(self, why: str) -> None:
        """The call has come to nothing."""

    def again(self) -> None:
        """It has, and is to be tried again."""

    def last(self, why: str) -> None:
        """It has, for the last time."""

    def crowded(self) -> None:
        """They could be called, but there is no seat."""

    def full(self) -> None:
        """They have called themselves, and there was no seat."""

    def retry(self) -> None:
        """The pause is over."""

    def appeared(self) -> None:
        """They can be called now, who could not before; soon, when they know that themselves."""

    def joined(self) -> None:
        """They have a seat."""

    def left(self) -> None:
        """They have none any more."""

    def dismiss(self) -> None:
        """The council is over."""


@dataclass
class _Core:
    owner: SummonsOwner
    persistence: Persistence
    timer: Timer
    redials: int = 0


builder = TypeMachineBuilder(Summons, _Core)

out = builder.state("out")
calling = builder.state("calling")
pausing = builder.state("pausing")
waiting = builder.state("waiting")
present = builder.state("present")
over = builder.state("over")


@out.upon(Summons.call).to(calling)
def begin(summons: Summons, core: _Core) -> None:
    core.redials = core.persistence.redials
    core.owner.ring()


@pausing.upon(Summons.call).to(calling)
def callNow(summons: Summons, core: _Core) -> None:
    core.timer.stop()
    core.redials = core.persistence.redials
    core.owner.ring()


@waiting.upon(Summons.call).to(calling)
def callFromQueue(summons: Summons, core: _Core) -> None:
    core.redials = core.persistence.redials
    core.owner.unqueue()
    core.owner.ring()


@out.upon(Summons.appeared).to(pausing)
def callSoon(summons: Summons, core: _Core) -> None:
    core.redials = core.persistence.redials
    core.timer.start(SOON, summons.retry)


@pausing.upon(Summons.appeared).loop()
def callSooner(summons: Summons, core: _Core) -> None:
    core.timer.start(SOON, summons.retry)


@pausing.upon(Summons.retry).to(calling)
def redial(summons: Summons, core: _Core) -> None:
    core.owner.ring()


@calling.upon(Summons.failed).loop()
def consider(summons: Summons, core: _Core, why: str) -> None:
    if core.redials:
        core.redials -= 1
        summons.again()
    else:
        summons.last(why)


@calling.upon(Summons.again).to(pausing)
def pause(summons: Summons, core: _Core) -> None:
    core.timer.start(core.persistence.pause, summons.retry)


@calling.upon(Summons.last).to(out)
def giveUp(summons: Summons, core: _Core, why: str) -> None:
    core.owner.giveUp(why)


@calling.upon(Summons.crowded).to(waiting)
@out.upon(Summons.full).to(waiting)
def queue(summons: Summons, core: _Core) -> None:
    core.owner.queue()


@pausing.upon(Summons.full).to(waiting)
def queueInstead(summons: Summons, core: _Core) -> None:
    core.timer.stop()
    core.owner.queue()


@calling.upon(Summons.joined).to(present)
@calling.upon(Summons.dismiss).to(over)
def hush(summons: Summons, core: _Core) -> None:
    core.owner.hush()


@pausing.upon(Summons.joined).to(present)
@pausing.upon(Summons.dismiss).to(over)
def stop(summons: Summons, core: _Core) -> None:
    core.timer.stop()


@waiting.upon(Summons.joined).to(present)
@waiting.upon(Summons.dismiss).to(over)
def unqueue(summons: Summons, core: _Core) -> None:
    core.owner.unqueue()


out.upon(Summons.joined).to(present).returns(None)
out.upon(Summons.dismiss).to(over).returns(None)
present.upon(Summons.left).to(out).returns(None)
present.upon(Summons.dismiss).to(over).returns(None)

# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (calling, present, over):
    _state.upon(Summons.call).loop().returns(None)
for _state in (out, pausing, waiting, present, over):
    _state.upon(Summons.failed).loop().returns(None)
    _state.upon(Summons.again).loop().returns(None)
    _state.upon(Summons.last).loop().returns(None)
    _state.upon(Summons.crowded).loop().returns(None)
for _state in (calling, waiting, present, over):  # who is rung has a seat kept, though
    _state.upon(Summons.full).loop().returns(None)
for _state in (calling, waiting, present, over):
    _state.upon(Summons.appeared).loop().returns(None)
for _state in (out, calling, waiting, present, over):
    _state.upon(Summons.retry).loop().returns(None)
for _state in (present, over):
    _state.upon(Summons.joined).loop().returns(None)
for _state in (out, calling, pausing, waiting, over):
    _state.upon(Summons.left).loop().returns(None)
over.upon(Summons.dismiss).loop().returns(None)

MACHINE = indexed(builder.build())


def newSummons(owner: SummonsOwner, clock: IReactorTime, persistence: Persistence) -> Summons:
    """
    @param owner: calls, and is told what comes of it.
    """
    return MACHINE(_Core(owner, persistence, Timer(clock)))
