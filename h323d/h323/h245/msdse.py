"""
Master-slave determination: the MSDSE of ITU-T H.245, Annex C.2.

Both ends of an H.245 control channel must agree which of them is master, so
that later clashes (two ends opening incompatible channels at once) have a
winner.  Each end sends its terminal type and a random number; the larger
type wins, and equal types are settled by the numbers.

L{newMSDSE} takes everything it needs: where to send, whom to tell, the clock,
and the random source.
"""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["MACHINE", "MSDSE", "MSDSEOwner", "MSDRole", "decideRole", "newMSDSE"]

T106 = 30.0  # seconds to wait for an answer
N100 = 3  # how many determinations to send before giving up
_MODULUS = 1 << 24


class MSDRole(enum.Enum):
    """
    What a determination decided for the local end.
    """

    MASTER = "master"
    SLAVE = "slave"
    INDETERMINATE = "indeterminate"


def decideRole(localType: int, localNumber: int, remoteType: int, remoteNumber: int) -> MSDRole:
    """
    Compare the two ends' claims (H.245, C.2.4.1).

    @param localType: our C{terminalType}.
    @param localNumber: our C{statusDeterminationNumber}.
    @param remoteType: the peer's C{terminalType}.
    @param remoteNumber: the peer's C{statusDeterminationNumber}.
    """
    if localType != remoteType:
        return MSDRole.MASTER if localType > remoteType else MSDRole.SLAVE
    difference = (remoteNumber - localNumber) % _MODULUS
    if difference in (0, _MODULUS // 2):
        return MSDRole.INDETERMINATE
    return MSDRole.MASTER if difference < _MODULUS // 2 else MSDRole.SLAVE


class MSDSEOwner(Protocol):
    """
    What an L{MSDSE} needs of the H.245 session that owns it.
    """

    def sendDetermination(self, terminalType: int, number: int) -> None:
        """Send C{masterSlaveDetermination}."""

    def sendAck(self, decision: MSDRole) -> None:
        """Send C{masterSlaveDeterminationAck} with I{the peer's} role."""

    def sendReject(self) -> None:
        """Send C{masterSlaveDeterminationReject}, C{identicalNumbers}."""

    def sendRelease(self) -> None:
        """Send C{masterSlaveDeterminationRelease}: we stopped waiting."""

    def roleDetermined(self, role: MSDRole) -> None:
        """Both ends agree; C{role} is ours."""

    def roleUndetermined(self) -> None:
        """No agreement: silence past T106, or N100 clashes."""


class MSDSE(Protocol):
    """
    The inputs of the machine, named as the messages and primitives are.
    """

    def determine(self) -> None:
        """DETERMINE.request: start, from our side."""

    def determination(self, terminalType: int, number: int) -> None:
        """C{masterSlaveDetermination} arrived."""

    def ack(self, role: MSDRole) -> None:
        """C{masterSlaveDeterminationAck} arrived, naming our role."""

    def reject(self) -> None:
        """C{masterSlaveDeterminationReject} arrived."""

    def release(self) -> None:
        """C{masterSlaveDeterminationRelease} arrived: the peer stopped waiting."""

    def t106Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""

    def undecided(self) -> None:
        """Our own: the numbers tie while we are asking too; ask again."""

    def refused(self) -> None:
        """Our own: the numbers tie and we were not asking; we sent a reject."""


@dataclass
class _Core:
    owner: MSDSEOwner
    t106: Timer
    rng: random.Random
    terminalType: int
    number: int = 0
    role: MSDRole = MSDRole.INDETERMINATE
    attempts: int = 0

    def propose(self, machine: MSDSE) -> None:
        self.attempts += 1
        self.number = self.rng.randrange(_MODULUS)
        self.t106.start(T106, machine.t106Expired)
        self.owner.sendDetermination(self.terminalType, self.number)

    def finish(self, role: MSDRole) -> None:
        self.t106.stop()
        self.attempts = 0
        self.owner.roleDetermined(role)

    def giveUp(self) -> None:
        self.t106.stop()
        self.attempts = 0
        self.owner.roleUndetermined()


_PEERS = {MSDRole.MASTER: MSDRole.SLAVE, MSDRole.SLAVE: MSDRole.MASTER}

builder = TypeMachineBuilder(MSDSE, _Core)

idle = builder.state("idle")
outgoing = builder.state("outgoingAwaitingResponse")
incoming = builder.state("incomingAwaitingResponse")


@idle.upon(MSDSE.determine).to(outgoing)
def start(machine: MSDSE, core: _Core) -> None:
    core.attempts = 0
    core.propose(machine)


@idle.upon(MSDSE.determination).to(incoming)
def answer(machine: MSDSE, core: _Core, terminalType: int, number: int) -> None:
    core.attempts = 0
    core.number = core.rng.randrange(_MODULUS)
    if not _weigh(machine, core, terminalType, number):
        core.owner.sendReject()
        machine.refused()  # re-entrant: Automat runs it after this output


@outgoing.upon(MSDSE.determination).to(incoming)
def crossed(machine: MSDSE, core: _Core, terminalType: int, number: int) -> None:
    if not _weigh(machine, core, terminalType, number):
        machine.undecided()


def _weigh(machine: MSDSE, core: _Core, terminalType: int, number: int) -> bool:
    core.role = decideRole(core.terminalType, core.number, terminalType, number)
    if core.role is MSDRole.INDETERMINATE:
        return False
    core.t106.start(T106, machine.t106Expired)
    core.owner.sendAck(_PEERS[core.role])
    return True


@outgoing.upon(MSDSE.ack).to(idle)
def agreed(machine: MSDSE, core: _Core, role: MSDRole) -> None:
    core.owner.sendAck(_PEERS[role])
    core.finish(role)


@incoming.upon(MSDSE.ack).to(idle)
def confirmed(machine: MSDSE, core: _Core, role: MSDRole) -> None:
    if role is core.role:
        core.finish(role)
    else:  # the ends disagree: two masters are worse than none
        core.giveUp()


@outgoing.upon(MSDSE.reject).to(outgoing)
@incoming.upon(MSDSE.undecided).to(outgoing)
def clash(machine: MSDSE, core: _Core) -> None:
    if core.attempts >= N100:
        machine.t106Expired()
    else:
        core.propose(machine)


@outgoing.upon(MSDSE.t106Expired).to(idle)
def silence(machine: MSDSE, core: _Core) -> None:
    core.owner.sendRelease()
    core.giveUp()


@outgoing.upon(MSDSE.release).to(idle)
@incoming.upon(MSDSE.release).to(idle)
@incoming.upon(MSDSE.reject).to(idle)
@incoming.upon(MSDSE.t106Expired).to(idle)
def failed(machine: MSDSE, core: _Core) -> None:
    core.giveUp()


@incoming.upon(MSDSE.refused).to(idle)
def stayIdle(machine: MSDSE, core: _Core) -> None:
    core.t106.stop()


@idle.upon(MSDSE.abandon).to(idle)
@outgoing.upon(MSDSE.abandon).to(idle)
@incoming.upon(MSDSE.abandon).to(idle)
def forget(machine: MSDSE, core: _Core) -> None:
    core.t106.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
outgoing.upon(MSDSE.determine).loop().returns(None)
incoming.upon(MSDSE.determine).loop().returns(None)
incoming.upon(MSDSE.determination).loop().returns(None)  # a duplicate
for _stray in (
    MSDSE.reject,
    MSDSE.release,
    MSDSE.t106Expired,
    MSDSE.undecided,
    MSDSE.refused,
):
    idle.upon(_stray).loop().returns(None)
for _own in (MSDSE.undecided, MSDSE.refused):
    outgoing.upon(_own).loop().returns(None)
idle.upon(MSDSE.ack).loop().returns(None)

MACHINE = indexed(builder.build())


def newMSDSE(
    owner: MSDSEOwner, clock: IReactorTime, rng: random.Random, terminalType: int
) -> MSDSE:
    """
    @param owner: receives what the machine sends and decides.
    @param clock: runs T106.
    @param rng: draws the C{statusDeterminationNumber}; C{SystemRandom} in
        service, a seeded C{Random} in tests.
    @param terminalType: ours: 50 for a terminal, 60 a gateway, 120 a
        gatekeeper, 160 to 190 an MCU (H.323, table 1).
    """
    return MACHINE(_Core(owner, Timer(clock), rng, terminalType))
