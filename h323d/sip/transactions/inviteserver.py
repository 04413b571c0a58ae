"""
The INVITE server transaction: RFC 3261, 17.2.1, and RFC 6026, 7.1.

It absorbs retransmissions of an INVITE, repeats a final response other than
2xx until it is acknowledged, and stays for 64*T1 after a 2xx, so that a late
retransmission of the INVITE never counts as a new call.  It does not repeat
the 2xx: that is the matter of the user agent (13.3.1.4).  Nor does it repeat
what refuses a source that may be forged (L{h323d.sip.proof}): whoever is not
answered asks again, and gets the same answer once for each time, as a stateless
server gives it (8.2.7).

This module does no I/O; responses are octets here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.transactions.timers import T100, Timers
from h323d.tracing import indexed

__all__ = ["MACHINE", "InviteServer", "InviteServerOwner", "newInviteServer"]


class InviteServerOwner(Protocol):
    """
    What an L{InviteServer} needs of whoever runs it.
    """

    def transmit(self, data: bytes) -> None:
        """Send a response, by the way the request came."""

    def transmitTrying(self) -> None:
        """Send a 100: the user has not answered within 200 ms."""

    def proven(self) -> bool:
        """Whether the source of the INVITE has shown that it is real."""

    def acknowledged(self) -> None:
        """An ACK for a 2xx came with the INVITE's own branch."""

    def unacknowledged(self) -> None:
        """Timer H: a final response was never acknowledged."""

    def ended(self) -> None:
        """The transaction is over; forget it."""


class InviteServer(Protocol):
    """
    The inputs of the machine.
    """

    def start(self) -> None:
        """The INVITE was handed to the user: await its answer."""

    def invite(self) -> None:
        """The INVITE came again."""

    def ack(self) -> None:
        """An ACK came."""

    def provisional(self, data: bytes) -> None:
        """The user sends 101 to 199."""

    def success(self, data: bytes) -> None:
        """The user sends 2xx, for the first time or again."""

    def failure(self, data: bytes) -> None:
        """The user sends 300 to 699."""

    def transportFailed(self) -> None:
        """The response cannot be sent."""

    def abandon(self) -> None:
        """The server shuts down."""

    def timer100(self) -> None:
        """200 ms are over and nothing was sent."""

    def timerG(self) -> None:
        """Repeat the final response."""

    def timerH(self) -> None:
        """No ACK came."""

    def timerI(self) -> None:
        """No more ACKs will come."""

    def timerL(self) -> None:
        """No more retransmissions of the INVITE will come."""


@dataclass
class _Core:
    owner: InviteServerOwner
    timers: Timers
    reliable: bool
    pending: Timer  # 100, G, I or L, by the state
    guard: Timer  # H
    last: bytes = b""
    pause: float = 0.0

    def stop(self) -> None:
        self.pending.stop()
        self.guard.stop()

    def send(self, data: bytes) -> None:
        self.last = data
        self.owner.transmit(data)

    def startG(self, machine: InviteServer) -> None:
        self.pending.start(self.pause, machine.timerG)
        self.pause = min(2 * self.pause, self.timers.T2)


builder = TypeMachineBuilder(InviteServer, _Core)

initial = builder.state("initial")
proceeding = builder.state("proceeding")
accepted = builder.state("accepted")
completed = builder.state("completed")
confirmed = builder.state("confirmed")
terminated = builder.state("terminated")


@initial.upon(InviteServer.start).to(proceeding)
def awaitAnswer(machine: InviteServer, core: _Core) -> None:
    core.pending.start(T100, machine.timer100)


@proceeding.upon(InviteServer.timer100).loop()
def trying(machine: InviteServer, core: _Core) -> None:
    core.owner.transmitTrying()


@initial.upon(InviteServer.provisional).to(proceeding)
@proceeding.upon(InviteServer.provisional).loop()
def ring(machine: InviteServer, core: _Core, data: bytes) -> None:
    core.stop()
    core.send(data)


@proceeding.upon(InviteServer.invite).loop()
@completed.upon(InviteServer.invite).loop()
def repeat(machine: InviteServer, core: _Core) -> None:
    if core.last:
        core.owner.transmit(core.last)


