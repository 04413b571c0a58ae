"""
The limits of the HTTP listener: what a stranger may send, how long that may take, and how often.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransportWithDisconnection

from h323d.web.config import WebConfig
from h323d.web.endpoints import Answer, Endpoint, Endpoints
from h323d.web.site import DEADLINE, FAREWELL, MAX_BODY, WebSite

GET = b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class Transport(StringTransportWithDisconnection):
    """
    A connection whose peer has not read all yet, if it is C{slow}.
    """

    slow = aborted = False

    def loseConnection(self) -> None:
        if not self.slow and self.connected:
            super().loseConnection()

    def abortConnection(self) -> None:
        self.aborted = True
        self.slow = False
        self.loseConnection()


class Listener:
    """
    A site, in virtual time.
    """

    def __init__(self, **keys: Any) -> None:
        self.clock = Clock()
        table = (Endpoint("/good", lambda: Answer(200, "text/plain", b"good")),)
        self.endpoints = Endpoints(table)
        self.site = WebSite(WebConfig(**keys), self.endpoints, self.clock)

    def connect(self, host: str = "127.0.0.1") -> Transport:
        peer = IPv4Address("TCP", host, 40000)
        transport = Transport(peerAddress=peer)
        protocol = self.site.buildProtocol(peer)
        transport.protocol = protocol
        protocol.makeConnection(transport)
        return transport


def send(transport: Transport, *pieces: bytes) -> bytes:
    """
    @return: the answer, or the answers.
    """
    for each in pieces:
        if transport.connected:
            transport.protocol.dataReceived(each)
    answers: bytes = transport.value()
    return answers


def posting(length: int) -> bytes:
    return b"POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length


def test_aConnectionHasSeveralRequestsOneAfterTheOther() -> None:
    listener = Listener()
    connection = listener.connect()
    answers = send(connection, GET, GET[:20], GET[20:] + GET)
    assert (answers.count(b"HTTP/1.1 200 OK"), connection.connected) == (3, True)
    assert listener.endpoints.counts == {("/good", 200): 3}


def test_whoWantsItClosedHasItClosed() -> None:
    connection = Listener().connect()
    send(connection, b"GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert connection.connected == 0


def test_aBodyAsLongAsMayBeIsRead() -> None:
    answer = send(Listener().connect(), posting(MAX_BODY), b"x" * MAX_BODY)
    assert answer.startswith(b"HTTP/1.1 405 ")


def test_aBodyThatWillBeTooLongIsRefusedBeforeAnythingOfItIsSent() -> None:
    listener = Listener()
    connection = listener.connect()
    answer = send(connection, posting(100_000_000))
    assert (answer.startswith(b"HTTP/1.1 413 "), connection.connected) == (True, 0)
    assert b"nosniff" in answer
    assert listener.endpoints.counts == {("other", 413): 1}


def test_whoAsksWhetherToSendATooLongOneIsNotToldToGoOn() -> None:
    head = posting(100_000_000)[:-2] + b"Expect: 100-continue\r\n\r\n"
    answer = send(Listener().connect(), head)
    assert (answer.startswith(b"HTTP/1.1 413 "), answer.count(b"HTTP/1.1")) == (True, 1)


def test_aBodyInChunksIsAsLongAsItTurnsOutToBe() -> None:
    connection = Listener().connect()
    connection.slow = True  # so that more comes after it was refused
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    answer = send(connection, CHUNKED, chunk, chunk, chunk, chunk, b"0\r\n\r\n", GET)
    assert (answer.startswith(b"HTTP/1.1 413 "), answer.count(b"HTTP/1.1")) == (True, 1)


def test_nothingIsReadAfterARefusalThatCameInTheSameSegment() -> None:
    connection = Listener().connect()
    connection.slow = True
    answer = send(connection, posting(70_000) + b"x" * 70_000 + GET)
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: identity\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4, 5\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: gzip\r\n",
    ],
)
def test_aLengthThatCanBeReadInTwoWaysIsRefused(lengths: bytes) -> None:
    connection = Listener().connect()
    connection.slow = True
    head = b"POST /good HTTP/1.1\r\n" + lengths + b"Host: a\r\n\r\n"
    answer = send(connection, head + b"0\r\n\r\n" + GET)
    assert (answer[:13], answer.count(b"HTTP/1.1")) == (b"HTTP/1.1 400 ", 1)


@pytest.mark.parametrize(
    "octets", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", b"GET\r\n\r\n", b"a b c d\r\n"]
)
def test_whatIsNoRequestIsRefused(octets: bytes) -> None:
    connection = Listener().connect()
    assert send(connection, octets).startswith(b"HTTP/1.1 400 ")
    assert connection.connected == 0


@pytest.mark.parametrize(
    ("begins", "drop"),
    [
        (b"GET /good HTTP/1.1\r\n", b"X: 1\r\n"),
        (b"", b"G"),
        (posting(100), b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
    ],
    ids=["header", "first line", "body", "chunks"],
)
def test_whatDripsHasNoMoreTimeThanWhatDoesNot(begins: bytes, drop: bytes) -> None:
    listener = Listener()
    connection = listener.connect()
    send(connection, begins)
    for _ in range(9):
        listener.clock.advance(1.0)
        send(connection, drop)
    assert connection.connected == 1
    listener.clock.advance(DEADLINE - 9.0)
    assert connection.connected == 0


def test_aConnectionThatSaysNothingIsClosed() -> None:
    listener = Listener()
    connection = listener.connect()
    listener.clock.advance(DEADLINE)
    assert connection.connected == 0


def test_theTimeBeginsAnewWithEachAnswer() -> None:
    listener = Listener()
    connection = listener.connect()
    for _ in range(3):
        listener.clock.advance(DEADLINE - 1.0)
        send(connection, GET)
    assert connection.connected


def test_whoDoesNotReadTheAnswerIsNotWaitedFor() -> None:
    listener = Listener()
    connection = listener.connect()
    connection.slow = True
    send(connection, GET)
    listener.clock.advance(DEADLINE)
    assert (connection.connected, connection.aborted) == (1, False)
    listener.clock.advance(FAREWELL)
    assert (connection.connected, connection.aborted) == (0, True)


def test_anAddressHasSoManyConnections() -> None:
    listener = Listener(maxConnectionsPerPeer=2)
    first, second, third = (listener.connect() for _ in range(3))
    other = listener.connect("127.0.0.2")
    assert [each.connected for each in (first, second, third, other)] == [1, 1, 0, 1]
    first.loseConnection()
    assert listener.connect().connected


def test_allHaveSoMany() -> None:
    listener = Listener(maxConnections=3)
    found = [listener.connect(f"127.0.0.{number}").connected for number in range(1, 6)]
    assert found == [1, 1, 1, 0, 0]


def test_nothingIsLeftOfConnectionsThatAreGone() -> None:
    listener = Listener()
    for _ in range(10_000):
        connection = listener.connect()
        send(connection, GET)
        connection.loseConnection()
    assert listener.clock.getDelayedCalls() == []
    assert listener.connect().connected


def test_aHeaderOfAnyLengthIsRefused() -> None:
    connection = Listener().connect()
    send(connection, b"GET /good HTTP/1.1\r\n", *[b"X: " + b"y" * 1000 + b"\r\n"] * 20)
    assert connection.value().startswith(b"HTTP/1.1 400 ")
    assert connection.connected == 0
