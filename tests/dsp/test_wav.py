"""
WAV files, as they are found.
"""

from __future__ import annotations

import io
import random
import wave

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.wav import decode
from h323d.errors import DecodeError


def written(samples: npt.NDArray[np.int16], rate: int = 8000, channels: int = 1) -> bytes:
    octets = io.BytesIO()
    with wave.open(octets, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return octets.getvalue()


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_whatIsWrittenIsRead(rate: int) -> None:
    samples, found = decode(written(np.arange(100, dtype=np.int16), rate))
    assert (samples.tolist(), found) == (list(range(100)), rate)


def test_theFirstOfSeveralChannelsIsTaken() -> None:
    samples, _ = decode(written(np.arange(100, dtype=np.int16), channels=2))
    assert samples.tolist() == list(range(0, 100, 2))


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"RIFF\x04\0\0\0WAVE", b"x" * 100])
def test_otherOctetsAreRefused(octets: bytes) -> None:
    with pytest.raises(DecodeError, match="not a WAV file"):
        decode(octets)


def test_otherRatesAreRefused() -> None:
    with pytest.raises(DecodeError, match="8, 16 or 48 kHz"):
        decode(written(np.zeros(10, np.int16), 44100))


def test_whatIsSpoiltIsReadOrRefused() -> None:
    whole = written(np.arange(50, dtype=np.int16))
    rng = random.Random(3)
    for _ in range(2000):
        spoilt = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.randrange(1, 5)):
            if spoilt:
                spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        try:
            samples, _ = decode(bytes(spoilt))
        except DecodeError:
            continue
        assert samples.dtype == np.int16
