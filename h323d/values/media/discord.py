"""
That two have nothing in common that they could speak, or not the bandwidth for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media.formats import MediaFormat

__all__ = ["NONE", "Discord"]


@dataclass(frozen=True, slots=True)
class Discord:
    """
    What there is to say of it.

    @ivar words: for people to read; empty if that is not why.
    @ivar formats: that there would have been, best first; none if they are not known.
    @ivar bandwidth: that there would have been: bit/s, both directions together; C{None} if that
        is not why, or is not known.
    """

    words: str = ""
    formats: tuple[MediaFormat, ...] = ()
    bandwidth: int | None = None


NONE = Discord()
"""
There is none.
"""
