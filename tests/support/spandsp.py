"""
libspandsp, whose G.722 and GSM are nobody else's: an oracle for ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.libraries import Missing, find

__all__ = ["Spandsp"]

_DECLARATIONS = """
    void *g722_encode_init(void *, int, int);
    int g722_encode(void *, uint8_t *, const int16_t *, int);
    void *g722_decode_init(void *, int, int);
    int g722_decode(void *, int16_t *, const uint8_t *, int);
    void *gsm0610_init(void *, int);
    int gsm0610_encode(void *, uint8_t *, const int16_t *, int);
    int gsm0610_decode(void *, int16_t *, const uint8_t *, int);
"""
_BIT_RATE = 64000
_VOIP = 2  # GSM0610_PACKING_VOIP

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class Spandsp:
    """
    One stream of each; the test is skipped where the library is missing.
    """

    def __init__(self) -> None:
        library = find(_DECLARATIONS, ("libspandsp.so.2",), (), "apt install libspandsp2")
        if isinstance(library, Missing):
            pytest.skip(str(library))
        self._ffi, self._functions = library.ffi, library.functions
        null = library.ffi.NULL
        self._g722 = (
            self._functions.g722_encode_init(null, _BIT_RATE, 0),
            self._functions.g722_decode_init(null, _BIT_RATE, 0),
        )
        self._gsm = [self._functions.gsm0610_init(null, _VOIP) for _ in range(2)]

    def encodeG722(self, samples: Samples) -> Octets:
        return self._octets(self._functions.g722_encode, self._g722[0], samples, len(samples) // 2)

    def decodeG722(self, octets: Octets) -> Samples:
        return self._samples(self._functions.g722_decode, self._g722[1], octets, 2 * len(octets))

    def encodeGSM(self, samples: Samples) -> Octets:
        count = len(samples) // 160 * 33
        return self._octets(self._functions.gsm0610_encode, self._gsm[0], samples, count)

    def decodeGSM(self, frames: Sequence[Octets]) -> Samples:
        return np.concatenate(
            [
                self._samples(self._functions.gsm0610_decode, self._gsm[1], frame, 160)
                for frame in frames
            ]
        )

    def _octets(self, encode: Any, state: Any, samples: Samples, count: int) -> Octets:
        out = np.zeros(count, np.uint8)
        spoken = self._ffi.from_buffer("int16_t[]", samples)
        written = encode(state, self._ffi.from_buffer("uint8_t[]", out), spoken, len(samples))
        assert written == count
        return out

    def _samples(self, decode: Any, state: Any, octets: Octets, count: int) -> Samples:
        out = np.zeros(count, np.int16)
        given = self._ffi.from_buffer("uint8_t[]", octets)
        written = decode(state, self._ffi.from_buffer("int16_t[]", out), given, len(octets))
        assert written == count
        return out
