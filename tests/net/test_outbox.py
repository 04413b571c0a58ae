"""
Peers that do not read what is sent to them.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock, deferLater
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import IStream, IStreamUser
from h323d.net.outbox import FULL, MAX_UNSENT, STALL_TIMEOUT, Outbox
from h323d.net.stream import StreamListener
from h323d.net.tls import Credentials, TLSListener
from h323d.values.address import TransportAddress
from h323d.values.tlspeer import ClientCertificates
from tests.support.certificates import Issued, issue

OPTIONS = b"OPTIONS sip:h323d@127.0.0.1 SIP/2.0\r\n\r\n"
ANSWER = b"x" * 4 * len(OPTIONS)
Steps = Generator[Any, Any, None]


@dataclass
class Transport:
    """
    A transport that keeps what is written, and says that it is full as Twisted's do.
    """

    sent: bytearray = field(default_factory=bytearray)
    unsent: int = 0
    reads: bool = True
    ended: list[str] = field(default_factory=list)
    producer: Any = None
    told: bool = False

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def write(self, data: bytes) -> None:
        self.sent += data
        self.unsent += len(data)
        if self.unsent > FULL and not self.told:
            self.told = True
            self.producer.pauseProducing()

    def drain(self) -> None:
        self.unsent, self.told = 0, False
        self.producer.resumeProducing()

    def pauseProducing(self) -> None:
        self.reads = False

    def resumeProducing(self) -> None:
        self.reads = True

    def loseConnection(self) -> None:
        self.ended.append("closed")

    def abortConnection(self) -> None:
        self.ended.append("aborted")


class World:
    def __init__(self) -> None:
        self.clock = Clock()
        self.transport = Transport()
        self.outbox = Outbox(self.transport, self.clock)

    def fill(self) -> None:
        self.outbox.write(b"a" * (FULL + 1))


@pytest.fixture
def world() -> World:
    return World()


def test_itIsAProducer(world: World) -> None:
    assert verifyObject(IPushProducer, world.outbox)


def test_nothingIsReadWhileMuchIsUnsent(world: World) -> None:
    world.fill()
    assert not world.transport.reads
    world.transport.drain()
    assert world.transport.reads
    assert world.clock.getDelayedCalls() == []


def test_whatIsWrittenMeanwhileFollowsInOrder(world: World) -> None:
    world.fill()
    parts = [bytes([number]) * FULL for number in range(4)]
    for part in parts:
        world.outbox.write(part)
    assert len(world.transport.sent) == FULL + 1
    while not world.transport.reads:
        world.transport.drain()
    assert world.transport.sent[FULL + 1 :] == b"".join(parts)


def test_aPeerThatTakesNothingIsGivenUp(world: World) -> None:
    world.fill()
    world.clock.advance(STALL_TIMEOUT - 1)
    assert world.transport.ended == []
    world.clock.advance(1)
    assert world.transport.ended == ["aborted"]
    assert world.outbox.fault == "the peer does not read what is sent to it"


def test_aSlowPeerIsNot(world: World) -> None:
    world.fill()
    world.outbox.write(b"b" * 10 * FULL)
    while not world.transport.reads:
        world.clock.advance(STALL_TIMEOUT - 1)
        world.transport.drain()
    assert world.transport.ended == []
    assert len(world.transport.sent) == 11 * FULL + 1


def test_thereIsAnEndToWhatIsKept(world: World) -> None:
    world.fill()
    for _ in range(MAX_UNSENT // FULL - 1):
        world.outbox.write(b"b" * FULL)
    assert world.transport.ended == []
    world.outbox.write(b"b")
    assert world.transport.ended == ["aborted"]
    world.outbox.write(b"too late")
    assert len(world.transport.sent) == FULL + 1
    assert world.clock.getDelayedCalls() == []


def test_aConnectionIsClosedWhenAllHasLeft(world: World) -> None:
    world.fill()
    world.outbox.write(b"last")
    world.outbox.close()
    assert world.transport.ended == []
    world.transport.drain()
    assert world.transport.ended == ["closed"]
    assert world.transport.sent.endswith(b"last")


def test_whoDoesNotReadCannotKeepItFromEnding(world: World) -> None:
    world.fill()
    world.outbox.close()
    world.clock.advance(STALL_TIMEOUT)
    assert world.transport.ended[-1] == "aborted"


# The same over real sockets.


@implementer(IStreamUser)
class Answering:
    """
    Answers each OPTIONS, as the SIP endpoint does.
    """

    def __init__(self) -> None:
        self.read = 0
        self.closed: Deferred[str] = Deferred()

    def streamOpened(self, stream: IStream) -> None:
        self._stream = stream

    def streamReceived(self, data: bytes) -> None:
        self.read += len(data)
        for _ in range(len(data) // len(OPTIONS)):
            self._stream.write(ANSWER)

    def streamClosed(self, reason: str) -> None:
        self.closed.callback(reason)


def pour(peer: socket.socket, data: bytes, limit: int) -> int:
    """
    Send as much as goes, and never read.
    """
    poured = 0
    while poured < limit:
        try:
            poured += peer.send(data)
        except BlockingIOError:
            break
    return poured


@pytest_twisted.inlineCallbacks
def test_aPeerThatNeverReadsIsNotReadEither() -> Steps:
    user = Answering()
    listening = StreamListener(reactor).listen(TransportAddress("127.0.0.1", 0), lambda peer: user)
    limit = 64 << 20
    with socket.create_connection((listening.address.host, listening.address.port)) as peer:
        peer.setblocking(False)
        poured, still = 0, 0
        while still < 20 and poured < limit:
            more = pour(peer, OPTIONS * 1000, 1 << 20)
            poured, still = poured + more, 0 if more else still + 1
            yield deferLater(reactor, 0.01)
        assert poured < limit
        assert not user.closed.called
        # It is heard again once it reads.
        before = user.read
        while user.read == before:
            with contextlib.suppress(BlockingIOError):
                peer.recv(1 << 20)
            yield deferLater(reactor, 0)
    yield user.closed
    listening.stop()


@pytest.fixture
def ours(tmp_path: Any) -> Issued:
    return issue(tmp_path, "ours", "127.0.0.1")


@implementer(IStreamUser)
class Talkative(Answering):
    """
    Has much to say.
    """

    def streamOpened(self, stream: IStream) -> None:
        for _ in range(400):
            stream.write(b"x" * FULL)


@pytest_twisted.inlineCallbacks
def test_overTLSTheSameHolds(ours: Issued) -> Steps:
    user = Talkative()
    credentials = Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    listening = TLSListener(reactor, credentials).listen(
        TransportAddress("127.0.0.1", 0), lambda peer: user
    )
    with socket.create_connection((listening.address.host, listening.address.port)) as peer:
        peer.setblocking(False)
        yield shakeHands(peer)
        assert (yield user.closed) == "the peer does not read what is sent to it"
    listening.stop()


@pytest_twisted.inlineCallbacks
def shakeHands(peer: socket.socket) -> Steps:
    """
    The client's side of TLS, and not an octet read after it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing)
    done = False
    while not done:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            with contextlib.suppress(BlockingIOError):
                incoming.write(peer.recv(4096))
        peer.sendall(outgoing.read())
        yield deferLater(reactor, 0)
