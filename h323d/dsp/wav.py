"""
WAV files of 16 bits: their octets, and the samples in them.
"""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

from h323d.errors import DecodeError

__all__ = ["RATES", "decode"]

RATES = (8000, 16000, 48000)  # Hz, of the files that can be played

Samples = npt.NDArray[np.int16]


def decode(data: bytes) -> tuple[Samples, int]:
    """
    @param data: a whole file; of several channels, the first is taken.
    @return: C{int16[n]}, and the rate in Hz.

    @raise DecodeError: it is something else, or cannot be played.
    """
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            octets = file.readframes(file.getnframes())
    except (EOFError, RuntimeError, wave.Error) as error:  # the second of a chunk beyond the end
        raise DecodeError(f"not a WAV file that can be read: {error or 'it is cut off'}") from error
    if width != 2 or rate not in RATES:
        raise DecodeError("WAV files have to be of 16 bits, at 8, 16 or 48 kHz")
    whole = len(octets) // (2 * channels) * (2 * channels)
    return np.frombuffer(octets[:whole], "<i2").astype(np.int16)[::channels], rate
