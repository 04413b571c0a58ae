"""
The ports of SIP, as they are registered.
"""

from __future__ import annotations

__all__ = ["SIPS_PORT", "SIP_PORT", "defaultPort"]

SIP_PORT = 5060
"""UDP and TCP, where a URI or a Via names none (RFC 3261, 18.1.1 and 19.1.2)."""

SIPS_PORT = 5061
"""The same of TLS."""


def defaultPort(protocol: str) -> int:
    """
    @param protocol: as in Via: C{"UDP"}, C{"TCP"} or C{"TLS"}.
    """
    return SIPS_PORT if protocol == "TLS" else SIP_PORT
