"""
RTP payload types in SDP: C{rtpmap}, C{fmtp}, and the static types of RFC 3551.

Translates between the formats of an C{m=} line and L{MediaFormat}.  Malformed lines are
as if they were not there: the payload type they speak of is one that we do not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from h323d.sip.sdp.description import Attribute, MediaDescription, SessionDescription, attributesOf
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = [
    "EVENT_NAME",
    "FIRST_DYNAMIC",
    "COMFORT_NOISE",
    "STATIC_FORMATS",
    "abilitiesOf",
    "conceding",
    "fitPacketMs",
    "formatAttributes",
    "formatsOf",
    "isEvent",
    "isSpoken",
    "pausesWithNoise",
    "payloadTypeFor",
    "soundOf",
]

FIRST_DYNAMIC = 96  # RFC 3551, 6
_LAST_DYNAMIC = 127
_PREFERRED_EVENT_TYPE = 101  # what everybody uses, and some insist on
EVENT_NAME = "telephone-event"
COMFORT_NOISE = MediaFormat("CN")
_EVENTS = "0-16"  # digits, A to D, and flash (RFC 4733, 3.2)

STATIC_FORMATS: Mapping[int, MediaFormat] = {
    0: MediaFormat("PCMU"),
    3: MediaFormat("GSM"),
    4: MediaFormat("G723"),
    8: MediaFormat("PCMA"),
    9: MediaFormat("G722"),
    10: MediaFormat("L16", 44100, 2),
    11: MediaFormat("L16", 44100),
    13: COMFORT_NOISE,
    15: MediaFormat("G728"),
    18: MediaFormat("G729"),
    31: MediaFormat("H261", 90000, kind=Medium.VIDEO),
    34: MediaFormat("H263", 90000, kind=Medium.VIDEO),
}
"""
Payload types that mean something without C{rtpmap} (RFC 3551, tables 4 and 5).
"""

_STATIC_TYPES = {
    (fmt.name.lower(), fmt.clockRate, fmt.channels): number
    for number, fmt in STATIC_FORMATS.items()
}
_RTPMAP = re.compile(r"\s*([0-9]{1,3})\s+([^\s/]+)/([0-9]{1,7})(?:/([0-9]{1,2}))?\s*")
_FMTP = re.compile(r"\s*([0-9]{1,3})\s+(.*)")
_FRAME_MS = {"g723": 30, "ilbc": 30, "gsm": 20, "g7221": 20, "amr": 20, "amr-wb": 20, "opus": 20}
_SHORTEST_FRAME_MS = 10
# Parameters that say whether there are silence descriptors; without them, there are.
_DESCRIPTORS = {"g729": "annexb", "g723": "annexa"}
_MODES = "mode-set"
_WITH_MODES = {"amr", "amr-wb"}
_WITHOUT_DESCRIPTORS = {"pcmu", "pcma", "g722", "g726-32", "aal2-g726-32"}


def formatsOf(media: MediaDescription) -> dict[int, MediaFormat]:
    """
    @return: by payload type, in the order of the C{m=} line; what has no meaning is left
        out.
    """
    maps = _rtpmaps(media)
    parameters = _fmtps(media)
    kind = Medium.VIDEO if media.media == "video" else Medium.AUDIO
    formats = {}
    for text in media.formats:
        if not (text.isascii() and text.isdigit()) or int(text) > _LAST_DYNAMIC:
            continue
        number = int(text)
        if number in maps:
            name, clockRate, channels = maps[number]
        elif number in STATIC_FORMATS:
            static = STATIC_FORMATS[number]
            name, clockRate, channels = static.name, static.clockRate, static.channels
        else:
            continue
        formats[number] = MediaFormat(
            name, clockRate, channels, _parseParameters(parameters.get(number, "")), kind
        )
    return formats


def soundOf(description: SessionDescription) -> tuple[MediaFormat, ...]:
    """
    @return: what is spoken in the first audio stream that is not refused, in the order of its
        C{m=} line; events and noise are not spoken.
    """
    return _soundIn(media for media in description.media if media.port)


def abilitiesOf(description: SessionDescription) -> tuple[MediaFormat, ...]:
    """
    @param description: of what could be spoken, without a session; its ports are 0 (RFC 3264, 9).

    @return: as L{soundOf} has them.
    """
    return _soundIn(description.media)


def _soundIn(streams: Iterable[MediaDescription]) -> tuple[MediaFormat, ...]:
    for media in streams:
        if media.media == "audio":
            return tuple(filter(isSpoken, formatsOf(media).values()))
    return ()


def _rtpmaps(media: MediaDescription) -> dict[int, tuple[str, int, int]]:
    maps: dict[int, tuple[str, int, int]] = {}
    for text in attributesOf(media.attributes, "rtpmap"):
        found = _RTPMAP.fullmatch(text)
        if found is not None and int(found[3]) > 0:
            maps.setdefault(int(found[1]), (found[2], int(found[3]), int(found[4] or 1)))
    return maps


def _fmtps(media: MediaDescription) -> dict[int, str]:
    lines = map(_FMTP.fullmatch, attributesOf(media.attributes, "fmtp"))
    return {int(found[1]): found[2] for found in lines if found is not None}


def _parseParameters(text: str) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name:
            pairs.setdefault(name.strip().lower(), value.strip())
    return tuple(sorted(pairs.items()))


def formatAttributes(formats: Mapping[int, MediaFormat]) -> list[Attribute]:
    """
    @return: the C{rtpmap} and C{fmtp} attributes that describe these.
    """
    attributes: list[Attribute] = []
    for number, fmt in formats.items():
        channels = f"/{fmt.channels}" if fmt.channels > 1 else ""
        attributes.append(("rtpmap", f"{number} {fmt.name}/{fmt.clockRate}{channels}"))
        if isEvent(fmt):
            attributes.append(("fmtp", f"{number} {_EVENTS}"))
        elif fmt.parameters:
            words = (f"{name}={value}" if value else name for name, value in fmt.parameters)
            attributes.append(("fmtp", f"{number} {';'.join(words)}"))
    return attributes


def payloadTypeFor(fmt: MediaFormat, taken: Iterable[int]) -> int | None:
    """
    Choose a payload type for a format of ours.

    @param taken: types that mean something else already.

    @return: C{None} if all are taken.
    """
    static = _STATIC_TYPES.get((fmt.name.lower(), fmt.clockRate, fmt.channels))
    used = set(taken)
    if static is not None and static not in used:
        return static
    if isEvent(fmt) and _PREFERRED_EVENT_TYPE not in used:
        return _PREFERRED_EVENT_TYPE
    used.add(_PREFERRED_EVENT_TYPE)
    free = (number for number in range(FIRST_DYNAMIC, _LAST_DYNAMIC + 1) if number not in used)
    return next(free, None)


def isEvent(fmt: MediaFormat) -> bool:
    return fmt.name.lower() == EVENT_NAME


def isSpoken(fmt: MediaFormat) -> bool:
    """
    @return: whether it is a format of the medium, and not what may go beside: events, and comfort
        noise of whatever clock.
    """
    return not isEvent(fmt) and fmt.name.upper() != COMFORT_NOISE.name


def pausesWithNoise(fmt: MediaFormat) -> bool:
    """
    @return: whether it has no silence descriptors, and the clock of L{COMFORT_NOISE} (RFC 3389, 1).
    """
    clock = COMFORT_NOISE.clockRate
    return fmt.name.lower() in _WITHOUT_DESCRIPTORS and fmt.clockRate == clock


def conceding(fmt: MediaFormat, other: MediaFormat) -> MediaFormat:
    """
    @param other: the same encoding, as the other side has it.

    @return: C{fmt}, without silence descriptors if the other side wants none (RFC 7261, 3), and
        with no modes but those of the other side (RFC 4867, 8.3.1).
    """
    theirs = dict(other.parameters)
    name = _DESCRIPTORS.get(fmt.name.lower(), "")
    conceded = {}
    if theirs.get(name, "").lower() == "no":
        conceded[name] = "no"
    if fmt.name.lower() in _WITH_MODES and _MODES in theirs:
        conceded[_MODES] = theirs[_MODES]
    return replace(fmt, parameters=tuple(sorted((dict(fmt.parameters) | conceded).items())))


def fitPacketMs(fmt: MediaFormat, wanted: int) -> int:
    """
    @return: C{wanted} milliseconds, as whole frames of this format, at least one.
    """
    frame = _FRAME_MS.get(fmt.name.lower(), _SHORTEST_FRAME_MS)
    if fmt.name.lower() == "ilbc" and ("mode", "20") in fmt.parameters:
        frame = 20
    return max(frame, wanted // frame * frame)
