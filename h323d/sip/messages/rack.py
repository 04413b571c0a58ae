"""
The RSeq and RAck header fields: which provisional response a PRACK acknowledges (RFC 3262, 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from h323d.sip.messages.cseq import CSeq
from h323d.sip.messages.grammar import fail

__all__ = ["MAX_RSEQ", "RAck", "parseRSeq"]

MAX_RSEQ = 2**32 - 1  # 7.1; the first of an INVITE stays below 2**31, to leave room (3)

_RSEQ = re.compile(r"[0-9]{1,10}")
_RACK = re.compile(r"([0-9]{1,10}+)\s+(.+)")


@dataclass(frozen=True, slots=True)
class RAck:
    """
    @ivar rseq: the number of the provisional response.
    @ivar cseq: of the request that it answers.
    """

    rseq: int
    cseq: CSeq

    @classmethod
    def parse(cls, text: str) -> RAck:
        """
        @raise DecodeError: not two numbers and a method, or one is too large.
        """
        found = _RACK.fullmatch(text)
        if found is None or int(found[1]) > MAX_RSEQ:
            fail("not two numbers and a method", "RAck")
        return cls(int(found[1]), CSeq.parse(found[2]))

    def __str__(self) -> str:
        return f"{self.rseq} {self.cseq}"


def parseRSeq(text: str) -> int:
    """
    @raise DecodeError: not a number from 1 to L{MAX_RSEQ}.
    """
    if _RSEQ.fullmatch(text) is None or not 1 <= int(text) <= MAX_RSEQ:
        fail("not a number from 1 to 2**32-1", "RSeq")
    return int(text)
