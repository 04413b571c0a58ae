"""
Unidirectional logical channels: the LCSE of ITU-T H.245, Annex C.4.

A channel has a machine at each end: an outgoing one where it was opened, which
is the end that will send on it, and an incoming one at the other.  What flows
in the channel, and whether it suits, is the session's to judge.  The outgoing
machine serves bidirectional channels too, whose owners confirm as well.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Fields
from h323d.tracing import indexed

__all__ = [
    "INCOMING",
    "OUTGOING",
    "T103",
    "CloseSource",
    "IncomingLCSE",
    "IncomingLCSEOwner",
    "LCSEError",
    "OutgoingChannel",
    "OutgoingLCSE",
    "OutgoingLCSEOwner",
    "newIncomingLCSE",
    "newOutgoingLCSE",
    "outgoingFor",
]

T103 = 30.0  # seconds to wait for an answer


class CloseSource(enum.Enum):
    """
    Who asks for a release: a user, or an entity that lost patience.
    """

    USER = "user"
    LCSE = "lcse"


class LCSEError(enum.Enum):
    """
    What ERROR.indication reports (C.4, C.5): the message that came out of turn.
    """

    INAPPROPRIATE_ACK = "openLogicalChannelAck"
    INAPPROPRIATE_REJECT = "openLogicalChannelReject"
    INAPPROPRIATE_CLOSE_ACK = "closeLogicalChannelAck"
    INAPPROPRIATE_CONFIRM = "openLogicalChannelConfirm"
    NO_RESPONSE = "no response"


class OutgoingLCSEOwner(Protocol):
    """
    What an outgoing channel needs of its session.
    """

    def sendOpen(self, number: int) -> None:
        """Send C{openLogicalChannel} for channel C{number}."""

    def sendClose(self, number: int, source: CloseSource) -> None:
        """Send C{closeLogicalChannel}."""

    def establishConfirm(self, number: int, ack: Fields) -> None:
        """ESTABLISH.confirm: the peer opened it."""

    def releaseIndication(self, number: int, source: CloseSource, cause: str) -> None:
        """
        RELEASE.indication: the channel is gone, though we did not ask.
        C{cause} is that of the reject, or C{""}.
        """

    def releaseConfirm(self, number: int) -> None:
        """RELEASE.confirm: the channel is gone, as we asked."""

    def errorIndication(self, number: int, error: LCSEError) -> None:
        """ERROR.indication: the peer is out of step."""


class OutgoingLCSE(Protocol):
    """
    The inputs of an outgoing channel.
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
class OutgoingChannel:
    """
    What the outgoing machine works on.
    """

    owner: OutgoingLCSEOwner
    number: int
    t103: Timer

    def established(self, ack: Fields) -> None:
        self.t103.stop()
        self.owner.establishConfirm(self.number, ack)

    def gone(self, source: CloseSource, cause: str = "") -> None:
        self.t103.stop()
        self.owner.releaseIndication(self.number, source, cause)


_outgoing = TypeMachineBuilder(OutgoingLCSE, OutgoingChannel)

released = _outgoing.state("released")
opening = _outgoing.state("awaitingEstablishment")
established = _outgoing.state("established")
closing = _outgoing.state("awaitingRelease")


