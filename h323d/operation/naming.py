"""
Whom an operator means by a name that they typed.
"""

from __future__ import annotations

from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["registrationNamed"]


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
