"""
Sound that a C{NonStandardParameter} names: by who has thought of the name, and the name.

OpenH323 and what came of it, Asterisk's chan_ooh323 among them, have names for G.726 and Speex;
Cisco has one for G.726 in its other packing.  Nothing is said of frames: a packet is taken to be of
60 ms at most, as all of these send shorter ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.h323.h245.capabilities.codings import Coding
from h323d.h323.h245.messages import Choice
from h323d.values.media.formats import MediaFormat

__all__ = ["NON_STANDARD_WORDS", "NonStandard"]

_MOST_FRAMES = 3  # of 20 ms
_FRAME_MS = 20
EQUIVALENCE = (9, 0, 61)  # t35CountryCode, t35Extension, manufacturerCode
CISCO = (181, 0, 18)


@dataclass(frozen=True, slots=True)
class NonStandard:
    """
    How a C{NonStandardParameter} names a format.

    Who has thought of the name is told as they do, and not asked: chan_ooh323 says its own maker.

    @ivar data: the name.
    @ivar maker: C{t35CountryCode}, C{t35Extension} and C{manufacturerCode}.
    """

    format: MediaFormat
    payloadType: int
    data: bytes
    maker: tuple[int, int, int]

    @property
    def name(self) -> str:
        return f"nonStandard {self.data.decode('ascii')}"

    @property
    def frameMs(self) -> int:
        return _FRAME_MS

    @property
    def alternative(self) -> str:
        return "nonStandard"

    @property
    def modeAlternative(self) -> str:
        return "nonStandard"

    def capability(self, frames: int, silence: bool) -> Choice:
        country, extension, manufacturer = self.maker
        identifier = {
            "t35CountryCode": country,
            "t35Extension": extension,
            "manufacturerCode": manufacturer,
        }
        fields = {
            "nonStandardIdentifier": ("h221NonStandard", identifier),
            "data": self.data,
        }
        return (self.alternative, fields)

    def mode(self, packetMs: int) -> Choice:
        return self.capability(1, False)

    def read(self, value: Choice) -> tuple[int, bool] | None:
        fields = value[1]
        isHere = fields["nonStandardIdentifier"][0] == "h221NonStandard"
        return (_MOST_FRAMES, False) if isHere and fields["data"] == self.data else None

    def isMode(self, mode: Choice) -> bool:
        return self.read(mode) is not None


_SPEEX = MediaFormat("speex")

NON_STANDARD_WORDS: tuple[Coding, ...] = (
    NonStandard(MediaFormat("G726-32"), 111, b"G.726-32k", EQUIVALENCE),
    NonStandard(MediaFormat("AAL2-G726-32"), 2, b"G726r32", CISCO),
    NonStandard(_SPEEX, 110, b"Speex", EQUIVALENCE),
    NonStandard(_SPEEX, 110, b"Speex bs4 Narrow5", EQUIVALENCE),  # 15 kbit/s, as we send it
)
