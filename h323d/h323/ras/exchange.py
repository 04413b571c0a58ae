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

__all__ = ["MACHINE", "RASExchange", "ExchangeOwner", "newExchange"]

MAX_PATIENCE = 60.0  # seconds; the longest that one requestInProgress can make us wait


class ExchangeOwner(Protocol):
    """
    What an L{RASExchange} needs of whoever asks.
    """

    def sendRequest(self) -> None:
        """Send the request, the same octets each time."""

    def exchangeEnded(self, answer: RASMessage | None) -> None:
        """The confirm or reject arrived; C{None}: nobody answered."""


class RASExchange(Protocol):
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

    def arm(self, machine: RASExchange, seconds: float) -> None:
        self.timer.start(seconds, machine.timeout)


builder = TypeMachineBuilder(RASExchange, _Core)

idle = builder.state("idle")
asking = builder.state("asking")
over = builder.state("over")


@idle.upon(RASExchange.start).to(asking)
def send(machine: RASExchange, core: _Core) -> None:
    core.sent = 1
    core.arm(machine, core.interval)
    core.owner.sendRequest()


@asking.upon(RASExchange.timeout).to(asking)
def repeat(machine: RASExchange, core: _Core) -> None:
    if core.sent > core.retries:
        machine.exhausted()
        return
    core.sent += 1
    core.arm(machine, core.interval)
    core.owner.sendRequest()


@asking.upon(RASExchange.inProgress).to(asking)
def wait(machine: RASExchange, core: _Core, delay: float) -> None:
    core.sent = 0
    core.arm(machine, min(max(delay, core.interval), MAX_PATIENCE))


@asking.upon(RASExchange.answered).to(over)
def finish(machine: RASExchange, core: _Core, answer: RASMessage) -> None:
    core.timer.stop()
    core.owner.exchangeEnded(answer)


@asking.upon(RASExchange.exhausted).to(over)
def giveUp(machine: RASExchange, core: _Core) -> None:
    core.timer.stop()
    core.owner.exchangeEnded(None)


@asking.upon(RASExchange.cancel).to(over)
def cancelled(machine: RASExchange, core: _Core) -> None:
    core.timer.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
idle.upon(RASExchange.cancel).to(over).returns(None)
for _early in (
    RASExchange.answered,
    RASExchange.inProgress,
    RASExchange.timeout,
    RASExchange.exhausted,
):
    idle.upon(_early).loop().returns(None)
asking.upon(RASExchange.start).loop().returns(None)
for _late in (
    RASExchange.start,
    RASExchange.answered,
    RASExchange.inProgress,
    RASExchange.timeout,
    RASExchange.cancel,
    RASExchange.exhausted,
):
    over.upon(_late).loop().returns(None)

MACHINE = indexed(builder.build())


def newExchange(
    owner: ExchangeOwner, clock: IReactorTime, interval: float, retries: int
) -> RASExchange:
    """
    @param interval: seconds until the request is repeated.
    @param retries: how often it is, while nobody answers.
    """
    return MACHINE(_Core(owner, interval, retries, Timer(clock)))
