"""
Why a call that was refused has no sound that both sides speak: what the refusal says of that, and
what we say of it to whoever called us (RFC 3261, 20.43 and 21.4.26).
"""

from __future__ import annotations

import re

from h323d.errors import DecodeError
from h323d.sip.calls.causes import statusOf
from h323d.sip.messages.grammar import writeHost
from h323d.sip.messages.message import SIPResponse
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.payloads import abilitiesOf
from h323d.sip.sdp.streams import Obstacle
from h323d.values.cause import Cause

__all__ = ["discordOf", "warningOf"]

_STATUSES = frozenset({statusOf(Cause.INCOMPATIBLE_DESTINATION), 606})
_MOST_SAID = 300  # characters
_WARNING = re.compile(r'\s*3[0-9]{2}\s+\S+\s+"([^"\\]*)"\s*')
_UNSHOWABLE = re.compile(r"[^ -!#-\[\]-~]")  # and what would end a quoted string


def discordOf(response: SIPResponse) -> str:
    """
    What a refusal says of the formats that there would have been, for people to read; empty if it
    does not speak of them.
    """
    if response.status not in _STATUSES:
        return ""
    warnings = (_WARNING.fullmatch(line) for line in response.headers.lines("Warning"))
    words = [warning[1] for warning in warnings if warning is not None]
    try:
        formats = abilitiesOf(parse(response.body))
    except DecodeError:
        formats = ()
    if formats:
        words.append(f"they have {' '.join(map(str, formats))}")
    return _shown("; ".join(words)) or "they do not say what they have"


def warningOf(words: str, host: str) -> str:
    """
    What a Warning header field says.

    @param words: for people.
    @param host: who warns.
    """
    return f'{Obstacle.MEDIA_FORMAT.value} {writeHost(host)} "{_shown(words)}"'


def _shown(words: str) -> str:
    return _UNSHOWABLE.sub("?", words)[:_MOST_SAID]
