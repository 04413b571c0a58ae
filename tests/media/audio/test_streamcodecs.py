"""
A codec that remembers, with a clock of its own and payloads of many lengths, through room, port and
packet: L{tests.support.streamcodec}.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec
from h323d.dsp.g711 import PCMU
from h323d.dsp.provisions import Provision, provisions
from h323d.dsp.tones import levelsAt, signalToNoise
from h323d.media.config import MediaConfig
from h323d.rtp import rtcp
from h323d.rtp.packet import RTPPacket, encode
from h323d.rtp.rtcp import ReceiverReport, ReportBlock
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream
from tests.support.packetio import EVENTS, MediaBench, Phone, steady, tone
from tests.support.streamcodec import (
    COMFORT,
    SCRAMBLED,
    CodecBench,
    CodecPhone,
    Octets,
    Parameters,
    Samples,
    ScrambledCodec,
    ScrambledDecoder,
    ScrambledEncoder,
    saying,
)


def payloads(phone: Phone) -> list[bytes]:
    return [packet.payload for _, packet in phone.heard if packet.payloadType != EVENTS]


def test_aToneComesThroughAtTheRateOfBoth() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(2.0)
    assert signalToNoise(listener.sound[-24000:], 1000, 48000) >= 35
    assert scene.ratesGiven() == {48000}
    scene.bench.stop()


def test_theCoderIsGivenTheParametersThatWereNegotiated() -> None:
    scene = CodecBench()
    scene.phone(), scene.phone()
    scene.bench.run(0.2)
    assert {parameters for _, _, parameters in scene.codec.given} == {SCRAMBLED.parameters}
    assert sorted(what for what, _, _ in scene.codec.given) == ["decoder"] * 2 + ["encoder"] * 2


def test_timestampsGoByTheCodecsClock() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5)
    packets = [packet for _, packet in listener.heard if len(packet.payload) > 2]
    for one, next_ in itertools.pairwise(packets):
        assert (next_.sequenceNumber - one.sequenceNumber) & 0xFFFF == 1
        assert (next_.timestamp - one.timestamp) & 0xFFFFFFFF == 960


@pytest.mark.parametrize(("sends", "asks"), [(10, 60), (20, 30), (30, 10), (60, 40)])
def test_packetsAreAsLongAsWasAskedFor(sends: int, asks: int) -> None:
    scene = CodecBench()
    talker, listener = scene.phone(packetMs=sends), scene.phone(asks=asks)
    talker.says = saying(48000, 300)
    scene.bench.run(2.0)
    assert {payload[0] for payload in payloads(listener)[2:]} == {asks // 10}
    assert signalToNoise(listener.sound[-24000:], 300, 48000) >= 30


def test_whoHearsNothingIsSentNothing() -> None:
    scene = CodecBench()
    talker, listener, other = scene.telephone(), scene.phone(), scene.phone()
    scene.mixer.mute(other.port, True)
    talker.says = tone(1000)
    scene.bench.run(0.5)
    talker.says = steady(0)
    scene.bench.run(0.2)
    before = len(listener.heard)
    scene.bench.run(0.5)
    assert len(listener.heard) == before
    last = listener.heard[-1]
    talker.says = tone(1000)
    scene.bench.run(0.5)
    at, packet = listener.heard[before]
    assert packet.marker
    assert (packet.sequenceNumber - last[1].sequenceNumber) & 0xFFFF == 1
    passed = (packet.timestamp - last[1].timestamp) & 0xFFFFFFFF
    assert passed == 48 * round((at - last[0]) * 1000)
    assert signalToNoise(listener.sound[-9600:], 1000, 48000) >= 30


def test_aPauseThatWasAnnouncedIsFilledAndNotConcealed() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0)
    talker.says = steady(0)
    scene.bench.run(1.0)
    assert set(listener.sound[-9600:].tolist()) <= {COMFORT - 1, COMFORT, COMFORT + 1}
    assert talker.port.statistics().concealed == 0
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0)
    assert signalToNoise(listener.sound[-9600:], 1000, 48000) >= 35
    assert talker.port.statistics().concealed == 0


def test_afterALossTheDecoderIsWhereTheEncoderIs() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    for number in range(45):  # the encoder begins anew with the 50th
        talker.talk(delay=-1.0 if number in (25, 30, 31, 32) else 0.0)
        scene.bench.clock.advance(0.02)
    scene.bench.run(0.6, [])
    assert signalToNoise(listener.sound[35 * 960 : 43 * 960], 1000, 48000) >= 35
    assert talker.port.statistics().concealed > 0


def hearsThroughALoss(lossPercent: int) -> float:
    """
    @return: dB, around a packet that was lost on a way with jitter.
    """
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 300)
    talker.tune(lossPercent)
    for number in range(100):
        late = 0.045 if number % 4 == 1 else 0.0
        talker.talk(delay=-1.0 if number == 74 else late if number < 60 else 0.0)
        scene.bench.clock.advance(0.02)
    scene.bench.run(0.2, [])
    at = 48000 * 20 * 70 // 1000
    return signalToNoise(listener.sound[at : at + 9600], 300, 48000)


def test_whatWasSentTwiceIsHeardInPlaceOfWhatWasLost() -> None:
    assert hearsThroughALoss(10) >= 25
    assert hearsThroughALoss(0) < 20


def test_aPacketThatComesAfterItsPlaceWasMadeUpIsLate() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5)
    talker.talk(delay=0.03)
    scene.bench.clock.advance(0.02)
    scene.bench.run(1.0)
    statistics = talker.port.statistics()
    assert (statistics.packetsLate, statistics.packetsLost) == (1, 0)
    assert signalToNoise(listener.sound[-24000:], 1000, 48000) >= 35


def test_whatIsNoPayloadIsRefused() -> None:
    scene = CodecBench()
    talker, _ = scene.phone(), scene.phone()
    scene.bench.run(0.2)
    for payload in (b"\x02", b"\x00\x28", b"\x07\x28" + b"x" * 560, b"\x02\x28" + b"x" * 159):
        packet = RTPPacket(97, talker.sequence, talker.timestamp, talker.ssrc, payload)
        talker.sequence += 1
        talker.send(encode(packet))
        scene.bench.clock.advance(0.02)
    scene.bench.run(1.0, [])
    assert talker.port.statistics().packetsRefused == 4


def test_aSequenceThatBeginsAnewIsFollowed() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5)
    talker.sequence += 30000
    talker.says = steady(0)  # both begin to count
    scene.bench.run(0.2)
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0)
    assert signalToNoise(listener.sound[-24000:], 1000, 48000) >= 35


def test_anotherSourceHasADecoderOfItsOwn() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5)
    talker.beginAnew()
    scene.bench.run(1.5)
    assert signalToNoise(listener.sound[-24000:], 1000, 48000) >= 35
    assert [what for what, _, _ in scene.codec.given].count("decoder") == 3


def test_theEncoderIsToldWhatThePeerLoses() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0)
    before = max(len(payload) for payload in payloads(listener))
    block = ReportBlock(listener.heard[0][1].ssrc, 64, 10, 100, 80, 0, 0)
    report = rtcp.encode([ReceiverReport(listener.ssrc, (block,))])
    scene.bench.toServer(listener.address, listener.port.rtcp, report)
    scene.bench.run(0.5)
    assert max(encoder.loss for encoder in scene.codec.encoders) == 25
    assert len(payloads(listener)[-1]) > before


def test_digitsGoByTheClockOfTheSound() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.2)
    listener.port.sendDigit("5", 100)
    scene.bench.run(0.5)
    packets = [packet for _, packet in listener.heard if packet.payloadType == EVENTS]
    assert int.from_bytes(packets[-1].payload[2:4], "big") == 4800
    event = bytes([5, 0x80 | 10, *(100 * 48).to_bytes(2, "big")])
    for sequence in range(3):
        stamp = talker.timestamp & 0xFFFFFFFF
        packet = RTPPacket(EVENTS, talker.sequence + sequence, stamp, talker.ssrc, event)
        talker.send(encode(packet))
    talker.sequence += 3
    scene.bench.run(0.5)
    assert talker.recorder.digits == [("5", 100)]


def test_whoChangesItsCodecIsFollowed() -> None:
    scene = CodecBench()
    phone, listener = scene.telephone(), scene.telephone()
    receive = ReceiveFormat({0: G711_ULAW, 97: SCRAMBLED}, EVENTS)
    phone.configure(Stream(phone.stream.transmit, receive))
    phone.says = tone(1000)
    scene.bench.run(0.5)
    changed = CodecPhone(scene.bench, phone.address, scene.codec)
    changed.port.close()
    changed.port, changed.ssrc, changed.sequence = phone.port, phone.ssrc, phone.sequence
    changed.timestamp = phone.timestamp
    changed.says = saying(48000, 1000)
    scene.bench.run(1.5, [changed])
    assert signalToNoise(listener.sound[-2400:], 1000) >= 35
    phone.sequence, phone.timestamp = changed.sequence, changed.timestamp
    scene.bench.run(1.0, [phone])
    assert signalToNoise(listener.sound[-4000:], 1000) >= 35


def test_timestampsGoOnWhenTheClockChanges() -> None:
    scene = CodecBench()
    phone, talker = scene.telephone(), scene.telephone()
    talker.says = tone(1000)
    scene.bench.run(0.5)
    at, before = phone.heard[-1]
    changed = CodecPhone(scene.bench, phone.address, scene.codec)
    changed.port.close()
    phone.configure(changed.stream)
    scene.bench.run(0.2, [talker])
    later, packet = changed.heard[0]
    assert (packet.payloadType, packet.ssrc) == (97, before.ssrc)
    passed = round((later - at) * 1000)
    between = (packet.timestamp - before.timestamp) & 0xFFFFFFFF
    assert 8 * passed <= between <= 48 * passed
    assert (changed.heard[1][1].timestamp - packet.timestamp) & 0xFFFFFFFF == 960


def test_jitterIsMeasuredByTheClockOfWhatIsHeard() -> None:
    scene = CodecBench()
    wide, _ = scene.phone(), scene.phone()
    wide.says = saying(48000, 1000)
    scene.bench.run(1.0)
    assert wide.port.statistics().jitter < 0.002
    wide.port.close()
    scene.bench.run(0.1, [])
    narrow = scene.telephone()  # in the same slot
    scene.bench.run(1.0, [narrow])
    assert narrow.port.statistics().jitter < 0.002


class Failing(ScrambledCodec):
    """
    Whose coders do not work.
    """

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> ScrambledDecoder:
        return FailingDecoder()

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> ScrambledEncoder:
        return FailingEncoder(sampleRate)


class FailingDecoder(ScrambledDecoder):
    def decode(self, payload: Octets, out: Samples) -> int:
        out[:] = 30000
        return -4

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        out[:] = 30000
        raise ValueError("nothing to recover")


class FailingEncoder(ScrambledEncoder):
    def encode(self, samples: Samples, out: Octets) -> int:
        raise ValueError("nothing to send")

    def tune(self, lossPercent: int) -> None:
        raise ValueError("nothing to tune")


def test_aCodecThatFailsIsSilentAndCountedAndHarmsNobody() -> None:
    scene = CodecBench(Failing())
    failing, talker, listener = scene.phone(), scene.telephone(), scene.telephone()
    failing.says, talker.says = saying(48000, 1000), tone(400)
    scene.bench.run(0.5)
    failing.skip()
    scene.bench.run(1.0)
    assert levelsAt(listener.sound[-4000:], (400, 1000))[1] < -60
    assert signalToNoise(listener.sound[-4000:], 400) >= 35
    assert failing.heard == []
    assert scene.bench.pool.figures()["codecFailures"] > 100
    assert failing.port.statistics().packetsRefused > 50


def test_theSeamsOfTheFailingAreStillSeams() -> None:
    assert IDecoder.providedBy(FailingDecoder())
    assert IEncoder.providedBy(FailingEncoder(8000))


def test_aPortThatClosesLeavesNoCoderBehind() -> None:
    scene = CodecBench()
    first, second = scene.phone(), scene.phone()
    scene.bench.run(0.2)
    first.port.close()
    scene.bench.run(0.1, [second])
    again = scene.phone()
    again.says = saying(48000, 1000)
    scene.bench.run(1.0, [again, second])
    assert [what for what, _, _ in scene.codec.given].count("decoder") == 3
    assert signalToNoise(second.sound[-24000:], 1000, 48000) >= 35
    assert np.any(second.sound)


STREAMED = [each for each in provisions() if IStreamCodec.providedBy(each.codec)]


@pytest.mark.parametrize(
    "provision", STREAMED, ids=lambda each: f"{each.format} {each.format.parameters}"
)
def test_whateverOctetsComeTheRoomGoesOn(provision: Provision) -> None:
    assert provision.codec is not None
    bench = MediaBench(MediaConfig(maximumPorts=8), codecs=(PCMU, provision.codec))
    (talker, listener), mixer = bench.meeting(2)
    talker.says = tone(400)
    garbler = bench.phone(mediaFormat=provision.format, payloadType=97)
    mixer.join(garbler.port)
    rng = np.random.default_rng(5)
    for number in range(100):
        payload = rng.integers(0, 256, int(rng.integers(0, 200))).astype(np.uint8).tobytes()
        stamp = number * provision.format.clockRate // 50
        garbler.send(encode(RTPPacket(97, number, stamp, 1, payload)))
        bench.run(0.02, talking=(talker, listener))
    assert garbler.port.statistics().packetsRefused > 0
    bench.run(1.0, talking=(talker, listener))
    assert signalToNoise(listener.sound[-4000:], 400) >= 35
    assert bench.pool.figures()["framesGivenUp"] == 0
    bench.stop()
