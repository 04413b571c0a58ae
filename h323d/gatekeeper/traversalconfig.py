"""
The configuration of what gets calls through NATs and firewalls.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["TraversalConfig"]


@dataclass(frozen=True, slots=True)
class TraversalConfig:
    """
    How endpoints behind a NAT are reached.
    """

    enabled: Live[bool] = True
    """Whether endpoints may register as such that only they can open connections (H.460.18)."""

    timeToLive: Live[int] = 19
    """Seconds between two renewals of such a registration; each renewal keeps the NAT's way open,
    and NATs forget ways of UDP after 30 s or more."""

    dialBackTimeout: Live[float] = 8.0
    """Seconds that such an endpoint has to connect to us when a call for it has come."""

    keepAliveInterval: Live[int] = 19
    """Seconds between two packets by which such an endpoint keeps the way of its media open
    (H.460.19)."""

    multiplex: Live[bool] = True
    """Whether the media of all calls may share one pair of ports here, for endpoints that can do
    that (H.460.19)."""

    guess: Live[bool] = True
    """Whether an endpoint that names an address out of C{privateNetworks}, while its packets come
    from elsewhere, is reached where its packets come from instead."""

    privateNetworks: Live[tuple[str, ...]] = (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
    """Networks whose addresses mean nothing outside of them."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("timeToLive", 10, 3600),
            ("dialBackTimeout", 1, 60),
            ("keepAliveInterval", 5, 3600),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name}: must be {least} to {most}")
        for network in self.privateNetworks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise ValueError(f"privateNetworks: {error}") from None
