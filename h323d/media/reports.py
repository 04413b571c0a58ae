"""
What a tick tells the reactor's side, as frozen values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from h323d.media.audio.survey import Survey
from h323d.media.positions import Shields, StreamPosition
from h323d.values.address import TransportAddress

__all__ = [
    "Closed",
    "Departed",
    "DigitBegun",
    "DigitHeard",
    "DigitOver",
    "HandshakeHeard",
    "Heard",
    "Levels",
    "PassingTurned",
    "Report",
    "SpeakerChanged",
    "Surveyed",
]


@dataclass(frozen=True, slots=True)
class Heard:
    """
    A port is locked to the source of its first valid packet.
    """

    portId: int
    source: TransportAddress


@dataclass(frozen=True, slots=True)
class HandshakeHeard:
    """
    A datagram of DTLS arrived, where keys are agreed on.

    @ivar source: C{None} for that which the port is locked to.
    @ivar control: whether it came to the port of RTCP.
    """

    portId: int
    data: bytes
    source: TransportAddress | None
    control: bool


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """
    An RFC 4733 event arrived.
    """

    portId: int
    digit: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class DigitBegun:
    """
    The first that waits of the digits for a port's peer is being sent.

    @ivar timestamp: of the event, not reduced.
    """

    portId: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class DigitOver:
    """
    The first of the digits for a port's peer has been sent, or will not be.
    """

    portId: int


@dataclass(frozen=True, slots=True)
class Levels:
    """
    How loud the members of a room are, dBov by port.
    """

    mixerId: int
    levels: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class SpeakerChanged:
    """
    Somebody else, or nobody, speaks in a room.
    """

    mixerId: int
    portId: int | None


@dataclass(frozen=True, slots=True)
class PassingTurned:
    """
    The packets of two who speak alike pass in a room from now on; or they are mixed again.
    """

    mixerId: int
    passing: bool


@dataclass(frozen=True, slots=True)
class Surveyed:
    """
    The figures of all ports, and of the plane itself.

    @ivar plane: by name, for an operator to read.
    @ivar shields: how far those have come that are encrypted, by port.
    """

    survey: Survey
    plane: Mapping[str, float]
    shields: Mapping[int, Shields] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """
    A port's sockets are free.
    """

    portId: int


@dataclass(frozen=True, slots=True)
class Departed:
    """
    A port has left its plane, and may be had by another.

    @ivar position: where what it sends is; C{None} if it was not there, or takes that along.
    """

    portId: int
    position: StreamPosition | None = None


Report = (
    Heard
    | HandshakeHeard
    | DigitHeard
    | DigitBegun
    | DigitOver
    | Levels
    | SpeakerChanged
    | PassingTurned
    | Surveyed
    | Closed
    | Departed
)