@released.upon(OutgoingLCSE.establishRequest).to(opening)
@closing.upon(OutgoingLCSE.establishRequest).to(opening)
def openChannel(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.t103.start(T103, machine.t103Expired)
    core.owner.sendOpen(core.number)


@opening.upon(OutgoingLCSE.openLogicalChannelAck).to(established)
def opened(machine: OutgoingLCSE, core: OutgoingChannel, ack: Fields) -> None:
    core.established(ack)


@opening.upon(OutgoingLCSE.openLogicalChannelReject).to(released)
def refused(machine: OutgoingLCSE, core: OutgoingChannel, cause: str) -> None:
    core.gone(CloseSource.USER, cause)


@opening.upon(OutgoingLCSE.releaseRequest).to(closing)
@established.upon(OutgoingLCSE.releaseRequest).to(closing)
def closeChannel(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.t103.start(T103, machine.t103Expired)
    core.owner.sendClose(core.number, CloseSource.USER)


@opening.upon(OutgoingLCSE.t103Expired).to(released)
def silence(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.owner.errorIndication(core.number, LCSEError.NO_RESPONSE)
    core.owner.sendClose(core.number, CloseSource.LCSE)
    core.gone(CloseSource.LCSE)


@established.upon(OutgoingLCSE.openLogicalChannelReject).to(released)
def rejectedLate(machine: OutgoingLCSE, core: OutgoingChannel, cause: str) -> None:
    core.owner.errorIndication(core.number, LCSEError.INAPPROPRIATE_REJECT)
    core.gone(CloseSource.USER, cause)


@opening.upon(OutgoingLCSE.closeLogicalChannelAck).to(released)
@established.upon(OutgoingLCSE.closeLogicalChannelAck).to(released)
def closedUnasked(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.owner.errorIndication(core.number, LCSEError.INAPPROPRIATE_CLOSE_ACK)
    core.gone(CloseSource.USER)


@closing.upon(OutgoingLCSE.closeLogicalChannelAck).to(released)
def closed(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.t103.stop()
    core.owner.releaseConfirm(core.number)


@closing.upon(OutgoingLCSE.openLogicalChannelReject).to(released)
def refusedMeanwhile(machine: OutgoingLCSE, core: OutgoingChannel, cause: str) -> None:
    core.t103.stop()
    core.owner.releaseConfirm(core.number)


@closing.upon(OutgoingLCSE.t103Expired).to(released)
def closedBySilence(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.owner.errorIndication(core.number, LCSEError.NO_RESPONSE)
    core.owner.releaseConfirm(core.number)


@released.upon(OutgoingLCSE.openLogicalChannelAck).to(released)
def openedUnasked(machine: OutgoingLCSE, core: OutgoingChannel, ack: Fields) -> None:
    core.owner.errorIndication(core.number, LCSEError.INAPPROPRIATE_ACK)


@released.upon(OutgoingLCSE.abandon).to(released)
@opening.upon(OutgoingLCSE.abandon).to(released)
@established.upon(OutgoingLCSE.abandon).to(released)
@closing.upon(OutgoingLCSE.abandon).to(released)
def forget(machine: OutgoingLCSE, core: OutgoingChannel) -> None:
    core.t103.stop()


for _stray in (
    OutgoingLCSE.releaseRequest,
    OutgoingLCSE.openLogicalChannelReject,
    OutgoingLCSE.closeLogicalChannelAck,
    OutgoingLCSE.t103Expired,
):
    released.upon(_stray).loop().returns(None)
opening.upon(OutgoingLCSE.establishRequest).loop().returns(None)
established.upon(OutgoingLCSE.establishRequest).loop().returns(None)
established.upon(OutgoingLCSE.openLogicalChannelAck).loop().returns(None)  # a duplicate
established.upon(OutgoingLCSE.t103Expired).loop().returns(None)
closing.upon(OutgoingLCSE.releaseRequest).loop().returns(None)
closing.upon(OutgoingLCSE.openLogicalChannelAck).loop().returns(None)  # crossed our close

OUTGOING = indexed(_outgoing.build())


def newOutgoingLCSE(
    owner: OutgoingLCSEOwner, clock: IReactorTime, number: int, isOpen: bool = False
) -> OutgoingLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T103.
    @param number: of the channel.
    @param isOpen: it was opened already, by fast connect.
    """
    channel = OutgoingChannel(owner, number, Timer(clock))
    return OUTGOING(channel, established if isOpen else released)


def outgoingFor(channel: OutgoingChannel) -> OutgoingLCSE:
    """
    @param channel: one that does more than the LCSE's: the B-LCSE's.

    @return: its machine, released.
    """
    return OUTGOING(channel, released)


class IncomingLCSEOwner(Protocol):
    """
    What an incoming channel needs of its session.
    """

    def establishIndication(self, number: int, channel: Fields) -> None:
        """
        ESTABLISH.indication: the peer opens C{channel}; answer with
        C{establishResponse} or C{releaseRequest}.
        """

    def releaseIndicationIncoming(self, number: int) -> None:
        """RELEASE.indication: the peer closed it, or opens it anew."""

    def sendOpenAck(self, number: int) -> None:
        """Send C{openLogicalChannelAck} with where we receive."""

    def sendOpenReject(self, number: int, cause: str) -> None:
        """Send C{openLogicalChannelReject}."""

    def sendCloseAck(self, number: int) -> None:
        """Send C{closeLogicalChannelAck}."""


class IncomingLCSE(Protocol):
    """
    The inputs of an incoming channel.
    """

    def openLogicalChannel(self, channel: Fields) -> None:
        """C{openLogicalChannel} arrived."""

    def closeLogicalChannel(self) -> None:
        """C{closeLogicalChannel} arrived."""

    def establishResponse(self) -> None:
        """ESTABLISH.response: we take it."""

    def releaseRequest(self, cause: str) -> None:
        """RELEASE.request: we do not."""


@dataclass
class _Incoming:
    owner: IncomingLCSEOwner
    number: int


_incoming = TypeMachineBuilder(IncomingLCSE, _Incoming)

incomingReleased = _incoming.state("released")
deciding = _incoming.state("awaitingEstablishment")
receiving = _incoming.state("established")


@incomingReleased.upon(IncomingLCSE.openLogicalChannel).to(deciding)
def indicate(machine: IncomingLCSE, core: _Incoming, channel: Fields) -> None:
    core.owner.establishIndication(core.number, channel)


@deciding.upon(IncomingLCSE.openLogicalChannel).to(deciding)
@receiving.upon(IncomingLCSE.openLogicalChannel).to(deciding)
def reopened(machine: IncomingLCSE, core: _Incoming, channel: Fields) -> None:
    core.owner.releaseIndicationIncoming(core.number)
    core.owner.establishIndication(core.number, channel)


@deciding.upon(IncomingLCSE.establishResponse).to(receiving)
def accept(machine: IncomingLCSE, core: _Incoming) -> None:
    core.owner.sendOpenAck(core.number)


@deciding.upon(IncomingLCSE.releaseRequest).to(incomingReleased)
def refuse(machine: IncomingLCSE, core: _Incoming, cause: str) -> None:
    core.owner.sendOpenReject(core.number, cause)


@deciding.upon(IncomingLCSE.closeLogicalChannel).to(incomingReleased)
@receiving.upon(IncomingLCSE.closeLogicalChannel).to(incomingReleased)
def closedByPeer(machine: IncomingLCSE, core: _Incoming) -> None:
    core.owner.sendCloseAck(core.number)
    core.owner.releaseIndicationIncoming(core.number)


@incomingReleased.upon(IncomingLCSE.closeLogicalChannel).to(incomingReleased)
def closedAlready(machine: IncomingLCSE, core: _Incoming) -> None:
    core.owner.sendCloseAck(core.number)


incomingReleased.upon(IncomingLCSE.establishResponse).loop().returns(None)
incomingReleased.upon(IncomingLCSE.releaseRequest).loop().returns(None)
receiving.upon(IncomingLCSE.establishResponse).loop().returns(None)
receiving.upon(IncomingLCSE.releaseRequest).loop().returns(None)

INCOMING = indexed(_incoming.build())


def newIncomingLCSE(owner: IncomingLCSEOwner, number: int, isOpen: bool = False) -> IncomingLCSE:
    """
    @param owner: receives what the machine sends and learns.
    @param number: of the channel.
    @param isOpen: it was opened already, by fast connect.
    """
    return INCOMING(_Incoming(owner, number), receiving if isOpen else incomingReleased)
