"""
The INVITE client transaction: RFC 3261, 17.1.1, and RFC 6026, 7.2.

It repeats an INVITE until somebody answers, acknowledges responses other than
2xx (and their repetitions) by itself, and stays for 64*T1 after a 2xx, so that
its repetitions, and those of forked calls, reach the user, who acknowledges
them (13.2.2.4).

This module does no I/O.
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

__all__ = ["MACHINE", "InviteClient", "InviteClientOwner", "newInviteClient"]


class InviteClientOwner(Protocol):
    """
    What an L{InviteClient} needs of whoever runs it.
    """

    def transmit(self) -> None:
        """Send the INVITE, for the first time or again."""

    def acknowledge(self, response: SIPResponse) -> None:
        """Send the ACK for a response other than 2xx (17.1.1.3)."""

    def received(self, response: SIPResponse) -> None:
        """A response for the user."""

    def timedOut(self) -> None:
        """Timer B: nobody answered."""

    def failed(self) -> None:
        """The INVITE or an ACK cannot be sent."""

    def ended(self) -> None:
        """The transaction is over; forget it."""


class InviteClient(Protocol):
    """
    The inputs of the machine.
    """

    def start(self) -> None:
        """The user wants the INVITE sent."""

    def provisional(self, response: SIPResponse) -> None:
        """100 to 199 arrived."""

    def success(self, response: SIPResponse) -> None:
        """200 to 299 arrived."""

    def failure(self, response: SIPResponse) -> None:
        """300 to 699 arrived."""

    def transportFailed(self) -> None:
        """What was sent did not leave."""

    def destroy(self) -> None:
        """Nobody waits for a final response any more (9.1), nor wants to hear of a refusal."""

    def abandon(self) -> None:
        """The server shuts down."""

    def timerA(self) -> None:
        """Repeat the INVITE."""

    def timerB(self) -> None:
        """Nobody answered."""

    def timerD(self) -> None:
        """No more repetitions of a failure will come."""

    def timerM(self) -> None:
        """No more repetitions of a 2xx will come."""


@dataclass
class _Core:
    owner: InviteClientOwner
    timers: Timers
    reliable: bool
    pending: Timer  # A, D or M, by the state
    guard: Timer  # B
    pause: float = 0.0

    def stop(self) -> None:
        self.pending.stop()
        self.guard.stop()

    def acknowledge(self, response: SIPResponse) -> None:
        self.stop()
        self.owner.acknowledge(response)

    def startD(self, machine: InviteClient) -> None:
        if self.reliable:
            machine.timerD()
        else:
            self.pending.start(self.timers.D, machine.timerD)

    def startA(self, machine: InviteClient) -> None:
        self.pending.start(self.pause, machine.timerA)
        self.pause *= 2


builder = TypeMachineBuilder(InviteClient, _Core)

initial = builder.state("initial")
calling = builder.state("calling")
proceeding = builder.state("proceeding")
accepted = builder.state("accepted")
forsaken = builder.state("forsaken")
completed = builder.state("completed")
terminated = builder.state("terminated")


@initial.upon(InviteClient.start).to(calling)
def call(machine: InviteClient, core: _Core) -> None:
    core.guard.start(core.timers.transaction, machine.timerB)
    if not core.reliable:
        core.pause = core.timers.T1
        core.startA(machine)
    core.owner.transmit()


@calling.upon(InviteClient.timerA).loop()
def callAgain(machine: InviteClient, core: _Core) -> None:
    core.startA(machine)
    core.owner.transmit()


@calling.upon(InviteClient.timerB).to(terminated)
def silence(machine: InviteClient, core: _Core) -> None:
    core.stop()
    core.owner.timedOut()
    core.owner.ended()


@calling.upon(InviteClient.provisional).to(proceeding)
@proceeding.upon(InviteClient.provisional).loop()
def proceed(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.stop()
    core.owner.received(response)


@calling.upon(InviteClient.destroy).to(forsaken)
@proceeding.upon(InviteClient.destroy).to(forsaken)
def forsake(machine: InviteClient, core: _Core) -> None:
    core.stop()  # a final response that comes all the same is acknowledged, or would come for 64*T1
    core.guard.start(core.timers.transaction, machine.timerB)


@calling.upon(InviteClient.success).to(accepted)
@proceeding.upon(InviteClient.success).to(accepted)
@forsaken.upon(InviteClient.success).to(accepted)
def succeed(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.stop()
    core.pending.start(core.timers.transaction, machine.timerM)
    core.owner.received(response)


@accepted.upon(InviteClient.success).loop()
def succeedAgain(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.owner.received(response)


@calling.upon(InviteClient.failure).to(completed)
@proceeding.upon(InviteClient.failure).to(completed)
def fail(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.acknowledge(response)
    core.owner.received(response)
    core.startD(machine)


@forsaken.upon(InviteClient.failure).to(completed)
def failUnheard(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.acknowledge(response)
    core.startD(machine)


@completed.upon(InviteClient.failure).loop()
def acknowledgeAgain(machine: InviteClient, core: _Core, response: SIPResponse) -> None:
    core.owner.acknowledge(response)


@initial.upon(InviteClient.transportFailed).to(terminated)
@calling.upon(InviteClient.transportFailed).to(terminated)
@proceeding.upon(InviteClient.transportFailed).to(terminated)
def lost(machine: InviteClient, core: _Core) -> None:
    core.stop()
    core.owner.failed()
    core.owner.ended()


@completed.upon(InviteClient.transportFailed).to(terminated)
@completed.upon(InviteClient.timerD).to(terminated)
@accepted.upon(InviteClient.timerM).to(terminated)
@forsaken.upon(InviteClient.timerB).to(terminated)
@forsaken.upon(InviteClient.transportFailed).to(terminated)
@initial.upon(InviteClient.abandon).to(terminated)
@calling.upon(InviteClient.abandon).to(terminated)
@proceeding.upon(InviteClient.abandon).to(terminated)
@forsaken.upon(InviteClient.abandon).to(terminated)
@accepted.upon(InviteClient.abandon).to(terminated)
@completed.upon(InviteClient.abandon).to(terminated)
def end(machine: InviteClient, core: _Core) -> None:
    core.stop()
    core.owner.ended()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (calling, proceeding, forsaken, accepted, completed, terminated):
    _state.upon(InviteClient.start).loop().returns(None)
for _state in (initial, forsaken, accepted, completed, terminated):
    _state.upon(InviteClient.provisional).loop().returns(None)
for _state in (initial, completed, terminated):
    _state.upon(InviteClient.success).loop().returns(None)
for _state in (initial, accepted, terminated):
    _state.upon(InviteClient.failure).loop().returns(None)
for _state in (accepted, terminated):
    _state.upon(InviteClient.transportFailed).loop().returns(None)
for _state in (initial, forsaken, accepted, completed, terminated):
    _state.upon(InviteClient.destroy).loop().returns(None)
terminated.upon(InviteClient.abandon).loop().returns(None)
for _state in (initial, proceeding, forsaken, accepted, completed, terminated):
    _state.upon(InviteClient.timerA).loop().returns(None)
for _state in (initial, proceeding, accepted, completed, terminated):
    _state.upon(InviteClient.timerB).loop().returns(None)
for _state in (initial, calling, proceeding, forsaken, accepted, terminated):
    _state.upon(InviteClient.timerD).loop().returns(None)
for _state in (initial, calling, proceeding, forsaken, completed, terminated):
    _state.upon(InviteClient.timerM).loop().returns(None)

MACHINE = indexed(builder.build())


def newInviteClient(
    owner: InviteClientOwner, clock: IReactorTime, timers: Timers, reliable: bool
) -> InviteClient:
    """
    @param owner: sends, and is told what comes back.
    @param clock: runs timers A, B, D and M.
    @param reliable: the request goes by a transport that loses nothing.
    """
    return MACHINE(_Core(owner, timers, reliable, Timer(clock), Timer(clock)))
