"""
G.729 A and B, beside another decoder, and with silence descriptors of the library's own encoder.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec
from h323d.dsp.g729 import g729
from h323d.dsp.tones import signalToNoise, sines
from tests.support.annexb import withPauses
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg

RATE = 8000
FRAME = 80


@pytest.fixture
def codec() -> IStreamCodec:
    return had(g729())


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_itHearsNearlyWhatFFmpegHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    # FFmpeg calculates otherwise, and is not exact to the bit.
    assert likeness(decodedByFFmpeg("g729", RATE, payloads), ours) > 20


def test_aToneComesBackAsThatTone(codec: IStreamCodec) -> None:
    sound = sines(np.array([1000]), np.array([8000.0]), 0, RATE, RATE)[0]
    payloads = coded(codec.newEncoder(RATE, ()), sound, RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE)[RATE // 2 :]
    assert signalToNoise(heard, 1000) > 20
    assert abs(20 * np.log10(heard.std() / sound.std())) < 1


def test_aPacketMayHoldSeveralFrames(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    alone = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE, packetMs=10))
    together = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE, packetMs=40))
    assert (alone == together).all()


@pytest.mark.parametrize("octets", [30, 22])
def test_whatDoesNotFitIsNotDecoded(codec: IStreamCodec, octets: int) -> None:
    memory = np.zeros(3 * FRAME, np.int16)
    decoder = codec.newDecoder(RATE, ())
    assert decoder.decode(np.full(octets, 5, np.uint8), memory[: 2 * FRAME]) < 0
    assert not memory.any()


def test_whatIsMadeUpIsNoLongerThanWhatIsLacking(codec: IStreamCodec) -> None:
    memory = np.full(2 * FRAME, 77, np.int16)
    assert codec.newDecoder(RATE, ()).recover(memory[: FRAME + 5]) == FRAME
    assert (memory[FRAME:] == 77).all()


def test_whatIsLostIsMadeUpByTheCodec(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    assert np.abs(heard[20 * 160 : 21 * 160]).max() > 1000


def test_aPauseIsFilledWithNoiseAsLoudAsWasSaid(codec: IStreamCodec) -> None:
    noise = np.random.default_rng(2).normal(0, 20, 3 * RATE).astype(np.int16)
    payloads = withPauses(np.concatenate([noise[:RATE], spoken(RATE, 1.0), noise]))
    announced = max(number for number, each in enumerate(payloads) if len(each) == 2)
    assert codec.announcesPause(payloads[announced])
    assert not any(len(each) for each in payloads[announced + 1 : announced + 20])
    decoder, filled = codec.newDecoder(RATE, ()), np.zeros((20, FRAME), np.int16)
    for payload in payloads[: announced + 1]:
        decoder.decode(payload, np.zeros(FRAME, np.int16))
    for out in filled:
        decoder.recover(out)
    assert 10 < filled.std() < 40


def test_noSilenceDescriptorIsSent(codec: IStreamCodec) -> None:
    encoder = codec.newEncoder(RATE, (("annexb", "yes"),))
    payloads = coded(encoder, np.zeros(RATE, np.int16), RATE)
    assert {len(each) for each in payloads} == {20}


@pytest.mark.parametrize(
    ("octets", "units"),
    [(10, 80), (20, 160), (2, 80), (12, 160), (60, 480), (11, 0), (9, 0), (1, 0)],
)
def test_aPayloadIsOfFramesAndPerhapsADescriptor(
    codec: IStreamCodec, octets: int, units: int
) -> None:
    assert codec.unitsIn(np.zeros(octets, np.uint8)) == units


@pytest.mark.parametrize(("octets", "announces"), [(10, False), (20, False), (2, True), (22, True)])
def test_aDescriptorAtItsEndAnnouncesAPause(
    codec: IStreamCodec, octets: int, announces: bool
) -> None:
    assert codec.announcesPause(np.zeros(octets, np.uint8)) is announces


def test_anyOctetsAreSound(codec: IStreamCodec) -> None:
    assert garbage(codec, RATE) > 100
