"""
pcap and pcapng: frames with their times, and nothing but L{DecodeError} for what is damaged.
"""

from __future__ import annotations

import random
import struct

import pytest

from h323d.cli.decoding.capturefile import framesIn, isCapture
from h323d.errors import DecodeError
from tests.support.capturefiles import pcap, pcapng

FRAMES = [b"first", b"second one", b""]
FILES = {
    "pcap": pcap(FRAMES, 1),
    "pcap, big-endian": pcap(FRAMES, 1, ">"),
    "pcap, nanoseconds": pcap(FRAMES, 1, "<", 0xA1B23C4D),
    "pcapng": pcapng(FRAMES, 1),
    "pcapng, big-endian": pcapng(FRAMES, 1, ">"),
    "pcapng, nanoseconds": pcapng(FRAMES, 1, "<", 9),
    "pcapng, two sections": pcapng([], 101) + pcapng(FRAMES, 1, ">"),
}


@pytest.mark.parametrize("name", FILES)
def test_everyFrameIsThere(name: str) -> None:
    assert isCapture(FILES[name])
    frames = list(framesIn(FILES[name]))
    assert [frame.octets for frame in frames] == FRAMES
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert {frame.linkType for frame in frames} == {1}
    assert [round(frame.seconds - 1000, 6) for frame in frames] == [0, 0.5, 1]


def test_aSimplePacketHasNoTime() -> None:
    packet = struct.pack("<4I", 3, 20, 4, 0x64636261) + struct.pack("<I", 20)
    (frame,) = framesIn(pcapng([], 101) + packet)
    assert (frame.octets, frame.seconds, frame.linkType) == (b"abcd", 0.0, 101)


@pytest.mark.parametrize("name", ["pcap", "pcapng"])
def test_aFrameThatIsCutOffIsLeftOut(name: str) -> None:
    data = FILES[name][:-10]
    assert [frame.octets for frame in framesIn(data)] == FRAMES[:2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FILES["pcap"][:20], "pcap at octet 20: ends too early"),
        (FILES["pcap"] + struct.pack("<4I", 0, 0, 1 << 20, 0), "a frame of 1048576 octets"),
        (FILES["pcapng"] + struct.pack("<3I", 6, 4, 0), "a block of 4 octets"),
        (FILES["pcapng"] + struct.pack("<4I", 6, 16, 0, 16), "a block ends too early"),
        (b"\n\r\r\n" + bytes(20), "pcapng at octet 8: no byte order"),
        (
            FILES["pcapng"] + struct.pack("<8I", 6, 32, 7, 0, 0, 0, 0, 32),
            "no interface 7",
        ),
    ],
)
def test_whatIsDamagedIsTold(data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        list(framesIn(data))


@pytest.mark.parametrize("name", FILES)
def test_whateverIsDamagedThereIsNoOtherError(name: str) -> None:
    rng = random.Random(name)
    for _ in range(300):
        data = bytearray(FILES[name])
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(4, len(data))] = rng.randrange(256)
        try:
            frames = list(framesIn(bytes(data[: rng.randint(4, len(data))])))
        except DecodeError:
            continue
        assert sum(len(frame.octets) for frame in frames) <= len(data)


def test_anythingElseIsNoCapture() -> None:
    assert not isCapture(b"")
    assert not isCapture(b"03 00 00 04")
