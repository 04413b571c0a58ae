"""
Who we are over TLS, by several names, and whom to believe: who connects to us, and whom we dial,
where a certificate cannot name the address.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from dataclasses import dataclass

__all__ = ["KEY_PREFIX", "CertificateFiles", "ClientCertificates", "TLSPeer"]

KEY_PREFIX = "sha256:"
_KEY = re.compile(KEY_PREFIX + "[0-9a-f]{64}")


class ClientCertificates(enum.Enum):
    """
    What is asked of those who connect to us.
    """

    NONE = "none"
    """No certificate."""

    ANY = "any"
    """A certificate, whoever has signed it, with a key of any kind; who has none may come too."""

    SIGNED = "signed"
    """A certificate that one of the authorities has signed, or they may not come."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """
    A certificate of ours that is shown to who asks for a name that it has (RFC 6066, 3).
    """

    certificate: str
    """A PEM file with it, and those between it and its authority."""

    privateKey: str
    """A PEM file with its key, without a passphrase."""


@dataclass(frozen=True, slots=True)
class TLSPeer:
    """
    Peers that are known by other than their address.
    """

    network: str
    """The network, as in C{"192.0.2.0/24"}, or the one address, of those whom this is about."""

    key: str = ""
    """The SHA-256 of their public key, as in C{"sha256:9f86d0..."}, whoever has signed it; empty
    for any that one of the authorities has signed, whatever its name."""

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_network(self.network)
        except ValueError as error:
            raise ValueError(f"network: {error}") from None
        if self.key and not _KEY.fullmatch(self.key):
            raise ValueError(f"key: must be {KEY_PREFIX} and 64 hexadecimal digits, in lower case")
