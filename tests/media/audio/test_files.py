"""
WAV files and tones as local parties.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface.verify import verifyObject

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.tones import Tone, signalToNoise
from h323d.errors import ConfigurationError
from h323d.media.audio.files import ToneSource, WAVSink, WAVSource


def written(path: Path, samples: np.ndarray, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples.astype("<i2"), channels).tobytes())
    return path


def sine(rate: int, seconds: float = 1.0) -> npt.NDArray[np.int16]:
    time = np.arange(round(rate * seconds)) / rate
    samples: npt.NDArray[np.int16] = np.rint(8000 * np.sin(2 * np.pi * 500 * time)).astype(np.int16)
    return samples


def test_theSeamsAreProvided(tmp_path: Path) -> None:
    assert verifyObject(ISampleSource, ToneSource(Tone((400,))))
    assert verifyObject(ISampleSource, WAVSource(written(tmp_path / "a.wav", sine(8000))))
    assert verifyObject(ISampleSink, WAVSink(tmp_path / "b.wav"))


def test_aFileIsPlayedAgainAndAgain(tmp_path: Path) -> None:
    source = WAVSource(written(tmp_path / "a.wav", np.arange(300)))
    assert np.concatenate([source.read(160, 8000) for _ in range(4)]).tolist() == [
        each % 300 for each in range(640)
    ]


def test_aFileMayEnd(tmp_path: Path) -> None:
    source = WAVSource(written(tmp_path / "a.wav", np.arange(200)), loop=False)
    assert len(source.read(160, 8000)) == 160
    assert not source.finished
    assert source.read(160, 8000).tolist() == list(range(160, 200))
    assert source.finished
    assert source.read(160, 8000).tolist() == []


@pytest.mark.parametrize("rate", [16000, 48000])
def test_otherRatesAreConverted(tmp_path: Path, rate: int) -> None:
    source = WAVSource(written(tmp_path / "a.wav", sine(rate), rate))
    assert signalToNoise(source.read(8000, 8000)[400:-400], 500) >= 35


def test_theFirstChannelIsPlayed(tmp_path: Path) -> None:
    source = WAVSource(written(tmp_path / "a.wav", np.arange(200), channels=2))
    assert source.read(100, 8000).tolist() == list(range(100))


def test_whatIsRecordedCanBePlayed(tmp_path: Path) -> None:
    sink = WAVSink(tmp_path / "a.wav")
    frame = np.arange(160, dtype=np.int16)
    sink.write(frame, 8000)
    frame += 160  # a frame is only lent
    sink.write(frame, 8000)
    sink.close()
    source = WAVSource(tmp_path / "a.wav", loop=False)
    assert source.read(400, 8000).tolist() == list(range(320))


def test_anEmptyRecordingIsAFileToo(tmp_path: Path) -> None:
    WAVSink(tmp_path / "a.wav").close()
    source = WAVSource(tmp_path / "a.wav")
    assert source.read(160, 16000).tolist() == []


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"RIFF\x04\0\0\0WAVE", b"x" * 100])
def test_otherFilesAreRefused(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(octets)
    with pytest.raises(ConfigurationError, match=r"a\.wav"):
        WAVSource(tmp_path / "a.wav")


def test_aMissingFileIsRefused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        WAVSource(tmp_path / "none.wav")


def test_eightBitsAreRefused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(100))
    with pytest.raises(ConfigurationError, match="16 bits"):
        WAVSource(tmp_path / "a.wav")


def test_aToneGoesOnAtAnotherRate() -> None:
    source = ToneSource(Tone((400,)))
    first = source.read(160, 8000)
    rest = source.read(960, 48000)
    whole = ToneSource(Tone((400,))).read(1920, 48000)
    assert np.array_equal(rest, whole[960:])
    assert np.array_equal(first, ToneSource(Tone((400,))).read(160, 8000))


def test_aRecordingIsOfTheHighestRateThatItHeard(tmp_path: Path) -> None:
    sink = WAVSink(tmp_path / "a.wav")
    assert sink.sampleRate == 8000
    sink.write(sine(8000), 8000)
    sink.write(sine(16000), 16000)
    sink.write(sine(8000), 8000)
    sink.close()
    with wave.open(str(tmp_path / "a.wav"), "rb") as file:
        assert (file.getframerate(), file.getnframes()) == (16000, 48000)
    assert signalToNoise(sink.samples[400:15600], 500, 16000) >= 35
    assert np.array_equal(sink.samples[16000:32000], sine(16000))
