"""
G.722, beside two other implementations.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec
from h323d.dsp.g722 import g722
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg
from tests.support.spandsp import Spandsp

RATE = 16000


@pytest.fixture
def codec() -> IStreamCodec:
    return had(g722())


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_itsOctetsAreThoseOfSpandsp(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    ours = np.concatenate(coded(codec.newEncoder(RATE, ()), sound, RATE))
    assert (ours == Spandsp().encodeG722(sound)).all()


def test_itHearsWhatSpandspHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    assert (ours == Spandsp().decodeG722(np.concatenate(payloads))).all()


def test_itHearsWhatFFmpegHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    assert (ours == decodedByFFmpeg("g722", RATE, payloads)).all()


def test_whatIsSpokenComesBack(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    payloads = coded(codec.newEncoder(RATE, ()), sound, RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    assert likeness(heard, sound, latest=40) > 30


def test_whatIsLostIsMadeUp(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    assert np.abs(heard[20 * 320 : 21 * 320]).max() > 1000


@pytest.mark.parametrize(("octets", "units"), [(160, 160), (80, 80), (79, 0), (240, 240)])
def test_anOctetIsAUnitOfItsClock(codec: IStreamCodec, octets: int, units: int) -> None:
    assert codec.unitsIn(np.zeros(octets, np.uint8)) == units


def test_noPayloadAnnouncesAPause(codec: IStreamCodec) -> None:
    assert not codec.announcesPause(np.zeros(80, np.uint8))


def test_anyOctetsAreSound(codec: IStreamCodec) -> None:
    assert garbage(codec, RATE) > 5
