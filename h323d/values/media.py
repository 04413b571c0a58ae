"""
What can be sent and heard: formats, profiles, and the outcome of a negotiation.

These values are neutral: SDP and H.245 capabilities are both translated to
them.  Nothing here encodes or negotiates.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from h323d.values.address import TransportAddress

__all__ = [
    "G711_ALAW",
    "G711_ULAW",
    "AudioStream",
    "Direction",
    "DigitMethod",
    "MediaFormat",
    "MediaKind",
    "MediaProfile",
    "ReceiveFormat",
    "TransmitFormat",
]


class MediaKind(enum.Enum):
    """
    What a stream carries.
    """

    AUDIO = "audio"
    VIDEO = "video"


class Direction(enum.Enum):
    """
    Which way a stream flows, from our side (RFC 3264, 5.1).
    """

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @classmethod
    def of(cls, sends: bool, receives: bool) -> Direction:
        return _DIRECTIONS[sends, receives]

    @property
    def reversed(self) -> Direction:
        """
        The same flow, seen from the other side.
        """
        return _DIRECTIONS[self.receives, self.sends]


_DIRECTIONS = {
    (True, True): Direction.SENDRECV,
    (True, False): Direction.SENDONLY,
    (False, True): Direction.RECVONLY,
    (False, False): Direction.INACTIVE,
}


class DigitMethod(enum.Enum):
    """
    How a digit travelled or shall travel.
    """

    RTP_EVENT = "rfc4733"
    H245_ALPHANUMERIC = "h245-alphanumeric"
    H245_SIGNAL = "h245-signal"
    Q931_KEYPAD = "q931-keypad"
    SIP_INFO = "sip-info"


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """
    One way to encode a medium, by its registered name.

    @ivar name: the encoding name of the RTP registry, upper case as there:
        C{"PCMU"}, C{"G722"}, C{"opus"}.
    @ivar clockRate: of RTP timestamps, in Hz (8000 for G.722: RFC 3551).
    @ivar channels: 1 or 2.
    @ivar parameters: format parameters, sorted, as C{(name, value)}.
    @ivar kind: audio or video.
    """

    name: str
    clockRate: int = 8000
    channels: int = 1
    parameters: tuple[tuple[str, str], ...] = ()
    kind: MediaKind = MediaKind.AUDIO

    def __str__(self) -> str:
        return f"{self.name}/{self.clockRate}"

    def sameEncoding(self, other: MediaFormat) -> bool:
        """
        Whether both name one encoding, whatever their parameters.
        """
        return (
            self.name.lower() == other.name.lower()
            and self.clockRate == other.clockRate
            and self.channels == other.channels
        )


G711_ULAW = MediaFormat("PCMU")
G711_ALAW = MediaFormat("PCMA")


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """
    What a destination accepts of a leg, in its order of preference.

    @ivar audio: formats for both directions.
    @ivar packetMs: milliseconds of sound in a packet that we send, unless the
        peer asks for less.
    @ivar maxPacketMs: the longest packet that we can take.
    @ivar telephoneEvents: whether RFC 4733 events are wanted.
    @ivar direction: which way sound shall flow, from our side.
    """

    audio: tuple[MediaFormat, ...]
    packetMs: int = 20
    maxPacketMs: int = 60
    telephoneEvents: bool = True
    direction: Direction = Direction.SENDRECV


@dataclass(frozen=True, slots=True)
class TransmitFormat:
    """
    What we send, and where to.

    @ivar payloadType: the RTP payload type that the peer expects.
    @ivar packetMs: milliseconds of sound in each packet.
    @ivar rtp: where the packets go.
    @ivar rtcp: where sender reports go; C{None} if the peer named no place.
    @ivar telephoneEventType: payload type of RFC 4733 events towards the
        peer; C{None} if it takes none.
    """

    format: MediaFormat
    payloadType: int
    packetMs: int
    rtp: TransportAddress
    rtcp: TransportAddress | None = None
    telephoneEventType: int | None = None


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
class AudioStream:
    """
    The outcome of a negotiation, as the media plane needs it.

    @ivar transmit: C{None} while nothing may be sent (hold, one-way, not yet
        negotiated).
    @ivar receive: C{None} while nothing is expected.
    """

    transmit: TransmitFormat | None = None
    receive: ReceiveFormat | None = None

    @property
    def direction(self) -> Direction:
        return Direction.of(self.transmit is not None, self.receive is not None)
