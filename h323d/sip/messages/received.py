"""
Where a request came from, as is written into its topmost Via (RFC 3261, 18.2.1; RFC 3581, 4).
"""

from __future__ import annotations

from h323d.sip.messages.grammar import splitCommas
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.via import Via
from h323d.values.address import TransportAddress

__all__ = ["stamp", "stamped"]


def stamped(request: SIPRequest, source: TransportAddress) -> SIPRequest:
    """
    Write into the topmost Via where the request came from (18.2.1; RFC 3581, 4).
    """
    via = request.via
    if via.host == source.host and via.received is None and not via.wantsRport:
        return request
    return request.withHeaders(stamp(request.headers, via, source))


def stamp(headers: Headers, via: Via, source: TransportAddress) -> Headers:
    """
    The header fields of a message, whose topmost Via says where it came from.

    @param headers: as they came.
    @param via: the topmost that they have.
    """
    lines = headers.lines("Via")
    others = (*splitCommas(lines[0], "Via")[1:], *lines[1:])
    return headers.headedBy("Via", Via.parse, via.receivedFrom(source), *others)
