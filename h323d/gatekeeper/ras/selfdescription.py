"""
What an endpoint says of itself: its kind, its product, the numbers that it
serves as a gateway (H.225.0, C{EndpointType} and C{VendorIdentifier}).

These are claims of a peer, read without belief: what makes no sense is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.gatekeeper.registry.registration import EndpointKind
from h323d.h323.ras.messages import Fields
from h323d.h323.signalling.addresses import partyFromAlias

__all__ = ["kindOf", "prefixesFrom", "prefixesOf", "productOf"]

MAX_PRODUCT = 64  # characters of a product's name that are kept
_DIGITS = frozenset("0123456789#*")


def kindOf(terminalType: Fields) -> EndpointKind:
    """
    @param terminalType: an C{EndpointType}, of which the most able part counts.
    """
    for kind in (EndpointKind.GATEKEEPER, EndpointKind.GATEWAY, EndpointKind.MCU):
        if kind.value in terminalType:
            return kind
    return EndpointKind.TERMINAL


def productOf(vendor: Fields) -> str:
    """
    @param vendor: a C{VendorIdentifier}.

    @return: printable ASCII.
    """
    text = bytes(vendor.get("productId", b"")).decode("ascii", "replace")[:MAX_PRODUCT]
    return "".join(c for c in text if c.isascii() and c.isprintable()).strip()


def prefixesOf(terminalType: Fields) -> tuple[str, ...]:
    """
    The number prefixes that a gateway or MCU serves, of all its protocols,
    each once.

    @param terminalType: an C{EndpointType}.
    """
    found: dict[str, None] = {}
    for part in ("gateway", "mcu"):
        for _, capabilities in terminalType.get(part, {}).get("protocol", ()):
            if isinstance(capabilities, dict):  # else a protocol that is newer than our schema
                found.update(dict.fromkeys(prefixesFrom(capabilities.get("supportedPrefixes", ()))))
    return tuple(found)


def prefixesFrom(supportedPrefixes: Iterable[Fields]) -> tuple[str, ...]:
    """
    Read a list of C{SupportedPrefix}; what is no number is left out.
    """
    parties = (partyFromAlias(each["prefix"]) for each in supportedPrefixes)
    values = (party.value for party in parties if party is not None)
    return tuple(dict.fromkeys(value for value in values if _DIGITS.issuperset(value)))
