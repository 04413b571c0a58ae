"""
What of a profile is spoken of, where some of it cannot be coded and merely passes to another.

Each end chooses for itself what it sends (H.323, 8.3), of all that the other can receive; what
merely passes must therefore stand alone, or the one direction could be what the other leaves
nobody to hear.  Which of it stands alone is settled by fast connect, that proposes both
directions alike, by whoever changes a call, and else where there is nothing that we can code.
"""

from __future__ import annotations

from collections.abc import Mapping

from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile

__all__ = ["settled"]

Spoken = Mapping[Medium, MediaFormat | None]


def settled(
    wanted: MediaProfile, spoken: Spoken, remote: RemoteCapabilities | None, isChange: bool = False
) -> MediaProfile:
    """
    @param wanted: what may be spoken.
    @param spoken: what is, already.
    @param remote: what the peer can receive; C{None} before it has said so.
    @param isChange: the first of what is wanted counts for more than what is spoken.

    @return: what we say.
    """
    if not any(each.passed for each in wanted.media):
        return wanted
    return MediaProfile(
        tuple(
            each.settledBy(_choice(each, spoken.get(each.medium), remote, isChange))
            for each in wanted.media
        )
    )


def _choice(
    wanted: MediumProfile,
    spoken: MediaFormat | None,
    remote: RemoteCapabilities | None,
    isChange: bool,
) -> MediaFormat | None:
    if remote is None:
        return spoken
    taken = [ability.format for ability in remote.of(wanted.medium)]
    onlyPasses = all(each in wanted.passed for each in wanted.formats)
    candidates = (
        *(wanted.formats[:1] if isChange else ()),
        *((spoken,) if spoken is not None else ()),
        *(wanted.formats if onlyPasses else ()),
    )
    return next((each for each in candidates if any(map(each.sameOctets, taken))), None)