@initial.upon(InviteServer.success).to(accepted)
@proceeding.upon(InviteServer.success).to(accepted)
def accept(machine: InviteServer, core: _Core, data: bytes) -> None:
    core.stop()
    core.pending.start(core.timers.transaction, machine.timerL)
    core.send(data)


@accepted.upon(InviteServer.success).loop()
def acceptAgain(machine: InviteServer, core: _Core, data: bytes) -> None:
    core.send(data)


@accepted.upon(InviteServer.ack).loop()
def passAck(machine: InviteServer, core: _Core) -> None:
    core.owner.acknowledged()


@initial.upon(InviteServer.failure).to(completed)
@proceeding.upon(InviteServer.failure).to(completed)
def refuse(machine: InviteServer, core: _Core, data: bytes) -> None:
    core.stop()
    core.guard.start(core.timers.transaction, machine.timerH)
    # A caller that was sent a provisional response does not ask again (17.1.1.2).
    if not core.reliable and (core.last or core.owner.proven()):
        core.pause = core.timers.T1
        core.startG(machine)
    core.send(data)


@completed.upon(InviteServer.timerG).loop()
def refuseAgain(machine: InviteServer, core: _Core) -> None:
    core.startG(machine)
    core.owner.transmit(core.last)


@completed.upon(InviteServer.ack).to(confirmed)
def confirm(machine: InviteServer, core: _Core) -> None:
    core.stop()
    if core.reliable:
        machine.timerI()
    else:
        core.pending.start(core.timers.T4, machine.timerI)


@completed.upon(InviteServer.timerH).to(terminated)
@completed.upon(InviteServer.transportFailed).to(terminated)
@proceeding.upon(InviteServer.transportFailed).to(terminated)
@initial.upon(InviteServer.transportFailed).to(terminated)
def giveUp(machine: InviteServer, core: _Core) -> None:
    core.stop()
    core.owner.unacknowledged()
    core.owner.ended()


@confirmed.upon(InviteServer.timerI).to(terminated)
@accepted.upon(InviteServer.timerL).to(terminated)
@initial.upon(InviteServer.abandon).to(terminated)
@proceeding.upon(InviteServer.abandon).to(terminated)
@accepted.upon(InviteServer.abandon).to(terminated)
@completed.upon(InviteServer.abandon).to(terminated)
@confirmed.upon(InviteServer.abandon).to(terminated)
def end(machine: InviteServer, core: _Core) -> None:
    core.stop()
    core.owner.ended()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (proceeding, accepted, completed, confirmed, terminated):
    _state.upon(InviteServer.start).loop().returns(None)
for _state in (initial, accepted, confirmed, terminated):
    _state.upon(InviteServer.invite).loop().returns(None)
for _state in (initial, proceeding, confirmed, terminated):
    _state.upon(InviteServer.ack).loop().returns(None)
for _state in (accepted, completed, confirmed, terminated):
    _state.upon(InviteServer.provisional).loop().returns(None)
    _state.upon(InviteServer.failure).loop().returns(None)
for _state in (completed, confirmed, terminated):
    _state.upon(InviteServer.success).loop().returns(None)
# A 2xx outlives its connection: the user repeats it over another one.
for _state in (accepted, confirmed, terminated):
    _state.upon(InviteServer.transportFailed).loop().returns(None)
terminated.upon(InviteServer.abandon).loop().returns(None)
for _state in (initial, accepted, completed, confirmed, terminated):
    _state.upon(InviteServer.timer100).loop().returns(None)
for _state in (initial, proceeding, accepted, confirmed, terminated):
    _state.upon(InviteServer.timerG).loop().returns(None)
    _state.upon(InviteServer.timerH).loop().returns(None)
for _state in (initial, proceeding, accepted, completed, terminated):
    _state.upon(InviteServer.timerI).loop().returns(None)
for _state in (initial, proceeding, completed, confirmed, terminated):
    _state.upon(InviteServer.timerL).loop().returns(None)

MACHINE = indexed(builder.build())


def newInviteServer(
    owner: InviteServerOwner, clock: IReactorTime, timers: Timers, reliable: bool
) -> InviteServer:
    """
    @param owner: sends, and is told of the outcome.
    @param clock: runs timers G, H, I, L and the 200 ms until a 100.
    @param reliable: the request came by a transport that loses nothing.
    """
    return MACHINE(_Core(owner, timers, reliable, Timer(clock), Timer(clock)))
