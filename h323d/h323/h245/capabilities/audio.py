"""
Sound as C{AudioCapability} names it (ITU-T H.245, B.2), and as our formats do.

What it does not know, it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from h323d.h323.h245.capabilities.kinds import suits
from h323d.h323.h245.messages import Choice
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["AUDIO", "AudioAbility"]

SHORTEST_PACKET = 10  # milliseconds; less is not worth its headers
_MAXIMUM_FRAMES = 256  # of the schema's frame counts
_CACHED = 128  # lists of formats


@dataclass(frozen=True, slots=True)
class _Coding:
    """
    How C{AudioCapability} names a format.

    @ivar frameMs: milliseconds in one of the frames that it counts.
    @ivar payloadType: static RTP payload type (RFC 3551, table 4).
    """

    format: MediaFormat
    frameMs: int
    payloadType: int


_ANNEX_B = (("annexb", "yes"),)
_NO_ANNEX_B = (("annexb", "no"),)
_G729 = MediaFormat("G729", parameters=_NO_ANNEX_B)
_G729B = MediaFormat("G729", parameters=_ANNEX_B)

# A frame of the codecs that have none, G.711 and G.722, is a millisecond: so all
# peers seen count.
_CODINGS = {
    "g711Ulaw64k": _Coding(MediaFormat("PCMU"), 1, 0),
    "g711Alaw64k": _Coding(MediaFormat("PCMA"), 1, 8),
    "g722-64k": _Coding(MediaFormat("G722"), 1, 9),
    "g729AnnexA": _Coding(_G729, 10, 18),
    "g729": _Coding(_G729, 10, 18),
    "g729AnnexAwAnnexB": _Coding(_G729B, 10, 18),
    "g729wAnnexB": _Coding(_G729B, 10, 18),
    "g7231": _Coding(MediaFormat("G723"), 30, 4),
    "gsmFullRate": _Coding(MediaFormat("GSM"), 20, 3),
}
_GSM_FRAME = 33  # octets (RFC 3551, 4.5.8)
_ANNEX_B_MODES = frozenset({"g729wAnnexB", "g729AnnexAwAnnexB"})


@dataclass(frozen=True, slots=True)
class AudioAbility:
    """
    One way of sending or receiving sound.

    @ivar format: the neutral format.
    @ivar packetMs: the longest packet, in milliseconds of sound.
    @ivar coding: the alternative of C{AudioCapability} that names it.
    @ivar symmetric: usable only if both directions use it
        (C{receiveAndTransmitAudioCapability}).
    @ivar silenceSuppression: as C{g7231} or C{gsmFullRate} say it.
    """

    format: MediaFormat
    packetMs: int
    coding: str
    symmetric: bool = False
    silenceSuppression: bool = False

    @property
    def payloadType(self) -> int:
        """
        The RTP payload type; those of all formats that H.245 can name are static.
        """
        return _CODINGS[self.coding].payloadType

    def shortened(self, packetMs: int) -> AudioAbility:
        """
        The same with packets no longer than C{packetMs}, in whole frames and
        tens of milliseconds; one of them, where the peer wants even less.
        """
        frameMs = max(_CODINGS[self.coding].frameMs, SHORTEST_PACKET)
        return replace(self, packetMs=max(1, min(packetMs, self.packetMs) // frameMs) * frameMs)

    def within(self, profile: MediumProfile) -> AudioAbility:
        return self.shortened(profile.packetMs)

    def fits(self, profile: MediumProfile) -> bool:
        return self.packetMs <= profile.maxPacketMs

    def capability(self) -> Choice:
        frames = max(1, min(_MAXIMUM_FRAMES, self.packetMs // _CODINGS[self.coding].frameMs))
        if self.coding == "g7231":
            return (
                "g7231",
                {"maxAl-sduAudioFrames": frames, "silenceSuppression": self.silenceSuppression},
            )
        if self.coding == "gsmFullRate":
            return (
                "gsmFullRate",
                {
                    "audioUnitSize": min(_MAXIMUM_FRAMES // _GSM_FRAME, frames) * _GSM_FRAME,
                    "comfortNoise": self.silenceSuppression,
                    "scrambled": False,
                },
            )
        return (self.coding, frames)

    def mode(self) -> Choice:
        coding = self.coding
        if coding == "g7231":
            return (coding, ("noSilenceSuppressionHighRate", None))
        if coding == "gsmFullRate":
            return (
                coding,
                {"audioUnitSize": _GSM_FRAME, "comfortNoise": False, "scrambled": False},
            )
        return (coding, self.packetMs // 10 if coding in _ANNEX_B_MODES else None)

    def transmit(
        self, payloadType: int, rtp: TransportAddress, rtcp: TransportAddress | None
    ) -> TransmitFormat:
        return TransmitFormat(self.format, payloadType, self.packetMs, rtp, rtcp)


@dataclass(frozen=True, slots=True)
class _Audio:
    """
    Sound: the L{Kind<h323d.h323.h245.capabilities.kinds.Kind>}.
    """

    medium: Medium = Medium.AUDIO
    session: int = 1
    capability: str = "AudioCapability"
    dataType: str = "audioData"
    modeType: str = "audioMode"

    def read(self, value: Choice, symmetric: bool = False) -> AudioAbility | None:
        name, count = value
        coding = _CODINGS.get(name)
        if coding is None:
            return None
        silence = False
        if name == "g7231":
            count, silence = count["maxAl-sduAudioFrames"], count["silenceSuppression"]
            annexA = (("annexa", "yes" if silence else "no"),)
            coding = replace(coding, format=replace(coding.format, parameters=annexA))
        elif name == "gsmFullRate":
            count, silence = count["audioUnitSize"] // _GSM_FRAME, count["comfortNoise"]
            if count == 0:
                return None
        return AudioAbility(coding.format, count * coding.frameMs, name, symmetric, silence)

    def codingOf(self, mode: Choice) -> str | None:
        return mode[0] if mode[0] in _CODINGS else None

    def sendable(self, profile: MediumProfile) -> Sequence[AudioAbility]:
        return _abilities(profile.formats, profile.packetMs)

    def receivable(self, profile: MediumProfile) -> Sequence[AudioAbility]:
        return _abilities(profile.formats, profile.maxPacketMs)

    def sentAs(self, transmit: TransmitFormat) -> AudioAbility | None:
        return next(iter(_abilities((transmit.format,), transmit.packetMs)), None)


@lru_cache(_CACHED)  # all calls offer the same few
def _abilities(formats: tuple[MediaFormat, ...], packetMs: int) -> tuple[AudioAbility, ...]:
    return tuple(
        AudioAbility(
            coding.format, packetMs, name, silenceSuppression=_isSilentlyHeard(name, wanted)
        ).shortened(packetMs)
        for wanted in formats
        for name, coding in _CODINGS.items()
        if suits(wanted, coding.format)
    )


def _isSilentlyHeard(coding: str, wanted: MediaFormat) -> bool:
    """
    Whether silence descriptors are welcome that C{coding} has no other name for (G.723.1, annex A).
    """
    return coding == "g7231" and ("annexa", "no") not in wanted.parameters


AUDIO = _Audio()
