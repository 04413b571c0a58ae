"""
Connections, on the real loopback.
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

from h323d.call.transport import (
    NO_LOCAL_PORT,
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import ResourceUnavailable
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress

ANY = TransportAddress("127.0.0.1", 0)


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


def test_aPortThatIsTakenIsAClearError() -> None:
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
