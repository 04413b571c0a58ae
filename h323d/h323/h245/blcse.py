"""
Bidirectional logical channels: the B-LCSE of ITU-T H.245, Annex C.5.

As the LCSE, with a reverse direction in the same channel, and so with a third
step: the opener confirms the acknowledgement.  But for that its half is the
LCSE's own machine; the other half waits for it in a state of its own.  H.323 has
such channels for data and for H.224; audio and video are unidirectional there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.lcse import (
    T103,
    CloseSource,
    LCSEError,
    OutgoingChannel,
    OutgoingLCSE,
    OutgoingLCSEOwner,
    outgoingFor,
)
from h323d.h323.h245.messages import Fields
from h323d.tracing import indexed

__all__ = [
    "INCOMING",
    "IncomingBLCSE",
    "IncomingBLCSEOwner",
    "OutgoingBLCSEOwner",
    "newIncomingBLCSE",
    "newOutgoingBLCSE",
]


class OutgoingBLCSEOwner(OutgoingLCSEOwner, Protocol):
    """
    What an outgoing bidirectional channel needs of its session: its
    C{sendOpen} tells reverse parameters.
    """

    def sendOpenConfirm(self, number: int) -> None:
        """Send C{openLogicalChannelConfirm}."""


@dataclass
class _Outgoing(OutgoingChannel):
    owner: OutgoingBLCSEOwner

    def established(self, ack: Fields) -> None:
        self.owner.sendOpenConfirm(self.number)
        super().established(ack)


def newOutgoingBLCSE(owner: OutgoingBLCSEOwner, clock: IReactorTime, number: int) -> OutgoingLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T103.
    @param number: of the channel, forward.
    """
    return outgoingFor(_Outgoing(owner, number, Timer(clock)))


class IncomingBLCSEOwner(Protocol):
    """
    What an incoming bidirectional channel needs of its session.
    """

    def establishIndication(self, number: int, channel: Fields) -> None:
        """ESTABLISH.indication: answer with C{establishResponse} or C{releaseRequest}."""

    def establishConfirmIncoming(self, number: int) -> None:
        """ESTABLISH.confirm: the opener knows that both directions are open."""

    def releaseIndicationIncoming(self, number: int, source: CloseSource) -> None:
        """RELEASE.indication: the peer closed it, opens it anew, or fell silent."""

    def sendOpenAck(self, number: int) -> None:
        """Send C{openLogicalChannelAck} with our number for the reverse direction."""

    def sendOpenReject(self, number: int, cause: str) -> None:
        """Send C{openLogicalChannelReject}."""

    def sendCloseAck(self, number: int) -> None:
        """Send C{closeLogicalChannelAck}."""

    def errorIndication(self, number: int, error: LCSEError) -> None:
        """ERROR.indication: the peer is out of step."""


class IncomingBLCSE(Protocol):
    """
    The inputs of an incoming bidirectional channel.
    """

    def openLogicalChannel(self, channel: Fields) -> None:
        """C{openLogicalChannel} with reverse parameters arrived."""

    def openLogicalChannelConfirm(self) -> None:
        """C{openLogicalChannelConfirm} arrived."""

    def closeLogicalChannel(self) -> None:
        """C{closeLogicalChannel} arrived."""

    def establishResponse(self) -> None:
        """ESTABLISH.response: we take it."""

    def releaseRequest(self, cause: str) -> None:
        """RELEASE.request: we do not."""

    def t103Expired(self) -> None:
        """The opener did not confirm in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""


@dataclass
class _Incoming:
    owner: IncomingBLCSEOwner
    number: int
    t103: Timer

    def gone(self, source: CloseSource) -> None:
        self.t103.stop()
        self.owner.releaseIndicationIncoming(self.number, source)


_incoming = TypeMachineBuilder(IncomingBLCSE, _Incoming)

incomingReleased = _incoming.state("released")
deciding = _incoming.state("awaitingEstablishment")
confirming = _incoming.state("awaitingConfirmation")
receiving = _incoming.state("established")


@incomingReleased.upon(IncomingBLCSE.openLogicalChannel).to(deciding)
def indicate(machine: IncomingBLCSE, core: _Incoming, channel: Fields) -> None:
    core.owner.establishIndication(core.number, channel)


@deciding.upon(IncomingBLCSE.openLogicalChannel).to(deciding)
@confirming.upon(IncomingBLCSE.openLogicalChannel).to(deciding)
@receiving.upon(IncomingBLCSE.openLogicalChannel).to(deciding)
def reopened(machine: IncomingBLCSE, core: _Incoming, channel: Fields) -> None:
    core.gone(CloseSource.USER)
    core.owner.establishIndication(core.number, channel)


@deciding.upon(IncomingBLCSE.establishResponse).to(confirming)
def accept(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.t103.start(T103, machine.t103Expired)
    core.owner.sendOpenAck(core.number)


@deciding.upon(IncomingBLCSE.releaseRequest).to(incomingReleased)
def refuse(machine: IncomingBLCSE, core: _Incoming, cause: str) -> None:
    core.owner.sendOpenReject(core.number, cause)


@confirming.upon(IncomingBLCSE.openLogicalChannelConfirm).to(receiving)
def confirmed(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.t103.stop()
    core.owner.establishConfirmIncoming(core.number)


@confirming.upon(IncomingBLCSE.t103Expired).to(incomingReleased)
def unconfirmed(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.owner.errorIndication(core.number, LCSEError.NO_RESPONSE)
    core.gone(CloseSource.LCSE)


@deciding.upon(IncomingBLCSE.closeLogicalChannel).to(incomingReleased)
@confirming.upon(IncomingBLCSE.closeLogicalChannel).to(incomingReleased)
@receiving.upon(IncomingBLCSE.closeLogicalChannel).to(incomingReleased)
def closedByPeer(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.owner.sendCloseAck(core.number)
    core.gone(CloseSource.USER)


@incomingReleased.upon(IncomingBLCSE.closeLogicalChannel).to(incomingReleased)
def closedAlready(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.owner.sendCloseAck(core.number)


@incomingReleased.upon(IncomingBLCSE.openLogicalChannelConfirm).to(incomingReleased)
@deciding.upon(IncomingBLCSE.openLogicalChannelConfirm).to(deciding)
def confirmedUnasked(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.owner.errorIndication(core.number, LCSEError.INAPPROPRIATE_CONFIRM)


@incomingReleased.upon(IncomingBLCSE.abandon).to(incomingReleased)
@deciding.upon(IncomingBLCSE.abandon).to(incomingReleased)
@confirming.upon(IncomingBLCSE.abandon).to(incomingReleased)
@receiving.upon(IncomingBLCSE.abandon).to(incomingReleased)
def forgetIncoming(machine: IncomingBLCSE, core: _Incoming) -> None:
    core.t103.stop()


for _state in (incomingReleased, confirming, receiving):
    _state.upon(IncomingBLCSE.establishResponse).loop().returns(None)
    _state.upon(IncomingBLCSE.releaseRequest).loop().returns(None)
for _state in (incomingReleased, deciding, receiving):
    _state.upon(IncomingBLCSE.t103Expired).loop().returns(None)
receiving.upon(IncomingBLCSE.openLogicalChannelConfirm).loop().returns(None)  # a duplicate

INCOMING = indexed(_incoming.build())


def newIncomingBLCSE(owner: IncomingBLCSEOwner, clock: IReactorTime, number: int) -> IncomingBLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T103.
    @param number: of the channel, forward.
    """
    return INCOMING(_Incoming(owner, number, Timer(clock)))
