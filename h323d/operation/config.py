"""
The configuration of what is kept of calls' signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["TraceConfig"]

LARGEST = 1 << 40  # octets


@dataclass(frozen=True, slots=True)
class TraceConfig:
    """
    How much of the signalling is kept in memory, for h323ctl trace and h323ctl export.
    """

    callOctets: Live[int] = 262144
    """Octets that are kept of one call, its last ones; 0 keeps nothing at all."""

    totalOctets: Live[int] = 67108864
    """Octets that are kept of all calls; those about which nothing was heard for longest leave."""

    def __post_init__(self) -> None:
        for name in ("callOctets", "totalOctets"):
            if not 0 <= getattr(self, name) <= LARGEST:
                raise ValueError(f"{name}: must be 0 to {LARGEST}")
