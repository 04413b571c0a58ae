"""
Capability exchange: the CESE of ITU-T H.245, Annex C.3.

Each end tells the other what it can receive; an exchange has an outgoing half
at the end that tells and an incoming half at the other.  What a capability set
means is not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Choice, Fields
from h323d.h323.h245.source import RejectSource
from h323d.tracing import indexed

__all__ = [
    "INCOMING",
    "OUTGOING",
    "IncomingCESE",
    "IncomingCESEOwner",
    "OutgoingCESE",
    "OutgoingCESEOwner",
    "newIncomingCESE",
    "newOutgoingCESE",
]

T101 = 30.0  # seconds to wait for an answer
_MODULUS = 1 << 8


class OutgoingCESEOwner(Protocol):
    """
    What the outgoing half needs of its session.
    """

    def sendCapabilitySet(self, sequenceNumber: int) -> None:
        """Send C{terminalCapabilitySet} with what we can do now."""

    def sendCapabilitySetRelease(self) -> None:
        """Send C{terminalCapabilitySetRelease}: we stopped waiting."""

    def transferConfirm(self) -> None:
        """TRANSFER.confirm: the peer took our capabilities."""

    def transferRejected(self, source: RejectSource) -> None:
        """REJECT.indication: it did not, or did not answer."""


class OutgoingCESE(Protocol):
    """
    The inputs of the outgoing half.
    """

    def transferRequest(self) -> None:
        """TRANSFER.request: tell the peer."""

    def terminalCapabilitySetAck(self, sequenceNumber: int) -> None:
        """C{terminalCapabilitySetAck} arrived."""

    def terminalCapabilitySetReject(self, sequenceNumber: int) -> None:
        """C{terminalCapabilitySetReject} arrived."""

    def t101Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""

    def acknowledged(self) -> None:
        """Our own: the acknowledgement is for the latest set."""

    def refused(self) -> None:
        """Our own: the rejection is for the latest set."""


@dataclass
class _Outgoing:
    owner: OutgoingCESEOwner
    t101: Timer
    sequenceNumber: int = 0


_outgoing = TypeMachineBuilder(OutgoingCESE, _Outgoing)

outgoingIdle = _outgoing.state("idle")
awaitingResponse = _outgoing.state("awaitingResponse")


# C.3 leaves a second request while one is answered to the user; a newer set
# overtakes the older here, because a hold cannot wait for a slow peer.
@outgoingIdle.upon(OutgoingCESE.transferRequest).to(awaitingResponse)
@awaitingResponse.upon(OutgoingCESE.transferRequest).to(awaitingResponse)
def transfer(machine: OutgoingCESE, core: _Outgoing) -> None:
    core.sequenceNumber = (core.sequenceNumber + 1) % _MODULUS
    core.t101.start(T101, machine.t101Expired)
    core.owner.sendCapabilitySet(core.sequenceNumber)


@awaitingResponse.upon(OutgoingCESE.terminalCapabilitySetAck).loop()
def weighAck(machine: OutgoingCESE, core: _Outgoing, sequenceNumber: int) -> None:
    if sequenceNumber == core.sequenceNumber:
        machine.acknowledged()


@awaitingResponse.upon(OutgoingCESE.terminalCapabilitySetReject).loop()
def weighReject(machine: OutgoingCESE, core: _Outgoing, sequenceNumber: int) -> None:
    if sequenceNumber == core.sequenceNumber:
        machine.refused()


@awaitingResponse.upon(OutgoingCESE.acknowledged).to(outgoingIdle)
def confirm(machine: OutgoingCESE, core: _Outgoing) -> None:
    core.t101.stop()
    core.owner.transferConfirm()


@awaitingResponse.upon(OutgoingCESE.refused).to(outgoingIdle)
def rejected(machine: OutgoingCESE, core: _Outgoing) -> None:
    core.t101.stop()
    core.owner.transferRejected(RejectSource.USER)


@awaitingResponse.upon(OutgoingCESE.t101Expired).to(outgoingIdle)
def silence(machine: OutgoingCESE, core: _Outgoing) -> None:
    core.owner.sendCapabilitySetRelease()
    core.owner.transferRejected(RejectSource.PROTOCOL)


@outgoingIdle.upon(OutgoingCESE.abandon).to(outgoingIdle)
@awaitingResponse.upon(OutgoingCESE.abandon).to(outgoingIdle)
def forgetOutgoing(machine: OutgoingCESE, core: _Outgoing) -> None:
    core.t101.stop()


for _stray in (
    OutgoingCESE.terminalCapabilitySetAck,
    OutgoingCESE.terminalCapabilitySetReject,
    OutgoingCESE.t101Expired,
    OutgoingCESE.acknowledged,
    OutgoingCESE.refused,
):
    outgoingIdle.upon(_stray).loop().returns(None)

OUTGOING = indexed(_outgoing.build())


def newOutgoingCESE(owner: OutgoingCESEOwner, clock: IReactorTime) -> OutgoingCESE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T101.
    """
    return OUTGOING(_Outgoing(owner, Timer(clock)))


