"""
Whom an operator means by a name that they typed.
"""

from __future__ import annotations

from ipaddress import ip_address

from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["isAddress", "registrationNamed"]


def registrationNamed(registry: EndpointRegistry, text: str) -> Registration | None:
    """
    The endpoint that has this identifier, this alias of any kind, or this
    signalling address (C{host:port}).
    """
    found = registry.byId(text)
    if found is not None:
        return found
    for kind in AddressKind:
        found = registry.byAlias(PartyAddress(kind, text))
        if found is not None:
            return found
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and len(port) <= 5):
        return None
    return registry.bySignalling(TransportAddress(host.strip("[]"), int(port)))


def isAddress(text: str) -> bool:
    """
    Whether it is a literal IP address, with a port or without.
    """
    host, _, port = text.rpartition(":")
    withPort = port.isascii() and port.isdigit()
    return any(map(_isHost, (text, host.strip("[]") if withPort else text)))


def _isHost(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
