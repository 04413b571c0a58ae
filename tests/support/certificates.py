"""
Certificates made for the occasion.
"""

from __future__ import annotations

import datetime
import enum
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Issued", "KeyKind", "issue"]

DAY = datetime.timedelta(days=1)


class KeyKind(enum.Enum):
    """
    Of what kind the key of a certificate is.
    """

    EC = "ec"
    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass
class Issued:
    """
    A certificate and its key, in files.
    """

    certificate: str
    privateKey: str

    @property
    def publicKey(self) -> bytes:
        """
        The DER of its SubjectPublicKeyInfo.
        """
        certificate = x509.load_pem_x509_certificate(Path(self.certificate).read_bytes())
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return certificate.public_key().public_bytes(encoding, form)


def issue(directory: Path, name: str, *hosts: str, kind: KeyKind = KeyKind.EC) -> Issued:
    """
    A certificate that signs itself.

    @param hosts: the addresses, names of hosts, and SIP URIs, that it names.
    """
    key = _newKey(kind)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    since = datetime.datetime(2024, 1, 1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + 36500 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if hosts:
        named = x509.SubjectAlternativeName([_generalName(host) for host in hosts])
        builder = builder.add_extension(named, critical=False)
    certificate = builder.sign(key, None if kind is KeyKind.ED25519 else hashes.SHA256())
    issued = Issued(str(directory / f"{name}.pem"), str(directory / f"{name}.key"))
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    Path(issued.certificate).write_bytes(certificate.public_bytes(pem))
    Path(issued.privateKey).write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return issued


def _newKey(kind: KeyKind) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey:
    if kind is KeyKind.ED25519:
        return Ed25519PrivateKey.generate()
    if kind is KeyKind.RSA:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def _generalName(host: str) -> x509.GeneralName:
    if host.startswith("sip:"):
        return x509.UniformResourceIdentifier(host)
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
