"""
RTP headers as columns agree with the packet codec, packet by packet.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from h323d.rtp import packet
from h323d.rtp.columns import (
    HEADER_BYTES,
    gatherPayloads,
    numbers,
    parseHeaders,
    writeHeader,
    writeHeaders,
)
from h323d.rtp.packet import RTPPacket

PLAIN = RTPPacket(8, 65535, 4294967295, 3735928559, b"\x01" * 160, marker=True)
DECORATED = RTPPacket(101, 7, 8, 9, b"abcd", csrcs=(1, 2, 3), extension=(0xBEDE, b"12345678"))


def batch(
    *packets: bytes,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    data = np.full((len(packets), 256), 0xEE, np.uint8)
    for row, octets in zip(data, packets, strict=True):
        row[: len(octets)] = np.frombuffer(octets, np.uint8)
    return data, np.array([len(octets) for octets in packets], np.int64)


def padded(octets: bytes, count: int) -> bytes:
    return bytes([octets[0] | 0x20]) + octets[1:] + bytes(count - 1) + bytes([count])


def test_fieldsOfEveryRow() -> None:
    data, lengths = batch(packet.encode(PLAIN), packet.encode(DECORATED))
    columns = parseHeaders(data, lengths)
    assert columns.valid.tolist() == [True, True]
    assert columns.payloadType.tolist() == [8, 101]
    assert columns.marker.tolist() == [True, False]
    assert columns.sequenceNumber.tolist() == [65535, 7]
    assert columns.timestamp.tolist() == [4294967295, 8]
    assert columns.ssrc.tolist() == [3735928559, 9]
    assert columns.payloadOffset.tolist() == [12, 12 + 12 + 12]
    assert columns.payloadLength.tolist() == [160, 4]


def test_paddingIsNoPayload() -> None:
    data, lengths = batch(padded(packet.encode(PLAIN), 4), packet.encode(PLAIN))
    assert parseHeaders(data, lengths).payloadLength.tolist() == [160, 160]


def test_rowsThatAreNotRTPAreMasked() -> None:
    good = packet.encode(PLAIN)
    data, lengths = batch(
        b"",
        good[:11],
        bytes([good[0] & 0x3F]) + good[1:],  # version 0
        bytes([good[0] | 0x0F]) + good[1:20],  # fifteen CSRCs in eight octets
        bytes([good[0] | 0x10]) + good[1:14],  # an extension of two octets
        bytes([good[0] | 0x10]) + good[1:12] + b"\0\0\xff\xff",  # one of 256 KB
        bytes([good[0] | 0x20]) + good[1:12] + b"\0",  # padding of none
        bytes([good[0] | 0x20]) + good[1:12] + b"\x02",  # padding into the header
        good,
    )
    assert parseHeaders(data, lengths).valid.tolist() == [False] * 8 + [True]


def test_aLengthBeyondTheRowIsInvalid() -> None:
    data, _ = batch(packet.encode(PLAIN))
    assert not parseHeaders(data, np.array([257])).valid[0]


def test_noRows() -> None:
    columns = parseHeaders(np.empty((0, 64), np.uint8), np.empty(0, np.int64))
    assert columns.valid.shape == columns.payloadLength.shape == (0,)


def test_payloadsAreGatheredFromDifferentOffsets() -> None:
    short = RTPPacket(0, 1, 2, 3, b"wxyz")
    data, lengths = batch(packet.encode(short), packet.encode(DECORATED))
    columns = parseHeaders(data, lengths)
    rows = np.array([0, 1])
    gathered = gatherPayloads(data, rows, columns.payloadOffset, 4)
    assert [row.tobytes() for row in gathered] == [b"wxyz", b"abcd"]
    alike = gatherPayloads(data, rows[:1], columns.payloadOffset[:1], 4)
    assert alike[0].tobytes() == b"wxyz"


def test_writtenHeadersReadBackAsPackets() -> None:
    out = np.zeros((2, HEADER_BYTES + 160), np.uint8)
    writeHeaders(
        out,
        np.array([0, 101]),
        np.array([True, False]),
        np.array([65536 + 5, 65535]),
        np.array([2**32 + 160, 2**32 - 1]),
        np.array([1, 2**32 - 1]),
    )
    assert packet.decode(out[0].tobytes()) == RTPPacket(0, 5, 160, 1, bytes(160), marker=True)
    assert packet.decode(out[1].tobytes()) == RTPPacket(
        101, 65535, 2**32 - 1, 2**32 - 1, bytes(160)
    )


@pytest.mark.parametrize("marker", [False, True])
def test_aHeaderByItselfIsAsInABatch(marker: bool) -> None:
    batch, single = np.zeros((2, 172), np.uint8), np.zeros((2, 172), np.uint8)
    sequence, timestamp, ssrc = 0x12345, (7 << 32) + 99, 0xFFFFFFFE
    row = np.array([1])
    part = batch[row]
    writeHeaders(part, 96, marker, np.array([sequence]), np.array([timestamp]), np.array([ssrc]))
    batch[row] = part
    writeHeader(numbers(single.reshape(-1)), 172, 96, marker, sequence, timestamp, ssrc)
    assert (single == batch).all()


def test_numbersAreTheColumnItself() -> None:
    column = np.zeros(3, np.uint32)
    view = numbers(column)
    view[1] = 2**32 - 1
    assert column.tolist() == view.tolist() == [0, 2**32 - 1, 0]
