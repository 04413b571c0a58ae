"""
The ports of H.323, as they are registered, or are custom.
"""

from __future__ import annotations

__all__ = ["MULTICAST_PORT", "RAS_PORT", "SECURE_SIGNALLING_PORT", "SIGNALLING_PORT"]

RAS_PORT = 1719
"""UDP (H.225.0, IV.1)."""

MULTICAST_PORT = 1718
"""UDP, for gatekeeper discovery by multicast (H.225.0, IV.1)."""

SIGNALLING_PORT = 1720
"""TCP (H.225.0, IV.1)."""

SECURE_SIGNALLING_PORT = 1300
"""TCP, for call signalling over TLS (H.460.22)."""
