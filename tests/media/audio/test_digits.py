"""
RFC 4733 events through the ports.
"""

from __future__ import annotations

import itertools

import pytest

from h323d.rtp import events
from h323d.rtp.events import EventSender
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.media.streams import Stream, TransmitFormat
from tests.support.packetio import EVENTS, MediaBench, Phone, steady


def press(bench: MediaBench, phone: Phone, digit: str, milliseconds: int, lose: int = 0) -> None:
    """The phone sends a digit; its last C{lose} packets are lost."""
    sender = EventSender(8000, 20)
    sender.send(digit, milliseconds)
    octets = []
    while sender.busy:
        packet = sender.next(phone.timestamp)
        assert packet is not None
        octets.append(
            RTPPacket(
                EVENTS,
                phone.sequence & 0xFFFF,
                packet.timestamp,
                phone.ssrc,
                packet.payload,
                packet.marker,
            )
        )
        phone.sequence += 1
    for event in octets[: len(octets) - lose]:
        phone.send(encode(event))
        bench.run(0.02, [])
    phone.timestamp += 160 * len(octets)


def test_eachDigitIsReportedOnce() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    bench.run(0.1)
    for digit in "123*#A":
        press(bench, phone, digit, 100)
    assert phone.recorder.digits == [(digit, 100) for digit in "123*#A"]


def test_aDigitWhoseEndIsLostIsReportedAfterAWhile() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    bench.run(0.1)
    press(bench, phone, "5", 100, lose=3)
    assert phone.recorder.digits == []
    bench.run(0.4)
    assert phone.recorder.digits == [("5", 80)]


def test_digitsAreHeardOutsideARoomToo() -> None:
    bench = MediaBench()
    phone = bench.phone()
    bench.run(0.1)
    press(bench, phone, "7", 80)
    assert phone.recorder.digits == [("7", 80)]


@pytest.mark.parametrize("asks", [20, 30])
def test_soundPausesWhileADigitIsSent(asks: int) -> None:
    bench = MediaBench()
    (phone, other), _ = bench.meeting(2, asks=asks)
    other.says = steady(1000)
    bench.run(0.5)
    phone.port.sendDigit("9", 100)
    phone.port.sendDigit("#", 100)
    start = bench.clock.seconds()
    bench.run(1.0)
    during = [packet for at, packet in phone.heard if at > start]
    kinds = [packet.payloadType for packet in during]
    first, last = kinds.index(EVENTS), len(kinds) - 1 - kinds[::-1].index(EVENTS)
    rows = [events.decode(packet.payload) for packet in during if packet.payloadType == EVENTS]
    assert [row.event for row in rows if row.end] == [9, 9, 9, 11, 11, 11]
    assert {row.duration for row in rows if row.end} == {800}
    assert [p.marker for p in during if p.payloadType == EVENTS].count(True) == 2
    pause = [packet for packet in during[first:last] if packet.payloadType == 0]
    assert len(pause) <= 3  # between the two digits
    assert kinds[-1] == 0
    sequence = [packet.sequenceNumber for packet in during]
    assert all((b - a) & 0xFFFF == 1 for a, b in itertools.pairwise(sequence))


def test_thePeerThatTakesNoEventsGetsNone() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    transmit = phone.stream.transmit
    assert transmit is not None
    phone.configure(
        Stream(TransmitFormat(transmit.format, 0, 20, transmit.rtp), phone.stream.receive)
    )
    phone.port.sendDigit("1", 100)
    bench.run(0.5)
    assert {packet.payloadType for _, packet in phone.heard} == {0}
