"""
Which formats each side of a bridge is offered, and in which order.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.values.media.formats import MediaFormat

__all__ = ["preferring"]


def preferring(
    formats: Iterable[MediaFormat], spoken: Iterable[MediaFormat] | None
) -> tuple[MediaFormat, ...]:
    """
    All that we can speak, and first of it what the other side speaks, in the order of that:
    what both have needs no transcoding.

    @param formats: ours, best first.
    @param spoken: the other side's, best first; C{None} if that is not known.
    """
    ours, wanted = tuple(formats), tuple(spoken or ())
    common = [each for want in wanted for each in ours if each.sameEncoding(want)]
    return tuple(dict.fromkeys((*common, *ours)))
