"""
ICE candidates (RFC 8839, 5.1), as one reads them who does not speak ICE.

Who offers ICE names all addresses that it has, and one of them in the C{c=} line: that may be of a
family in which we have none, where another candidate is not.  Then we send to a host candidate: a
phone whose offer is answered without ICE listens there.  Nothing is checked, and none are told.
"""

from __future__ import annotations

import ipaddress
import re

from h323d.sip.messages.grammar import MAX_PORT
from h323d.sip.sdp.description import MediaDescription, attributesOf
from h323d.values.address import TransportAddress

__all__ = ["RTCP", "RTP", "hostCandidate"]

RTP, RTCP = 1, 2  # components (RFC 8839, 5.1)
_CANDIDATE = re.compile(
    r"\S{1,32} (?P<component>\d{1,3}) UDP (?P<priority>\d{1,10}) (?P<host>[\d.]+|[\da-f:]+)"
    r" (?P<port>\d{1,5}) typ host(?: |$)",
    re.ASCII | re.IGNORECASE,
)


def hostCandidate(media: MediaDescription, component: int, ipv6: bool) -> TransportAddress | None:
    """
    @param component: L{RTP} or L{RTCP}.
    @param ipv6: the family that is wanted.
    @return: that of the highest priority; C{None} if there is none.
    """
    found = [
        (int(match["priority"]), address)
        for match in map(_CANDIDATE.match, attributesOf(media.attributes, "candidate"))
        if match is not None and int(match["component"]) == component
        if (address := _address(match["host"], int(match["port"]))) is not None
        if address.isIPv6 is ipv6
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _address(host: str, port: int) -> TransportAddress | None:
    try:
        address = TransportAddress(str(ipaddress.ip_address(host)), port)
    except ValueError:
        return None
    return address if 0 < port <= MAX_PORT and address.isUnicast else None
