"""
Opus there and back, beside another decoder, with loss, with pauses, and as the peer asks for it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import LARGEST_PAYLOAD, IStreamCodec
from h323d.dsp.libraries import Missing
from h323d.dsp.opus import OPUS, opus
from h323d.dsp.provisions import works
from h323d.dsp.tones import signalToNoise, sines
from tests.support.coded import coded, decoded, garbage, had, likeness, spoken
from tests.support.ffmpeg import decodedByFFmpeg

RATES = pytest.mark.parametrize("rate", [8000, 16000, 48000])
LOST = set(range(20, 95, 10))
FEC = (("useinbandfec", "1"),)


@pytest.fixture
def codec() -> IStreamCodec:
    return had(opus())


def bandwidth(payload: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> int:
    """
    @return: Hz, of what a payload can hold at most (RFC 6716, table 2).
    """
    config = int(payload[0]) >> 3
    widths = (4000, 4000, 4000, 4000, 6000, 6000, 6000, 6000, 8000, 8000, 8000, 8000)
    hybrid = (12000, 12000, 20000, 20000)
    celt = (4000,) * 4 + (8000,) * 4 + (12000,) * 4 + (20000,) * 4
    return (*widths, *hybrid, *celt)[config]


def test_itIsACodecOfStreams(codec: IStreamCodec) -> None:
    assert verifyObject(IStreamCodec, codec)


def test_whatIsInstalledWithUsWorksWhereTheSystemHasNone() -> None:
    found = opus(("libnone.so.0",))
    assert not isinstance(found, Missing)
    codec, file = found
    assert Path(file).is_absolute()
    assert works(codec)


def test_whereNobodyHasItItIsToldWhatToInstall() -> None:
    missing = opus(("libnone.so.0",), ())
    assert isinstance(missing, Missing)
    assert "pip install opuslib-next-bundled" in missing.install


def test_itIsNamedAsRFC7587Has(codec: IStreamCodec) -> None:
    assert str(codec.format) == "opus/48000/2"
    assert codec.format is OPUS


@RATES
@pytest.mark.parametrize("frequency", [440, 1000, 3000])
def test_aToneComesBackAsThatTone(codec: IStreamCodec, rate: int, frequency: int) -> None:
    sound = sines(np.array([frequency]), np.array([8000.0]), 0, rate, rate)[0]
    payloads = coded(codec.newEncoder(rate, ()), sound, rate)
    heard = decoded(codec.newDecoder(rate, ()), payloads, rate)[rate // 2 :]
    assert signalToNoise(heard, frequency, rate) > 25
    assert abs(20 * np.log10(heard.std() / sound.std())) < 1


def test_itHearsNearlyWhatFFmpegHears(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(48000, ()), spoken(48000), 48000)
    ours = decoded(codec.newDecoder(48000, ()), payloads, 48000)
    # Only the library's own decoder is exact to the bit.
    assert likeness(decodedByFFmpeg("opus", 48000, payloads), ours, latest=480) > 20


@RATES
def test_whoeverSentItAtWhateverRateItIsDecodedAtOurs(codec: IStreamCodec, rate: int) -> None:
    sound = sines(np.array([1000]), np.array([8000.0]), 0, 48000, 48000)[0]
    payloads = coded(codec.newEncoder(48000, ()), sound, 48000)
    heard = decoded(codec.newDecoder(rate, ()), payloads, rate)[rate // 2 :]
    assert signalToNoise(heard, 1000, rate) > 25


@RATES
def test_whatIsLostComesBackFromTheNextPacket(codec: IStreamCodec, rate: int) -> None:
    encoder = codec.newEncoder(rate, FEC)
    encoder.tune(10)
    payloads = coded(encoder, spoken(rate), rate)
    clean = decoded(codec.newDecoder(rate, ()), payloads, rate)
    made = decoded(codec.newDecoder(rate, ()), payloads, rate, LOST)
    repaired = decoded(codec.newDecoder(rate, ()), payloads, rate, LOST, repaired=True)
    assert likeness(repaired, clean) > likeness(made, clean) + 6


@RATES
def test_whatIsLostIsMadeUpWithoutACopy(codec: IStreamCodec, rate: int) -> None:
    payloads = coded(codec.newEncoder(rate, ()), spoken(rate), rate)
    packet = rate // 50
    for repaired in (False, True):
        heard = decoded(codec.newDecoder(rate, ()), payloads, rate, {20}, repaired)
        assert np.abs(heard[20 * packet : 21 * packet]).max() > 500


def test_noCopyIsSentToWhoDoesNotWantOne(codec: IStreamCodec) -> None:
    plain, told = codec.newEncoder(16000, ()), codec.newEncoder(16000, ())
    told.tune(20)
    sound = spoken(16000)
    clean = coded(plain, sound, 16000)
    heard = decoded(codec.newDecoder(16000, ()), clean, 16000)
    payloads = coded(told, sound, 16000)
    lossy = decoded(codec.newDecoder(16000, ()), payloads, 16000, LOST, repaired=True)
    assert likeness(lossy, heard) < 12


def test_aPauseIsAnnouncedAndThenNothingMuchIsSentToWhoAllowsIt(codec: IStreamCodec) -> None:
    silence = np.zeros(16000, np.int16)
    payloads = coded(codec.newEncoder(16000, (("usedtx", "1"),)), silence, 16000)
    assert sum(codec.announcesPause(each) for each in payloads) > 20
    always = coded(codec.newEncoder(16000, ()), silence, 16000)
    assert not any(codec.announcesPause(each) for each in always)


def test_itSendsNoMoreThanThePeerPlays(codec: IStreamCodec) -> None:
    encoder = codec.newEncoder(48000, (("maxplaybackrate", "16000"),))
    assert max(map(bandwidth, coded(encoder, spoken(48000), 48000))) == 8000


def test_itSendsAllThatAPeerPlaysThatSaysNothing(codec: IStreamCodec) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 48000).astype(np.int16)
    payloads = coded(codec.newEncoder(48000, ()), noise, 48000)
    assert max(map(bandwidth, payloads)) == 20000


def test_itSendsNoFasterThanThePeerAsks(codec: IStreamCodec) -> None:
    encoder = codec.newEncoder(16000, (("maxaveragebitrate", "12000"),))
    payloads = coded(encoder, spoken(16000), 16000)
    assert 8 * sum(map(len, payloads)) / 2.0 < 14000


def test_itSendsPacketsOfOneLengthToWhoAsksForThem(codec: IStreamCodec) -> None:
    payloads = coded(codec.newEncoder(16000, (("cbr", "1"),)), spoken(16000), 16000)
    assert len({len(each) for each in payloads}) == 1


@pytest.mark.parametrize("value", ["", "x", "-1", "99999999999", "٣"])
def test_aParameterThatMeansNothingIsPassedBy(codec: IStreamCodec, value: str) -> None:
    parameters = (("maxaveragebitrate", value), ("maxplaybackrate", value))
    asked = coded(codec.newEncoder(16000, parameters), spoken(16000, 0.5), 16000)
    plain = coded(codec.newEncoder(16000, ()), spoken(16000, 0.5), 16000)
    assert all((one == other).all() for one, other in zip(asked, plain, strict=True))


@pytest.mark.parametrize("packetMs", [20, 40, 60])
def test_aPayloadSaysHowLongItIs(codec: IStreamCodec, packetMs: int) -> None:
    payloads = coded(codec.newEncoder(16000, ()), spoken(16000), 16000, packetMs)
    assert {codec.unitsIn(each) for each in payloads} == {packetMs * 48}
    assert max(map(len, payloads)) <= LARGEST_PAYLOAD


@pytest.mark.parametrize(
    "payload",
    [
        bytes([16 << 3]),  # 2.5 ms
        bytes([17 << 3]),  # 5 ms
        bytes([3 << 3 | 3]),  # a count that is not there
        bytes([3 << 3 | 3, 63]),  # 63 frames of 60 ms
    ],
)
def test_whatIsTooShortOrTooLongIsNoPayload(codec: IStreamCodec, payload: bytes) -> None:
    assert codec.unitsIn(np.frombuffer(payload, np.uint8)) == 0


@RATES
def test_anyOctetsAreSoundOrAnError(codec: IStreamCodec, rate: int) -> None:
    assert garbage(codec, rate) > 100


def test_noRateIsTakenThatItHasNot(codec: IStreamCodec) -> None:
    with pytest.raises(ValueError, match="decoder"):
        codec.newDecoder(11025, ())
