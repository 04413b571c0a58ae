"""
The port of SIP, as it is registered.
"""

from __future__ import annotations

__all__ = ["SIP_PORT"]

SIP_PORT = 5060
"""UDP and TCP, where a URI or a Via names none (RFC 3261, 18.1.1 and 19.1.2)."""
