"""
Sound as C{AudioCapability} names it (ITU-T H.245, B.2), and as our formats do.

It translates, and chooses; what it does not know, it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from h323d.h323.h245.messages import Choice
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediumProfile

__all__ = [
    "AudioAbility",
    "abilitiesOf",
    "audioCapability",
    "chooseAbility",
    "payloadTypeOf",
    "readAudioCapability",
    "suits",
]

SHORTEST_PACKET = 10  # milliseconds; less is not worth its headers
_MAXIMUM_FRAMES = 256  # of the schema's frame counts


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

    def within(self, packetMs: int) -> AudioAbility:
        """
        The same with packets no longer than C{packetMs}, in whole frames and
        tens of milliseconds; one of them, where the peer wants even less.
        """
        frameMs = max(_CODINGS[self.coding].frameMs, SHORTEST_PACKET)
        return replace(self, packetMs=max(1, min(packetMs, self.packetMs) // frameMs) * frameMs)


def readAudioCapability(value: Choice, symmetric: bool = False) -> AudioAbility | None:
    """
    Read an C{AudioCapability}.

    @return: C{None} for what we do not know.
    """
    name, count = value
    coding = _CODINGS.get(name)
    if coding is None:
        return None
    silence = False
    if name == "g7231":
        count, silence = count["maxAl-sduAudioFrames"], count["silenceSuppression"]
    elif name == "gsmFullRate":
        count, silence = count["audioUnitSize"] // _GSM_FRAME, count["comfortNoise"]
        if count == 0:
            return None
    return AudioAbility(coding.format, count * coding.frameMs, name, symmetric, silence)


def audioCapability(ability: AudioAbility) -> Choice:
    """
    Make an C{AudioCapability}.
    """
    frames = max(1, min(_MAXIMUM_FRAMES, ability.packetMs // _CODINGS[ability.coding].frameMs))
    if ability.coding == "g7231":
        return (
            "g7231",
            {"maxAl-sduAudioFrames": frames, "silenceSuppression": ability.silenceSuppression},
        )
    if ability.coding == "gsmFullRate":
        return (
            "gsmFullRate",
            {
                "audioUnitSize": min(_MAXIMUM_FRAMES // _GSM_FRAME, frames) * _GSM_FRAME,
                "comfortNoise": ability.silenceSuppression,
                "scrambled": False,
            },
        )
    return (ability.coding, frames)


def payloadTypeOf(ability: AudioAbility) -> int:
    """
    The RTP payload type of a format that H.245 can name; all of them are static.
    """
    return _CODINGS[ability.coding].payloadType


def suits(wanted: MediaFormat, offered: MediaFormat) -> bool:
    """
    Whether C{offered} can be used where C{wanted} is asked for.  Silence frames
    (G.729 Annex B) are taken unless they are ruled out.
    """
    return wanted.sameEncoding(offered) and not (
        ("annexb", "no") in wanted.parameters and ("annexb", "yes") in offered.parameters
    )


def abilitiesOf(formats: Iterable[MediaFormat], packetMs: int) -> list[AudioAbility]:
    """
    All ways to name formats, in their order.  Formats that H.245 has no
    word for are left out.

    @param packetMs: the longest packet.
    """
    return [
        AudioAbility(coding.format, packetMs, name).within(packetMs)
        for wanted in formats
        for name, coding in _CODINGS.items()
        if suits(wanted, coding.format)
    ]


def chooseAbility(
    profile: MediumProfile, offered: Iterable[AudioAbility], preferred: MediaFormat | None = None
) -> AudioAbility | None:
    """
    The first of a profile's formats that the peer offers.

    @param preferred: what the other direction uses: it wins where the peer says
        that it can only be used both ways.

    @return: the peer's own way to name it, with our packet length.
    """
    abilities = tuple(offered)
    usable = [a for wanted in profile.formats for a in abilities if suits(wanted, a.format)]
    for ability in usable:
        if preferred is not None and ability.symmetric and ability.format.sameEncoding(preferred):
            return ability.within(profile.packetMs)
    return usable[0].within(profile.packetMs) if usable else None
