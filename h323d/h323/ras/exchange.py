"""
One RAS request of ours, from its first sending to its answer (ITU-T H.225.0,
7.19): repeated while nobody answers, patient while the peer says that it is
working on it.

This machine knows neither the message nor the peer; C{transactions} matches
answers to exchanges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.ras.messages import RASMessage
from h323d.tracing import indexed

__all__ = ["MACHINE", "Exchange", "ExchangeOwner", "newExchange"]

MAX_PATIENCE = 60.0  # seconds; the longest that one requestInProgress can make us wait


class ExchangeOwner(Protocol):
    """
    What an L{Exchange} needs of whoever asks.
    """

    def sendRequest(self) -> None:
        """Send the request, the same octets each time."""

    def exchangeEnded(self, answer: RASMessage | None) -> None:
        """The confirm or reject arrived; C{None}: nobody answered."""


class Exchange(Protocol):
    """
    The inputs of the machine.
    """

    def start(self) -> None:
        """Send for the first time."""

    def answered(self, answer: RASMessage) -> None:
        """The confirm or reject arrived."""

    def inProgress(self, delay: float) -> None:
        """C{requestInProgress} asks to wait for C{delay} seconds."""

    def timeout(self) -> None:
        """Nobody answered in time."""

    def cancel(self) -> None:
        """Nobody wants the answer any more."""

    def exhausted(self) -> None:
        """Our own: it was repeated often enough."""


@dataclass
class _Core:
    owner: ExchangeOwner
    interval: float
    retries: int
    timer: Timer
    sent: int = 0

    def arm(self, machine: Exchange, seconds: float) -> None:
        self.timer.start(seconds, machine.timeout)


builder = TypeMachineBuilder(Exchange, _Core)

idle = builder.state("idle")
asking = builder.state("asking")
over = builder.state("over")


@idle.upon(Exchange.start).to(asking)
def send(machine: Exchange, core: _Core) -> None:
    core.sent = 1
    core.arm(machine, core.interval)
    core.owner.sendRequest()


@asking.upon(Exchange.timeout).to(asking)
def repeat(machine: Exchange, core: _Core) -> None:
    if core.sent > core.retries:
        machine.exhausted()
        return
    core.sent += 1
    core.arm(machine, core.interval)
    core.owner.sendRequest()


@asking.upon(Exchange.inProgress).to(asking)
def wait(machine: Exchange, core: _Core, delay: float) -> None:
    core.sent = 0
    core.arm(machine, min(max(delay, core.interval), MAX_PATIENCE))


@asking.upon(Exchange.answered).to(over)
def finish(machine: Exchange, core: _Core, answer: RASMessage) -> None:
    core.timer.stop()
    core.owner.exchangeEnded(answer)


@asking.upon(Exchange.exhausted).to(over)
def giveUp(machine: Exchange, core: _Core) -> None:
    core.timer.stop()
    core.owner.exchangeEnded(None)


@asking.upon(Exchange.cancel).to(over)
def cancelled(machine: Exchange, core: _Core) -> None:
    core.timer.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
idle.upon(Exchange.cancel).to(over).returns(None)
for _early in (Exchange.answered, Exchange.inProgress, Exchange.timeout, Exchange.exhausted):
    idle.upon(_early).loop().returns(None)
asking.upon(Exchange.start).loop().returns(None)
for _late in (
    Exchange.start,
    Exchange.answered,
    Exchange.inProgress,
    Exchange.timeout,
    Exchange.cancel,
    Exchange.exhausted,
):
    over.upon(_late).loop().returns(None)

MACHINE = indexed(builder.build())


def newExchange(
    owner: ExchangeOwner, clock: IReactorTime, interval: float, retries: int
) -> Exchange:
    """
    @param interval: seconds until the request is repeated.
    @param retries: how often it is, while nobody answers.
    """
    return MACHINE(_Core(owner, interval, retries, Timer(clock)))
