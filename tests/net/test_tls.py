"""
TLS streams, on the real loopback, with certificates made for the occasion.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import IStream, IStreamListener, IStreamOpener, IStreamUser
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.net.tls import Credentials, TLSListener, TLSOpener
from h323d.values.address import TransportAddress
from tests.support.certificates import Issued, issue

ANY = TransportAddress("127.0.0.1", 0)


@implementer(IStreamUser)
class User:
    """
    Fires when it has received something, and when it ends.
    """

    stream: IStream

    def __init__(self, greeting: bytes = b"") -> None:
        self.greeting = greeting
        self.received: Deferred[bytes] = Deferred()
        self.closed: Deferred[str] = Deferred()

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream
        if self.greeting:
            stream.write(self.greeting)

    def streamReceived(self, data: bytes) -> None:
        self.received.callback(data)

    def streamClosed(self, reason: str) -> None:
        self.closed.callback(reason)


Steps = Generator[Any, Any, None]


@pytest.fixture
def ours(tmp_path: Path) -> Issued:
    return issue(tmp_path, "ours")


def serving(credentials: Credentials) -> tuple[Any, User]:
    server = User()
    listening = TLSListener(reactor, credentials).listen(ANY, lambda: server)
    return listening, server


@pytest_twisted.inlineCallbacks
def part(client: User, server: User, listening: Any) -> Steps:
    """
    End the connection, and the listening.
    """
    client.stream.abort()
    yield server.closed
    yield client.closed
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_octetsGoBothWays(ours: Issued) -> Steps:
    listening, server = serving(Credentials(ours.certificate, ours.privateKey, "", False))
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", "", False), "127.0.0.1").open(
        listening.address, client, 5.0
    )
    assert (yield server.received) == b"over"
    assert server.stream.peer.host == "127.0.0.1"
    server.stream.write(b"and out")
    assert (yield client.received) == b"and out"
    client.stream.close()
    yield server.closed
    yield client.closed
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aPeerWithoutACertificateIsTurnedAwayWhereOneIsAskedFor(ours: Issued) -> Steps:
    asking = Credentials(ours.certificate, ours.privateKey, ours.certificate, True)
    listening, server = serving(asking)
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", "", False)).open(listening.address, client, 5.0)
    yield server.closed
    yield client.closed
    assert not server.received.called
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_whoHasOneIsLetIn(ours: Issued) -> Steps:
    both = Credentials(ours.certificate, ours.privateKey, ours.certificate, True)
    listening, server = serving(both)
    client = User(b"over")
    TLSOpener(reactor, both).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_aServerOfAnotherAuthorityIsNotBelieved(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other")
    listening, server = serving(Credentials(ours.certificate, ours.privateKey, "", False))
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", other.certificate, True)).open(
        listening.address, client, 5.0
    )
    yield client.closed
    yield server.closed
    assert not server.received.called
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aNewCertificateIsUsedFromThenOn(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other")
    credentials = Credentials(ours.certificate, ours.privateKey, "", False)
    listening, server = serving(credentials)
    Path(ours.certificate).write_text(Path(other.certificate).read_text())
    Path(ours.privateKey).write_text(Path(other.privateKey).read_text())
    credentials.prepare().commit()
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", other.certificate, True)).open(
        listening.address, client, 5.0
    )
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_whatIsNoTLSEndsTheConnection(ours: Issued) -> Steps:
    listening, server = serving(Credentials(ours.certificate, ours.privateKey, "", False))
    with socket.create_connection((listening.address.host, listening.address.port)) as plain:
        plain.sendall(b"\x03\x00\x00\x08 not TLS at all" * 10)
        yield server.closed
    assert not server.received.called
    listening.stop()


def test_aPortThatIsTaken(ours: Issued) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        credentials = Credentials(ours.certificate, ours.privateKey, "", False)
        with pytest.raises(ResourceUnavailable, match="TLS"):
            TLSListener(reactor, credentials).listen(TransportAddress(*taken.getsockname()), User)


def test_filesThatCannotBeUsed(ours: Issued, tmp_path: Path) -> None:
    other = issue(tmp_path, "other")
    for certificate, key, place in (
        ("/absent", ours.privateKey, "h323.certificate"),
        (ours.privateKey, ours.privateKey, "h323.certificate"),
        (ours.certificate, ours.certificate, "h323.privateKey"),
        (ours.certificate, other.privateKey, "h323.privateKey"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            Credentials(certificate, key, "", False)
        assert caught.value.place == place


def test_whatIsInUseStaysIfTheNewCannotBe(ours: Issued) -> None:
    credentials = Credentials(ours.certificate, ours.privateKey, "", False)
    Path(ours.certificate).write_text("not a certificate")
    before = credentials.serverConnectionForTLS(None).get_context()  # type: ignore[arg-type]  # not used
    with pytest.raises(ConfigurationError):
        credentials.prepare().commit()
    after = credentials.serverConnectionForTLS(None).get_context()  # type: ignore[arg-type]  # not used
    assert after is before


def test_itProvidesTheSeams(ours: Issued) -> None:
    credentials = Credentials("", "", "", False)
    assert verifyObject(IStreamListener, TLSListener(reactor, credentials))
    assert verifyObject(IStreamOpener, TLSOpener(reactor, credentials))
