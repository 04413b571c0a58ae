"""
How sound came through, in figures.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SILENT", "Sound"]


@dataclass(frozen=True, slots=True)
class Sound:
    """
    How the sound of a party fared, from its first packet to its last.

    @ivar packetsReceived: valid ones that came from the party.
    @ivar packetsLost: that did not come (RFC 3550, A.3).
    @ivar concealed: frames that were made up in their place.
    @ivar jitter: of what came, at the end (RFC 3550, A.8), seconds.
    @ivar remoteLost: fraction of our packets that the party last reported lost, 0 to 1;
        C{None} if it reported nothing.
    """

    packetsReceived: int = 0
    packetsLost: int = 0
    concealed: int = 0
    jitter: float = 0.0
    remoteLost: float | None = None

    def together(self, other: Sound) -> Sound:
        """
        That of both parties of a call: what came and was lost of both together, and the
        worse of what cannot be added.
        """
        reported = [each.remoteLost for each in (self, other) if each.remoteLost is not None]
        return Sound(
            self.packetsReceived + other.packetsReceived,
            self.packetsLost + other.packetsLost,
            self.concealed + other.concealed,
            max(self.jitter, other.jitter),
            max(reported, default=None),
        )


SILENT = Sound()
