"""
The wait for an ACK: RFC 3261, 13.3.1.4.

A 2xx to an INVITE is repeated by the user agent itself, over any transport,
until its ACK comes, or until 64*T1 are over.  Nothing else is sent for an
INVITE that nobody acknowledges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.transactions.timers import Timers
from h323d.tracing import indexed

__all__ = ["MACHINE", "Acceptance", "AcceptanceOwner", "newAcceptance"]


class AcceptanceOwner(Protocol):
    """
    What an L{Acceptance} needs of whoever accepted.
    """

    def repeatAcceptance(self) -> None:
        """Send the 2xx again."""

    def acceptanceLost(self) -> None:
        """No ACK came in 64*T1."""


class Acceptance(Protocol):
    """
    The inputs of the machine.
    """

    def accept(self) -> None:
        """A 2xx was sent for the first time."""

    def ack(self) -> None:
        """Its ACK came."""

    def stop(self) -> None:
        """It does not matter any more."""

    def repeat(self) -> None:
        """Time to send it again."""

    def giveUp(self) -> None:
        """64*T1 are over."""


@dataclass
class _Core:
    owner: AcceptanceOwner
    timers: Timers
    pending: Timer
    guard: Timer
    pause: float = 0.0

    def start(self, machine: Acceptance) -> None:
        self.cancel()
        self.pause = self.timers.T1
        self.guard.start(self.timers.transaction, machine.giveUp)
        self.pending.start(self.pause, machine.repeat)

    def cancel(self) -> None:
        self.pending.stop()
        self.guard.stop()


builder = TypeMachineBuilder(Acceptance, _Core)

idle = builder.state("idle")
waiting = builder.state("waiting")


@idle.upon(Acceptance.accept).to(waiting)
@waiting.upon(Acceptance.accept).loop()
def begin(machine: Acceptance, core: _Core) -> None:
    core.start(machine)


@waiting.upon(Acceptance.repeat).loop()
def again(machine: Acceptance, core: _Core) -> None:
    core.pause = min(2 * core.pause, core.timers.T2)
    core.pending.start(core.pause, machine.repeat)
    core.owner.repeatAcceptance()


@waiting.upon(Acceptance.giveUp).to(idle)
def lose(machine: Acceptance, core: _Core) -> None:
    core.cancel()
    core.owner.acceptanceLost()


@waiting.upon(Acceptance.ack).to(idle)
@waiting.upon(Acceptance.stop).to(idle)
def finish(machine: Acceptance, core: _Core) -> None:
    core.cancel()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _stray in (Acceptance.ack, Acceptance.stop, Acceptance.repeat, Acceptance.giveUp):
    idle.upon(_stray).loop().returns(None)

MACHINE = indexed(builder.build())


def newAcceptance(owner: AcceptanceOwner, clock: IReactorTime, timers: Timers) -> Acceptance:
    """
    @param owner: sends, and is told when the wait was in vain.
    @param clock: runs the pauses, T1 doubling to T2, and the end at 64*T1.
    """
    return MACHINE(_Core(owner, timers, Timer(clock), Timer(clock)))
