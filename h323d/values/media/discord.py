"""
That two have nothing in common that they could speak.
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
    """

    words: str = ""
    formats: tuple[MediaFormat, ...] = ()


NONE = Discord()
"""
There is none.
"""
