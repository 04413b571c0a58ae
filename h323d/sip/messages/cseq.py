"""
The CSeq header field: a request's number in its dialog (RFC 3261, 20.16).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from h323d.sip.messages.grammar import TOKEN, fail

__all__ = ["MAX_CSEQ", "CSeq"]

MAX_CSEQ = 2**31 - 1  # 8.1.1.5

_CSEQ = re.compile(rf"([0-9]{{1,10}}+)\s+({TOKEN})")


@dataclass(frozen=True, slots=True)
class CSeq:
    """
    @ivar number: 0 to L{MAX_CSEQ}.
    @ivar method: as in the request line, by case.
    """

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """
        @raise DecodeError: not a number and a method, or the number is too large.
        """
        found = _CSEQ.fullmatch(text)
        if found is None or int(found[1]) > MAX_CSEQ:
            fail("not a sequence number and a method", "CSeq")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
