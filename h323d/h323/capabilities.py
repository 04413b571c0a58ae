"""
What a peer can do, and what we can, as H.245 capabilities (interface first).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media import DigitMethod, MediaFormat

__all__ = ["AudioAbility", "RemoteCapabilities"]


@dataclass(frozen=True, slots=True)
class AudioAbility:
    """
    One way of sending or receiving sound.

    @ivar format: the neutral format.
    @ivar packetMs: the longest packet, in milliseconds of sound.
    @ivar coding: the alternative of C{AudioCapability} that names it.
    @ivar symmetric: usable only if both directions use it
        (C{receiveAndTransmitAudioCapability}).
    """

    format: MediaFormat
    packetMs: int
    coding: str
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class RemoteCapabilities:
    """
    What the peer says it can do, as far as we understand it.

    @ivar audio: what it can receive, in its order.
    @ivar digitMethods: how it takes digits, best first; never empty unless the
        set is.
    @ivar telephoneEventType: the RTP payload type that it expects RFC 4733
        events under, or C{None}.
    @ivar video: whether it can receive video of any kind.
    @ivar isEmpty: it sent the empty capability set: we are held (H.323, 8.4.6).
    @ivar skipped: how many entries we did not understand.
    """

    audio: tuple[AudioAbility, ...] = ()
    digitMethods: tuple[DigitMethod, ...] = ()
    telephoneEventType: int | None = None
    video: bool = False
    isEmpty: bool = False
    skipped: int = 0
