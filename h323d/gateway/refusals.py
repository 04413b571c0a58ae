"""
Which of several refusals the caller is told: RFC 3261, 16.7, step 6, by causes of Q.850.  And
what is said beside it.

A party has been called at several places, and has taken the call at none.  What its people, or
its number, have said is worth more than what has become of a place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from h323d.values.cause import Cause
from h323d.values.media.formats import MediaFormat

__all__ = ["bestOf", "lackOf"]

_BEST = (
    Cause.INVALID_NUMBER_FORMAT,  # more digits would help, as after a 484
    Cause.USER_BUSY,
    Cause.CALL_REJECTED,
    Cause.NO_ANSWER_FROM_USER,
)
_LACKS = frozenset({Cause.INCOMPATIBLE_DESTINATION, Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED})


def bestOf(refusals: Sequence[Cause], ofPlaces: Collection[int]) -> Cause | None:
    """
    @param refusals: in the order in which they came; of those that are worth the same, the last
        is told.
    @param ofPlaces: the causes that tell of a place, and not of the party.

    @return: C{None} if there are none.
    """
    return min(reversed(refusals), key=lambda cause: _worth(cause, ofPlaces), default=None)


def _worth(cause: Cause, ofPlaces: Collection[int]) -> int:
    """
    @return: 0 for the best.
    """
    if cause in _BEST:
        return _BEST.index(cause)
    return len(_BEST) + (cause in ofPlaces)


def lackOf(cause: Cause, discord: str, speaks: Sequence[MediaFormat]) -> str:
    """
    @param cause: that the caller is told.
    @param discord: what the called side and we speak, as it has told; may be empty.
    @param speaks: what the caller speaks, so far as is known.

    @return: what there is to say of a call that fails for want of a common format; may be empty.
    """
    if cause not in _LACKS or not discord:
        return ""
    return f"{discord}; the caller has {' '.join(map(str, speaks))}" if speaks else discord
