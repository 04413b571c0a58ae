"""
What passes from one to the other undecoded, and that nobody hears it when that changes.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.call.media import IMixer
from h323d.dsp.g711 import encodeALaw, encodeULaw
from h323d.dsp.tones import Tone, signalToNoise
from h323d.media.audio.files import ToneSource
from h323d.rtp import events
from h323d.rtp.events import TelephoneEvent
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream
from tests.support.packetio import EVENTS, MediaBench, Phone, RoomRecorder, tone

MISSED = b"\x00"
UNCODED = {"mediaFormat": MediaFormat("iLBC"), "payloadType": 97, "packetMs": 30, "asks": 30}


def counting(start: int, count: int) -> np.ndarray:
    """
    Says something else in each packet.
    """
    return np.full(count, start // count % 200 * 100, np.int16)


def said(phone: Phone, packets: int) -> list[bytes]:
    """
    The payloads that it has sent so far.
    """
    count = phone.packetMs * 8
    starts = range(0, packets * count, count)
    return [encodeULaw(phone.says(start, count)).tobytes() for start in starts]


def payloads(phone: Phone) -> list[bytes]:
    return [packet.payload for _, packet in phone.heard]


def assertContinuous(phone: Phone) -> None:
    """
    One source, and neither a gap nor a step back in numbers and times.
    """
    packets = [packet for _, packet in phone.heard if packet.payloadType != EVENTS]
    assert len({packet.ssrc for packet in packets}) == 1
    for one, next_ in itertools.pairwise([packet for _, packet in phone.heard]):
        assert (next_.sequenceNumber - one.sequenceNumber) & 0xFFFF == 1
    for one, next_ in itertools.pairwise(packets):
        assert (next_.timestamp - one.timestamp) & 0xFFFFFFFF == len(one.payload)
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)


def test_whatIsSentPassesOctetForOctet() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = b.says = counting
    bench.run(1.0)
    assert mixer.passing
    assert payloads(b) == said(a, 50)
    assert payloads(a) == said(b, 50)
    assertContinuous(a)
    assertContinuous(b)
    assert {packet.ssrc for _, packet in b.heard} != {a.ssrc}


def test_aRoomThatIsNotMadeForItMixesTwoWhoSpeakAlike() -> None:
    bench = MediaBench()
    _, mixer = bench.meeting(2)
    bench.run(0.2)
    assert not mixer.passing


def test_whatPassesWaitsForTheNextPointOfTheGridAtMost() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.1, [])
    for step in range(40):
        bench.clock.advance(0.0193)
        a.talk()
        bench.clock.advance(0.0051)
        assert len(b.heard) == step + 1


def test_eachIsSentThePayloadTypeThatWasNegotiatedWithIt() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    assert b.stream.transmit is not None
    b.configure(replace(b.stream, transmit=replace(b.stream.transmit, payloadType=96)))
    bench.run(0.2)
    assert mixer.passing
    assert {packet.payloadType for _, packet in b.heard} == {96}
    assert {packet.payloadType for _, packet in a.heard} == {0}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"asks": 40}),
        ({"packetMs": 10}, {}),
    ],
    ids=["longer packets are wanted", "shorter packets come"],
)
def test_whoeverIsSentPacketsOfAnotherLengthIsMixed(
    first: dict[str, object], second: dict[str, object]
) -> None:
    bench = MediaBench()
    mixer = bench.pool.openMixer(RoomRecorder(), passes=True)
    a, b = bench.phone(**first), bench.phone(**second)
    mixer.join(a.port)
    mixer.join(b.port)
    a.says = b.says = tone(500)
    bench.run(1.0)
    assert not mixer.passing
    for phone in (a, b):
        assert signalToNoise(phone.sound[-4000:], 500) >= 30


@pytest.mark.parametrize("phase", [0.001, 0.004])
def test_itIsToldHowLongPacketsWaitWithUs(phase: float) -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(1.0)
    bench.clock.advance(phase)
    waited = []
    for _ in range(100):
        came = bench.clock.seconds()
        a.talk()
        b.talk()
        for _ in range(20):
            bench.clock.advance(0.001)
        waited.append(b.heard[-1][0] - came)
    assert min(waited) > 0
    assert a.port.statistics().delay == pytest.approx(max(waited), abs=0.0002)


def test_whatIsLostStaysAGapInTheNumbers() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.2)
    count = len(b.heard)
    a.skip()
    a.skip()
    bench.run(0.2)
    before, after = b.heard[count - 1][1], b.heard[count][1]
    assert (after.sequenceNumber - before.sequenceNumber) & 0xFFFF == 3
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 3 * 160
    assert not after.marker


def test_whatIsOvertakenKeepsItsPlace() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    a.says = counting
    bench.run(0.2, [a])
    a.talk(delay=0.03)
    a.talk()
    a.talk()
    bench.run(0.1, [])
    bench.run(0.1, [a])
    inOrder = sorted((packet.sequenceNumber, packet) for _, packet in b.heard)
    heard = [packet for _, packet in b.heard]
    assert [packet for _, packet in inOrder] != heard
    assert [packet.payload for _, packet in inOrder] == said(a, len(heard))
    assert [packet.timestamp - inOrder[0][1].timestamp for _, packet in inOrder] == list(
        range(0, 160 * len(heard), 160)
    )


def test_whatCameTwiceIsSentOnce() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.1, [a])
    count = len(b.heard)
    again = RTPPacket(0, a.sequence - 1, a.timestamp - 160, a.ssrc, bytes(160))
    a.send(encode(again))
    bench.run(0.02, [])
    assert len(b.heard) == count


def test_aJumpOfItsTimestampsIsNotPassedOn() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.2)
    a.timestamp += 5_000_000
    bench.run(0.2)
    assertContinuous(b)


def test_anotherSourceGoesOnWhereTheLastOneEnded() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.2)
    a.ssrc, a.sequence, a.timestamp = 77, 40_000, 123_456
    bench.run(0.5)
    numbers = [packet.sequenceNumber for _, packet in b.heard]
    assert [number - numbers[0] for number in numbers] == list(range(len(numbers)))
    assert len(numbers) >= 34


def test_afterAPauseTimeHasPassedAndTheMarkerIsPassedOn() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.2)
    at, before = b.heard[-1]
    bench.run(0.5, [b])
    a.timestamp += 4000
    marked = RTPPacket(0, a.sequence, a.timestamp, a.ssrc, bytes(160), marker=True)
    a.send(encode(marked))
    bench.run(0.02, [])
    later, after = b.heard[-1]
    assert after.marker
    assert (after.sequenceNumber - before.sequenceNumber) & 0xFFFF == 1
    assert after.timestamp - before.timestamp == 4160
    assert later - at == pytest.approx(0.52, abs=0.02)


def test_nothingPassesFromAStranger() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    bench.run(0.2)
    count = len(b.heard)
    forged = RTPPacket(8, a.sequence, a.timestamp, a.ssrc, bytes(160))
    a.send(encode(forged), replace(a.address, host="10.9.9.9"))
    bench.run(0.02, [])
    assert len(b.heard) == count
    bench.run(1.0)
    assert mixer.passing
    assert a.port.statistics().packetsRefused == 1


def test_whatPassesIsCounted() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.5)
    a.skip()
    bench.run(1.0)
    heard, sent = a.port.statistics(), b.port.statistics()
    assert heard.packetsReceived >= 49
    assert heard.packetsLost == 1
    assert heard.silence < 0.1
    assert sent.packetsSent >= 49
    bench.run(5.0)
    assert a.port.statistics().silence < 0.1
    assert a.control
    assert b.control


def test_whoIsSilentIsNoticed() -> None:
    bench = MediaBench()
    a, b, _ = bench.pair()
    bench.run(0.5)
    bench.run(3.0, [b])
    assert a.port.statistics().silence >= 2.0
    assert b.port.statistics().silence < 0.1


def test_aDigitIsReportedAndNotPassedOn() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    bench.run(0.2)
    for step in range(5):
        payload = events.encode(TelephoneEvent(5, 160 * (step + 1), step >= 2))
        a.send(encode(RTPPacket(EVENTS, a.sequence, a.timestamp, a.ssrc, payload, step == 0)))
        a.sequence += 1
        bench.run(0.02, [b])
    a.timestamp += 800
    bench.run(0.2)
    assert a.recorder.digits == [("5", 60)]
    assert mixer.passing
    assert {packet.payloadType for _, packet in b.heard} == {0}
    numbers = [packet.sequenceNumber for _, packet in b.heard]
    assert [number - numbers[0] for number in numbers] == list(range(len(numbers)))


def test_aDigitIsSentBetweenWhatPasses() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = counting
    bench.run(0.5)
    b.port.sendDigit("7", 100)
    bench.run(1.0)
    assert mixer.passing
    sent = [packet for _, packet in b.heard if packet.payloadType == EVENTS]
    assert {events.decode(packet.payload).event for packet in sent} == {7}
    assert len({packet.timestamp for packet in sent}) == 1
    assert sum(events.decode(packet.payload).end for packet in sent) == 3
    numbers = [packet.sequenceNumber for _, packet in b.heard]
    assert [number - numbers[0] for number in numbers] == list(range(len(numbers)))
    stamps = [packet.timestamp for _, packet in b.heard if packet.payloadType != EVENTS]
    assert stamps == sorted(set(stamps))
    assert payloads(b)[-10:] == said(a, 75)[-10:]


def changed(mixer: IMixer, phone: Phone, bench: MediaBench, how: str) -> None:
    """
    Something comes between them, and goes.
    """
    if how == "mute":
        mixer.mute(phone.port, True)
        mixer.mute(phone.port, False)
    elif how == "local":
        party = mixer.attach(None, None)
        bench.run(0.3)
        mixer.detach(party)
    elif how == "short":
        party = mixer.attach(None, None)
        bench.run(0.01)
        mixer.detach(party)


@pytest.mark.parametrize("how", ["local", "short", "mute"])
def test_nothingIsLostWhenTheyAreMixedForAWhile(how: str) -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = b.says = counting
    bench.run(0.5)
    changed(mixer, b, bench, how)
    bench.run(0.5)
    assert mixer.passing
    for phone, other in ((a, b), (b, a)):
        assert payloads(phone) == said(other, len(phone.heard))
        assertContinuous(phone)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 150), min_size=1, max_size=12))
def test_howeverOftenItChangesNothingIsLostOrHeardTwice(lengths: list[int]) -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = b.says = counting
    turns = iter(range(10_000))

    def talk(milliseconds: int) -> None:
        for turn in itertools.islice(turns, milliseconds):
            for phone, offset in ((a, 1), (b, 8)):
                if turn % 20 == offset:
                    phone.talk()
            bench.clock.advance(0.001)

    talk(100)
    for mixed, passed in itertools.zip_longest(lengths[::2], lengths[1::2], fillvalue=50):
        party = mixer.attach(None, None)
        talk(mixed)
        mixer.detach(party)
        talk(passed)
    talk(200)
    for phone, other in ((a, b), (b, a)):
        assert payloads(phone) == said(other, len(phone.heard))
        assertContinuous(phone)


def test_aMutedMemberIsNotHeardAtOnce() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = b.says = tone(500)
    bench.run(0.5)
    mixer.mute(a.port, True)
    bench.run(0.5)
    assert not mixer.passing
    assert not b.sound[-2400:].any()
    assert signalToNoise(a.sound[-2400:], 500) >= 30
    assertContinuous(b)


def test_aLocalPartyIsHeardByBoth() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    bench.run(0.3)
    mixer.attach(ToneSource(Tone((400,))), None)
    bench.run(0.5)
    for phone in (a, b):
        assert signalToNoise(phone.sound[-2400:], 400) >= 30
        assertContinuous(phone)


def test_anotherFormatIsTranscodedFromTheNextPacketAndPassesAgainAfterwards() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = counting
    bench.run(0.5)
    assert b.stream.transmit is not None
    other = replace(b.stream.transmit, format=G711_ALAW, payloadType=8)
    b.configure(replace(b.stream, transmit=other))
    bench.run(0.5)
    assert not mixer.passing
    b.configure(b.stream)
    bench.run(0.5)
    assert mixer.passing
    assertContinuous(b)
    assert {packet.payloadType for _, packet in b.heard} == {0, 8}
    loud = [packet.payload for _, packet in b.heard]
    assert loud[-20:] == said(a, len(loud))[-20:]


def test_whoSendsSomethingElseAllAtOnceIsHeardWithoutAGap() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.configure(replace(a.stream, receive=ReceiveFormat({0: G711_ULAW, 8: G711_ALAW}, EVENTS)))
    a.says = tone(500)
    bench.run(0.5)
    assert mixer.passing
    a.speak(G711_ALAW)
    bench.run(0.5)
    assert not mixer.passing
    assertContinuous(b)
    assert signalToNoise(b.sound, 500) >= 30


def test_onHoldNothingPassesAndBothAreHeardAfterwards() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    a.says = b.says = counting
    bench.run(0.3)
    a.configure(Stream(None, None))
    bench.run(0.3)
    count = len(a.heard)
    bench.run(0.3)
    assert len(a.heard) == count
    a.configure(a.stream)
    bench.run(0.5)
    assert mixer.passing
    assert payloads(a)[-10:] == said(b, 70)[-10:]
    numbers = [packet.sequenceNumber for _, packet in a.heard]
    assert [number - numbers[0] for number in numbers] == list(range(len(numbers)))


def test_whoIsHeldIsStillHeardByTheOther() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    b.says = counting
    b.configure(Stream(None, b.stream.receive))
    bench.run(0.5)
    assert mixer.passing
    assert payloads(a) == said(b, len(a.heard))
    assert len(a.heard) >= 24
    assert b.heard == []


def test_whoeverLeavesIsNotHeardAnyMore() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair()
    bench.run(0.3)
    mixer.leave(a.port)
    bench.run(0.1)
    count = len(a.heard)
    bench.run(0.3)
    assert not mixer.passing
    assert len(a.heard) == count
    mixer.join(a.port)
    bench.run(0.3)
    assert mixer.passing
    b.port.close()
    bench.run(0.3, [a])
    a.port.close()
    mixer.close()
    bench.run(0.1, [])
    bench.stop()
    assert all(pair.closed for pair in bench.ports.pairs)


def test_whatNobodyHereCanCodePassesOctetForOctet() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair(**UNCODED)
    a.says, b.says = tone(500), tone(700)
    bench.run(1.2)
    assert mixer.passing
    for one, other in ((a, b), (b, a)):
        assert len(one.heard) == 40
        law = [encodeALaw(other.says(at, 240)).tobytes() for at in range(0, 40 * 240, 240)]
        assert payloads(one) == law
        assert {packet.payloadType for _, packet in one.heard} == {97}
        assertContinuous(one)
    assert a.port.statistics().packetsReceived >= 30
    assert a.port.statistics().packetsRefused == 0


def test_whatNobodyHereCanCodeIsCountedWhereItCannotPass() -> None:
    bench = MediaBench()
    mixer = bench.pool.openMixer(RoomRecorder(), passes=True)
    a, b = bench.phone(**UNCODED), bench.phone()
    mixer.join(a.port)
    mixer.join(b.port)
    a.says = b.says = tone(500)
    bench.run(1.2)
    assert not mixer.passing
    assert a.heard == []
    assert len(b.heard) >= 55
    assert not b.sound.any()
    assert a.port.statistics().packetsRefused >= 30
    assert b.port.statistics().packetsRefused == 0


def test_aThirdSilencesWhatNobodyCanCodeAndItPassesAgainWhenHeIsGone() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair(**UNCODED)
    bench.run(0.3)
    third = bench.phone()
    mixer.join(third.port)
    before = len(a.heard), len(b.heard)
    third.says = tone(500)
    bench.run(0.3)
    assert (len(a.heard), len(b.heard)) == before
    assert third.heard
    assert not third.sound.any()
    mixer.leave(third.port)
    bench.run(0.3)
    assert mixer.passing
    for phone, count in zip((a, b), before, strict=True):
        assert len(phone.heard) >= count + 9
        numbers = [packet.sequenceNumber for _, packet in phone.heard]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_aDigitIsSentInPlaceOfWhatNobodyCanCode() -> None:
    bench = MediaBench()
    a, b, mixer = bench.pair(**UNCODED)
    bench.run(0.3)
    b.port.sendDigit("5", 100)
    bench.run(0.6)
    assert mixer.passing
    kinds = [packet.payloadType for _, packet in b.heard]
    assert EVENTS in kinds
    assert set(kinds) == {97, EVENTS}
    assert a.heard[-1][1].payloadType == 97
