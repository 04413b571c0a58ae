"""
The words of C{AudioCapability} and C{AudioMode} (ITU-T H.245, B.2 and B.13), one by one.

Most are alternatives of their own, which count frames or say a little more.  Those that came later
are a C{GenericCapability}: L{h323d.h323.h245.capabilities.generic}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.h323.h245.messages import Choice
from h323d.values.media.formats import MediaFormat

__all__ = ["MAXIMUM_FRAMES", "OWN_WORDS", "Coding"]

MAXIMUM_FRAMES = 256  # of the schema's frame counts


class Coding(Protocol):
    """
    How H.245 names a format.
    """

    @property
    def name(self) -> str:
        """By which it is told from all others."""

    @property
    def format(self) -> MediaFormat:
        """What it names."""

    @property
    def frameMs(self) -> int:
        """Milliseconds in one of the frames that it counts."""

    @property
    def payloadType(self) -> int:
        """The RTP payload type, where a channel names no other."""

    @property
    def alternative(self) -> str:
        """That of C{AudioCapability}."""

    @property
    def modeAlternative(self) -> str:
        """That of C{AudioMode}."""

    def capability(self, frames: int, silence: bool) -> Choice:
        """As C{AudioCapability} has it."""

    def mode(self, packetMs: int) -> Choice:
        """As C{AudioMode} has it."""

    def read(self, value: Choice) -> tuple[int, bool] | None:
        """
        Read an C{AudioCapability} of its alternative.

        @return: how many frames are in a packet at most, and whether silence is suppressed, as far
            as that is said; C{None} for what it does not name.
        """

    def isMode(self, mode: Choice) -> bool:
        """Whether an C{AudioMode} of its alternative names it."""


@dataclass(frozen=True, slots=True)
class _Own:
    """
    What has an alternative of its own.
    """

    name: str
    format: MediaFormat
    frameMs: int
    payloadType: int

    @property
    def alternative(self) -> str:
        return self.name

    @property
    def modeAlternative(self) -> str:
        return self.name

    def isMode(self, mode: Choice) -> bool:
        return True


_ANNEX_B_MODES = frozenset({"g729wAnnexB", "g729AnnexAwAnnexB"})


class _Counted(_Own):
    """
    What says nothing but its frames.
    """

    def capability(self, frames: int, silence: bool) -> Choice:
        return (self.name, frames)

    def mode(self, packetMs: int) -> Choice:
        return (self.name, packetMs // 10 if self.name in _ANNEX_B_MODES else None)

    def read(self, value: Choice) -> tuple[int, bool] | None:
        return value[1], False


class _G7231(_Own):
    """
    G.723.1, whose silence descriptors are its annex A.
    """

    def capability(self, frames: int, silence: bool) -> Choice:
        return (self.name, {"maxAl-sduAudioFrames": frames, "silenceSuppression": silence})

    def mode(self, packetMs: int) -> Choice:
        return (self.name, ("noSilenceSuppressionHighRate", None))

    def read(self, value: Choice) -> tuple[int, bool] | None:
        fields = value[1]
        return fields["maxAl-sduAudioFrames"], fields["silenceSuppression"]


_GSM_FRAME = 33  # octets (RFC 3551, 4.5.8)


class _GSM(_Own):
    """
    GSM, which counts octets.
    """

    def capability(self, frames: int, silence: bool) -> Choice:
        octets = min(MAXIMUM_FRAMES // _GSM_FRAME, frames) * _GSM_FRAME
        return (self.name, {"audioUnitSize": octets, "comfortNoise": silence, "scrambled": False})

    def mode(self, packetMs: int) -> Choice:
        return self.capability(1, False)

    def read(self, value: Choice) -> tuple[int, bool] | None:
        frames = value[1]["audioUnitSize"] // _GSM_FRAME
        return (frames, value[1]["comfortNoise"]) if frames else None


_G729 = MediaFormat("G729", parameters=(("annexb", "no"),))
_G729B = MediaFormat("G729", parameters=(("annexb", "yes"),))

# A frame of the codecs that have none, G.711 and G.722, is a millisecond: so all peers seen count.
OWN_WORDS: tuple[Coding, ...] = (
    _Counted("g711Ulaw64k", MediaFormat("PCMU"), 1, 0),
    _Counted("g711Alaw64k", MediaFormat("PCMA"), 1, 8),
    _Counted("g722-64k", MediaFormat("G722"), 1, 9),
    _Counted("g729AnnexA", _G729, 10, 18),
    _Counted("g729", _G729, 10, 18),
    _Counted("g729AnnexAwAnnexB", _G729B, 10, 18),
    _Counted("g729wAnnexB", _G729B, 10, 18),
    _G7231("g7231", MediaFormat("G723"), 30, 4),
    _GSM("gsmFullRate", MediaFormat("GSM"), 20, 3),
)
"""
With the static payload types of RFC 3551, table 4.
"""
