"""
P-Early-Media: whether what a called side sends before the call is answered may be heard (RFC 5009).

It is a word between peers that trust each other, C{sip.trustedNetworks}: read of no others, and
told to no others.
"""

from __future__ import annotations

from h323d.sip.messages.message import SIPMessage

__all__ = ["EARLY_MEDIA", "SENDS_BOTH_WAYS", "UNDERSTOOD", "mayBeHeard", "understands"]

EARLY_MEDIA = "P-Early-Media"
UNDERSTOOD = "supported"
SENDS_BOTH_WAYS = "sendrecv"

_SAYS = {"sendrecv": True, "sendonly": True, "recvonly": False, "inactive": False}  # of the sender


def mayBeHeard(message: SIPMessage) -> bool | None:
    """
    Whether the sender has leave to be heard by us; C{None} if nothing is said of that.  Of several
    streams, that is true if it is of any.
    """
    said = [_SAYS[word] for word in _words(message) if word in _SAYS]
    return any(said) if said else None


def understands(message: SIPMessage) -> bool:
    """
    Whether the sender of an INVITE wants to be told.
    """
    return bool(_words(message))


def _words(message: SIPMessage) -> list[str]:
    text = ",".join(message.headers.lines(EARLY_MEDIA))
    return [word for each in text.split(",") if (word := each.partition(";")[0].strip().lower())]