class IncomingCESEOwner(Protocol):
    """
    What the incoming half needs of its session.
    """

    def transferIndication(self, capabilitySet: Fields) -> None:
        """TRANSFER.indication: answer with C{transferResponse} or C{rejectRequest}."""

    def transferWithdrawn(self, source: RejectSource) -> None:
        """REJECT.indication: the peer waits no more, or has sent a newer set."""

    def sendCapabilitySetAck(self, sequenceNumber: int) -> None:
        """Send C{terminalCapabilitySetAck}."""

    def sendCapabilitySetReject(self, sequenceNumber: int, cause: Choice) -> None:
        """Send C{terminalCapabilitySetReject}."""


class IncomingCESE(Protocol):
    """
    The inputs of the incoming half.
    """

    def terminalCapabilitySet(self, capabilitySet: Fields) -> None:
        """C{terminalCapabilitySet} arrived."""

    def terminalCapabilitySetRelease(self) -> None:
        """C{terminalCapabilitySetRelease} arrived: the peer waits no more."""

    def transferResponse(self) -> None:
        """TRANSFER.response: we take it."""

    def rejectRequest(self, cause: Choice) -> None:
        """REJECT.request: we do not."""


@dataclass
class _Incoming:
    owner: IncomingCESEOwner
    sequenceNumber: int = 0

    def indicate(self, capabilitySet: Fields) -> None:
        self.sequenceNumber = capabilitySet["sequenceNumber"]
        self.owner.transferIndication(capabilitySet)


_incoming = TypeMachineBuilder(IncomingCESE, _Incoming)

incomingIdle = _incoming.state("idle")
deciding = _incoming.state("awaitingResponse")


@incomingIdle.upon(IncomingCESE.terminalCapabilitySet).to(deciding)
def indicate(machine: IncomingCESE, core: _Incoming, capabilitySet: Fields) -> None:
    core.indicate(capabilitySet)


@deciding.upon(IncomingCESE.terminalCapabilitySet).to(deciding)
def overtaken(machine: IncomingCESE, core: _Incoming, capabilitySet: Fields) -> None:
    core.owner.transferWithdrawn(RejectSource.PROTOCOL)
    core.indicate(capabilitySet)


@deciding.upon(IncomingCESE.terminalCapabilitySetRelease).to(incomingIdle)
def withdrawn(machine: IncomingCESE, core: _Incoming) -> None:
    core.owner.transferWithdrawn(RejectSource.USER)


@deciding.upon(IncomingCESE.transferResponse).to(incomingIdle)
def accept(machine: IncomingCESE, core: _Incoming) -> None:
    core.owner.sendCapabilitySetAck(core.sequenceNumber)


@deciding.upon(IncomingCESE.rejectRequest).to(incomingIdle)
def refuse(machine: IncomingCESE, core: _Incoming, cause: Choice) -> None:
    core.owner.sendCapabilitySetReject(core.sequenceNumber, cause)


incomingIdle.upon(IncomingCESE.terminalCapabilitySetRelease).loop().returns(None)
incomingIdle.upon(IncomingCESE.transferResponse).loop().returns(None)
incomingIdle.upon(IncomingCESE.rejectRequest).loop().returns(None)

INCOMING = indexed(_incoming.build())


def newIncomingCESE(owner: IncomingCESEOwner) -> IncomingCESE:
    """
    @param owner: receives what the machine sends and learns.
    """
    return INCOMING(_Incoming(owner))
