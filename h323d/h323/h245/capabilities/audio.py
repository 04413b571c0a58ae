"""
Sound as C{AudioCapability} names it (ITU-T H.245, B.2), and as our formats do.

What it does not know, it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from h323d.h323.h245.capabilities.codings import MAXIMUM_FRAMES, OWN_WORDS, Coding
from h323d.h323.h245.capabilities.generic import GENERIC_WORDS
from h323d.h323.h245.capabilities.kinds import suits
from h323d.h323.h245.capabilities.nonstandard import NON_STANDARD_WORDS
from h323d.h323.h245.messages import Choice
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.passing import mayPass
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["AUDIO", "AudioAbility"]

SHORTEST_PACKET = 10  # milliseconds; less is not worth its headers
_CACHED = 128  # lists of formats

_CODINGS: dict[str, Coding] = {
    coding.name: coding for coding in (*OWN_WORDS, *GENERIC_WORDS, *NON_STANDARD_WORDS)
}


def _grouped(alternatives: Iterable[tuple[str, Coding]]) -> dict[str, list[Coding]]:
    grouped: dict[str, list[Coding]] = {}
    for alternative, coding in alternatives:
        grouped.setdefault(alternative, []).append(coding)
    return grouped


_BY_ALTERNATIVE = _grouped((each.alternative, each) for each in _CODINGS.values())
_BY_MODE = _grouped((each.modeAlternative, each) for each in _CODINGS.values())


@dataclass(frozen=True, slots=True)
class AudioAbility:
    """
    One way of sending or receiving sound.

    @ivar format: the neutral format.
    @ivar packetMs: the longest packet, in milliseconds of sound.
    @ivar coding: the name of the word for it (L{h323d.h323.h245.capabilities.codings}).
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
        The RTP payload type: the static one, or ours.
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
        return self.packetMs <= profile.maxPacketMs or profile.passes(self.format)

    def capability(self) -> Choice:
        coding = _CODINGS[self.coding]
        frames = max(1, min(MAXIMUM_FRAMES, self.packetMs // coding.frameMs))
        return coding.capability(frames, self.silenceSuppression)

    def mode(self) -> Choice:
        return _CODINGS[self.coding].mode(self.packetMs)

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
        for coding in _BY_ALTERNATIVE.get(value[0], ()):
            said = coding.read(value)
            if said is not None:
                frames, silence = said
                form = _withSilence(coding.format, silence)
                packetMs = frames * coding.frameMs
                return AudioAbility(form, packetMs, coding.name, symmetric, silence)
        return None

    def codingOf(self, mode: Choice) -> str | None:
        for coding in _BY_MODE.get(mode[0], ()):
            if coding.isMode(mode):
                return coding.name
        return None

    def names(self, mediaFormat: MediaFormat) -> bool:
        """
        Whether there is a word for a format, that says all that matters of it.
        """
        return any(
            mayPass(mediaFormat, coding.format) or mayPass(coding.format, mediaFormat)
            for coding in _CODINGS.values()
        )

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


def _withSilence(mediaFormat: MediaFormat, silence: bool) -> MediaFormat:
    """
    G.723.1 is told alike with silence descriptors and without, but for that.
    """
    if mediaFormat.name != "G723":
        return mediaFormat
    return replace(mediaFormat, parameters=(("annexa", "yes" if silence else "no"),))


AUDIO = _Audio()
