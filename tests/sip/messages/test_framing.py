"""
Messages and keepalives in a stream.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.framing import KeepAlive, StreamItem, StreamReader, isKeepAlive
from h323d.sip.messages.message import RefusedRequest
from h323d.sip.messages.parser import MAX_BODY_OCTETS, MAX_HEADER_OCTETS, parse
from tests.support.sip_messages import INVITE, OFFER, OK


def test_messageIsReadFromAnyPieces() -> None:
    for size in (1, 7, 100, 10000):
        reader = StreamReader()
        items: list[StreamItem] = []
        for start in range(0, len(INVITE), size):
            items += reader.feed(INVITE[start : start + size])
        assert items == [parse(INVITE)]


def test_severalMessagesInOnePieceComeInOrder() -> None:
    assert StreamReader().feed(INVITE + OK + INVITE) == [parse(INVITE), parse(OK), parse(INVITE)]


def test_partOfAMessageIsWaitedFor() -> None:
    reader = StreamReader()
    assert reader.feed(INVITE[:-1]) == []
    assert reader.feed(INVITE[-1:]) == [parse(INVITE)]


def test_twoEmptyLinesAreAPing() -> None:
    assert StreamReader().feed(b"\r\n\r\n" + OK) == [KeepAlive.PING, parse(OK)]


def test_pingInPiecesIsAPing() -> None:
    reader = StreamReader()
    assert [item for octet in b"\r\n\r\n" for item in reader.feed(bytes([octet]))] == [
        KeepAlive.PING
    ]
    assert reader.feed(OK) == [parse(OK)]


def test_oneEmptyLineIsNothing() -> None:
    assert StreamReader().feed(b"\r\n" + OK + b"\r\n") == [parse(OK)]


def test_floodOfPingsIsOne() -> None:
    assert StreamReader().feed(b"\r\n" * 5000) == [KeepAlive.PING]


def test_refusedRequestDoesNotLoseTheNext() -> None:
    reader = StreamReader()
    refused, good = reader.feed(INVITE.replace(b"CSeq: 314159", b"CSeq: x") + INVITE)
    assert isinstance(refused, RefusedRequest)
    assert good == parse(INVITE)
    assert not reader.broken


@pytest.mark.parametrize("line", [b"", b"Content-Length: -1\r\n", b"Content-Length: 0\r\nl: 1\r\n"])
def test_unknownLengthBreaksTheStreamWithAnAnswer(line: bytes) -> None:
    reader = StreamReader()
    data = INVITE.replace(f"Content-Length: {len(OFFER)}\r\n".encode(), line)
    (refused,) = reader.feed(data + INVITE)
    assert isinstance(refused, RefusedRequest)
    assert (refused.status, refused.path) == (400, "Content-Length")
    assert reader.broken
    assert reader.feed(INVITE) == []


def test_bodyTooLargeBreaksTheStreamWithAnAnswer() -> None:
    reader = StreamReader()
    length = f"Content-Length: {MAX_BODY_OCTETS + 1}".encode()
    (refused,) = reader.feed(INVITE.replace(f"Content-Length: {len(OFFER)}".encode(), length))
    assert isinstance(refused, RefusedRequest)
    assert refused.status == 413
    assert reader.broken


def test_endlessHeaderBreaksTheStream() -> None:
    reader = StreamReader()
    items: list[StreamItem] = []
    fed = 0
    while not reader.broken:
        items += reader.feed(b"x" * 1000)
        fed += 1000
    assert fed <= MAX_HEADER_OCTETS + 1000
    assert [type(item) for item in items] == [DecodeError]


def test_anotherProtocolBreaksTheStream() -> None:
    reader = StreamReader()
    (error,) = reader.feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert isinstance(error, DecodeError)
    assert reader.broken


@pytest.mark.parametrize("data", [b"\r\n\r\n", b"\0\0\0\0", b"\r\n", b""])
def test_datagramOfNothingIsAKeepAlive(data: bytes) -> None:
    assert isKeepAlive(data)


def test_datagramOfSomethingIsNoKeepAlive() -> None:
    assert not isKeepAlive(INVITE)


def test_whatItemsWereMadeOfIsToldAsItCame() -> None:
    reader = StreamReader()
    reader.feed(b"\r\n" + INVITE[:50])
    assert reader.octets == []
    bad = b"NONSENSE\r\nContent-Length: 0\r\n\r\n"
    assert len(reader.feed(INVITE[50:] + b"\r\n\r\n" + bad + OK)) == 4
    assert reader.octets == [INVITE, b"", b"", OK]


def test_anEmptyLineAnswersOurPingAndIsNoHalfOfOne() -> None:
    reader = StreamReader()
    for _ in range(3):
        reader.awaitsPong = True
        assert reader.feed(b"\r\n") == []
        assert not reader.awaitsPong
    assert reader.feed(b"\r\n\r\n") == [KeepAlive.PING]


def test_insideOfAMessageItAnswersNothing() -> None:
    reader = StreamReader()
    reader.awaitsPong = True
    start = INVITE.index(b"\r\n")
    reader.feed(INVITE[:start])
    assert reader.feed(INVITE[start:]) == [parse(INVITE)]
    assert reader.awaitsPong
