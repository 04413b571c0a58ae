"""
What an INVITE says that comes of a transfer: C{Referred-By} (RFC 3892), and C{Replaces} (RFC 3891).

Signatures of who refers (RFC 3892, 5) are not carried: the body that they stand in is not.
"""

from __future__ import annotations

from h323d.sip.dialogs.replaces import REPLACES
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.nameaddr import NameAddr
from h323d.values.referred import Referred

__all__ = ["referredHeaders", "referredOf"]

REFERRED_BY = "Referred-By"


def referredOf(request: SIPRequest, replaces: str = "") -> Referred | None:
    """
    @param request: a REFER, or an INVITE that comes of one.
    @param replaces: what the call is to take the place of where it goes.

    @return: C{None} if there is nothing to say.

    @raise DecodeError: who refers is not said so that it can be read.
    """
    text = request.headers.get(REFERRED_BY)
    by = "" if text is None else str(NameAddr(NameAddr.parse(text, REFERRED_BY).uri))
    return Referred(by, replaces) if by or replaces else None


def referredHeaders(referred: Referred | None) -> tuple[tuple[str, str], ...]:
    """
    The header fields of an INVITE.
    """
    if referred is None:
        return ()
    said = (REFERRED_BY, referred.by), (REPLACES, referred.replaces)
    return tuple((name, value) for name, value in said if value)
