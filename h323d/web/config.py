"""
The configuration of the HTTP listener.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

__all__ = ["WebConfig"]


@dataclass(frozen=True, slots=True)
class WebConfig:
    """
    What is seen of the server by HTTP: /health and /metrics.
    """

    enabled: bool = False
    """Whether HTTP is listened for at all."""

    bind: str = "127.0.0.1"
    """The address that is listened on; without a certificate, one of the loopback."""

    port: int = 8323
    """The TCP port; 0 takes any free one."""

    certificate: str = ""
    """A PEM file with our certificate, and those between it and its authority: HTTP is spoken over
    TLS then, and not otherwise."""

    privateKey: str = ""
    """A PEM file with its key, without a passphrase."""

    metricsFrom: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """The networks, or addresses, from which /metrics may be asked for; /health may be from
    everywhere."""

    instance: str = ""
    """What the label instance of h323_gatekeeper_up says; empty for the name of this machine."""

    maxConnections: int = 64
    """Connections at one time; more are closed at once."""

    maxConnectionsPerPeer: int = 8
    """Connections from one address at one time; more are closed at once."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError("port: must be 0 to 65535")
        try:
            address = ipaddress.ip_address(self.bind)
        except ValueError:
            raise ValueError(f"bind: {self.bind!r} is not an IP address") from None
        if bool(self.certificate) != bool(self.privateKey):
            raise ValueError("privateKey: and certificate belong together")
        if not self.certificate and not address.is_loopback:
            raise ValueError(f"bind: without a certificate, {self.bind} has to be of the loopback")
        for text in self.metricsFrom:
            _checkNetwork(text)
        for name in ("maxConnections", "maxConnectionsPerPeer"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")


def _checkNetwork(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"metricsFrom: {text!r} is no network") from None
