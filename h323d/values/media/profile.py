"""
What a destination accepts of a leg.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat

__all__ = ["MediaProfile"]


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
