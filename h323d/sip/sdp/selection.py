"""
Which formats both sides have, and by which payload types (RFC 3264, 6.1 and 8.3.2).

The part of L{h323d.sip.sdp.negotiation} that weighs formats; it sees payload types and
L{MediaFormat}s only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from h323d.sip.sdp.payloads import (
    COMFORT_NOISE,
    conceding,
    isEvent,
    isSpoken,
    pausesWithNoise,
    payloadTypeFor,
)
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediumProfile

__all__ = [
    "commonFormats",
    "eventClock",
    "eventType",
    "isAnySpoken",
    "matches",
    "named",
    "numbered",
]


def matches(ours: MediaFormat, theirs: MediaFormat) -> bool:
    if isEvent(ours):
        return ours.sameEncoding(theirs)
    return ours.sameOctets(theirs)


def commonFormats(
    theirs: Mapping[int, MediaFormat], profile: MediumProfile
) -> dict[int, MediaFormat]:
    """
    @return: our formats that the peer has too, in our order and by I{its} numbers, so far as we
        settle for them, then its comfort noise, if they can do with it, and its events.
    """
    pairs = []
    for number, fmt in theirs.items():
        rank = next((i for i, own in enumerate(profile.formats) if own.sameOctets(fmt)), None)
        if rank is not None:
            pairs.append((rank, number))
    pairs.sort(key=lambda pair: pair[0])
    settled = profile.settled(tuple(profile.formats[rank] for rank, _ in pairs))
    pairs = [pair for pair in pairs if profile.formats[pair[0]] in settled]
    formats = {number: conceding(profile.formats[rank], theirs[number]) for rank, number in pairs}
    if any(map(pausesWithNoise, formats.values())):
        noise = (number for number, fmt in theirs.items() if fmt.sameEncoding(COMFORT_NOISE))
        formats |= dict.fromkeys(itertools.islice(noise, 1), COMFORT_NOISE)
    if formats:
        event = eventType(theirs, next(iter(formats.values())), profile)
        if event is not None:
            formats[event] = theirs[event]
    return formats


def eventType(
    formats: Mapping[int, MediaFormat], spoken: MediaFormat, profile: MediumProfile
) -> int | None:
    """
    @return: the events to go with a format: those of its own clock (RFC 4733, 2.1), else any.
    """
    events = [(number, fmt) for number, fmt in formats.items() if isEvent(fmt)]
    if not profile.telephoneEvents or not events:
        return None
    fitting = (number for number, fmt in events if fmt.clockRate == spoken.clockRate)
    return next(fitting, events[0][0])


def isAnySpoken(formats: Iterable[MediaFormat]) -> bool:
    """
    @return: whether there is anything but what goes beside a format of the medium.
    """
    return any(map(isSpoken, formats))


def eventClock(formats: Iterable[MediaFormat]) -> int:
    rates = [fmt.clockRate for fmt in formats]
    return 8000 if 8000 in rates else rates[0]


def numbered(
    wanted: Iterable[MediaFormat], known: Mapping[int, MediaFormat]
) -> dict[int, MediaFormat]:
    """
    Give each format its payload type, the one it had if it had one.
    """
    formats: dict[int, MediaFormat] = {}
    for fmt in wanted:
        had = (n for n, old in known.items() if n not in formats and matches(fmt, old))
        number = next(had, None)
        if number is None:
            # A number, once used, means the same for the whole call (RFC 3264, 8.3.2).
            number = payloadTypeFor(fmt, (*formats, *known))
        if number is not None:
            formats[number] = fmt
    return formats


def named(formats: Mapping[int, MediaFormat], profile: MediumProfile) -> dict[int, MediaFormat]:
    """
    @return: the formats as the profile names them, parameters and all.
    """
    return {
        number: next((own for own in profile.formats if own.sameOctets(fmt)), fmt)
        for number, fmt in formats.items()
    }
