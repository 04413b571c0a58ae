"""
A range of ports, as configurations write it.  It hands out none: see L{h323d.call.localports}.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["PortSpan"]

_TEXT = re.compile(r"\s*([0-9]{1,5})\s*-\s*([0-9]{1,5})\s*")


@dataclass(frozen=True, slots=True)
class PortSpan:
    """
    The ports from C{first} to C{last}, both of them too.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= 65535:
            raise ValueError("must be 1-65535, or within that")

    @classmethod
    def parse(cls, text: str) -> PortSpan:
        """
        @param text: as in C{"30000-30999"}.

        @raise ValueError: it is no range of ports.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f'{text!r} is not a range as in "30000-30999"')
        return cls(int(match[1]), int(match[2]))

    @property
    def size(self) -> int:
        """
        How many ports there are.
        """
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
