"""
A text as somebody would read it aloud: one form for all that looks alike, with a map back to where
each character stands in the original.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["PlainText", "plain"]

# Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties).
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_STOPS = "\u3002\u2024\uff61\u06d4"  # full stops that no normal form makes one of ASCII
_MINUS = "\u2212"
_COMBINING = ("Mn", "Me", "Cf")


@dataclass(frozen=True, slots=True)
class PlainText:
    """
    @ivar text: in NFKC, without what is not seen; digits, dashes, spaces and full stops of
        ASCII.
    @ivar places: of each of its characters, which one of the original it comes from.
    """

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """
        Where some of it stands in the original: the first character, and that after the last.
        """
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> PlainText:
    """
    The plain form of a text.
    """
    if text.isascii():
        return PlainText(text, tuple(range(len(text))))
    seen: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if _IGNORED.match(character):
            continue
        for each in unicodedata.normalize("NFKC", character):
            if unicodedata.category(each) not in _COMBINING:
                seen.append(_folded(each))
                places.append(place)
    return PlainText("".join(seen), tuple(places))


def _folded(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    if kind == "Pd" or character == _MINUS:
        return "-"
    if kind == "Zs":
        return " "
    return "." if character in _STOPS else character
