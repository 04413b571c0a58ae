"""
G.726 in both packings, beside FFmpeg.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IStreamCodec
from h323d.dsp.g726 import aal2G726, g726
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg

RATE = 8000
PACKED = {"G726-32": g726, "AAL2-G726-32": aal2G726}
# What FFmpeg calls them: the second is as ATM has it.
THEIRS = {"G726-32": "g726le", "AAL2-G726-32": "g726"}


@pytest.fixture(params=list(PACKED))
def codec(request: pytest.FixtureRequest) -> IStreamCodec:
    return had(PACKED[request.param]())


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_itHearsWhatFFmpegHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    ours = decoded(codec.newDecoder(RATE, ()), payloads, RATE)
    name = THEIRS[codec.format.name]
    theirs = decodedByFFmpeg(name, RATE, payloads, {"bits_per_coded_sample": "4"})
    # FFmpeg rounds otherwise.
    assert likeness(theirs, ours) > 20


def test_thePackingsDifferInTheOrderOfHalves() -> None:
    sound = spoken(RATE)
    one, other = (
        np.concatenate(coded(had(find()).newEncoder(RATE, ()), sound, RATE))
        for find in PACKED.values()
    )
    assert ((one >> 4 | one << 4) == other).all()


def test_oneIsNotToBeTakenForTheOther() -> None:
    payloads = coded(had(g726()).newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(had(aal2G726()).newDecoder(RATE, ()), payloads, RATE)
    assert likeness(heard, spoken(RATE)) < 15


def test_whatIsSpokenComesBack(codec: IStreamCodec) -> None:
    sound = spoken(RATE)
    payloads = coded(codec.newEncoder(RATE, ()), sound, RATE)
    assert {len(payload) for payload in payloads} == {80}
    assert likeness(decoded(codec.newDecoder(RATE, ()), payloads, RATE), sound) > 20


def test_whatIsLostIsMadeUp(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(RATE, ()), spoken(RATE), RATE)
    heard = decoded(codec.newDecoder(RATE, ()), payloads, RATE, lost={20})
    assert np.abs(heard[20 * 160 : 21 * 160]).max() > 1000


@pytest.mark.parametrize(("octets", "units"), [(40, 80), (80, 160), (240, 480), (39, 0), (1, 0)])
def test_aPayloadIsOfWholeTensOfMilliseconds(codec: IStreamCodec, octets: int, units: int) -> None:
    assert codec.unitsIn(np.zeros(octets, np.uint8)) == units


def test_noPayloadAnnouncesAPause(codec: IStreamCodec) -> None:
    assert not codec.announcesPause(np.zeros(40, np.uint8))


def test_anyOctetsAreSound(codec: IStreamCodec) -> None:
    assert garbage(codec, RATE) > 20
