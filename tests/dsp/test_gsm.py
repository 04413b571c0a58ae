"""
GSM full rate, beside two other implementations.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec
from h323d.dsp.gsm import gsm
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg
from tests.support.spandsp import Spandsp

RATE = 8000


@pytest.fixture
def codec() -> IStreamCodec:
    return had(gsm())


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_itsOctetsAreThoseOfSpandsp(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    ours = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE))
    assert (ours == Spandsp().encodeGSM(sound)).all()


def test_itHearsWhatSpandspHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    assert (ours == Spandsp().decodeGSM(payloads)).all()


def test_itHearsWhatFFmpegHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    assert (ours == decodedByFFmpeg("gsm", RATE, payloads)).all()


def test_whatIsSpokenComesBack(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    payloads = coded(codec.newEncoder(RATE, ()), sound, RATE)
    assert likeness(decoded(codec.newDecoder(RATE, ()), payloads, RATE), sound) > 10


def test_aPacketMayHoldSeveralFrames(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    alone = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE))
    together = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE, packetMs=40))
    assert (alone == together).all()


def test_whatDoesNotFitIsNotDecoded(codec: IStreamCodec) -> None:
    memory = np.zeros(320, np.int16)
    payload = np.concatenate(coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)[:2])
    assert codec.newDecoder(RATE, ()).decode(payload, memory[:160]) < 0
    assert not memory.any()


def test_whatIsLostIsMadeUp(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    assert np.abs(heard[20 * 160 : 21 * 160]).max() > 1000


@pytest.mark.parametrize(
    ("payload", "units"),
    [
        (b"\xd0" + bytes(32), 160),
        ((b"\xdf" + bytes(32)) * 2, 320),
        (b"\xd0" + bytes(65), 0),  # the second frame has no signature
        (b"\xd0" + bytes(31), 0),
        (bytes(33), 0),
    ],
)
def test_aPayloadIsOfWholeFramesWithTheirSignature(
    codec: IStreamCodec, payload: bytes, units: int
) -> None:
    assert codec.unitsIn(np.frombuffer(payload, np.uint8)) == units


def test_noPayloadAnnouncesAPause(codec: IStreamCodec) -> None:
    assert not codec.announcesPause(np.full(33, 0xD0, np.uint8))


def test_aFrameWithoutItsSignatureIsNotDecoded(codec: IStreamCodec) -> None:
    assert codec.newDecoder(RATE, ()).decode(np.zeros(33, np.uint8), np.zeros(160, np.int16)) < 0


def test_anyFrameIsSound(codec: IStreamCodec) -> None:
    assert garbage(codec, RATE, first=0xD0) > 5
