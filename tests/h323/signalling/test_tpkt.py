"""
Cutting a stream into TPKTs.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.errors import DecodeError, EncodeError
from h323d.h323.signalling import tpkt


def test_aPacketIsVersionLengthContent() -> None:
    assert tpkt.encode(b"abc") == bytes.fromhex("03000007") + b"abc"


def test_tooMuchContentIsOurOwnMistake() -> None:
    assert len(tpkt.encode(bytes(65531))) == 65535
    with pytest.raises(EncodeError, match="65532"):
        tpkt.encode(bytes(65532))


def test_severalPacketsInOneSegment() -> None:
    reader = tpkt.TPKTReader()
    octets = b"".join(tpkt.encode(b"%d" % number) for number in range(20))
    assert list(reader.feed(octets)) == [b"%d" % number for number in range(20)]
    assert reader.octetsRead == len(octets)


def test_octetByOctet() -> None:
    reader = tpkt.TPKTReader()
    contents: list[bytes] = []
    for octet in tpkt.encode(b"first") + tpkt.encode(b"second"):
        contents += reader.feed(bytes([octet]))
    assert contents == [b"first", b"second"]
    assert reader.pending == 0


def test_halfAPacketWaits() -> None:
    reader = tpkt.TPKTReader()
    assert list(reader.feed(bytes.fromhex("0300ffff 00"))) == []
    assert reader.pending == 5


def test_aKeepaliveIsSwallowed() -> None:
    reader = tpkt.TPKTReader()
    assert list(reader.feed(tpkt.KEEPALIVE + tpkt.encode(b"x") + tpkt.KEEPALIVE)) == [b"x"]


@pytest.mark.parametrize(
    ("octets", "path", "offset"),
    [
        ("02000007", "TPKT.version", 0),
        ("00000000", "TPKT.version", 0),
        ("03000000", "TPKT.length", 2),
        ("03000003", "TPKT.length", 2),
    ],
)
def test_aHeaderThatIsNoneIsRefused(octets: str, path: str, offset: int) -> None:
    reader = tpkt.TPKTReader()
    with pytest.raises(DecodeError) as caught:
        list(reader.feed(bytes.fromhex(octets)))
    assert (caught.value.path, caught.value.offset) == (path, offset)


def test_moreThanTheLimitIsRefusedBeforeItArrives() -> None:
    reader = tpkt.TPKTReader(maximum=100)
    assert list(reader.feed(bytes.fromhex("03000064"))) == []
    reader = tpkt.TPKTReader(maximum=100)
    with pytest.raises(DecodeError, match="over the limit") as caught:
        list(reader.feed(bytes.fromhex("03000065")))
    assert (caught.value.path, caught.value.offset) == ("TPKT.length", 2)


def test_whatCameBeforeTheErrorIsRead() -> None:
    reader = tpkt.TPKTReader()
    packets = reader.feed(tpkt.encode(b"good") + b"\x09\x00\x00\x05x")
    assert next(packets) == b"good"
    with pytest.raises(DecodeError) as caught:
        next(packets)
    assert caught.value.offset == 8


def test_afterAnErrorNothingIsRead() -> None:
    reader = tpkt.TPKTReader()
    with pytest.raises(DecodeError):
        list(reader.feed(b"\x01\x02\x03\x04"))
    assert list(reader.feed(tpkt.encode(b"late"))) == []
    assert reader.pending == 0


@given(st.lists(st.binary(max_size=40)), st.integers(1, 50))
def test_anyPortionsGiveTheSameContents(contents: list[bytes], portion: int) -> None:
    reader = tpkt.TPKTReader()
    octets = b"".join(map(tpkt.encode, contents))
    result: list[bytes] = []
    for start in range(0, len(octets), portion):
        result += reader.feed(octets[start : start + portion])
    assert result == [content for content in contents if content]
