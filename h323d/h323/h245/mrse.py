"""
Mode requests: the MRSE of ITU-T H.245, Annex C.9.

A receiver can ask the sender for another mode; whoever is asked may agree, and
then opens channels to suit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Fields
from h323d.h323.h245.source import RejectSource
from h323d.tracing import indexed

__all__ = [
    "INCOMING",
    "OUTGOING",
    "IncomingMRSE",
    "IncomingMRSEOwner",
    "OutgoingMRSE",
    "OutgoingMRSEOwner",
    "newIncomingMRSE",
    "newOutgoingMRSE",
]

T109 = 30.0  # seconds to wait for an answer
_MODULUS = 1 << 8


class OutgoingMRSEOwner(Protocol):
    """
    What the asking half needs of its session.
    """

    def sendRequestMode(self, sequenceNumber: int) -> None:
        """Send C{requestMode} with the modes that we want now."""

    def sendRequestModeRelease(self) -> None:
        """Send C{requestModeRelease}: we stopped waiting."""

    def modeConfirm(self, response: str) -> None:
        """TRANSFER.confirm: the peer will send one of the modes; which, by C{response}."""

    def modeRejected(self, source: RejectSource) -> None:
        """REJECT.indication: it will not, or did not answer."""


class OutgoingMRSE(Protocol):
    """
    The inputs of the asking half.
    """

    def transferRequest(self) -> None:
        """TRANSFER.request: ask."""

    def requestModeAck(self, sequenceNumber: int, response: str) -> None:
        """C{requestModeAck} arrived."""

    def requestModeReject(self, sequenceNumber: int) -> None:
        """C{requestModeReject} arrived."""

    def t109Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""

    def acknowledged(self, response: str) -> None:
        """Our own: the acknowledgement is for the latest request."""

    def refused(self) -> None:
        """Our own: the rejection is for the latest request."""


@dataclass
class _Outgoing:
    owner: OutgoingMRSEOwner
    t109: Timer
    sequenceNumber: int = 0


_outgoing = TypeMachineBuilder(OutgoingMRSE, _Outgoing)

outgoingIdle = _outgoing.state("idle")
awaitingResponse = _outgoing.state("awaitingResponse")


@outgoingIdle.upon(OutgoingMRSE.transferRequest).to(awaitingResponse)
@awaitingResponse.upon(OutgoingMRSE.transferRequest).to(awaitingResponse)
def ask(machine: OutgoingMRSE, core: _Outgoing) -> None:
    core.sequenceNumber = (core.sequenceNumber + 1) % _MODULUS
    core.t109.start(T109, machine.t109Expired)
    core.owner.sendRequestMode(core.sequenceNumber)


@awaitingResponse.upon(OutgoingMRSE.requestModeAck).loop()
def weighAck(machine: OutgoingMRSE, core: _Outgoing, sequenceNumber: int, response: str) -> None:
    if sequenceNumber == core.sequenceNumber:
        machine.acknowledged(response)


@awaitingResponse.upon(OutgoingMRSE.requestModeReject).loop()
def weighReject(machine: OutgoingMRSE, core: _Outgoing, sequenceNumber: int) -> None:
    if sequenceNumber == core.sequenceNumber:
        machine.refused()


@awaitingResponse.upon(OutgoingMRSE.acknowledged).to(outgoingIdle)
def confirm(machine: OutgoingMRSE, core: _Outgoing, response: str) -> None:
    core.t109.stop()
    core.owner.modeConfirm(response)


@awaitingResponse.upon(OutgoingMRSE.refused).to(outgoingIdle)
def rejected(machine: OutgoingMRSE, core: _Outgoing) -> None:
    core.t109.stop()
    core.owner.modeRejected(RejectSource.USER)


@awaitingResponse.upon(OutgoingMRSE.t109Expired).to(outgoingIdle)
def silence(machine: OutgoingMRSE, core: _Outgoing) -> None:
    core.owner.sendRequestModeRelease()
    core.owner.modeRejected(RejectSource.PROTOCOL)


@outgoingIdle.upon(OutgoingMRSE.abandon).to(outgoingIdle)
@awaitingResponse.upon(OutgoingMRSE.abandon).to(outgoingIdle)
def forget(machine: OutgoingMRSE, core: _Outgoing) -> None:
    core.t109.stop()


for _stray in (
    OutgoingMRSE.requestModeAck,
    OutgoingMRSE.requestModeReject,
    OutgoingMRSE.t109Expired,
    OutgoingMRSE.acknowledged,
    OutgoingMRSE.refused,
):
    outgoingIdle.upon(_stray).loop().returns(None)

OUTGOING = indexed(_outgoing.build())


def newOutgoingMRSE(owner: OutgoingMRSEOwner, clock: IReactorTime) -> OutgoingMRSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T109.
    """
    return OUTGOING(_Outgoing(owner, Timer(clock)))


