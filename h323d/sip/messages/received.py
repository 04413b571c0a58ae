"""
Where a request came from, as is written into its topmost Via (RFC 3261, 18.2.1; RFC 3581, 4).
"""

from __future__ import annotations

from collections.abc import Iterator

from h323d.sip.messages.grammar import splitCommas
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
    values = stamp(request.headers.lines("Via"), via, source)
    return request.withHeaders(request.headers.replacing("Via", *values))


def stamp(lines: tuple[str, ...], via: Via, source: TransportAddress) -> Iterator[str]:
    """
    The Via fields of a message, the topmost of which says where it came from.

    @param lines: as they came.
    @param via: the topmost of them.
    """
    stamped = via.withParameter("received", source.host)
    if via.wantsRport:
        stamped = stamped.withParameter("rport", str(source.port))
    yield str(stamped)
    yield from splitCommas(lines[0], "Via")[1:]
    yield from lines[1:]
