"""
Whether a side of an answered call still knows of it: StatusInquiry, asked from time to time
(Q.931, 5.8.10; T322 and N322).

A call that stands for hours and is silent on its signalling connection may have ended
without our being told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.calls.callinputs import N322, T322
from h323d.tracing import indexed

__all__ = ["MACHINE", "Standing", "StandingOwner", "newStanding"]


class StandingOwner(Protocol):
    """
    What the machine needs of the side.  None of these may raise.
    """

    def sendStatusInquiry(self) -> None:
        """Ask in which state the call is."""

    def inquiriesUnanswered(self) -> None:
        """N322 inquiries stayed without an answer."""


class Standing(Protocol):
    """
    The inputs.
    """

    def begin(self) -> None:
        """The call is answered."""

    def answered(self) -> None:
        """A Status arrived."""

    def due(self) -> None:
        """It is time to ask."""

    def t322Expired(self) -> None:
        """There was no answer."""

    def giveUp(self) -> None:
        """Our own: asked often enough."""

    def end(self) -> None:
        """The call is over on this side."""


@dataclass
class _Core:
    owner: StandingOwner
    timer: Timer
    interval: float
    asked: int = 0  # since the last answer

    def rest(self, machine: Standing) -> None:
        self.asked = 0
        if self.interval:
            self.timer.start(self.interval, machine.due)

    def ask(self, machine: Standing) -> None:
        self.asked += 1
        self.timer.start(T322, machine.t322Expired)
        self.owner.sendStatusInquiry()


builder = TypeMachineBuilder(Standing, _Core)

idle = builder.state("idle")
resting = builder.state("resting")
asking = builder.state("asking")
over = builder.state("over")


@idle.upon(Standing.begin).to(resting)
@asking.upon(Standing.answered).to(resting)
def rest(machine: Standing, core: _Core) -> None:
    core.rest(machine)


@resting.upon(Standing.due).to(asking)
def ask(machine: Standing, core: _Core) -> None:
    core.ask(machine)


@asking.upon(Standing.t322Expired).loop()
def askAgain(machine: Standing, core: _Core) -> None:
    if core.asked < N322:
        core.ask(machine)
    else:
        machine.giveUp()


@asking.upon(Standing.giveUp).to(over)
def unanswered(machine: Standing, core: _Core) -> None:
    core.owner.inquiriesUnanswered()


@idle.upon(Standing.end).to(over)
@resting.upon(Standing.end).to(over)
@asking.upon(Standing.end).to(over)
def leave(machine: Standing, core: _Core) -> None:
    core.timer.stop()


# What comes too late, or twice, or cannot come at all.
_IGNORED = {
    idle: (Standing.answered, Standing.due, Standing.t322Expired, Standing.giveUp),
    resting: (Standing.begin, Standing.answered, Standing.t322Expired, Standing.giveUp),
    asking: (Standing.begin, Standing.due),
    over: (
        *(Standing.begin, Standing.answered, Standing.due, Standing.t322Expired),
        *(Standing.giveUp, Standing.end),
    ),
}
for _state, _inputs in _IGNORED.items():
    for _input in _inputs:
        _state.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newStanding(owner: StandingOwner, clock: IReactorTime, interval: float) -> Standing:
    """
    @param owner: the side.
    @param clock: runs the timer.
    @param interval: seconds between two inquiries; 0 makes none.
    """
    return MACHINE(_Core(owner, Timer(clock), interval))
