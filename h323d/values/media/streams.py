"""
What is sent and received: the outcome of a negotiation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import KeyAgreement, StreamKeys
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = ["Stream", "ReceiveFormat", "TransmitFormat"]


@dataclass(frozen=True, slots=True)
class TransmitFormat:
    """
    What we send, and where to.

    @ivar payloadType: the RTP payload type that the peer expects.
    @ivar packetMs: milliseconds of sound in each packet; 0 for other media.
    @ivar rtp: where the packets go.
    @ivar rtcp: where sender reports go; C{None} if the peer named no place.
    @ivar telephoneEventType: payload type of RFC 4733 events towards the
        peer; C{None} if it takes none.
    @ivar hookFlash: whether a hook flash is among these.
    @ivar takesMetrics: whether the peer wants VoIP metrics by RTCP XR (RFC 3611, 4.7).
    """

    format: MediaFormat
    payloadType: int
    packetMs: int
    rtp: TransportAddress
    rtcp: TransportAddress | None = None
    telephoneEventType: int | None = None
    hookFlash: bool = False
    takesMetrics: bool = False


@dataclass(frozen=True, slots=True)
class ReceiveFormat:
    """
    What the peer may send us.

    @ivar formats: by RTP payload type.
    @ivar telephoneEventType: payload type of RFC 4733 events that we take.
    """

    formats: Mapping[int, MediaFormat] = field(default_factory=dict)
    telephoneEventType: int | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """
    The outcome of a negotiation about one medium, as the media plane needs it.

    @ivar medium: what it carries.
    @ivar transmit: C{None} while nothing may be sent (hold, one-way, not yet
        negotiated).
    @ivar receive: C{None} while nothing is expected.
    @ivar keys: with which it is encrypted, or how they are agreed on; C{None} if it is not.
    """

    transmit: TransmitFormat | None = None
    receive: ReceiveFormat | None = None
    medium: Medium = Medium.AUDIO
    keys: StreamKeys | KeyAgreement | None = None

    @property
    def direction(self) -> Direction:
        return Direction.of(self.transmit is not None, self.receive is not None)
