"""
One association: what the two sides say, and the keys that come of it.
"""

from __future__ import annotations

import contextlib
import pickle
import random
import time

import pytest
from cryptography.x509 import load_der_x509_certificate
from OpenSSL import SSL, crypto

from h323d.errors import RemoteProtocolError
from h323d.media.dtls.association import MTU, Association, Identity
from h323d.media.dtls.certificate import newCertificate
from h323d.values.cause import Cause
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from tests.support.handshakes import identity

OURS, THEIRS = identity(1), identity(2)


def sides(
    client: Identity = OURS, server: Identity = THEIRS, known: Fingerprint | None = None
) -> tuple[Association, Association]:
    """
    @param known: whom the client takes the server for.
    """
    return (
        client.associate(KeyAgreement(True, (known or server.fingerprint,))),
        server.associate(KeyAgreement(False, (client.fingerprint,))),
    )


def converse(
    client: Association, server: Association, hello: list[bytes] | None = None
) -> list[bytes]:
    """
    Let both say all that they have to.

    @param hello: what the client has said already, and was not heard yet.
    @return: the datagrams.
    """
    said = client.begin() if hello is None else hello
    coming, heard = [(server, client, each) for each in said], []
    while coming:
        to, back, datagram = coming.pop(0)
        heard.append(datagram)
        coming += [(back, to, each) for each in to.take(datagram)]
    return heard


def test_bothHaveTheSameKeys() -> None:
    client, server = sides()
    converse(client, server)
    assert client.keys is not None
    assert client.keys.ours.suite is CryptoSuite.AES_CM_80
    assert client.keys.ours != client.keys.theirs
    assert server.keys == StreamKeys(client.keys.theirs, client.keys.ours)


def test_whoWeAreIsWrittenDownAndReadAgain() -> None:
    client, server = sides(server=pickle.loads(pickle.dumps(THEIRS)), known=THEIRS.fingerprint)
    converse(client, server)
    assert client.keys is not None


def test_datagramsGoThroughAnyTunnel() -> None:
    assert all(0 < len(each) <= MTU for each in converse(*sides()))


def test_onlyTheClientBegins() -> None:
    client, server = sides()
    assert server.begin() == []
    assert len(client.begin()) == 1


def test_keysAreOthersEachTime() -> None:
    (one, server), (other, again) = sides(), sides()
    converse(one, server)
    converse(other, again)
    assert one.keys != other.keys


def test_whoShowsAnotherCertificateIsNobody() -> None:
    client, server = sides(known=Fingerprint.of(b"another"))
    with pytest.raises(RemoteProtocolError, match="the certificate has not the finger") as caught:
        converse(client, server)
    assert caught.value.cause is Cause.RESOURCE_UNAVAILABLE
    assert client.keys is None


THEIR_CERTIFICATE = newCertificate(random.Random(7), 1_700_000_000.0)


def peer(profiles: str = "", certified: bool = True) -> SSL.Connection:
    """
    A client that is not ours.

    @param certified: whether it shows a certificate.
    """
    context = SSL.Context(SSL.DTLS_METHOD)
    if profiles:
        context.set_tlsext_use_srtp(profiles.encode())
    if certified:
        context.use_certificate(load_der_x509_certificate(THEIR_CERTIFICATE.certificate))
        context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_ASN1, THEIR_CERTIFICATE.key))
    connection = SSL.Connection(context, None)
    connection.set_ciphertext_mtu(MTU)
    connection.set_connect_state()
    return connection


def serverFor(fingerprint: Fingerprint) -> Association:
    return THEIRS.associate(KeyAgreement(False, (fingerprint,)))


def sayTo(server: Association, client: SSL.Connection) -> None:
    for _ in range(2):
        with contextlib.suppress(SSL.WantReadError):
            client.do_handshake()
        for each in server.take(client.bio_read(65536)):
            client.bio_write(each)


def test_whoShowsNoCertificateIsRefused() -> None:
    with pytest.raises(RemoteProtocolError, match=r"no keys by DTLS: .*certificate"):
        sayTo(serverFor(OURS.fingerprint), peer("SRTP_AES128_CM_SHA1_80", certified=False))


def test_whoHasNoEncryptionOfOursIsRefused() -> None:
    with pytest.raises(RemoteProtocolError, match="it agrees on no encryption that we have"):
        sayTo(serverFor(THEIR_CERTIFICATE.fingerprint), peer())


@pytest.mark.parametrize("name", ["AES128_CM_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"])
def test_anyProfileThatWeHaveWillDo(name: str) -> None:
    server, client = serverFor(THEIR_CERTIFICATE.fingerprint), peer(f"SRTP_{name}")
    sayTo(server, client)
    assert server.keys is not None
    octets = client.export_keying_material(
        b"EXTRACTOR-dtls_srtp", 2 * server.keys.ours.suite.keyOctets
    )
    size = server.keys.ours.suite.keyOctets - server.keys.ours.suite.saltOctets
    assert octets[:size] == server.keys.theirs.octets[:size]
    assert octets[size : 2 * size] == server.keys.ours.octets[:size]
    assert octets.endswith(server.keys.ours.octets[size:])


@pytest.mark.parametrize(
    "garbage",
    [b"\x16", b"\x14garbage", bytes([22, 254, 253]) + bytes(10), bytes(range(20, 64)) * 30,
     bytes([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255])],
)  # fmt: skip
def test_garbageChangesNothing(garbage: bytes) -> None:
    client, server = sides()
    hello = client.begin()
    for each in (client, server):
        assert each.take(garbage) == []
    converse(client, server, hello)
    assert client.keys is not None
    assert server.keys is not None


def test_whatIsLostIsSaidAgain() -> None:
    client, server = sides()
    (lost,) = client.begin()
    timeout = client.timeout
    assert timeout is not None
    time.sleep(timeout + 0.01)  # OpenSSL has the clock
    (again,) = client.retransmit()
    assert len(again) == len(lost)
    for each in server.take(again):
        client.take(each)


def test_whoHasKeysHasNothingToSayAgain() -> None:
    client, server = sides()
    converse(client, server)
    assert (client.timeout, server.timeout) == (None, None)
    assert client.take(b"\x16 something more") == []


def test_whoSaysTooMuchIsNotHeard() -> None:
    client, server = sides()
    for _ in range(512):
        server.take(b"\x16")
    assert converse(client, server)
    assert server.keys is None
