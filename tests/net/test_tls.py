"""
TLS streams, on the real loopback, with certificates made for the occasion.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import capturedLogs, formatEvent
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import IStream, IStreamListener, IStreamOpener, IStreamUser
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.net.tls import HANDSHAKE_TIMEOUT, Credentials, TLSListener, TLSOpener
from h323d.net.trust import Expected, Trust
from h323d.values.address import TransportAddress
from h323d.values.tlspeer import CertificateFiles, ClientCertificates, TLSPeer
from tests.support.certificates import Issued, KeyKind, issue
from tests.support.halfopen import HalfOpen

ANY = TransportAddress("127.0.0.1", 0)


@implementer(IStreamUser)
class User:
    """
    Fires when it has received something, and when it ends.
    """

    stream: IStream

    def __init__(self, greeting: bytes = b"") -> None:
        self.greeting = greeting
        self.accepted = self.opened = False
        self.received: Deferred[bytes] = Deferred()
        self.closed: Deferred[str] = Deferred()

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream
        self.opened = True
        if self.greeting:
            stream.write(self.greeting)

    def streamReceived(self, data: bytes) -> None:
        self.received.callback(data)

    def streamClosed(self, reason: str) -> None:
        self.closed.callback(reason)


Steps = Generator[Any, Any, None]


@pytest.fixture
def ours(tmp_path: Path) -> Issued:
    return issue(tmp_path, "ours", "127.0.0.1")


def serving(credentials: Credentials) -> tuple[Any, User]:
    server = User()

    def accept(peer: TransportAddress) -> User:
        server.accepted = True
        return server

    return TLSListener(reactor, credentials).listen(ANY, accept), server


def pin(issued: Issued) -> str:
    return "sha256:" + hashlib.sha256(issued.publicKey).hexdigest()


@pytest_twisted.inlineCallbacks
def part(client: User, server: User, listening: Any) -> Steps:
    """
    End the connection, and the listening.
    """
    server.stream.abort()
    yield server.closed
    yield client.closed
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_octetsGoBothWays(ours: Issued) -> Steps:
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE)).open(
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
    asking = Credentials(
        ours.certificate, ours.privateKey, ours.certificate, ClientCertificates.SIGNED
    )
    listening, server = serving(asking)
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE)).open(
        listening.address, client, 5.0
    )
    yield server.closed
    yield client.closed
    assert not server.received.called
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_whoHasOneIsLetIn(ours: Issued) -> Steps:
    both = Credentials(
        ours.certificate, ours.privateKey, ours.certificate, ClientCertificates.SIGNED
    )
    listening, server = serving(both)
    client = User(b"over")
    TLSOpener(reactor, both).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


# Whom we dial.


@pytest_twisted.inlineCallbacks
def refusal(
    address: TransportAddress, credentials: Credentials, server: User
) -> Generator[Any, Any, str]:
    """
    Dial, and be told why it is not open.
    """
    client = User(b"over")
    with capturedLogs() as logged:
        TLSOpener(reactor, credentials).open(address, client, 5.0)
        reason = yield client.closed
        yield server.closed
    (line,) = [formatEvent(each) for each in logged if "no TLS" in (each["log_format"] or "")]
    assert line == f"no TLS with {address}: {reason}"
    assert not server.received.called
    assert not client.opened
    return str(reason)


@pytest_twisted.inlineCallbacks
def test_aServerOfAnotherAuthorityIsNotBelieved(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    believing = Credentials("", "", other.certificate, ClientCertificates.NONE)
    reason = yield refusal(listening.address, believing, server)
    assert "certificate verify failed" in reason
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aCertificateOfAnotherAddressIsNotBelieved(tmp_path: Path) -> Steps:
    ours = issue(tmp_path, "ours", "127.0.0.2", "localhost")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    believing = Credentials("", "", ours.certificate, ClientCertificates.NONE)
    reason = yield refusal(listening.address, believing, server)
    assert reason == "the peer's certificate does not name 127.0.0.1"
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aCertificateThatNamesNobodyIsNotBelieved(tmp_path: Path) -> Steps:
    ours = issue(tmp_path, "ours")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    believing = Credentials("", "", ours.certificate, ClientCertificates.NONE)
    reason = yield refusal(listening.address, believing, server)
    assert reason == "the peer's certificate does not name 127.0.0.1"
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aNameThatWasDialledIsCompared(tmp_path: Path) -> Steps:
    ours = issue(tmp_path, "ours", "localhost")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    there = TransportAddress("localhost", listening.address.port)
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", ours.certificate, ClientCertificates.NONE)).open(
        there, client, 5.0
    )
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_aConfiguredKeyIsBelievedWhoeverHasSignedIt(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    pinned = Credentials(
        "", "", other.certificate, ClientCertificates.NONE, (TLSPeer("127.0.0.0/8", pin(ours)),)
    )
    client = User(b"over")
    TLSOpener(reactor, pinned).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    assert client.stream.peerKey == ours.publicKey
    assert server.stream.peerKey is None  # it has asked for none
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_anotherKeyThanTheConfiguredOneIsNot(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    pinned = Credentials(
        "", "", ours.certificate, ClientCertificates.NONE, (TLSPeer("127.0.0.1", pin(other)),)
    )
    reason = yield refusal(listening.address, pinned, server)
    assert reason == "the peer's public key is not the configured one"
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_inAConfiguredNetworkTheSignatureIsEnough(tmp_path: Path) -> Steps:
    ours = issue(tmp_path, "ours", "phone.example")
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    signed = Credentials(
        "", "", ours.certificate, ClientCertificates.NONE, (TLSPeer("127.0.0.0/8"),)
    )
    client = User(b"over")
    TLSOpener(reactor, signed).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


def test_elsewhereItIsNot() -> None:
    trust = Trust(True, (TLSPeer("192.0.2.0/24"), TLSPeer("192.0.2.7", "sha256:" + "a" * 64)))
    assert trust.of("192.0.2.1") == Expected()
    assert trust.of("192.0.2.7") == Expected("", frozenset(["sha256:" + "a" * 64]))
    assert trust.of("198.51.100.1") == Expected("198.51.100.1")
    assert trust.of("phone.example") == Expected("phone.example")
    assert Trust(False).of("198.51.100.1") == Expected()


@pytest.mark.parametrize("key", ["9f", "sha256:9f", "sha256:" + "A" * 64, "sha1:" + "a" * 64])
def test_aKeyIsWrittenInOneWay(key: str) -> None:
    with pytest.raises(ValueError, match="key: must be sha256:"):
        TLSPeer("192.0.2.1", key)


def test_aPeerHasANetwork() -> None:
    with pytest.raises(ValueError, match="network: "):
        TLSPeer("phone.example")


# The handshake.


@pytest_twisted.inlineCallbacks
def test_aConnectionOpensAfterItsHandshake(ours: Issued) -> Steps:
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    with socket.create_connection((listening.address.host, listening.address.port)):
        yield deferLater(reactor, 0.05)
        assert server.accepted
        assert not server.opened
    yield server.closed
    assert not server.opened
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_whomWeDialHasToShakeHandsInTime() -> Steps:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = User(b"over")
        there = TransportAddress(*silent.getsockname())
        TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE)).open(
            there, client, 0.1
        )
        assert (yield client.closed) == "the TLS handshake took too long"
        assert not client.opened


@pytest_twisted.inlineCallbacks
def test_aHandshakeCanBeCancelled() -> Steps:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = User(b"over")
        there = TransportAddress(*silent.getsockname())
        opening = TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE)).open(
            there, client, 60
        )
        silent.setblocking(False)
        accepted = None
        while accepted is None:
            yield deferLater(reactor, 0)
            with contextlib.suppress(BlockingIOError):
                accepted, _ = silent.accept()
        yield deferLater(reactor, 0)
        opening.cancel()
        yield client.closed
        assert not client.opened
        accepted.close()


@pytest_twisted.inlineCallbacks
def test_aConnectionThatIsOverCanBeCancelledInVain(ours: Issued) -> Steps:
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    client = User(b"over")
    opening = TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE)).open(
        listening.address, client, 5.0
    )
    yield server.received
    opening.cancel()
    assert not client.closed.called
    yield part(client, server, listening)
    yield deferLater(reactor, 0)
    opening.cancel()
    client.stream.abort()
    client.stream.write(b"too late")


def test_whoConnectsHasToShakeHandsInTime(ours: Issued) -> None:
    clock = MemoryReactorClock()
    server = User()
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    TLSListener(clock, credentials).listen(ANY, lambda peer: server)
    transport = HalfOpen()
    (_, factory, *_) = clock.tcpServers[0]
    protocol: Any = factory.buildProtocol(transport.getPeer())
    protocol.makeConnection(transport)
    clock.advance(HANDSHAKE_TIMEOUT - 1)
    assert not transport.disconnected
    clock.advance(1)
    assert transport.disconnected
    assert not server.opened
    assert clock.getDelayedCalls() == []


def test_whoGetsNoUserGetsNoHandshake(ours: Issued) -> None:
    clock = MemoryReactorClock()
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    TLSListener(clock, credentials).listen(ANY, lambda peer: None)
    (_, factory, *_) = clock.tcpServers[0]
    assert factory.buildProtocol(HalfOpen().getPeer()) is None


@pytest_twisted.inlineCallbacks
def test_aNewCertificateIsUsedFromThenOn(ours: Issued, tmp_path: Path) -> Steps:
    other = issue(tmp_path, "other", "127.0.0.1")
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    listening, server = serving(credentials)
    Path(ours.certificate).write_text(Path(other.certificate).read_text())
    Path(ours.privateKey).write_text(Path(other.privateKey).read_text())
    credentials.prepare().commit()
    client = User(b"over")
    TLSOpener(reactor, Credentials("", "", other.certificate, ClientCertificates.SIGNED)).open(
        listening.address, client, 5.0
    )
    assert (yield server.received) == b"over"
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_aConnectionLeavesFromTheFirstPortThatIsFree(ours: Issued) -> Steps:
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    listening, server = serving(credentials)
    taken, free = socket.socket(), socket.socket()
    for each in (taken, free):
        each.bind(("127.0.0.1", 0))
    inUse, last = taken.getsockname()[1], free.getsockname()[1]
    free.close()
    client = User(b"hello")
    opener = TLSOpener(reactor, credentials)
    opener.open(listening.address, client, 5.0, "127.0.0.1", (inUse, last))
    assert (yield server.received) == b"hello"
    assert server.stream.peer.port == last
    yield part(client, server, listening)
    taken.close()


@pytest_twisted.inlineCallbacks
def test_whatIsNoTLSEndsTheConnection(ours: Issued) -> Steps:
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    with socket.create_connection((listening.address.host, listening.address.port)) as plain:
        plain.sendall(b"\x03\x00\x00\x08 not TLS at all" * 10)
        yield server.closed
    assert not server.received.called
    listening.stop()


def test_aPortThatIsTaken(ours: Issued) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
        with pytest.raises(ResourceUnavailable, match="TLS"):
            TLSListener(reactor, credentials).listen(
                TransportAddress(*taken.getsockname()), lambda peer: User()
            )


def test_filesThatCannotBeUsed(ours: Issued, tmp_path: Path) -> None:
    other = issue(tmp_path, "other")
    for certificate, key, place in (
        ("/absent", ours.privateKey, "h323.certificate"),
        (ours.privateKey, ours.privateKey, "h323.certificate"),
        (ours.certificate, ours.certificate, "h323.privateKey"),
        (ours.certificate, other.privateKey, "h323.privateKey"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            Credentials(certificate, key, "", ClientCertificates.NONE)
        assert caught.value.place == place


def test_whatIsInUseStaysIfTheNewCannotBe(ours: Issued) -> None:
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    Path(ours.certificate).write_text("not a certificate")
    before = credentials.serverConnectionForTLS(None).get_context()  # type: ignore[arg-type]  # not used
    with pytest.raises(ConfigurationError):
        credentials.prepare().commit()
    after = credentials.serverConnectionForTLS(None).get_context()  # type: ignore[arg-type]  # not used
    assert after is before


def test_itProvidesTheSeams(ours: Issued) -> None:
    credentials = Credentials("", "", "", ClientCertificates.NONE)
    assert verifyObject(IStreamListener, TLSListener(reactor, credentials))
    assert verifyObject(IStreamOpener, TLSOpener(reactor, credentials))


# SIP: domains (RFC 5922), and what clients are asked for.


@pytest_twisted.inlineCallbacks
@pytest.mark.parametrize(
    ("names", "speaks"),
    [
        (("example.com",), True),
        (("EXAMPLE.com",), True),
        (("sip:example.com", "other.example"), True),
        (("sip:other.example", "example.com"), False),
        (("*.com", "*.example.com"), False),
        (("127.0.0.1",), False),
        ((), False),
    ],
)
def test_whoIsDialledForADomainHasToSpeakForIt(
    tmp_path: Path, names: tuple[str, ...], speaks: bool
) -> Steps:
    ours = issue(tmp_path, "ours", *names)
    listening, server = serving(
        Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    believing = Credentials("", "", ours.certificate, ClientCertificates.NONE)
    client = User(b"over")
    opener = TLSOpener(reactor, believing).expecting("example.com")
    opener.open(listening.address, client, 5.0)
    if speaks:
        assert (yield server.received) == b"over"
        yield part(client, server, listening)
    else:
        reason = yield client.closed
        assert reason == "the peer's certificate does not speak for example.com"
        yield server.closed
        listening.stop()


@pytest_twisted.inlineCallbacks
@pytest.mark.parametrize("kind", list(KeyKind))
def test_whereAnyCertificateIsTakenItsKeyIsKnown(
    ours: Issued, tmp_path: Path, kind: KeyKind
) -> Steps:
    shown = issue(tmp_path, "shown", kind=kind)
    asking = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.ANY, (), "sip")
    listening, server = serving(asking)
    showing = Credentials(shown.certificate, shown.privateKey, "", ClientCertificates.NONE)
    client = User(b"over")
    TLSOpener(reactor, showing).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    assert server.stream.peerKey == shown.publicKey
    yield part(client, server, listening)


@pytest_twisted.inlineCallbacks
def test_whereAnyCertificateIsTakenNoneWillDo(ours: Issued) -> Steps:
    asking = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.ANY)
    listening, server = serving(asking)
    client = User(b"over")
    showingNone = Credentials("", "", "", ClientCertificates.NONE)
    TLSOpener(reactor, showingNone).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    assert server.stream.peerKey is None
    yield part(client, server, listening)


def test_aFileThatIsNotThereIsNamedByItsSection(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sip\.certificate"):
        Credentials(
            str(tmp_path / "none.pem"), "none.key", "", ClientCertificates.NONE, section="sip"
        )


@pytest_twisted.inlineCallbacks
def test_aServerIsToldTheDomainThatIsMeant() -> Steps:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = User()
        there = TransportAddress(*server.getsockname())
        credentials = Credentials("", "", "", ClientCertificates.NONE)
        TLSOpener(reactor, credentials).expecting("sip.example.com").open(there, client, 5.0)
        yield deferLater(reactor, 0.05)
        with server.accept()[0] as accepted:
            assert b"sip.example.com" in accepted.recv(4096)  # of the ClientHello
        yield client.closed


@pytest_twisted.inlineCallbacks
@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("example.net", "other"),
        ("EXAMPLE.net", "other"),
        ("sip.example.org", "other"),
        ("example.com", "ours"),
        ("nobody.example", "ours"),
        ("", "ours"),
    ],
)
def test_whoAsksForANameIsShownTheCertificateThatHasIt(
    tmp_path: Path, domain: str, shown: str
) -> Steps:
    issued = {
        "ours": issue(tmp_path, "ours", "example.com"),
        "other": issue(tmp_path, "other", "example.net", "*.example.org"),
    }
    ours, other = issued["ours"], issued["other"]
    credentials = Credentials(
        ours.certificate,
        ours.privateKey,
        "",
        ClientCertificates.NONE,
        others=(CertificateFiles(other.certificate, other.privateKey),),
    )
    listening, server = serving(credentials)
    client = User(b"over")
    opener = TLSOpener(reactor, Credentials("", "", "", ClientCertificates.NONE), domain)
    opener.open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    assert client.stream.peerKey == issued[shown].publicKey
    yield part(client, server, listening)


def test_anotherCertificateHasItsOwnKey(ours: Issued, tmp_path: Path) -> None:
    other = issue(tmp_path, "other", "example.net")
    mixed = CertificateFiles(other.certificate, ours.privateKey)
    with pytest.raises(ConfigurationError, match=r"sip\.otherCertificates\.privateKey"):
        Credentials(
            ours.certificate,
            ours.privateKey,
            "",
            ClientCertificates.NONE,
            section="sip",
            others=(mixed,),
        )


@pytest_twisted.inlineCallbacks
@pytest.mark.parametrize(
    ("clients", "isPinned", "host", "domain", "proves"),
    [
        (ClientCertificates.SIGNED, False, "127.0.0.1", "", True),
        (ClientCertificates.SIGNED, False, "127.0.0.1", "example.com", True),
        (ClientCertificates.SIGNED, False, "127.0.0.2", "", False),
        (ClientCertificates.SIGNED, False, "127.0.0.1", "example.net", False),
        (ClientCertificates.ANY, False, "127.0.0.1", "", False),
        (ClientCertificates.ANY, True, "127.0.0.1", "", True),
        (ClientCertificates.NONE, False, "127.0.0.1", "", False),
    ],
)
def test_whoConnectsProvesToBeWhoWouldBeDialledThere(
    tmp_path: Path,
    clients: ClientCertificates,
    isPinned: bool,
    host: str,
    domain: str,
    proves: bool,
) -> Steps:
    theirs = issue(tmp_path, "theirs", "127.0.0.1", "example.com")
    ours = issue(tmp_path, "ours", "127.0.0.1")
    peers = (TLSPeer("127.0.0.0/8", pin(theirs)),) if isPinned else ()
    asking = Credentials(ours.certificate, ours.privateKey, theirs.certificate, clients, peers)
    listening, server = serving(asking)
    client = User(b"over")
    showing = Credentials(
        theirs.certificate, theirs.privateKey, ours.certificate, ClientCertificates.NONE
    )
    TLSOpener(reactor, showing).open(listening.address, client, 5.0)
    assert (yield server.received) == b"over"
    assert server.stream.provesToBe(host, domain) is proves
    assert not client.stream.provesToBe(host, domain)
    yield part(client, server, listening)
