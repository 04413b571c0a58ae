"""
Fast connect: the C{fastStart} element of H.225.0 call signalling (H.323, 8.1.7).

The caller proposes channels for both directions at once, as encoded
C{OpenLogicalChannel}s in order of preference; the called side answers with
those that it takes, completed by its own addresses.  This module builds and
reads such lists; when they are sent, and what a refusal leads to, is the
call's business.  A list is read as far as it makes sense: what is not an
C{OpenLogicalChannel}, or is none for us, is skipped and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from h323d.values.address import TransportAddress
from h323d.values.media import MediaProfile, ReceiveFormat, TransmitFormat

__all__ = ["FastConnection", "FastStartOffer", "answerFastStart", "offerFastStart", "readAnswer"]


@dataclass(frozen=True, slots=True)
class FastStartOffer:
    """
    What we propose as the caller.

    @ivar elements: for the C{fastStart} of Setup, in order.
    @ivar receive: what may arrive as soon as the Setup is sent (H.323,
        8.1.7.1: before any answer); C{None} if we want to receive nothing.
    """

    elements: tuple[bytes, ...] = ()
    receive: ReceiveFormat | None = None


@dataclass(frozen=True, slots=True)
class FastConnection:
    """
    What became of a fast start.

    @ivar elements: our answer, for the C{fastStart} of our first reply and the
        ones after it; empty where we were the caller.
    @ivar transmit: what we may send, at once; C{None} if no such channel.
    @ivar receive: what the peer may send; C{None} if no such channel.
    @ivar transmitChannel: the number of the channel that we send on.
    @ivar receiveChannel: the number of the channel that the peer sends on.
    @ivar skipped: how many elements made no sense to us.
    """

    elements: tuple[bytes, ...] = ()
    transmit: TransmitFormat | None = None
    receive: ReceiveFormat | None = None
    transmitChannel: int | None = None
    receiveChannel: int | None = None
    skipped: int = field(default=0, compare=False)

    @property
    def accepted(self) -> bool:
        """
        Whether any channel is open; otherwise fast connect is refused, and the
        slow path follows (C{fastConnectRefused}).
        """
        return self.transmit is not None or self.receive is not None


def offerFastStart(
    profile: MediaProfile, rtp: TransportAddress, rtcp: TransportAddress
) -> FastStartOffer:
    """
    Propose all of a profile's formats, as the caller.

    @param profile: the formats, in order, and the directions wanted.
    @param rtp: where we receive media.
    @param rtcp: where we receive RTCP.
    """
    return FastStartOffer()


def answerFastStart(
    elements: Sequence[bytes],
    profile: MediaProfile,
    rtp: TransportAddress,
    rtcp: TransportAddress,
) -> FastConnection:
    """
    Choose from a caller's proposal, as the called side.

    @param elements: the C{fastStart} of the Setup, as received.
    @param profile: what we want, in order.
    @param rtp: where we receive media.
    @param rtcp: where we receive RTCP.
    """
    return FastConnection()


def readAnswer(offer: FastStartOffer, elements: Sequence[bytes]) -> FastConnection:
    """
    Read the called side's answer, as the caller.

    @param offer: what we proposed.
    @param elements: the C{fastStart} of the first reply that has one.
    """
    return FastConnection()
