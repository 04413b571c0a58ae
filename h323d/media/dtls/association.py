"""
One association of DTLS (RFC 6347) that keys of SRTP come of (RFC 5764): datagrams in, datagrams
out.

OpenSSL has the handshake and its retransmissions; by its own clock, but it is asked when something
is due.  Who the peer is, its certificate's fingerprint says, and nothing else does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509 import load_der_x509_certificate
from OpenSSL import SSL, crypto

from h323d.errors import RemoteProtocolError
from h323d.media.dtls.certificate import Certificate
from h323d.values.cause import Cause
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, MasterKey, StreamKeys
from h323d.values.media.fingerprint import Fingerprint, isOneOf

__all__ = ["Association", "Identity"]

MTU = 1200  # octets of a datagram: what goes through any tunnel
DTLS_1_2 = 0xFEFD  # the least that we speak
_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764, 4.2
_PROFILES = {
    b"SRTP_AES128_CM_SHA1_80": CryptoSuite.AES_CM_80,
    b"SRTP_AES128_CM_SHA1_32": CryptoSuite.AES_CM_32,
    b"SRTP_AEAD_AES_256_GCM": CryptoSuite.AES_256_GCM,
    b"SRTP_AEAD_AES_128_GCM": CryptoSuite.AES_128_GCM,
}  # by their names for OpenSSL, the first one first
_RECORD = 13  # octets of a record's header, of which the last two are its length (RFC 6347, 4.1)
_READ = 65536  # octets
_MOST_DATAGRAMS = 512  # that one association takes, in all


class Identity:
    """
    Who we are in handshakes.

    @ivar fingerprint: of the certificate that we show.
    """

    def __init__(self, certificate: Certificate) -> None:
        self.fingerprint: Fingerprint = certificate.fingerprint
        self._certificate = certificate
        context = self._context = SSL.Context(SSL.DTLS_METHOD)
        context.set_min_proto_version(DTLS_1_2)
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
        context.use_certificate(load_der_x509_certificate(certificate.certificate))
        context.use_privatekey(_loaded(certificate.key))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _anyone)
        context.set_tlsext_use_srtp(b":".join(_PROFILES))

    def __reduce__(self) -> tuple[type[Identity], tuple[Certificate]]:
        """
        What OpenSSL has made of the certificate cannot be written down, and is made again.
        """
        return Identity, (self._certificate,)

    def associate(self, agreement: KeyAgreement) -> Association:
        """
        A new association with a peer.
        """
        connection = SSL.Connection(self._context, None)
        connection.set_ciphertext_mtu(MTU)
        return Association(connection, agreement)


def _loaded(octets: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(octets, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _anyone(
    connection: SSL.Connection, certificate: crypto.X509, error: int, depth: int, good: int
) -> bool:
    """
    Nobody has signed it, as a rule; its fingerprint is looked at when it is proven.
    """
    return True


class Association:
    """
    @ivar keys: of the streams; C{None} until they are agreed on.
    """

    def __init__(self, connection: SSL.Connection, agreement: KeyAgreement) -> None:
        self._connection = connection
        self._agreement = agreement
        self._left = _MOST_DATAGRAMS
        self.keys: StreamKeys | None = None
        if agreement.begins:
            connection.set_connect_state()
        else:
            connection.set_accept_state()

    def begin(self) -> list[bytes]:
        """
        Say hello, if we are the client.

        @return: datagrams to be sent, as of all that follow.
        """
        return self._proceed() if self._agreement.begins else []

    def take(self, datagram: bytes) -> list[bytes]:
        """
        A datagram came.  What is none of DTLS changes nothing.

        @raise RemoteProtocolError: there will be no keys; it says why.
        """
        if not self._left:
            return []
        self._left -= 1
        self._connection.bio_write(datagram)
        if self.keys is None:
            return self._proceed()
        # What has come once more, as our answer to it was lost.  Nothing is to be read, or the peer
        # has closed: its media will say so.
        with contextlib.suppress(SSL.Error):
            self._connection.recv(_READ)
        return self._leaving()

    @property
    def timeout(self) -> float | None:
        """
        Seconds until what we said is to be said again; C{None} if it is not.
        """
        seconds: float | None = self._connection.DTLSv1_get_timeout()
        return seconds if self.keys is None else None

    def retransmit(self) -> list[bytes]:
        """
        Say it again, if it is time.

        @raise RemoteProtocolError: it was said often enough.
        """
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise _failed(error) from None
        return self._leaving()

    def _proceed(self) -> list[bytes]:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return self._leaving()
        except SSL.Error as error:
            raise _failed(error) from None
        self.keys = self._agreed()
        return self._leaving()

    def _agreed(self) -> StreamKeys:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        octets = b"" if certificate is None else certificate.public_bytes(Encoding.DER)
        if not isOneOf(self._agreement.fingerprints, octets):
            raise _refused("the certificate has not the fingerprint that was signalled")
        suite = _PROFILES.get(self._connection.get_selected_srtp_profile())
        if suite is None:
            raise _refused("it agrees on no encryption that we have")
        size, salted = suite.keyOctets - suite.saltOctets, suite.saltOctets
        octets = self._connection.export_keying_material(_LABEL, 2 * suite.keyOctets)
        keys, salts = octets[: 2 * size], octets[2 * size :]
        client = MasterKey(suite, keys[:size] + salts[:salted])
        server = MasterKey(suite, keys[size:] + salts[salted:])
        return StreamKeys(client, server) if self._agreement.begins else StreamKeys(server, client)

    def _leaving(self) -> list[bytes]:
        """
        @return: what OpenSSL wants to send, which is one octet after the other here, as datagrams
            again.
        """
        try:
            octets = self._connection.bio_read(_READ)
        except SSL.Error:
            return []
        datagrams = [b""]
        for record in _records(octets):
            if datagrams[-1] and len(datagrams[-1]) + len(record) > MTU:
                datagrams.append(b"")
            datagrams[-1] += record
        return datagrams


def _records(octets: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(octets):
        end = at + _RECORD + int.from_bytes(octets[at + _RECORD - 2 : at + _RECORD], "big")
        yield octets[at:end]
        at = end


def _failed(error: SSL.Error) -> RemoteProtocolError:
    """
    @param error: says what OpenSSL has met.
    """
    found = error.args[0] if error.args else ()
    words = [each[-1] for each in found] if isinstance(found, list) else []
    return _refused(", ".join(words) or "OpenSSL does not say why")


def _refused(reason: str) -> RemoteProtocolError:
    return RemoteProtocolError(Cause.RESOURCE_UNAVAILABLE, f"no keys by DTLS: {reason}")
