"""
The C{Replaces} header field: which dialog an INVITE is to take the place of (RFC 3891, 6.1).

It names the dialog as the one who gets it sees it: the C{to-tag} is ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from h323d.errors import DecodeError
from h323d.sip.messages.grammar import Parameters, parameterOf, parseParameters

__all__ = ["REPLACES", "Replaces"]

REPLACES = "Replaces"
MAX_LENGTH = 1000  # of what we look at; no dialog of ours has a longer name
_NO_TAG = "0"  # of peers of RFC 2543
_WORDS = re.compile(r"[^\s;,\x00-\x20\x7f]+", re.ASCII)  # near enough to the callid of RFC 3261


@dataclass(frozen=True, slots=True)
class Replaces:
    """
    @ivar callId: of the dialog.
    @ivar localTag: ours.
    @ivar remoteTag: the peer's; C{None} if it has none.
    @ivar earlyOnly: the dialog is not meant any more once it is answered.
    """

    callId: str
    localTag: str
    remoteTag: str | None
    earlyOnly: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """
        @raise DecodeError: it names no dialog.
        """
        callId, semicolon, rest = text.partition(";")
        if len(text) > MAX_LENGTH or not (text.isascii() and _WORDS.fullmatch(callId.strip())):
            raise DecodeError("it names no call", REPLACES)
        params = parseParameters(semicolon + rest, REPLACES)
        remoteTag = _only(params, "from-tag")
        return cls(
            callId.strip(),
            _only(params, "to-tag"),
            None if remoteTag == _NO_TAG else remoteTag,
            parameterOf(params, "early-only") is not None,
        )

    def __str__(self) -> str:
        flag = ";early-only" if self.earlyOnly else ""
        tags = f";to-tag={self.localTag};from-tag={self.remoteTag or _NO_TAG}"
        return f"{self.callId}{tags}{flag}"


def _only(params: Parameters, name: str) -> str:
    """
    @raise DecodeError: there is none, or more than one.
    """
    values = [value or "" for each, value in params if each == name]
    if len(values) != 1 or not _WORDS.fullmatch(values[0]):
        raise DecodeError(f"it has not one {name}", REPLACES)
    return values[0]
