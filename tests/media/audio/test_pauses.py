"""
Pauses of telephones that describe their noise.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.g711 import PCMU
from h323d.dsp.g729 import g729
from h323d.dsp.tones import signalToNoise
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.media.formats import MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream
from tests.support.annexb import withPauses
from tests.support.coded import had, spoken
from tests.support.packetio import MediaBench, Phone, tone
from tests.support.streamcodec import CodecBench, saying

COMFORT_NOISE = 13
LEVEL = 50  # dBov below
LOUDNESS = 32124 * 10 ** (-LEVEL / 20)


def describe(phone: Phone, payload: bytes = bytes([LEVEL]), payloadType: int = 13) -> None:
    """
    Send a description, in place of the next packet of sound.
    """
    stamp = phone.timestamp & 0xFFFFFFFF
    phone.send(encode(RTPPacket(payloadType, phone.sequence, stamp, phone.ssrc, payload)))
    phone.sequence += 1


def rest(bench: MediaBench, phone: Phone, packets: int, units: int = 160) -> None:
    """
    Let time pass in which nothing is sent.
    """
    bench.run(0.02 * packets, [])
    phone.timestamp += packets * units


def talked(few: int = 64) -> tuple[MediaBench, Phone, Phone]:
    """
    @return: a bench where somebody has said something, and has fallen silent, and who hears him.
    """
    bench = MediaBench(few=few)
    (talker, listener), _ = bench.meeting(2)
    talker.says = tone(400)
    bench.run(0.5, [talker])
    describe(talker)
    return bench, talker, listener


@pytest.mark.parametrize("few", [0, 64])
def test_aPauseIsAsLoudAsItWasSaidToBeAndNothingIsMissing(few: int) -> None:
    bench, talker, listener = talked(few)
    rest(bench, talker, 50)
    assert listener.sound[-4000:].std() == pytest.approx(LOUDNESS, rel=0.15)
    assert talker.port.statistics().concealed == 0
    assert talker.port.statistics().packetsRefused == 0
    bench.stop()


@pytest.mark.parametrize("few", [0, 64])
def test_aPauseEndsWithSound(few: int) -> None:
    bench, talker, listener = talked(few)
    rest(bench, talker, 50)
    bench.run(1.0, [talker])
    assert signalToNoise(listener.sound[-4000:], 400) >= 35
    bench.run(1.0, [])
    assert talker.port.statistics().concealed == 6  # blocks: now it was lost, and not announced
    assert not listener.sound[-800:].any()


def test_aPauseMayBeDescribedAnew() -> None:
    bench, talker, listener = talked()
    rest(bench, talker, 25)
    describe(talker, bytes([LEVEL - 20]))
    rest(bench, talker, 25)
    assert listener.sound[-2400:].std() == pytest.approx(10 * LOUDNESS, rel=0.15)


def test_soundFromBeforeAPauseDoesNotEndIt() -> None:
    bench = MediaBench()
    (talker, listener), _ = bench.meeting(2)
    talker.says = tone(400)
    bench.run(0.5, [talker])
    talker.talk(delay=0.03)
    describe(talker)
    rest(bench, talker, 50)
    assert listener.sound[-4000:].std() == pytest.approx(LOUDNESS, rel=0.15)


def test_itMayBeOfAnotherTypeThatWasNegotiated() -> None:
    bench = MediaBench()
    (talker, listener), _ = bench.meeting(2)
    receive = talker.stream.receive
    assert receive is not None
    formats = {**receive.formats, 98: MediaFormat("CN")}
    talker.configure(Stream(talker.stream.transmit, ReceiveFormat(formats)))
    bench.run(0.1, [talker])
    describe(talker, payloadType=98)
    rest(bench, talker, 50)
    assert listener.sound[-4000:].std() == pytest.approx(LOUDNESS, rel=0.15)


def test_whatWasNegotiatedAsSoundIsSound() -> None:
    bench = MediaBench()
    (talker, listener), _ = bench.meeting(2, payloadType=COMFORT_NOISE)
    talker.says = tone(400)
    bench.run(1.0)
    assert signalToNoise(listener.sound[-4000:], 400) >= 35


def test_anEmptyDescriptionIsRefused() -> None:
    bench, talker, _ = talked()
    describe(talker, b"")
    rest(bench, talker, 30)
    assert talker.port.statistics().packetsRefused == 1


def test_whoIsInNoRoomMayBeSilentToo() -> None:
    bench = MediaBench()
    talker = bench.phone()
    describe(talker)
    bench.run(0.1, [])
    assert talker.port.statistics().packetsRefused == 0


def test_theNextCallHearsNothingOfThePauseBefore() -> None:
    bench, talker, listener = talked()
    talker.port.close()
    bench.run(0.1, [])
    another = bench.phone()
    assert bench.pool.figures()["codecFailures"] == 0
    bench.run(0.5, [another])
    assert not listener.sound[-800:].any()


def test_aCodecThatRemembersPausesTooAndNothingIsMadeUpForIt() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0, [talker])
    for _ in range(3):
        describe(talker)
        rest(scene.bench, talker, 20, units=960)
    assert 0.7 < listener.sound[-9600:].std() / LOUDNESS < 1  # it is sent at 16 kHz
    scene.bench.run(1.0, [talker])
    assert scene.codec.decoders[0].recovered == []
    assert talker.port.statistics().concealed == 0
    assert signalToNoise(listener.sound[-9600:], 1000, 48000) >= 35


def test_aDescriptionThatComesLateDoesNotSilenceWhatWasSaidSince() -> None:
    scene = CodecBench()
    talker, _ = scene.phone(), scene.phone()
    talker.says = saying(48000, 1000)
    scene.bench.run(0.5, [talker])
    late = RTPPacket(13, talker.sequence, talker.timestamp, talker.ssrc, bytes([LEVEL]))
    talker.sequence += 1
    scene.bench.run(0.1, [talker])
    talker.send(encode(late))
    scene.bench.run(0.5, [])
    assert talker.port.statistics().concealed > 0  # no pause was announced


def test_aPauseOfG729IsFilledAndNothingIsMissing() -> None:
    codec = had(g729())
    bench = MediaBench(codecs=(PCMU, codec))
    (_, listener), mixer = bench.meeting(2)
    talker = bench.phone(mediaFormat=codec.format, payloadType=18)
    mixer.join(talker.port)
    noise = np.random.default_rng(2).normal(0, 60, 3 * 8000).astype(np.int16)
    payloads = withPauses(np.concatenate([noise[:8000], spoken(8000, 1.0), noise]))
    assert sum(not len(each) for each in payloads) > 150
    for number, payload in enumerate(payloads):
        if len(payload):
            packet = RTPPacket(18, talker.sequence, number * 80, talker.ssrc, payload.tobytes())
            talker.sequence += 1
            talker.send(encode(packet))
        bench.run(0.01, [])
    assert talker.port.statistics().concealed <= 1  # before the second packet had come
    assert 30 < listener.sound[-8000:].std() < 120
    bench.stop()


def test_aCallThatPassesHasItsPausesFilled() -> None:
    bench = MediaBench()
    talker, listener, mixer = bench.pair()
    talker.says = tone(400)
    bench.run(0.5, [talker])
    assert mixer.passing
    describe(talker)
    rest(bench, talker, 50)
    assert listener.sound[-4000:].std() == pytest.approx(LOUDNESS, rel=0.15)
    bench.run(1.0, [talker])
    assert mixer.passing
    assert signalToNoise(listener.sound[-4000:], 400) >= 35
    assert talker.port.statistics().concealed == 0
    bench.stop()


def test_aCallMayBeginWithAPause() -> None:
    scene = CodecBench()
    talker, listener = scene.phone(), scene.phone()
    describe(talker)
    rest(scene.bench, talker, 10, units=960)
    talker.says = saying(48000, 1000)
    scene.bench.run(1.0, [talker])
    assert scene.codec.decoders[0].recovered == []
    assert signalToNoise(listener.sound[-9600:], 1000, 48000) >= 35
