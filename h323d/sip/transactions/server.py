"""
The non-INVITE server transaction: RFC 3261, 17.2.2.

It absorbs retransmissions of a request, and answers each of them with the last
response that was given.  This module does no I/O; responses are octets here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.transactions.timers import Timers
from h323d.tracing import indexed

__all__ = ["MACHINE", "NonInviteServer", "ServerOwner", "newServer"]


class ServerOwner(Protocol):
    """
    What a L{NonInviteServer} needs of whoever runs it.
    """

    def transmit(self, data: bytes) -> None:
        """Send a response, by the way the request came."""

    def ended(self) -> None:
        """The transaction is over; forget it."""


class NonInviteServer(Protocol):
    """
    The inputs of the machine.
    """

    def request(self) -> None:
        """The request came again."""

    def provisional(self, data: bytes) -> None:
        """The user sends 100 to 199."""

    def final(self, data: bytes) -> None:
        """The user sends 200 to 699."""

    def transportFailed(self) -> None:
        """The response cannot be sent."""

    def abandon(self) -> None:
        """The server shuts down."""

    def timerJ(self) -> None:
        """No more retransmissions will come."""


@dataclass
class _Core:
    owner: ServerOwner
    timers: Timers
    reliable: bool
    timerJ: Timer
    last: bytes = b""

    def send(self, data: bytes) -> None:
        self.last = data
        self.owner.transmit(data)


builder = TypeMachineBuilder(NonInviteServer, _Core)

trying = builder.state("trying")
proceeding = builder.state("proceeding")
completed = builder.state("completed")
terminated = builder.state("terminated")


@trying.upon(NonInviteServer.provisional).to(proceeding)
@proceeding.upon(NonInviteServer.provisional).loop()
def provide(machine: NonInviteServer, core: _Core, data: bytes) -> None:
    core.send(data)


@trying.upon(NonInviteServer.final).to(completed)
@proceeding.upon(NonInviteServer.final).to(completed)
def complete(machine: NonInviteServer, core: _Core, data: bytes) -> None:
    core.send(data)
    if core.reliable:
        machine.timerJ()
    else:
        core.timerJ.start(core.timers.transaction, machine.timerJ)


@proceeding.upon(NonInviteServer.request).loop()
@completed.upon(NonInviteServer.request).loop()
def repeat(machine: NonInviteServer, core: _Core) -> None:
    core.owner.transmit(core.last)


@trying.upon(NonInviteServer.transportFailed).to(terminated)
@proceeding.upon(NonInviteServer.transportFailed).to(terminated)
@completed.upon(NonInviteServer.transportFailed).to(terminated)
@completed.upon(NonInviteServer.timerJ).to(terminated)
@trying.upon(NonInviteServer.abandon).to(terminated)
@proceeding.upon(NonInviteServer.abandon).to(terminated)
@completed.upon(NonInviteServer.abandon).to(terminated)
def end(machine: NonInviteServer, core: _Core) -> None:
    core.timerJ.stop()
    core.owner.ended()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
trying.upon(NonInviteServer.request).loop().returns(None)
for _state in (completed, terminated):
    _state.upon(NonInviteServer.provisional).loop().returns(None)
    _state.upon(NonInviteServer.final).loop().returns(None)
for _state in (trying, proceeding, terminated):
    _state.upon(NonInviteServer.timerJ).loop().returns(None)
terminated.upon(NonInviteServer.request).loop().returns(None)
terminated.upon(NonInviteServer.transportFailed).loop().returns(None)
terminated.upon(NonInviteServer.abandon).loop().returns(None)

MACHINE = indexed(builder.build())


def newServer(
    owner: ServerOwner, clock: IReactorTime, timers: Timers, reliable: bool
) -> NonInviteServer:
    """
    @param owner: sends, and is told of the end.
    @param clock: runs timer J.
    @param reliable: the request came by a transport that loses nothing.
    """
    return MACHINE(_Core(owner, timers, reliable, Timer(clock)))
