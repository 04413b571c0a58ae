"""
No octets get anything but C{DecodeError} out of the RTP and RTCP readers.
"""

from __future__ import annotations

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.errors import DecodeError
from h323d.rtp import packet, rtcp
from h323d.rtp.columns import gatherPayloads, parseHeaders

rtpLike = st.builds(
    lambda first, rest: bytes([first]) + rest,
    st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0x8F, 0xBF, 0x9F]),
    st.binary(max_size=120),
)
rtcpPart = st.builds(
    lambda first, kind, words, body: bytes([first, kind, 0, words]) + body,
    st.integers(0x80, 0xBF),
    st.integers(198, 208),
    st.integers(0, 9),
    st.binary(max_size=40),
)
rtcpLike = st.lists(rtcpPart, max_size=4).map(b"".join)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), rtpLike))
def test_rtpPackets(octets: bytes) -> None:
    with contextlib.suppress(DecodeError):
        value = packet.decode(octets)
        assert packet.decode(packet.encode(value)) == value


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), rtcpLike))
def test_rtcpCompounds(octets: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert rtcp.decode(octets)


@settings(max_examples=200)
@given(st.lists(st.one_of(st.binary(max_size=120), rtpLike), min_size=1, max_size=8))
def test_columnsJudgeAsThePacketReaderDoes(batch: list[bytes]) -> None:
    data = np.full((len(batch), 128), 0xFF, np.uint8)
    for row, octets in zip(data, batch, strict=True):
        row[: len(octets)] = np.frombuffer(octets, np.uint8)
    columns = parseHeaders(data, np.array([len(octets) for octets in batch]))
    for number, octets in enumerate(batch):
        try:
            value = packet.decode(octets)
        except DecodeError:
            assert not columns.valid[number]
            continue
        assert columns.valid[number]
        assert columns.sequenceNumber[number] == value.sequenceNumber
        assert columns.payloadLength[number] == len(value.payload)
        at = np.array([number])
        payload = gatherPayloads(
            data, at, columns.payloadOffset[at], int(columns.payloadLength[number])
        )
        assert payload.tobytes() == value.payload
