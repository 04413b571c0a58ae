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

__all__ = ["MACHINE", "Server", "ServerOwner", "newServer"]


class ServerOwner(Protocol):
    """
    What a L{Server} needs of whoever runs it.
    """

    def transmit(self, data: bytes) -> None:
        """Send a response, by the way the request came."""

    def ended(self) -> None:
        """The transaction is over; forget it."""


class Server(Protocol):
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


builder = TypeMachineBuilder(Server, _Core)

trying = builder.state("trying")
proceeding = builder.state("proceeding")
completed = builder.state("completed")
terminated = builder.state("terminated")


@trying.upon(Server.provisional).to(proceeding)
@proceeding.upon(Server.provisional).loop()
def provide(machine: Server, core: _Core, data: bytes) -> None:
    core.send(data)


@trying.upon(Server.final).to(completed)
@proceeding.upon(Server.final).to(completed)
def complete(machine: Server, core: _Core, data: bytes) -> None:
    core.send(data)
    if core.reliable:
        machine.timerJ()
    else:
        core.timerJ.start(core.timers.transaction, machine.timerJ)


@proceeding.upon(Server.request).loop()
@completed.upon(Server.request).loop()
def repeat(machine: Server, core: _Core) -> None:
    core.owner.transmit(core.last)


@trying.upon(Server.transportFailed).to(terminated)
@proceeding.upon(Server.transportFailed).to(terminated)
@completed.upon(Server.transportFailed).to(terminated)
@completed.upon(Server.timerJ).to(terminated)
@trying.upon(Server.abandon).to(terminated)
@proceeding.upon(Server.abandon).to(terminated)
@completed.upon(Server.abandon).to(terminated)
def end(machine: Server, core: _Core) -> None:
    core.timerJ.stop()
    core.owner.ended()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
trying.upon(Server.request).loop().returns(None)
for _state in (completed, terminated):
    _state.upon(Server.provisional).loop().returns(None)
    _state.upon(Server.final).loop().returns(None)
for _state in (trying, proceeding, terminated):
    _state.upon(Server.timerJ).loop().returns(None)
terminated.upon(Server.request).loop().returns(None)
terminated.upon(Server.transportFailed).loop().returns(None)
terminated.upon(Server.abandon).loop().returns(None)

MACHINE = indexed(builder.build())


def newServer(owner: ServerOwner, clock: IReactorTime, timers: Timers, reliable: bool) -> Server:
    """
    @param owner: sends, and is told of the end.
    @param clock: runs timer J.
    @param reliable: the request came by a transport that loses nothing.
    """
    return MACHINE(_Core(owner, timers, reliable, Timer(clock)))
