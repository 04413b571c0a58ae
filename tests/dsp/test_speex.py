"""
Speex at both rates, beside FFmpeg's decoder.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec
from h323d.dsp.libraries import Missing
from h323d.dsp.speex import SpeexCodec, narrowSpeex, wideSpeex
from h323d.dsp.tones import signalToNoise, sines
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg

SILENCE = 0x06  # in five bits a frame without sound, and the beginning of the terminator


@pytest.fixture(params=[narrowSpeex, wideSpeex], ids=["narrow", "wide"])
def codec(request: pytest.FixtureRequest) -> IStreamCodec:
    find: Callable[[], tuple[SpeexCodec, str] | Missing] = request.param
    return had(find())


@pytest.fixture
def rate(codec: IStreamCodec) -> int:
    (rate,) = codec.sampleRates
    return int(rate)


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_narrowSoundIsWhatFFmpegHears() -> None:
    codec = had(narrowSpeex())
    payloads = coded(codec.newEncoder(8000, ()), spoken(8000), 8000)
    ours = decoded(codec.newDecoder(8000, ()), payloads, 8000)
    assert likeness(decodedByFFmpeg("speex", 8000, payloads), ours) > 50


@pytest.mark.parametrize("frequency", [1000, 3000, 6000])
def test_wideTonesAreWhatFFmpegHears(frequency: int) -> None:
    codec = had(wideSpeex())
    sound = sines(np.array([frequency]), np.array([8000.0]), 0, 32000, 16000)[0]
    payloads = coded(codec.newEncoder(16000, ()), sound, 16000)
    ours = decoded(codec.newDecoder(16000, ()), payloads, 16000)
    # FFmpeg's wide voices differ from the library's, which is the reference.
    theirs = decodedByFFmpeg("speex", 16000, payloads)
    assert abs(20 * np.log10(theirs[8000:].std() / ours[8000:].std())) < 1
    assert likeness(theirs[8000:], ours[8000:]) > 20


def test_aToneComesBackAsThatTone(codec: IStreamCodec, rate: int) -> None:
    sound = sines(np.array([1000]), np.array([8000.0]), 0, rate, rate)[0]
    payloads = coded(codec.newEncoder(rate, ()), sound, rate)
    heard = decoded(codec.newDecoder(rate, ()), payloads, rate)[rate // 2 :]
    assert signalToNoise(heard, 1000, rate) > 20
    assert abs(20 * np.log10(heard.std() / sound.std())) < 1


@pytest.mark.parametrize("packetMs", [20, 40, 60])
def test_aPacketMayHoldSeveralFrames(codec: IStreamCodec, rate: int, packetMs: int) -> None:
    payloads = coded(codec.newEncoder(rate, ()), spoken(rate), rate, packetMs)
    alone = coded(codec.newEncoder(rate, ()), spoken(rate), rate)
    out = np.zeros((len(payloads), rate * packetMs // 1000), np.int16)
    decoder = codec.newDecoder(rate, ())
    for payload, row in zip(payloads, out, strict=True):
        assert codec.unitsIn(payload) == len(row)
        decoder.decode(payload, row)
    heard = decoded(codec.newDecoder(rate, ()), alone, rate)
    assert (out.reshape(-1) == heard[: out.size]).all()


def test_whatIsLostIsMadeUpByTheCodec(codec: IStreamCodec, rate: int) -> None:
    payloads = coded(codec.newEncoder(rate, ()), spoken(rate), rate)
    heard = decoded(codec.newDecoder(rate, ()), payloads, rate, lost={20})
    assert np.abs(heard[20 * rate // 50 : 21 * rate // 50]).max() > 1000


@pytest.mark.parametrize("milliseconds", [10, 20, 30])
def test_anyTimeCanBeMadeUp(codec: IStreamCodec, rate: int, milliseconds: int) -> None:
    out = np.zeros(rate * milliseconds // 1000, np.int16)
    assert codec.newDecoder(rate, ()).recover(out) == len(out)


@pytest.mark.parametrize(
    ("bits", "frames"),
    [
        ("00000", 1),  # silence
        ("0000001111", 1),  # a terminator ends it
        ("0000000000", 2),
        ("00001" + "0" * 38, 1),
        ("00001" + "0" * 38 + "00000", 2),
        ("00001" + "0" * 38 + "1000", 1),  # with an empty wide layer
        ("00001" + "0" * 38 + "1001" + "0" * 32 + "01111", 1),
        ("00001" + "0" * 30, 0),  # cut off
        ("00001" + "0" * 38 + "1111" + "0" * 40, 0),  # a layer that there is not
        ("01101" + "0" * 40, 0),  # speech of nobody: in-band requests
        ("01001" + "0" * 90, 0),
        ("01111", 0),
        ("00000" * 6, 6),
        ("00000" * 7, 0),
    ],
)
def test_theFramesOfAPayloadAreCounted(codec: IStreamCodec, bits: str, frames: int) -> None:
    # What is left of the last octet is filled up as the codec does.
    filled = bits + ("0" + "1" * 7)[: -len(bits) % 8]
    payload = np.array([int(filled[at : at + 8], 2) for at in range(0, len(filled), 8)], np.uint8)
    assert codec.unitsIn(payload) == frames * codec.format.clockRate // 50


def test_aFrameWithoutSoundAnnouncesAPause(codec: IStreamCodec, rate: int) -> None:
    assert codec.announcesPause(np.array([SILENCE], np.uint8))
    (payload,) = coded(codec.newEncoder(rate, ()), spoken(rate, 0.02), rate)
    assert not codec.announcesPause(payload)


def test_aPauseIsNoLouderThanWhatWasBefore(codec: IStreamCodec, rate: int) -> None:
    noise = np.random.default_rng(2).normal(0, 50, rate).astype(np.int16)
    decoder, out = codec.newDecoder(rate, ()), np.zeros(rate // 50, np.int16)
    for payload in coded(codec.newEncoder(rate, ()), noise, rate):
        decoder.decode(payload, out)
    decoder.decode(np.array([SILENCE], np.uint8), out)
    for _ in range(20):
        decoder.recover(out)
    assert out.std() < 200


def test_anyOctetsAreSoundOrRefused(codec: IStreamCodec, rate: int) -> None:
    assert garbage(codec, rate) > 20
