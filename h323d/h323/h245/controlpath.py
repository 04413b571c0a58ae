"""
Which way a call's H.245 goes: tunnelled, or on a connection of its own (H.323, 8.2.1).

The machine sees to it that H.245 is begun on one way only, whatever both sides propose at
once.  It is told what may be tried; L{h323d.h323.calls.startup} decides that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import TypedDataState, TypedState, indexed
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

    def waits(self, ours: TransportAddress) -> None:
        """Our own: there is a port to wait on."""

    def ourTurn(self, theirs: TransportAddress) -> None:
        """Our own: of both sides, we are the one to connect."""

    def theirTurn(self, ours: TransportAddress, theirs: TransportAddress) -> None:
        """Our own: of both sides, the peer is the one to connect."""

    def turnOver(self) -> None:
        """The peer did not use its turn to connect."""

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

    def compare(
        self,
        machine: ControlPath,
        ours: TransportAddress,
        theirs: TransportAddress,
        contested: bool,
    ) -> None:
        # H.323, 8.2.3: of two that wait for each other, the one with the smaller address connects.
        if not contested or (ours.packed, ours.port) < (theirs.packed, theirs.port):
            machine.ourTurn(theirs)
        else:
            machine.theirTurn(ours, theirs)

    def use(self) -> None:
        self.turn.stop()
        self.owner.closeListener()
        self.owner.cancelDial()
        self.owner.beginSession()

    def fail(self) -> None:
        self.turn.stop()
        self.owner.closeListener()
        self.owner.pathFailed()

    def close(self) -> None:
        self.turn.stop()
        self.owner.closeListener()
        self.owner.cancelDial()
        self.owner.closeChannel()


@dataclass
class _Listening:
    """
    Where we wait.
    """

    ours: TransportAddress


@dataclass
class _Yielding(_Listening):
    """
    Where both sides wait.
    """

    theirs: TransportAddress


def _listening(machine: ControlPath, core: _Core, ours: TransportAddress) -> _Listening:
    return _Listening(ours)


def _yielding(
    machine: ControlPath, core: _Core, ours: TransportAddress, theirs: TransportAddress
) -> _Yielding:
    return _Yielding(ours, theirs)


_State = TypedState[ControlPath, _Core] | TypedDataState[ControlPath, _Core, Any, Any]
# Any: the data, of which an ignored input needs nothing.

builder = TypeMachineBuilder(ControlPath, _Core)

idle = builder.state("idle")
tunnelled = builder.state("tunnelled")
listening = builder.state("listening", _listening)
yielding = builder.state("yielding", _yielding)  # both wait, and it is the peer's turn to connect
dialing = builder.state("dialing")
separate = builder.state("separate")
closed = builder.state("closed")


@idle.upon(ControlPath.tunnel).to(tunnelled)
def useTunnel(machine: ControlPath, core: _Core) -> None:
    core.owner.beginSession()


@tunnelled.upon(ControlPath.tunnelRefused).to(idle)
def leaveTunnel(machine: ControlPath, core: _Core) -> None:
    core.owner.abandonSession()


@idle.upon(ControlPath.listen).loop()
def listen(machine: ControlPath, core: _Core) -> None:
    ours = core.owner.openListener()
    if ours is None:
        core.owner.pathFailed()
    else:
        machine.waits(ours)


idle.upon(ControlPath.waits).to(listening).returns(None)


@idle.upon(ControlPath.dial).to(dialing)
def dialNow(machine: ControlPath, core: _Core, address: TransportAddress, contested: bool) -> None:
    core.owner.dialControl(address)


@tunnelled.upon(ControlPath.dial).to(dialing)
def dialInstead(
    machine: ControlPath, core: _Core, address: TransportAddress, contested: bool
) -> None:
    core.owner.abandonSession()
    core.owner.dialControl(address)


@listening.upon(ControlPath.dial).loop()
def bothWait(
    machine: ControlPath, core: _Core, here: _Listening, address: TransportAddress, contested: bool
) -> None:
    core.compare(machine, here.ours, address, contested)


@yielding.upon(ControlPath.dial).loop()
def bothWaitStill(
    machine: ControlPath, core: _Core, both: _Yielding, address: TransportAddress, contested: bool
) -> None:
    core.compare(machine, both.ours, address, contested)


@listening.upon(ControlPath.theirTurn).to(yielding)
def leaveTurn(
    machine: ControlPath,
    core: _Core,
    here: _Listening,
    ours: TransportAddress,
    theirs: TransportAddress,
) -> None:
    core.turn.start(GLARE, machine.turnOver)


@yielding.upon(ControlPath.theirTurn).loop()
def leaveTurnAgain(
    machine: ControlPath,
    core: _Core,
    both: _Yielding,
    ours: TransportAddress,
    theirs: TransportAddress,
) -> None:
    both.theirs = theirs
    core.turn.start(GLARE, machine.turnOver)


@listening.upon(ControlPath.ourTurn).to(dialing)
def takeTurn(machine: ControlPath, core: _Core, here: _Listening, theirs: TransportAddress) -> None:
    core.owner.dialControl(theirs)


@yielding.upon(ControlPath.ourTurn).to(dialing)
def takeTurnBack(
    machine: ControlPath, core: _Core, both: _Yielding, theirs: TransportAddress
) -> None:
    core.turn.stop()
    core.owner.dialControl(theirs)


@yielding.upon(ControlPath.turnOver).to(dialing)
def takeTheirTurn(machine: ControlPath, core: _Core, both: _Yielding) -> None:
    core.owner.dialControl(both.theirs)


@dialing.upon(ControlPath.connected).to(separate)
def useChannel(machine: ControlPath, core: _Core) -> None:
    core.use()


@dialing.upon(ControlPath.lost).to(idle)
def unreachable(machine: ControlPath, core: _Core) -> None:
    core.fail()


@separate.upon(ControlPath.lost).to(closed)
def channelLost(machine: ControlPath, core: _Core) -> None:
    core.owner.pathLost()


_WAITING: tuple[TypedDataState[ControlPath, _Core, Any, Any], ...] = (listening, yielding)
for _waiting in _WAITING:

    @_waiting.upon(ControlPath.connected).to(separate)
    def useTheirs(machine: ControlPath, core: _Core, here: _Listening) -> None:
        core.use()

    @_waiting.upon(ControlPath.lost).to(idle)
    def nobodyCame(machine: ControlPath, core: _Core, here: _Listening) -> None:
        core.fail()

    @_waiting.upon(ControlPath.stop).to(closed)
    def stopWaiting(machine: ControlPath, core: _Core, here: _Listening) -> None:
        core.close()


for _state in (idle, tunnelled, dialing, separate):

    @_state.upon(ControlPath.stop).to(closed)
    def stopAll(machine: ControlPath, core: _Core) -> None:
        core.close()


# Once a way is taken or gone, no other is tried: H.245 never begins twice.

_TURNS = (ControlPath.waits, ControlPath.ourTurn, ControlPath.theirTurn, ControlPath.turnOver)
_OTHERS = (ControlPath.tunnel, ControlPath.tunnelRefused, ControlPath.listen)
_CONNECTION = (ControlPath.connected, ControlPath.lost)

_IGNORED: tuple[tuple[_State, tuple[Callable[..., None], ...]], ...] = (
    (idle, (ControlPath.tunnelRefused, *_TURNS[1:], *_CONNECTION)),
    (tunnelled, (ControlPath.tunnel, ControlPath.listen, *_TURNS, *_CONNECTION)),
    (listening, (*_OTHERS, ControlPath.waits, ControlPath.turnOver)),
    (yielding, (*_OTHERS, ControlPath.waits)),
    (dialing, (*_OTHERS, ControlPath.dial, *_TURNS)),
    (separate, (*_OTHERS, ControlPath.dial, *_TURNS, ControlPath.connected)),
    (closed, (*_OTHERS, ControlPath.dial, *_TURNS, *_CONNECTION, ControlPath.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newControlPath(owner: ControlPathOwner, clock: IReactorTime) -> ControlPath:
    """
    @param owner: opens and closes connections, and speaks H.245 on them.
    @param clock: runs the wait for the other side's turn.
    """
    return MACHINE(_Core(owner, Timer(clock)))
