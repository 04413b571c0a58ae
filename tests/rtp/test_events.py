"""
RFC 4733 telephone events: one report of each, whatever is lost, doubled or overtaken.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.errors import DecodeError
from h323d.rtp import events
from h323d.rtp.events import (
    EndedEvent,
    EventPacket,
    EventReceiver,
    EventSender,
    TelephoneEvent,
)


def sent(digit: str, milliseconds: int, timestamp: int = 1000) -> list[EventPacket]:
    sender = EventSender()
    assert sender.send(digit, milliseconds)
    packets = []
    while sender.busy:
        packet = sender.next(timestamp)
        assert packet is not None
        packets.append(packet)
        timestamp += 160
    return packets


def heard(
    packets: list[EventPacket], receiver: EventReceiver | None = None, start: float = 0.0
) -> list[EndedEvent]:
    receiver = EventReceiver() if receiver is None else receiver
    ended = []
    for number, packet in enumerate(packets):
        event = events.decode(packet.payload)
        ended += receiver.receive(event, packet.timestamp, start + number * 0.02)
    return ended


def test_aPayloadIsWrittenAsTheStandardDrawsIt() -> None:
    octets = events.encode(TelephoneEvent(11, 400, end=True, volume=7))
    assert octets == bytes.fromhex("0b870190")
    assert events.decode(octets) == TelephoneEvent(11, 400, end=True, volume=7)


@pytest.mark.parametrize("octets", [b"", b"\x01\x0a\x00"])
def test_aShortPayloadIsRefused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        events.decode(octets)


def test_ofSeveralEventsInAPacketTheFirstIsRead() -> None:
    assert events.decode(bytes.fromhex("010a0190 020a0190")).event == 1


def test_aDigitIsSentWithOneMarkerAndThreeEnds() -> None:
    packets = sent("5", 100)
    read = [events.decode(packet.payload) for packet in packets]
    assert [packet.marker for packet in packets] == [True] + [False] * 6
    assert {packet.timestamp for packet in packets} == {1000}
    assert [event.duration for event in read] == [160, 320, 480, 640, 800, 800, 800]
    assert [event.end for event in read] == [False] * 4 + [True] * 3
    assert {event.event for event in read} == {5}


def test_aVeryShortDigitIsSentLongEnoughToBeNoticed() -> None:
    assert events.decode(sent("#", 1)[-1].payload).duration == 320


def test_aVeryLongDigitIsSentAsLongAsOneSegmentCanBe() -> None:
    assert events.decode(sent("0", 60000)[-1].payload).duration == 65535


def test_thereIsAPauseBetweenTwoDigits() -> None:
    sender = EventSender()
    sender.send("1", 40)
    sender.send("2", 40)
    row = [sender.next(160 * n) for n in range(14)]
    kinds = ["." if packet is None else events.decode(packet.payload).event for packet in row]
    assert kinds == [1, 1, 1, 1, ".", ".", ".", 2, 2, 2, 2, ".", ".", "."]
    assert row[7] is not None
    assert row[7].timestamp == 160 * 7
    assert row[7].marker


def test_anEventThatAnotherHasBegunGoesOnFromWhereItWas() -> None:
    sender = EventSender()
    sender.send("7", 100, begun=1000)
    row = [sender.next(1000 + 480 + 160 * n) for n in range(5)]
    packets = [each for each in row if each is not None]
    assert [events.decode(each.payload).duration for each in packets] == [640, 800, 800, 800]
    assert {each.timestamp for each in packets} == {1000}
    assert [each.marker for each in packets] == [False] * 4
    assert [each.last for each in packets] == [False, False, False, True]


def test_anEventThatShouldHaveEndedMeanwhileEnds() -> None:
    sender = EventSender()
    sender.send("7", 100, begun=1000)
    row = [sender.next(9000 + 160 * n) for n in range(4)]
    packets = [each for each in row if each is not None]
    assert [events.decode(each.payload) for each in packets] == [
        TelephoneEvent(7, 800, end=True)
    ] * 3


def test_whatIsNoDigitIsNotSent() -> None:
    sender = EventSender()
    assert not sender.send("x", 100)
    assert not sender.send("", 100)
    assert not sender.send("12", 100)
    assert not sender.busy


def test_noMoreThanSixtyFourDigitsWait() -> None:
    sender = EventSender()
    assert [sender.send("1", 100) for _ in range(70)].count(True) == 64


@pytest.mark.parametrize("digit", list(events.DIGITS))
def test_aDigitIsReportedOnceWithItsLength(digit: str) -> None:
    (ended,) = heard(sent(digit, 100))
    assert ended.digit == digit
    assert ended.seconds == pytest.approx(0.1)


def test_anEventThatIsNoDigitHasNone() -> None:
    assert EndedEvent(36, 0.1).digit is None


@pytest.mark.parametrize("lost", [{0}, {4}, {4, 5}, {0, 1, 2, 3, 4, 5}, {1, 2, 6}])
def test_aDigitIsReportedOnceWhateverIsLost(lost: set[int]) -> None:
    packets = [packet for n, packet in enumerate(sent("7", 100)) if n not in lost]
    assert heard(packets) == [EndedEvent(7, 0.1)]


def test_anEventWithoutEndIsOverAfterAWhile() -> None:
    receiver = EventReceiver()
    assert heard(sent("7", 100)[:3], receiver) == []
    assert receiver.expire(0.1) == []
    assert receiver.expire(0.25) == [EndedEvent(7, 0.06)]
    assert receiver.expire(0.5) == []


def test_anEventWithoutEndIsOverWhenTheNextBegins() -> None:
    receiver = EventReceiver()
    heard(sent("7", 100)[:3], receiver)
    assert heard(sent("8", 100, 9000)[:1], receiver, 0.1) == [EndedEvent(7, 0.06)]


def test_theSameDigitTwiceIsTwoReports() -> None:
    receiver = EventReceiver()
    assert len(heard(sent("7", 100) + sent("7", 100, 5000), receiver)) == 2


def test_packetsOfAnEventBeforeAreIgnored() -> None:
    receiver = EventReceiver()
    first, second = sent("1", 100, 1000), sent("2", 100, 3000)
    assert heard([*first[:5], second[0], first[5], first[6], *second[1:]], receiver) == [
        EndedEvent(1, 0.1),
        EndedEvent(2, 0.1),
    ]


def test_reorderedPacketsDoNotShortenAnEvent() -> None:
    packets = sent("1", 100)
    packets[0], packets[3] = packets[3], packets[0]
    receiver = EventReceiver()
    heard(packets[:4], receiver)
    assert receiver.expire(1.0) == [EndedEvent(1, 0.08)]


def test_timestampsWrap() -> None:
    receiver = EventReceiver()
    near = sent("1", 100, 2**32 - 100)
    after = sent("2", 100, 700)
    assert [ended.event for ended in heard(near + after, receiver)] == [1, 2]


def test_segmentsOfALongEventAreOneReport() -> None:
    receiver = EventReceiver()
    assert receiver.receive(TelephoneEvent(3, 65535), 1000, 0.0) == []
    assert receiver.receive(TelephoneEvent(3, 800), 1000 + 65535, 0.02) == []
    (ended,) = receiver.receive(TelephoneEvent(3, 1600, end=True), 1000 + 65535, 0.04)
    assert ended.seconds == pytest.approx((65535 + 1600) / 8000)


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from("0123456789*#ABCD"), min_size=1, max_size=6),
    st.data(),
)
def test_everyDigitIsReportedOnceInOrderDespiteLossAndDoubles(
    digits: list[str], data: st.DataObject
) -> None:
    receiver, reported, now = EventReceiver(), list[EndedEvent](), 0.0
    for number, digit in enumerate(digits):
        packets = sent(digit, 100, number * 4000)
        kept = data.draw(st.sets(st.integers(0, len(packets) - 1), min_size=1))
        copies = data.draw(st.integers(1, 2))
        for index in sorted(kept):
            for _ in range(copies):
                event = events.decode(packets[index].payload)
                reported += receiver.receive(event, packets[index].timestamp, now)
            now += 0.02
    reported += receiver.expire(now + 1)
    assert [ended.digit for ended in reported] == digits
    assert all(0 < ended.seconds <= 0.1 for ended in reported)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.binary(min_size=4, max_size=8), st.integers(0, 2**32 - 1))))
def test_noPayloadRaisesAnythingInAReceiver(packets: list[tuple[bytes, int]]) -> None:
    receiver = EventReceiver()
    for number, (payload, timestamp) in enumerate(packets):
        receiver.receive(events.decode(payload), timestamp, number * 0.02)
        receiver.expire(number * 0.02 + 0.01)


def test_durationsOnlyGrowWhileADigitIsSent() -> None:
    read = [events.decode(packet.payload).duration for packet in sent("9", 333)]
    assert all(before <= after for before, after in pairwise(read))
    assert read[-1] == 333 * 8
