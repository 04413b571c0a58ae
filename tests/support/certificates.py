"""
Certificates made for the occasion.
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["Issued", "issue"]

DAY = datetime.timedelta(days=1)


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


def issue(directory: Path, name: str, *hosts: str) -> Issued:
    """
    A certificate that signs itself.

    @param hosts: the addresses, and names of hosts, that it names.
    """
    key = ec.generate_private_key(ec.SECP256R1())
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
    certificate = builder.sign(key, hashes.SHA256())
    issued = Issued(str(directory / f"{name}.pem"), str(directory / f"{name}.key"))
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    Path(issued.certificate).write_bytes(certificate.public_bytes(pem))
    Path(issued.privateKey).write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return issued


def _generalName(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
