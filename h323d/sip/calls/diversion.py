"""
The C{Diversion} header field: RFC 5806.  Its first value is the last diversion of all.
"""

from __future__ import annotations

from h323d.errors import DecodeError
from h323d.sip.calls.parties import partiesOf, targetOf
from h323d.sip.messages.grammar import unquote
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import NOBODYS_HOST, TransportAddress
from h323d.values.diversion import Diversion, DiversionReason

__all__ = ["diversionOf", "divertedBy", "headerOf"]

_HIDDEN = frozenset(("full", "uri"))  # of privacy: the party does not want to be known
_NOBODY = SIPURI(NOBODYS_HOST, "anonymous")


def diversionOf(request: SIPRequest) -> Diversion | None:
    """
    @return: C{None} if an INVITE says none, or none that can be read.
    """
    try:
        last = request.headers.first("Diversion", NameAddr.parse)
    except DecodeError:
        return None
    if last is None:
        return None
    try:
        reason = DiversionReason(unquote(last.parameter("reason") or "").lower())
    except ValueError:
        reason = DiversionReason.UNKNOWN
    isHidden = unquote(last.parameter("privacy") or "").lower() in _HIDDEN
    return Diversion(None if isHidden else partiesOf(last.uri)[0], reason)


def headerOf(diversion: Diversion, here: TransportAddress) -> str:
    """
    The value of the header field.

    @param here: our own address, at which a number is.
    """
    value = NameAddr(divertedBy(diversion, here)).withParameter("reason", diversion.reason.value)
    isKnown = diversion.party is not None
    return str(value if isKnown else value.withParameter("privacy", "full"))


def divertedBy(diversion: Diversion, here: TransportAddress) -> SIPURI:
    """
    By whom a call was sent on.

    @param here: our own address, at which a number is.
    """
    party = diversion.party
    if party is None:
        return _NOBODY
    return targetOf(party) or SIPURI(here.host, party.value, here.port)
