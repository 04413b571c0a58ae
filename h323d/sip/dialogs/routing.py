"""
Where a request goes: the next hop's URI to a protocol and an address.

The numeric part of RFC 3263, 4; names are resolved by whoever places a call.  Within a
dialog, the peer's open connection is used again (RFC 3261, 18.1.1), and a peer that names
a private address, but was heard from a public one, is answered where it was heard.
"""

from __future__ import annotations

import ipaddress

from h323d.sip.flows import Flow
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.ports import defaultPort
from h323d.values.address import TransportAddress, literalAddress

__all__ = [
    "IN_THE_CLEAR",
    "PROTOCOLS",
    "Way",
    "contactAt",
    "domainOf",
    "hopAt",
    "literal",
    "protocolOf",
    "sameHost",
    "wayTo",
]

IN_THE_CLEAR = ("UDP", "TCP")
PROTOCOLS = (*IN_THE_CLEAR, "TLS")

Way = tuple[str, TransportAddress]
"""
C{"UDP"}, C{"TCP"} or C{"TLS"}, and the address.
"""


def protocolOf(uri: SIPURI) -> str:
    """
    The transport that a URI asks for, as Via has it: of C{sips}, TLS, as C{transport=tcp} says
    only what lies beneath it (RFC 3261, 26.2.2).
    """
    named = (uri.transport or "udp").upper()
    return "TLS" if uri.secure and named in ("UDP", "TCP") else named


def contactAt(
    here: TransportAddress, user: str, protocol: str, secure: bool, isFocus: bool = False
) -> str:
    """
    A Contact of ours.

    @param protocol: by which the peer is to reach us there.
    @param secure: whether it asked for C{sips}, and so gets one (RFC 3261, 12.1.1).
    @param isFocus: whether a conference is there (RFC 4579, 5.2).
    """
    uri = SIPURI(here.host, user, here.port, secure=secure)
    if protocol != "UDP" and not secure:
        uri = uri.withParameter("transport", protocol.lower())
    contact = NameAddr(uri)
    return str(contact.withParameter("isfocus", None) if isFocus else contact)


def hopAt(host: str, port: int | None, uri: SIPURI) -> SIPURI:
    """
    The next hop, where a URI's host is elsewhere, or was looked up.

    @param host: a literal address.
    """
    return SIPURI(host, port=port, params=uri.params, secure=uri.secure)


def domainOf(uri: SIPURI) -> str:
    """
    The domain that a server has to speak for that is called for a URI; empty where that names an
    address.
    """
    return "" if literal(uri.host) else uri.host


def literal(host: str) -> bool:
    """
    Whether a host is an address, not a name.
    """
    try:
        literalAddress(host)
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
    if not isinstance(uri, SIPURI) or not literal(uri.host):
        return back
    protocol = protocolOf(uri)
    if protocol not in PROTOCOLS:
        return back
    if heard is not None:
        wasSecure = heard.protocol == "TLS"
        if wasSecure and uri.transport is None:
            protocol = "TLS"  # what began encrypted goes on so
        isOpen = heard.reliable and heard.usable and uri.transport != "udp"
        if isOpen and (wasSecure or not uri.secure):
            return back
        if _hidden(uri.host, heard.peer.host):
            return back
    return protocol, TransportAddress(uri.host, uri.port or defaultPort(protocol))


def _hidden(named: str, heard: str) -> bool:
    """
    Whether a peer sits behind a translator of addresses.
    """
    if not literal(heard):
        return False
    return ipaddress.ip_address(named).is_private and not ipaddress.ip_address(heard).is_private