class IncomingMRSEOwner(Protocol):
    """
    What the asked half needs of its session.
    """

    def modeIndication(self, request: Fields) -> None:
        """TRANSFER.indication: answer with C{transferResponse} or C{rejectRequest}."""

    def modeWithdrawn(self, source: RejectSource) -> None:
        """REJECT.indication: the peer waits no more, or asks anew."""

    def sendRequestModeAck(self, sequenceNumber: int, response: str) -> None:
        """Send C{requestModeAck}."""

    def sendRequestModeReject(self, sequenceNumber: int, cause: str) -> None:
        """Send C{requestModeReject}."""


class IncomingMRSE(Protocol):
    """
    The inputs of the asked half.
    """

    def requestMode(self, request: Fields) -> None:
        """C{requestMode} arrived."""

    def requestModeRelease(self) -> None:
        """C{requestModeRelease} arrived: the peer waits no more."""

    def transferResponse(self, response: str) -> None:
        """TRANSFER.response: we will; C{response} as in C{RequestModeAck}."""

    def rejectRequest(self, cause: str) -> None:
        """REJECT.request: we will not; C{cause} as in C{RequestModeReject}."""


@dataclass
class _Incoming:
    owner: IncomingMRSEOwner
    sequenceNumber: int = 0

    def indicate(self, request: Fields) -> None:
        self.sequenceNumber = request["sequenceNumber"]
        self.owner.modeIndication(request)


_incoming = TypeMachineBuilder(IncomingMRSE, _Incoming)

incomingIdle = _incoming.state("idle")
deciding = _incoming.state("awaitingResponse")


@incomingIdle.upon(IncomingMRSE.requestMode).to(deciding)
def indicate(machine: IncomingMRSE, core: _Incoming, request: Fields) -> None:
    core.indicate(request)


@deciding.upon(IncomingMRSE.requestMode).to(deciding)
def overtaken(machine: IncomingMRSE, core: _Incoming, request: Fields) -> None:
    core.owner.modeWithdrawn(RejectSource.PROTOCOL)
    core.indicate(request)


@deciding.upon(IncomingMRSE.requestModeRelease).to(incomingIdle)
def withdrawn(machine: IncomingMRSE, core: _Incoming) -> None:
    core.owner.modeWithdrawn(RejectSource.USER)


@deciding.upon(IncomingMRSE.transferResponse).to(incomingIdle)
def accept(machine: IncomingMRSE, core: _Incoming, response: str) -> None:
    core.owner.sendRequestModeAck(core.sequenceNumber, response)


@deciding.upon(IncomingMRSE.rejectRequest).to(incomingIdle)
def refuse(machine: IncomingMRSE, core: _Incoming, cause: str) -> None:
    core.owner.sendRequestModeReject(core.sequenceNumber, cause)


incomingIdle.upon(IncomingMRSE.requestModeRelease).loop().returns(None)
incomingIdle.upon(IncomingMRSE.transferResponse).loop().returns(None)
incomingIdle.upon(IncomingMRSE.rejectRequest).loop().returns(None)

INCOMING = indexed(_incoming.build())


def newIncomingMRSE(owner: IncomingMRSEOwner) -> IncomingMRSE:
    """
    @param owner: receives what the machine sends and learns.
    """
    return INCOMING(_Incoming(owner))
