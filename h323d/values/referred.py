"""
What a transfer says of the call that comes of it, in the words of the protocol that it came by.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Referred"]


@dataclass(frozen=True, slots=True)
class Referred:
    """
    @ivar by: who has asked: the value of SIP's C{Referred-By} (RFC 3892); may be empty.
    @ivar replaces: which call of the called party it is to take the place of: the value of
        C{Replaces} (RFC 3891); empty if it is none, or one of ours.
    """

    by: str = ""
    replaces: str = ""
