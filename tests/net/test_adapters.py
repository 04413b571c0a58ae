"""
The signalling sockets, on the real loopback.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.homes import IRoutes
from h323d.call.transport import (
    NO_LOCAL_PORT,
    IDatagramPort,
    IDatagrams,
    IDatagramUser,
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import ResourceUnavailable
from h323d.net.datagram import Datagrams
from h323d.net.route import Routes
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress

ANY = TransportAddress("127.0.0.1", 0)


@implementer(IDatagramUser)
class Listener:
    """
    Fires with the first datagram.
    """

    def __init__(self) -> None:
        self.first: Deferred[tuple[bytes, TransportAddress]] = Deferred()

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.first.callback((data, source))


@implementer(IStreamUser)
class User:
    """
    Fires when its connection opens, has received C{expected} octets, and ends.
    """

    stream: IStream

    def __init__(self, expected: int = 0) -> None:
        self.opened: Deferred[IStream] = Deferred()
        self.complete: Deferred[bytes] = Deferred()
        self.closed: Deferred[str] = Deferred()
        self.received = b""
        self.expected = expected

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream
        self.opened.callback(stream)

    def streamReceived(self, data: bytes) -> None:
        self.received += data
        if len(self.received) >= self.expected and not self.complete.called:
            self.complete.callback(self.received)

    def streamClosed(self, reason: str) -> None:
        self.closed.callback(reason)


@pytest_twisted.inlineCallbacks
def test_aDatagramArrivesWithItsSource() -> Generator[Any, Any, None]:
    datagrams = Datagrams(reactor)
    verifyObject(IDatagrams, datagrams)
    listener = Listener()
    here, there = datagrams.bind(ANY, listener), datagrams.bind(ANY, Listener())
    verifyObject(IDatagramPort, here)
    there.send(b"hello", here.address)
    received = yield listener.first
    assert received == (b"hello", there.address)
    here.close()
    there.close()


@pytest_twisted.inlineCallbacks
def test_aMulticastGroupIsHeardOnItsOwnSocket() -> Generator[Any, Any, None]:
    datagrams = Datagrams(reactor)
    group = TransportAddress("224.0.1.41", 21718)
    listener = Listener()
    port = datagrams.bindMulticast(group, "127.0.0.1", listener)
    yield deferLater(reactor, 0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(b"who is my gatekeeper", (group.host, group.port))
        data, source = yield listener.first
        assert data == b"who is my gatekeeper"
        assert (source.host, source.port) == sender.getsockname()
    port.close()


def test_aTakenPortIsAClearError() -> None:
    datagrams = Datagrams(reactor)
    port = datagrams.bind(ANY, Listener())
    with pytest.raises(
        ResourceUnavailable, match=r"^cannot bind UDP 127.0.0.1:\d+: Address already"
    ):
        datagrams.bind(port.address, Listener())
    port.close()
    listener = StreamListener(reactor)
    listening = listener.listen(ANY, lambda peer: User())
    with pytest.raises(
        ResourceUnavailable, match=r"^cannot bind TCP 127.0.0.1:\d+: Address already"
    ):
        listener.listen(listening.address, lambda peer: User())
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aStreamCarriesBothWaysAndCloses() -> Generator[Any, Any, None]:
    accepted = User(expected=5)
    listener, opener = StreamListener(reactor), StreamOpener(reactor)
    verifyObject(IStreamListener, listener)
    verifyObject(IStreamOpener, opener)
    listening = listener.listen(ANY, lambda peer: accepted)
    verifyObject(IListening, listening)
    dialling = User(expected=3)
    verifyObject(IOpening, opener.open(listening.address, dialling, 5.0, "127.0.0.2"))
    stream = yield dialling.opened
    verifyObject(IStream, stream)
    assert stream.local.host == "127.0.0.2"
    stream.write(b"hello")
    assert (yield accepted.complete) == b"hello"
    assert accepted.stream.peer == stream.local
    accepted.stream.write(b"hey")
    assert (yield dialling.complete) == b"hey"
    accepted.stream.close()
    assert (yield dialling.closed) == "closed"
    yield accepted.closed
    stream.write(b"too late")
    listening.stop()


@pytest_twisted.inlineCallbacks
def test_aRefusedConnectionIsToldAsClosed() -> Generator[Any, Any, None]:
    listening = StreamListener(reactor).listen(ANY, lambda peer: User())
    listening.stop()
    yield deferLater(reactor, 0)
    user = User()
    StreamOpener(reactor).open(listening.address, user, 5.0)
    reason = yield user.closed
    assert "refused" in reason
    assert not user.opened.called


@pytest_twisted.inlineCallbacks
def test_openingCanBeCancelled() -> Generator[Any, Any, None]:
    user = User()
    opening = StreamOpener(reactor).open(TransportAddress("127.0.0.1", 9), user, 5.0)
    opening.cancel()
    yield user.closed
    opening.cancel()
    assert not user.opened.called


@pytest_twisted.inlineCallbacks
def test_aConnectionLeavesFromTheFirstPortThatIsFree() -> Generator[Any, Any, None]:
    server = User()
    listening = StreamListener(reactor).listen(ANY, lambda peer: server)
    taken, free = socket.socket(), socket.socket()
    for each in (taken, free):
        each.bind(("127.0.0.1", 0))
    inUse, last = taken.getsockname()[1], free.getsockname()[1]
    opener = StreamOpener(reactor)
    refused = User()
    opener.open(listening.address, refused, 5.0, "127.0.0.1", (inUse, last))
    assert (yield refused.closed) == NO_LOCAL_PORT
    free.close()
    client = User()
    opener.open(listening.address, client, 5.0, "127.0.0.1", (inUse, last))
    stream = yield client.opened
    assert stream.local.port == last
    stream.abort()
    yield client.closed
    yield server.closed
    listening.stop()
    taken.close()


def test_theWayToTheLoopbackLeavesFromIt() -> None:
    routes = Routes()
    verifyObject(IRoutes, routes)
    assert routes.source("127.0.0.9") == "127.0.0.1"


def test_theLoopbackIsOursAndDocumentationIsNot() -> None:
    assert Routes().isOurs("127.0.0.9")
    assert not Routes().isOurs("192.0.2.1")
