"""
From frames to the payload of UDP and TCP: link layers, both versions of IP, fragments.
"""

from __future__ import annotations

import random

import pytest

from h323d.cli.decoding.packets import PacketReader, Segment, segmentOf
from h323d.values.address import TransportAddress
from tests.support.capturefiles import ethernet, ip, tcp, udp

DATAGRAM = udp(40000, 1719, b"payload")
FOUR = ip(DATAGRAM)
SIX = ip(DATAGRAM, hosts=("2001:db8::1", "2001:db8::2"))
HERE, THERE = TransportAddress("10.0.0.1", 40000), TransportAddress("10.0.0.2", 1719)
LAYERS = {
    "Ethernet": (1, ethernet(FOUR)),
    "Ethernet with padding": (1, ethernet(FOUR) + bytes(20)),
    "VLAN": (1, ethernet(FOUR, vlan=b"\x81\x00\x00\x05")),
    "two VLANs": (1, ethernet(FOUR, vlan=b"\x88\xa8\x00\x05\x81\x00\x00\x06")),
    "loopback": (0, b"\x02\x00\x00\x00" + FOUR),
    "OpenBSD's loopback": (108, b"\x00\x00\x00\x02" + FOUR),
    "raw": (101, FOUR),
    "raw, by another number": (12, FOUR),
    "IPv4": (228, FOUR),
    "cooked": (113, bytes(14) + b"\x08\x00" + FOUR),
    "cooked, second version": (276, b"\x08\x00" + bytes(18) + FOUR),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_everyLinkLayerIsRead(layer: str) -> None:
    segment = PacketReader().read(*LAYERS[layer])
    assert segment == Segment("udp", HERE, THERE, b"payload")


def test_IPv6IsReadPastItsExtensions() -> None:
    segment = PacketReader().read(229, SIX)
    assert segment is not None
    assert (str(segment.source), segment.payload) == ("[2001:db8::1]:40000", b"payload")
    options = bytes([17, 0]) + bytes(6)
    longer = ip(options + DATAGRAM, 60, ("2001:db8::1", "2001:db8::2"))
    assert PacketReader().read(101, longer) == segment


def test_aSegmentHasItsPlaceInTheStream() -> None:
    segment = PacketReader().read(101, ip(tcp(1720, 5, 77, b"data"), 6))
    assert segment is not None
    assert (segment.transport, segment.sequence, segment.opens) == ("tcp", 77, False)
    opening = PacketReader().read(101, ip(tcp(1720, 5, 76, b"", 0x02), 6))
    assert opening is not None
    assert opening.opens


@pytest.mark.parametrize("hosts", [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::2")])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 0, 1, 2)])
def test_fragmentsArePutTogether(hosts: tuple[str, str], order: tuple[int, ...]) -> None:
    whole = udp(5060, 5060, bytes(range(100)))
    cuts = [(0, 40, True), (40, 80, True), (80, len(whole), False)]
    parts = [ip(whole[start:end], 17, hosts, 7, start, more) for start, end, more in cuts]
    reader = PacketReader()
    found = [reader.read(101, parts[index]) for index in order]
    assert found[:-1] == [None] * (len(order) - 1)
    assert found[-1] is not None
    assert found[-1].payload == bytes(range(100))


def test_whatIsNeitherUDPNorTCPIsPassedOver() -> None:
    for linkType, frame in (
        (1, ethernet(bytes(28), 0x0806)), (147, FOUR), (101, ip(b"", 1)), (101, b""), (1, b"short"),
        (101, FOUR[:25]), (101, b"\x00" * 40),
    ):  # fmt: skip
        assert PacketReader().read(linkType, frame) is None


def test_aPacketIsKnownByItsLengthAndItsChecksum() -> None:
    for whole in (FOUR, SIX, ethernet(FOUR), ethernet(SIX, 0x86DD)):
        segment = segmentOf(whole)
        assert segment is not None
        assert segment.payload == b"payload"
    for other in (FOUR[:-1], FOUR + b"x", b"\x45\x01" + FOUR[2:], b"", bytes(40)):
        assert segmentOf(other) is None


def test_noOctetsRaiseAnythingInAReader() -> None:
    rng = random.Random(1)
    reader = PacketReader()
    for _ in range(2000):
        linkType, frame = rng.choice(list(LAYERS.values()))
        damaged = bytearray(frame[: rng.randint(0, len(frame))])
        for _ in range(min(len(damaged), 3)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reader.read(linkType, bytes(damaged))
