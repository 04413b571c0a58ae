"""
Where a request goes: the next hop's URI to a protocol and an address.

The numeric part of RFC 3263, 4; names are resolved by whoever places a call.  Within a
dialog, the peer's open connection is used again (RFC 3261, 18.1.1), and a peer that names
a private address, but was heard from a public one, is answered where it was heard.
"""

from __future__ import annotations

import ipaddress

from h323d.sip.flows import Flow
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.ports import SIP_PORT
from h323d.values.address import TransportAddress

__all__ = ["PROTOCOLS", "Way", "literal", "sameHost", "wayTo"]

PROTOCOLS = ("UDP", "TCP")

Way = tuple[str, TransportAddress]
"""
C{"UDP"} or C{"TCP"}, and the address.
"""


def literal(host: str) -> bool:
    """
    Whether a host is an address, not a name.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def sameHost(one: str, other: str) -> bool:
    """
    Whether both are one literal address, however it is written; a name is none.
    """
    try:
        return ipaddress.ip_address(one) == ipaddress.ip_address(other)
    except ValueError:
        return False


def wayTo(uri: URI, heard: Flow | None) -> Way | None:
    """
    @param uri: the next hop.
    @param heard: the way by which the peer was last heard.

    @return: C{None} if the URI is none that can be reached without a resolver,
        and the peer was never heard.
    """
    back = None if heard is None else (heard.protocol, heard.peer)
    if not isinstance(uri, SIPURI) or uri.secure or not literal(uri.host):
        return back
    protocol = (uri.transport or "udp").upper()
    if protocol not in PROTOCOLS:
        return back
    if heard is not None:
        if heard.reliable and heard.usable and uri.transport != "udp":
            return back
        if _hidden(uri.host, heard.peer.host):
            return back
    return protocol, TransportAddress(uri.host, uri.port or SIP_PORT)


def _hidden(named: str, heard: str) -> bool:
    """
    Whether a peer sits behind a translator of addresses.
    """
    if not literal(heard):
        return False
    return ipaddress.ip_address(named).is_private and not ipaddress.ip_address(heard).is_private
