"""
Asking the peer to close its channel: the CLCSE of ITU-T H.245, Annex C.6.

Only the end that sends on a channel can close it; the other end can but ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.source import RejectSource
from h323d.tracing import indexed

__all__ = [
    "INCOMING",
    "OUTGOING",
    "IncomingCLCSE",
    "IncomingCLCSEOwner",
    "OutgoingCLCSE",
    "OutgoingCLCSEOwner",
    "newIncomingCLCSE",
    "newOutgoingCLCSE",
]

T108 = 30.0  # seconds to wait for an answer


class OutgoingCLCSEOwner(Protocol):
    """
    What the asking half needs of its session.
    """

    def sendRequestClose(self, number: int) -> None:
        """Send C{requestChannelClose} for the peer's channel C{number}."""

    def sendRequestCloseRelease(self, number: int) -> None:
        """Send C{requestChannelCloseRelease}: we stopped waiting."""

    def closeConfirm(self, number: int) -> None:
        """CLOSE.confirm: the peer will close it."""

    def closeRejected(self, number: int, source: RejectSource) -> None:
        """REJECT.indication: it will not, or did not answer."""


class OutgoingCLCSE(Protocol):
    """
    The inputs of the asking half.
    """

    def closeRequest(self) -> None:
        """CLOSE.request: ask."""

    def requestChannelCloseAck(self) -> None:
        """C{requestChannelCloseAck} arrived."""

    def requestChannelCloseReject(self) -> None:
        """C{requestChannelCloseReject} arrived."""

    def t108Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The channel is gone, or the session is over: forget everything."""


@dataclass
class _Outgoing:
    owner: OutgoingCLCSEOwner
    number: int
    t108: Timer


_outgoing = TypeMachineBuilder(OutgoingCLCSE, _Outgoing)

outgoingIdle = _outgoing.state("idle")
awaitingResponse = _outgoing.state("awaitingResponse")


@outgoingIdle.upon(OutgoingCLCSE.closeRequest).to(awaitingResponse)
def ask(machine: OutgoingCLCSE, core: _Outgoing) -> None:
    core.t108.start(T108, machine.t108Expired)
    core.owner.sendRequestClose(core.number)


@awaitingResponse.upon(OutgoingCLCSE.requestChannelCloseAck).to(outgoingIdle)
def confirm(machine: OutgoingCLCSE, core: _Outgoing) -> None:
    core.t108.stop()
    core.owner.closeConfirm(core.number)


@awaitingResponse.upon(OutgoingCLCSE.requestChannelCloseReject).to(outgoingIdle)
def rejected(machine: OutgoingCLCSE, core: _Outgoing) -> None:
    core.t108.stop()
    core.owner.closeRejected(core.number, RejectSource.USER)


@awaitingResponse.upon(OutgoingCLCSE.t108Expired).to(outgoingIdle)
def silence(machine: OutgoingCLCSE, core: _Outgoing) -> None:
    core.owner.sendRequestCloseRelease(core.number)
    core.owner.closeRejected(core.number, RejectSource.PROTOCOL)


@outgoingIdle.upon(OutgoingCLCSE.abandon).to(outgoingIdle)
@awaitingResponse.upon(OutgoingCLCSE.abandon).to(outgoingIdle)
def forget(machine: OutgoingCLCSE, core: _Outgoing) -> None:
    core.t108.stop()


for _stray in (
    OutgoingCLCSE.requestChannelCloseAck,
    OutgoingCLCSE.requestChannelCloseReject,
    OutgoingCLCSE.t108Expired,
):
    outgoingIdle.upon(_stray).loop().returns(None)
awaitingResponse.upon(OutgoingCLCSE.closeRequest).loop().returns(None)

OUTGOING = indexed(_outgoing.build())


def newOutgoingCLCSE(owner: OutgoingCLCSEOwner, clock: IReactorTime, number: int) -> OutgoingCLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T108.
    @param number: of the peer's channel.
    """
    return OUTGOING(_Outgoing(owner, number, Timer(clock)))


class IncomingCLCSEOwner(Protocol):
    """
    What the asked half needs of its session.
    """

    def closeIndication(self, number: int, reason: str) -> None:
        """CLOSE.indication: answer with C{closeResponse} or C{rejectRequest}."""

    def closeWithdrawn(self, number: int, source: RejectSource) -> None:
        """REJECT.indication: the peer waits no more, or asks again."""

    def sendRequestCloseAck(self, number: int) -> None:
        """Send C{requestChannelCloseAck}; C{closeLogicalChannel} follows."""

    def sendRequestCloseReject(self, number: int) -> None:
        """Send C{requestChannelCloseReject}."""


class IncomingCLCSE(Protocol):
    """
    The inputs of the asked half.
    """

    def requestChannelClose(self, reason: str) -> None:
        """C{requestChannelClose} arrived."""

    def requestChannelCloseRelease(self) -> None:
        """C{requestChannelCloseRelease} arrived: the peer waits no more."""

    def closeResponse(self) -> None:
        """CLOSE.response: we will close it."""

    def rejectRequest(self) -> None:
        """REJECT.request: we will not."""


@dataclass
class _Incoming:
    owner: IncomingCLCSEOwner
    number: int


_incoming = TypeMachineBuilder(IncomingCLCSE, _Incoming)

incomingIdle = _incoming.state("idle")
deciding = _incoming.state("awaitingResponse")


@incomingIdle.upon(IncomingCLCSE.requestChannelClose).to(deciding)
def indicate(machine: IncomingCLCSE, core: _Incoming, reason: str) -> None:
    core.owner.closeIndication(core.number, reason)


@deciding.upon(IncomingCLCSE.requestChannelClose).to(deciding)
def askedAgain(machine: IncomingCLCSE, core: _Incoming, reason: str) -> None:
    core.owner.closeWithdrawn(core.number, RejectSource.PROTOCOL)
    core.owner.closeIndication(core.number, reason)


@deciding.upon(IncomingCLCSE.requestChannelCloseRelease).to(incomingIdle)
def withdrawn(machine: IncomingCLCSE, core: _Incoming) -> None:
    core.owner.closeWithdrawn(core.number, RejectSource.USER)


@deciding.upon(IncomingCLCSE.closeResponse).to(incomingIdle)
def accept(machine: IncomingCLCSE, core: _Incoming) -> None:
    core.owner.sendRequestCloseAck(core.number)


@deciding.upon(IncomingCLCSE.rejectRequest).to(incomingIdle)
def refuse(machine: IncomingCLCSE, core: _Incoming) -> None:
    core.owner.sendRequestCloseReject(core.number)


incomingIdle.upon(IncomingCLCSE.requestChannelCloseRelease).loop().returns(None)
incomingIdle.upon(IncomingCLCSE.closeResponse).loop().returns(None)
incomingIdle.upon(IncomingCLCSE.rejectRequest).loop().returns(None)

INCOMING = indexed(_incoming.build())


def newIncomingCLCSE(owner: IncomingCLCSEOwner, number: int) -> IncomingCLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param number: of our channel.
    """
    return INCOMING(_Incoming(owner, number))
