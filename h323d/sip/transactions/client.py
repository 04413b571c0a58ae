"""
The non-INVITE client transaction: RFC 3261, 17.1.2.

It repeats a request until a final response comes, and absorbs the repetitions
of that response.  This module does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.messages.message import SIPResponse
from h323d.sip.transactions.timers import Timers
from h323d.tracing import indexed

__all__ = ["MACHINE", "NonInviteClient", "ClientOwner", "newClient"]


class ClientOwner(Protocol):
    """
    What a L{NonInviteClient} needs of whoever runs it.
    """

    def transmit(self) -> None:
        """Send the request, for the first time or again."""

    def received(self, response: SIPResponse) -> None:
        """A response for the user."""

    def timedOut(self) -> None:
        """Timer F: no final response came."""

    def failed(self) -> None:
        """The request cannot be sent."""

    def ended(self) -> None:
        """The transaction is over; forget it."""


class NonInviteClient(Protocol):
    """
    The inputs of the machine.
    """

    def start(self) -> None:
        """The user wants the request sent."""

    def provisional(self, response: SIPResponse) -> None:
        """100 to 199 arrived."""

    def final(self, response: SIPResponse) -> None:
        """200 to 699 arrived."""

    def transportFailed(self) -> None:
        """What was sent did not leave."""

    def abandon(self) -> None:
        """The server shuts down."""

    def timerE(self) -> None:
        """Repeat the request."""

    def timerF(self) -> None:
        """No final response came."""

    def timerK(self) -> None:
        """No more repetitions of the response will come."""


@dataclass
class _Core:
    owner: ClientOwner
    timers: Timers
    reliable: bool
    pending: Timer  # E or K, by the state
    guard: Timer  # F
    pause: float = 0.0

    def stop(self) -> None:
        self.pending.stop()
        self.guard.stop()


builder = TypeMachineBuilder(NonInviteClient, _Core)

initial = builder.state("initial")
trying = builder.state("trying")
proceeding = builder.state("proceeding")
completed = builder.state("completed")
terminated = builder.state("terminated")


@initial.upon(NonInviteClient.start).to(trying)
def send(machine: NonInviteClient, core: _Core) -> None:
    core.guard.start(core.timers.transaction, machine.timerF)
    if not core.reliable:
        core.pause = core.timers.T1
        core.pending.start(core.pause, machine.timerE)
    core.owner.transmit()


@trying.upon(NonInviteClient.timerE).loop()
def sendAgain(machine: NonInviteClient, core: _Core) -> None:
    core.pause = min(2 * core.pause, core.timers.T2)
    core.pending.start(core.pause, machine.timerE)
    core.owner.transmit()


@proceeding.upon(NonInviteClient.timerE).loop()
def sendSlowly(machine: NonInviteClient, core: _Core) -> None:
    core.pending.start(core.timers.T2, machine.timerE)
    core.owner.transmit()


@trying.upon(NonInviteClient.timerF).to(terminated)
@proceeding.upon(NonInviteClient.timerF).to(terminated)
def silence(machine: NonInviteClient, core: _Core) -> None:
    core.stop()
    core.owner.timedOut()
    core.owner.ended()


@trying.upon(NonInviteClient.provisional).to(proceeding)
@proceeding.upon(NonInviteClient.provisional).loop()
def proceed(machine: NonInviteClient, core: _Core, response: SIPResponse) -> None:
    core.owner.received(response)


@trying.upon(NonInviteClient.final).to(completed)
@proceeding.upon(NonInviteClient.final).to(completed)
def finish(machine: NonInviteClient, core: _Core, response: SIPResponse) -> None:
    core.stop()
    core.owner.received(response)
    if core.reliable:
        machine.timerK()
    else:
        core.pending.start(core.timers.T4, machine.timerK)


@initial.upon(NonInviteClient.transportFailed).to(terminated)
@trying.upon(NonInviteClient.transportFailed).to(terminated)
@proceeding.upon(NonInviteClient.transportFailed).to(terminated)
def lost(machine: NonInviteClient, core: _Core) -> None:
    core.stop()
    core.owner.failed()
    core.owner.ended()


@completed.upon(NonInviteClient.timerK).to(terminated)
@initial.upon(NonInviteClient.abandon).to(terminated)
@trying.upon(NonInviteClient.abandon).to(terminated)
@proceeding.upon(NonInviteClient.abandon).to(terminated)
@completed.upon(NonInviteClient.abandon).to(terminated)
def end(machine: NonInviteClient, core: _Core) -> None:
    core.stop()
    core.owner.ended()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (trying, proceeding, completed, terminated):
    _state.upon(NonInviteClient.start).loop().returns(None)
for _state in (initial, completed, terminated):
    _state.upon(NonInviteClient.provisional).loop().returns(None)
    _state.upon(NonInviteClient.final).loop().returns(None)
    _state.upon(NonInviteClient.timerE).loop().returns(None)
    _state.upon(NonInviteClient.timerF).loop().returns(None)
for _state in (completed, terminated):
    _state.upon(NonInviteClient.transportFailed).loop().returns(None)
for _state in (initial, trying, proceeding, terminated):
    _state.upon(NonInviteClient.timerK).loop().returns(None)
terminated.upon(NonInviteClient.abandon).loop().returns(None)

MACHINE = indexed(builder.build())


def newClient(
    owner: ClientOwner, clock: IReactorTime, timers: Timers, reliable: bool
) -> NonInviteClient:
    """
    @param owner: sends, and is told what comes back.
    @param clock: runs timers E, F and K.
    @param reliable: the request goes by a transport that loses nothing.
    """
    return MACHINE(_Core(owner, timers, reliable, Timer(clock), Timer(clock)))
