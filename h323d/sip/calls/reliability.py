"""
The wait for a PRACK: RFC 3262, 3, the called side's.

A provisional response that must arrive is repeated by the user agent itself, over any transport,
until its PRACK comes, or until 64*T1 are over.  One at a time: the next waits for the PRACK of the
one before.  A 2xx waits only where a session description is on its way in such a response.

What is in the responses is L{h323d.sip.calls.provisionals}' matter; this module sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.transactions.running import ServerTransaction
from h323d.sip.transactions.timers import Timers
from h323d.tracing import indexed

__all__ = ["MACHINE", "Provisional", "Reliability", "ReliabilityOwner", "newReliability"]


@dataclass(frozen=True, slots=True)
class Provisional:
    """
    What a provisional response says.

    @ivar status: 101 to 199.
    @ivar body: a session description; may be empty.
    """

    status: int
    body: bytes = b""


class ReliabilityOwner(Protocol):
    """
    What a L{Reliability} needs of whoever owns it.
    """

    def sendReliably(self, provisional: Provisional) -> None:
        """Send it, for the first time."""

    def repeatProvisional(self) -> None:
        """Send the last again."""

    def acknowledged(self, prack: ServerTransaction) -> None:
        """Answer the PRACK of a response without a description."""

    def agreed(self, prack: ServerTransaction) -> None:
        """The description has arrived; answer the PRACK that says so."""

    def acceptNow(self) -> None:
        """The 2xx may leave."""

    def provisionalLost(self) -> None:
        """No PRACK came in 64*T1."""


class Reliability(Protocol):
    """
    The inputs of the machine.
    """

    def ring(self, provisional: Provisional) -> None:
        """A response without a description is to be sent."""

    def describe(self, provisional: Provisional) -> None:
        """A response with a description is to be sent."""

    def accept(self) -> None:
        """A 2xx is to be sent."""

    def prack(self, prack: ServerTransaction) -> None:
        """The PRACK of what was last sent came."""

    def stop(self) -> None:
        """The INVITE is refused, or the call is over."""

    def repeat(self) -> None:
        """Time to send it again."""

    def giveUp(self) -> None:
        """64*T1 are over."""


@dataclass
class _Core:
    owner: ReliabilityOwner
    timers: Timers
    pending: Timer
    guard: Timer
    pause: float = 0.0
    sent: Provisional | None = None
    queue: list[Provisional] = field(default_factory=list)

    def send(self, machine: Reliability, provisional: Provisional) -> None:
        self.sent = provisional
        self.pause = self.timers.T1
        self.guard.start(self.timers.transaction, machine.giveUp)
        self.pending.start(self.pause, machine.repeat)
        self.owner.sendReliably(provisional)

    def cancel(self) -> None:
        self.pending.stop()
        self.guard.stop()

    def sendNext(self, machine: Reliability) -> None:
        if self.queue:
            provisional = self.queue.pop(0)
            if provisional.body:
                machine.describe(provisional)
            else:
                machine.ring(provisional)


builder = TypeMachineBuilder(Reliability, _Core)

idle = builder.state("idle")
waiting = builder.state("waiting")
agreeing = builder.state("agreeing")
holding = builder.state("holding")
over = builder.state("over")


@idle.upon(Reliability.ring).to(waiting)
@idle.upon(Reliability.describe).to(agreeing)
def send(machine: Reliability, core: _Core, provisional: Provisional) -> None:
    core.send(machine, provisional)


@waiting.upon(Reliability.ring).loop()
@waiting.upon(Reliability.describe).loop()
@agreeing.upon(Reliability.ring).loop()
@agreeing.upon(Reliability.describe).loop()
def sendLater(machine: Reliability, core: _Core, provisional: Provisional) -> None:
    if provisional != core.sent and provisional not in core.queue:
        core.queue.append(provisional)


@waiting.upon(Reliability.prack).to(idle)
def acknowledged(machine: Reliability, core: _Core, prack: ServerTransaction) -> None:
    core.cancel()
    core.owner.acknowledged(prack)
    core.sendNext(machine)


@agreeing.upon(Reliability.prack).to(idle)
def agreed(machine: Reliability, core: _Core, prack: ServerTransaction) -> None:
    core.cancel()
    core.owner.agreed(prack)
    core.sendNext(machine)


@holding.upon(Reliability.prack).to(over)
def agreedAtLast(machine: Reliability, core: _Core, prack: ServerTransaction) -> None:
    core.cancel()
    core.owner.agreed(prack)
    core.owner.acceptNow()


@over.upon(Reliability.prack).loop()
def acknowledgedLate(machine: Reliability, core: _Core, prack: ServerTransaction) -> None:
    core.owner.acknowledged(prack)  # the final response has overtaken it


@idle.upon(Reliability.accept).to(over)
@waiting.upon(Reliability.accept).to(over)
def accept(machine: Reliability, core: _Core) -> None:
    core.cancel()
    core.owner.acceptNow()


agreeing.upon(Reliability.accept).to(holding).returns(None)


@waiting.upon(Reliability.repeat).loop()
@agreeing.upon(Reliability.repeat).loop()
@holding.upon(Reliability.repeat).loop()
def again(machine: Reliability, core: _Core) -> None:
    core.pause *= 2  # without an end, unlike that of a 2xx
    core.pending.start(core.pause, machine.repeat)
    core.owner.repeatProvisional()


@waiting.upon(Reliability.giveUp).to(over)
@agreeing.upon(Reliability.giveUp).to(over)
@holding.upon(Reliability.giveUp).to(over)
def lose(machine: Reliability, core: _Core) -> None:
    core.cancel()
    core.owner.provisionalLost()


@idle.upon(Reliability.stop).to(over)
@waiting.upon(Reliability.stop).to(over)
@agreeing.upon(Reliability.stop).to(over)
@holding.upon(Reliability.stop).to(over)
def stop(machine: Reliability, core: _Core) -> None:
    core.cancel()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (holding, over):
    _state.upon(Reliability.ring).loop().returns(None)
    _state.upon(Reliability.describe).loop().returns(None)
    _state.upon(Reliability.accept).loop().returns(None)
for _state in (idle, over):
    _state.upon(Reliability.repeat).loop().returns(None)
    _state.upon(Reliability.giveUp).loop().returns(None)
idle.upon(Reliability.prack).loop().returns(None)
over.upon(Reliability.stop).loop().returns(None)

MACHINE = indexed(builder.build())


def newReliability(owner: ReliabilityOwner, clock: IReactorTime, timers: Timers) -> Reliability:
    """
    @param owner: sends, and is told when the wait was in vain.
    @param clock: runs the pauses, T1 doubling, and the end at 64*T1.
    """
    return MACHINE(_Core(owner, timers, Timer(clock), Timer(clock)))
