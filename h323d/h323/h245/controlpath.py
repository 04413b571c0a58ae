"""
Which way a call's H.245 goes: tunnelled, or on a connection of its own (H.323, 8.2.1).

The machine sees to it that H.245 is begun on one way only, whatever both sides propose at
once.  It is told what may be tried; L{h323d.h323.calls.startup} decides that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed
from h323d.values.address import TransportAddress

__all__ = ["MACHINE", "ControlPath", "ControlPathOwner", "newControlPath"]

GLARE = 3.0  # seconds that we leave to the side whose turn it is to connect


class ControlPathOwner(Protocol):
    """
    What the machine needs of the call.
    """

    def openListener(self) -> TransportAddress | None:
        """Wait for a connection; where, or C{None} if no port is left."""

    def closeListener(self) -> None:
        """Wait no more."""

    def dialControl(self, address: TransportAddress) -> None:
        """Connect; C{connected} or C{lost} follows."""

    def cancelDial(self) -> None:
        """Stop connecting."""

    def closeChannel(self) -> None:
        """Close the connection."""

    def beginSession(self) -> None:
        """H.245 can be spoken now: begin."""

    def abandonSession(self) -> None:
        """What was said went nowhere: forget the session; another one may follow."""

    def pathFailed(self) -> None:
        """The way that was tried leads nowhere."""

    def pathLost(self) -> None:
        """The connection that H.245 was spoken on is gone."""


class ControlPath(Protocol):
    """
    The inputs: what is to be tried, and what became of it.
    """

    def tunnel(self) -> None:
        """Both sides tunnel."""

    def tunnelRefused(self) -> None:
        """The peer does not tunnel."""

    def listen(self) -> None:
        """Wait for the peer to connect."""

    def dial(self, address: TransportAddress, contested: bool) -> None:
        """
        The peer can be connected to.

        @param contested: we asked the peer to connect to us, before.
        """

    def turnOver(self) -> None:
        """Our own: the peer did not use its turn to connect."""

    def ourTurn(self) -> None:
        """Our own: of both sides, we are the one to connect."""

    def theirTurn(self) -> None:
        """Our own: of both sides, the peer is the one to connect."""

    def connected(self) -> None:
        """A connection is there, whoever opened it."""

    def lost(self) -> None:
        """The connection is gone, or could not be opened."""

    def stop(self) -> None:
        """The call is over."""


@dataclass
class _Core:
    owner: ControlPathOwner
    turn: Timer
    ours: TransportAddress | None = None
    theirs: TransportAddress | None = None

    def dial(self) -> None:
        self.turn.stop()
        if self.theirs is not None:
            self.owner.dialControl(self.theirs)


builder = TypeMachineBuilder(ControlPath, _Core)

idle = builder.state("idle")
tunnelled = builder.state("tunnelled")
listening = builder.state("listening")
dialing = builder.state("dialing")
separate = builder.state("separate")
closed = builder.state("closed")


@idle.upon(ControlPath.tunnel).to(tunnelled)
def useTunnel(machine: ControlPath, core: _Core) -> None:
    core.owner.beginSession()


@tunnelled.upon(ControlPath.tunnelRefused).to(idle)
def leaveTunnel(machine: ControlPath, core: _Core) -> None:
    core.owner.abandonSession()


@idle.upon(ControlPath.listen).to(listening)
def wait(machine: ControlPath, core: _Core) -> None:
    core.ours = core.owner.openListener()
    if core.ours is None:
        machine.lost()


@listening.upon(ControlPath.lost).to(idle)
def noPort(machine: ControlPath, core: _Core) -> None:
    core.turn.stop()
    core.owner.closeListener()
    core.owner.pathFailed()


@idle.upon(ControlPath.dial).to(dialing)
def dialNow(machine: ControlPath, core: _Core, address: TransportAddress, contested: bool) -> None:
    core.theirs = address
    core.dial()


@tunnelled.upon(ControlPath.dial).to(dialing)
def dialInstead(
    machine: ControlPath, core: _Core, address: TransportAddress, contested: bool
) -> None:
    core.theirs = address
    core.owner.abandonSession()
    core.dial()


@listening.upon(ControlPath.dial).loop()
def bothWait(machine: ControlPath, core: _Core, address: TransportAddress, contested: bool) -> None:
    # H.323, 8.2.3: of two that wait for each other, the one with the smaller address connects.
    core.theirs = address
    ours = core.ours
    if not contested or ours is None or (ours.packed, ours.port) < (address.packed, address.port):
        machine.ourTurn()
    else:
        machine.theirTurn()


@listening.upon(ControlPath.theirTurn).loop()
def leaveTurn(machine: ControlPath, core: _Core) -> None:
    core.turn.start(GLARE, machine.turnOver)


@listening.upon(ControlPath.ourTurn).to(dialing)
@listening.upon(ControlPath.turnOver).to(dialing)
def takeTurn(machine: ControlPath, core: _Core) -> None:
    core.dial()


@dialing.upon(ControlPath.connected).to(separate)
@listening.upon(ControlPath.connected).to(separate)
def useChannel(machine: ControlPath, core: _Core) -> None:
    core.turn.stop()
    core.owner.closeListener()
    core.owner.cancelDial()
    core.owner.beginSession()


@dialing.upon(ControlPath.lost).to(idle)
def unreachable(machine: ControlPath, core: _Core) -> None:
    core.owner.closeListener()
    core.owner.pathFailed()


@separate.upon(ControlPath.lost).to(closed)
def channelLost(machine: ControlPath, core: _Core) -> None:
    core.owner.pathLost()


for _state in (idle, tunnelled, listening, dialing, separate):

    @_state.upon(ControlPath.stop).to(closed)
    def stopAll(machine: ControlPath, core: _Core) -> None:
        core.turn.stop()
        core.owner.closeListener()
        core.owner.cancelDial()
        core.owner.closeChannel()


# Once a way is taken or gone, no other is tried: H.245 never begins twice.
for _proposal in (ControlPath.tunnel, ControlPath.listen, ControlPath.dial):
    separate.upon(_proposal).loop().returns(None)
    closed.upon(_proposal).loop().returns(None)
for _proposal in (ControlPath.tunnel, ControlPath.listen):
    tunnelled.upon(_proposal).loop().returns(None)
    listening.upon(_proposal).loop().returns(None)
    dialing.upon(_proposal).loop().returns(None)
dialing.upon(ControlPath.dial).loop().returns(None)
for _state in (idle, listening, dialing, separate, closed):
    _state.upon(ControlPath.tunnelRefused).loop().returns(None)
for _turn in (ControlPath.turnOver, ControlPath.ourTurn, ControlPath.theirTurn):
    for _state in (idle, tunnelled, dialing, separate, closed):
        _state.upon(_turn).loop().returns(None)
for _event in (ControlPath.connected, ControlPath.lost):
    for _state in (idle, tunnelled, closed):
        _state.upon(_event).loop().returns(None)
separate.upon(ControlPath.connected).loop().returns(None)
closed.upon(ControlPath.stop).loop().returns(None)

MACHINE = indexed(builder.build())


def newControlPath(owner: ControlPathOwner, clock: IReactorTime) -> ControlPath:
    """
    @param owner: opens and closes connections, and speaks H.245 on them.
    @param clock: runs the wait for the other side's turn.
    """
    return MACHINE(_Core(owner, Timer(clock)))
