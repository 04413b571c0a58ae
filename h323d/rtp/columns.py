"""
RTP headers of a whole batch, as numpy columns (RFC 3550, 5.1 and 5.3.1).

A media tick drains some hundreds of packets into one array, a row each, and needs
the fields of all of them at once.  Nothing here makes an object per packet; the
packet as a value is L{h323d.rtp.packet}.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

__all__ = [
    "HEADER_BYTES",
    "HeaderColumns",
    "gatherPayloads",
    "numbers",
    "parseHeaders",
    "rounds",
    "writeHeader",
    "writeHeaders",
]

HEADER_BYTES = 12  # octets of the fixed header
_VERSION_2 = np.uint32(2)
_HEADER = struct.Struct("!BBHII")


@dataclass(slots=True)
class HeaderColumns:
    """
    The header fields of C{n} packets.  Rows that are not C{valid} hold rubbish.

    @ivar valid: C{bool[n]}: version 2, and CSRCs, extension and padding all lie within
        the packet.
    @ivar payloadType: C{uint8[n]}, 0 to 127.
    @ivar marker: C{bool[n]}.
    @ivar sequenceNumber: C{uint16[n]}.
    @ivar timestamp: C{uint32[n]}, in units of the payload type's clock rate.
    @ivar ssrc: C{uint32[n]}.
    @ivar payloadOffset: C{int64[n]}, octets from the start of the packet.
    @ivar payloadLength: C{int64[n]}, octets, padding excluded; 0 or more where valid.
    """

    valid: npt.NDArray[np.bool_]
    payloadType: npt.NDArray[np.uint8]
    marker: npt.NDArray[np.bool_]
    sequenceNumber: npt.NDArray[np.uint16]
    timestamp: npt.NDArray[np.uint32]
    ssrc: npt.NDArray[np.uint32]
    payloadOffset: npt.NDArray[np.int64]
    payloadLength: npt.NDArray[np.int64]


def parseHeaders(data: npt.NDArray[np.uint8], lengths: npt.NDArray[np.integer]) -> HeaderColumns:
    """
    Read the headers of a batch.  Never raises on what a peer sent.

    @param data: C{uint8[n, width]}, one packet a row, width at least 12; what lies past
        a row's length is ignored.
    @param lengths: C{int[n]}, octets received; a length over the width is invalid.
    """
    words = np.ascontiguousarray(data[:, :HEADER_BYTES]).view(">u4").astype(np.uint32)
    first = words[:, 0]
    length = lengths.astype(np.int64)
    offset = ((first >> 22) & 0x3C).astype(np.int64) + HEADER_BYTES
    ends = length.copy()
    valid = (first >> 30) == _VERSION_2
    valid &= (offset <= length) & (length <= data.shape[1])
    _skipExtensions(data, valid & ((first & 0x10000000) != 0), offset, length, valid)
    _dropPadding(data, valid & ((first & 0x20000000) != 0), offset, ends, valid)
    return HeaderColumns(
        valid=valid,
        payloadType=((first >> 16) & 0x7F).astype(np.uint8),
        marker=(first & 0x00800000) != 0,
        sequenceNumber=(first & 0xFFFF).astype(np.uint16),
        timestamp=words[:, 1],
        ssrc=words[:, 2],
        payloadOffset=offset,
        payloadLength=ends - offset,
    )


def _skipExtensions(
    data: npt.NDArray[np.uint8],
    extended: npt.NDArray[np.bool_],
    offset: npt.NDArray[np.int64],
    length: npt.NDArray[np.int64],
    valid: npt.NDArray[np.bool_],
) -> None:
    """
    Move C{offset} past the header extension of the C{extended} rows (RFC 3550, 5.3.1).
    """
    rows = np.flatnonzero(extended)
    if not rows.size:
        return
    short = offset[rows] + 4 > length[rows]
    valid[rows[short]] = False
    rows = rows[~short]
    at = offset[rows]
    words = (data[rows, at + 2].astype(np.int64) << 8) | data[rows, at + 3]
    offset[rows] = at + 4 + 4 * words
    valid[rows] &= offset[rows] <= length[rows]


def _dropPadding(
    data: npt.NDArray[np.uint8],
    padded: npt.NDArray[np.bool_],
    offset: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    valid: npt.NDArray[np.bool_],
) -> None:
    """
    Move C{ends} before the padding of the C{padded} rows; its last octet counts it.
    """
    rows = np.flatnonzero(padded & valid)
    if not rows.size:
        return
    count = data[rows, ends[rows] - 1].astype(np.int64)
    ends[rows] -= count
    valid[rows] &= (count > 0) & (ends[rows] >= offset[rows])


def gatherPayloads(
    data: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.intp],
    offsets: npt.NDArray[np.int64],
    size: int,
) -> npt.NDArray[np.uint8]:
    """
    Copy the first C{size} payload octets of some rows side by side.

    @param data: C{uint8[n, width]}, as given to L{parseHeaders}.
    @param rows: C{intp[m]}: which packets.
    @param offsets: C{int64[m]}: L{HeaderColumns.payloadOffset} of those rows.
    @param size: octets to copy; the caller has checked that every row holds as many.
    @return: C{uint8[m, size]}.
    """
    if not rows.size:
        return np.empty((0, size), np.uint8)
    start = int(offsets[0])
    if (offsets == start).all():  # nearly always: no CSRC, no extension
        return data[rows, start : start + size]
    result: npt.NDArray[np.uint8] = data[rows[:, None], offsets[:, None] + np.arange(size)]
    return result


def writeHeaders(
    out: npt.NDArray[np.uint8],
    payloadType: npt.NDArray[np.integer] | int,
    marker: npt.NDArray[np.bool_] | bool,
    sequenceNumber: npt.NDArray[np.integer],
    timestamp: npt.NDArray[np.integer],
    ssrc: npt.NDArray[np.integer],
) -> None:
    """
    Write the fixed headers (no CSRC, extension or padding) of C{n} packets.

    @param out: C{uint8[n, width]}, width at least 12; octets 0 to 11 are overwritten.
    @param payloadType: C{int[n]} or one for all, 0 to 127.
    @param marker: C{bool[n]} or one for all.
    @param sequenceNumber: C{int[n]}, reduced modulo 2**16.
    @param timestamp: C{int[n]}, reduced modulo 2**32.
    @param ssrc: C{int[n]}.
    """
    words = np.empty((len(out), 3), ">u4")
    second = np.asarray(payloadType, np.int64) | (np.asarray(marker, np.int64) << 7)
    words[:, 0] = 0x80000000 | (second << 16) | (sequenceNumber & 0xFFFF)
    words[:, 1] = timestamp & 0xFFFFFFFF
    words[:, 2] = ssrc
    out[:, :HEADER_BYTES] = words.view(np.uint8)


def writeHeader(
    out: memoryview[int],
    at: int,
    payloadType: int,
    marker: bool,
    sequenceNumber: int,
    timestamp: int,
    ssrc: int,
) -> None:
    """
    L{writeHeaders}, of one packet.

    @param out: octets.
    @param at: where the packet begins.
    """
    second = payloadType | 0x80 if marker else payloadType
    _HEADER.pack_into(out, at, 0x80, second, sequenceNumber & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)


def rounds(streams: npt.NDArray[np.intp], limit: int) -> list[npt.NDArray[np.intp]]:
    """
    Split a batch so that every part holds each stream once at most, in order of arrival.

    What depends on the packet before (jitter, sequence numbers) is computed part by part;
    there is one part unless a stream has several packets waiting.

    @param streams: C{intp[n]}: the stream of each packet.
    @param limit: parts at most; a stream's packets beyond are in no part: a flood from
        one peer must not cost all others their tick.
    @return: positions in C{streams}, C{intp[k]} each.
    """
    if not streams.size:
        return []
    everything = np.arange(len(streams))
    if (streams[1:] > streams[:-1]).all():
        return [everything]
    order = np.argsort(streams, kind="stable")
    grouped = streams[order]
    first = np.ones(len(order), bool)
    first[1:] = grouped[1:] != grouped[:-1]
    rank = everything - np.maximum.accumulate(np.where(first, everything, 0))
    return [order[rank == turn] for turn in range(min(int(rank.max()) + 1, limit))]


@overload
def numbers(column: npt.NDArray[np.bool_]) -> memoryview[bool]: ...


@overload
def numbers(column: npt.NDArray[np.integer]) -> memoryview[int]: ...


@overload
def numbers(column: npt.NDArray[np.floating]) -> memoryview[float]: ...


def numbers(column: npt.NDArray[Any]) -> memoryview[Any]:
    """
    The same memory, of which a single number is read and written several times as fast.

    Any: mypy cannot tell which numbers a buffer holds.
    """
    return column.data
