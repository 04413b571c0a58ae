"""
Bidirectional logical channels: the B-LCSE of ITU-T H.245, Annex C.5.

As the LCSE, with a reverse direction in the same channel, and so with a third
step: the opener confirms the acknowledgement.  H.323 has them for data and for
H.224; audio and video are unidirectional there.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.lcse import T103, CloseSource
from h323d.h323.h245.timer import Timer

__all__ = [
    "BLCSEError",
    "IncomingBLCSE",
    "IncomingBLCSEOwner",
    "OutgoingBLCSE",
    "OutgoingBLCSEOwner",
    "newIncomingBLCSE",
    "newOutgoingBLCSE",
]

Fields = dict[str, Any]  # Any: an ASN.1 value


class BLCSEError(enum.Enum):
    """
    What ERROR.indication reports (C.5).
    """

    INAPPROPRIATE_ACK = "openLogicalChannelAck"
    INAPPROPRIATE_REJECT = "openLogicalChannelReject"
    INAPPROPRIATE_CLOSE_ACK = "closeLogicalChannelAck"
    INAPPROPRIATE_CONFIRM = "openLogicalChannelConfirm"
    NO_RESPONSE = "no response"


class OutgoingBLCSEOwner(Protocol):
    """
    What an outgoing bidirectional channel needs of its session.
    """

    def sendOpen(self, number: int) -> None:
        """Send C{openLogicalChannel} with reverse parameters."""

    def sendOpenConfirm(self, number: int) -> None:
        """Send C{openLogicalChannelConfirm}."""

    def sendClose(self, number: int, source: CloseSource) -> None:
        """Send C{closeLogicalChannel}."""

    def establishConfirm(self, number: int, ack: Fields) -> None:
        """ESTABLISH.confirm: both directions are open."""

    def releaseIndication(self, number: int, source: CloseSource, cause: str) -> None:
        """RELEASE.indication: it is gone, though we did not ask."""

    def releaseConfirm(self, number: int) -> None:
        """RELEASE.confirm: it is gone, as we asked."""

    def errorIndication(self, number: int, error: BLCSEError) -> None:
        """ERROR.indication: the peer is out of step."""


class OutgoingBLCSE(Protocol):
    """
    The inputs of an outgoing bidirectional channel.
    """

    def establishRequest(self) -> None:
        """ESTABLISH.request: open it."""

    def releaseRequest(self) -> None:
        """RELEASE.request: close it."""

    def openLogicalChannelAck(self, ack: Fields) -> None:
        """C{openLogicalChannelAck} arrived."""

    def openLogicalChannelReject(self, cause: str) -> None:
        """C{openLogicalChannelReject} arrived."""

    def closeLogicalChannelAck(self) -> None:
        """C{closeLogicalChannelAck} arrived."""

    def t103Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""


@dataclass
class _Outgoing:
    owner: OutgoingBLCSEOwner
    number: int
    t103: Timer

    def gone(self, source: CloseSource, cause: str = "") -> None:
        self.t103.stop()
        self.owner.releaseIndication(self.number, source, cause)


_outgoing = TypeMachineBuilder(OutgoingBLCSE, _Outgoing)

released = _outgoing.state("released")
opening = _outgoing.state("awaitingEstablishment")
established = _outgoing.state("established")
closing = _outgoing.state("awaitingRelease")


@released.upon(OutgoingBLCSE.establishRequest).to(opening)
@closing.upon(OutgoingBLCSE.establishRequest).to(opening)
def openChannel(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.t103.start(machine.t103Expired)
    core.owner.sendOpen(core.number)


@opening.upon(OutgoingBLCSE.openLogicalChannelAck).to(established)
def opened(machine: OutgoingBLCSE, core: _Outgoing, ack: Fields) -> None:
    core.t103.stop()
    core.owner.sendOpenConfirm(core.number)
    core.owner.establishConfirm(core.number, ack)


@opening.upon(OutgoingBLCSE.openLogicalChannelReject).to(released)
def refused(machine: OutgoingBLCSE, core: _Outgoing, cause: str) -> None:
    core.gone(CloseSource.USER, cause)


@opening.upon(OutgoingBLCSE.releaseRequest).to(closing)
@established.upon(OutgoingBLCSE.releaseRequest).to(closing)
def closeChannel(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.t103.start(machine.t103Expired)
    core.owner.sendClose(core.number, CloseSource.USER)


@opening.upon(OutgoingBLCSE.t103Expired).to(released)
def silence(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.owner.errorIndication(core.number, BLCSEError.NO_RESPONSE)
    core.owner.sendClose(core.number, CloseSource.LCSE)
    core.gone(CloseSource.LCSE)


@established.upon(OutgoingBLCSE.openLogicalChannelReject).to(released)
def rejectedLate(machine: OutgoingBLCSE, core: _Outgoing, cause: str) -> None:
    core.owner.errorIndication(core.number, BLCSEError.INAPPROPRIATE_REJECT)
    core.gone(CloseSource.USER, cause)


@opening.upon(OutgoingBLCSE.closeLogicalChannelAck).to(released)
@established.upon(OutgoingBLCSE.closeLogicalChannelAck).to(released)
def closedUnasked(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.owner.errorIndication(core.number, BLCSEError.INAPPROPRIATE_CLOSE_ACK)
    core.gone(CloseSource.USER)


@closing.upon(OutgoingBLCSE.closeLogicalChannelAck).to(released)
def closed(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.t103.stop()
    core.owner.releaseConfirm(core.number)


@closing.upon(OutgoingBLCSE.openLogicalChannelReject).to(released)
def refusedMeanwhile(machine: OutgoingBLCSE, core: _Outgoing, cause: str) -> None:
    core.t103.stop()
    core.owner.releaseConfirm(core.number)


@closing.upon(OutgoingBLCSE.t103Expired).to(released)
def closedBySilence(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.owner.errorIndication(core.number, BLCSEError.NO_RESPONSE)
    core.owner.releaseConfirm(core.number)


@released.upon(OutgoingBLCSE.openLogicalChannelAck).to(released)
def openedUnasked(machine: OutgoingBLCSE, core: _Outgoing, ack: Fields) -> None:
    core.owner.errorIndication(core.number, BLCSEError.INAPPROPRIATE_ACK)


@released.upon(OutgoingBLCSE.abandon).to(released)
@opening.upon(OutgoingBLCSE.abandon).to(released)
@established.upon(OutgoingBLCSE.abandon).to(released)
@closing.upon(OutgoingBLCSE.abandon).to(released)
def forgetOutgoing(machine: OutgoingBLCSE, core: _Outgoing) -> None:
    core.t103.stop()


for _stray in (
    OutgoingBLCSE.releaseRequest,
    OutgoingBLCSE.openLogicalChannelReject,
    OutgoingBLCSE.closeLogicalChannelAck,
    OutgoingBLCSE.t103Expired,
):
    released.upon(_stray).loop().returns(None)
opening.upon(OutgoingBLCSE.establishRequest).loop().returns(None)
established.upon(OutgoingBLCSE.establishRequest).loop().returns(None)
established.upon(OutgoingBLCSE.openLogicalChannelAck).loop().returns(None)  # a duplicate
established.upon(OutgoingBLCSE.t103Expired).loop().returns(None)
closing.upon(OutgoingBLCSE.releaseRequest).loop().returns(None)
closing.upon(OutgoingBLCSE.openLogicalChannelAck).loop().returns(None)  # crossed our close

_OUTGOING = _outgoing.build()


def newOutgoingBLCSE(owner: OutgoingBLCSEOwner, clock: IReactorTime, number: int) -> OutgoingBLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T103.
    @param number: of the channel, forward.
    """
    return _OUTGOING(_Outgoing(owner, number, Timer(clock, T103)))


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

    def errorIndication(self, number: int, error: BLCSEError) -> None:
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
    core.t103.start(machine.t103Expired)
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
    core.owner.errorIndication(core.number, BLCSEError.NO_RESPONSE)
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
    core.owner.errorIndication(core.number, BLCSEError.INAPPROPRIATE_CONFIRM)


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

_INCOMING = _incoming.build()


def newIncomingBLCSE(owner: IncomingBLCSEOwner, clock: IReactorTime, number: int) -> IncomingBLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T103.
    @param number: of the channel, forward.
    """
    return _INCOMING(_Incoming(owner, number, Timer(clock, T103)))
