"""
Who a peer that we dial over TLS has to prove to be (RFC 9525; in SIP, RFC 5922).

Its certificate has to name what was dialled: an address, as calls go to addresses, or the name
of a host.  Where no certificate can, as of phones whose addresses change, the configuration
says what counts instead: a public key, or the signature of an authority alone.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.pyopenssl import verify_hostname, verify_ip_address

from h323d.values.networks import Networks
from h323d.values.tlspeer import KEY_PREFIX, TLSPeer

__all__ = ["ANYBODY", "Expected", "Trust", "namesOf", "publicKey"]


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What is asked of one peer.

    @ivar host: what its certificate has to name; empty for any.
    @ivar domain: for what SIP domain it has to speak; empty for any.
    @ivar keys: one of these has to be its public key, as L{TLSPeer} writes them, and then it
        does not count who has signed it; empty for any.
    """

    host: str = ""
    keys: frozenset[str] = frozenset()
    domain: str = ""

    def fault(self, connection: SSL.Connection, key: bytes | None) -> str:
        """
        @param connection: its handshake is done.
        @param key: the peer's.

        @return: why it is not who it should be; empty if it is.
        """
        if self.keys:
            known = key is not None and KEY_PREFIX + hashlib.sha256(key).hexdigest() in self.keys
            return "" if known else "the peer's public key is not the configured one"
        if self.domain and not _speaksFor(connection, self.domain):
            return f"the peer's certificate does not speak for {self.domain}"
        if not self.host:
            return ""
        try:
            if _isLiteral(self.host):
                verify_ip_address(connection, self.host)
            else:
                verify_hostname(connection, self.host)
        except (VerificationError, CertificateError):
            return f"the peer's certificate does not name {self.host}"
        return ""


ANYBODY = Expected()


class Trust:
    """
    What is asked of whom.
    """

    def __init__(self, named: bool, peers: Sequence[TLSPeer] = ()) -> None:
        """
        @param named: whether there are authorities, which say who is who.
        @param peers: those who are not asked what others are; all that name an address count
            together, so that a key can be changed for another.
        """
        self._named = named
        self._peers = [(Networks((peer.network,)), peer.key) for peer in peers]

    def of(self, host: str, domain: str = "") -> Expected:
        """
        @param host: what is dialled.
        @param domain: the SIP domain that is looked for there; empty for none.
        """
        known = [key for network, key in self._peers if _isLiteral(host) and host in network]
        keys = frozenset(filter(None, known))
        if known or not self._named:
            return Expected("", keys)
        return Expected("", keys, domain) if domain else Expected(host, keys)


def publicKey(connection: SSL.Connection) -> bytes | None:
    """
    The public key of the peer's certificate, as the DER of its SubjectPublicKeyInfo.

    @param connection: its handshake is done.

    @return: C{None} if it showed no certificate.
    """
    certificate = connection.get_peer_certificate()
    if certificate is None:
        return None
    key = certificate.to_cryptography().public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _speaksFor(connection: SSL.Connection, domain: str) -> bool:
    """
    Whether a peer's certificate is that of a SIP domain (RFC 5922, 7.1): where it says domains of
    SIP, those count alone, and the names of hosts otherwise; none of them by a wildcard (7.2).
    """
    certificate = connection.get_peer_certificate()
    if certificate is None:
        return False
    names = _alternativeNames(certificate)
    uris = [] if names is None else names.get_values_for_type(x509.UniformResourceIdentifier)
    domains = [uri[4:] for uri in uris if uri.lower().startswith("sip:") and "@" not in uri]
    found = {each.lower().rstrip(".") for each in domains} or set(namesOf(certificate))
    return domain.lower().rstrip(".") in found


def namesOf(certificate: crypto.X509) -> list[str]:
    """
    The names of hosts that a certificate has, wildcards as they are, in lower case.
    """
    names = _alternativeNames(certificate)
    found = [] if names is None else names.get_values_for_type(x509.DNSName)
    return [each.lower().rstrip(".") for each in found]


def _alternativeNames(certificate: crypto.X509) -> x509.SubjectAlternativeName | None:
    extensions = x509.SubjectAlternativeName
    try:
        return certificate.to_cryptography().extensions.get_extension_for_class(extensions).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _isLiteral(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
