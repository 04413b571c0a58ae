"""
G.711 A-law and u-law, exact, by table (ITU-T G.711, tables 1 and 2).

The tables are computed at import from the definition: segments of sixteen equal
intervals, each twice as wide as those of the segment below.  Samples are 16 bits wide,
with the standard's 13 bits (A-law) and 14 bits (u-law) at the top.  Where a sample lies
exactly on a decision value, the interval is the one that the ITU's reference software
(G.191) takes.  Works on arrays of any shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IRowCodec
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

__all__ = [
    "ALAW_SILENCE",
    "PCMA",
    "PCMU",
    "ULAW_SILENCE",
    "decodeALaw",
    "decodeULaw",
    "encodeALaw",
    "encodeULaw",
    "G711Codec",
]

ALAW_SILENCE = 0xD5  # the code of a sample of 0
ULAW_SILENCE = 0xFF
_ALAW_INVERSION = 0x55  # every other bit is sent inverted
_ULAW_BIAS = 33  # in units of 14 bits; moves the segments' bounds to powers of two


def _magnitudes(law: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """
    @return: the 128 output magnitudes and the 128 lower decision values, 16-bit scale.
    """
    index = np.arange(128)
    segment, interval = index >> 4, index & 0x0F
    if law == "A":
        width = 16 << np.maximum(segment - 1, 0)
        lower = (interval + np.where(segment > 0, 16, 0)) * width
        return (lower + width // 2).astype(np.int32), lower.astype(np.int32)
    width = 2 << segment
    lower = (16 + interval) * width - _ULAW_BIAS
    output = lower + width // 2
    output[0], lower[0] = 0, 0
    return (4 * output).astype(np.int32), (4 * lower).astype(np.int32)


def _tables(law: str, inversion: int) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    """
    @param inversion: exclusive-ored to sign and magnitude to give the code sent.
    @return: C{int16[256]} by code, and C{uint8[65536]} by sample modulo 2**16.
    """
    output, lower = _magnitudes(law)
    decoding = np.empty(256, np.int16)
    magnitude = np.arange(128)
    decoding[(magnitude | 0x80) ^ inversion] = output
    decoding[magnitude ^ inversion] = -output
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    sizes = np.where(samples < 0, ~samples, samples)
    intervals = np.searchsorted(lower, sizes, side="right") - 1
    encoding = (intervals | np.where(samples < 0, 0, 0x80)) ^ inversion
    return decoding, encoding.astype(np.uint8)


_ALAW_DECODING, _ALAW_ENCODING = _tables("A", _ALAW_INVERSION)
_ULAW_DECODING, _ULAW_ENCODING = _tables("u", 0x7F)


def decodeALaw(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """
    @param codes: C{uint8[...]}.
    @return: C{int16[...]} of the same shape.
    """
    return _ALAW_DECODING.take(codes)


def encodeALaw(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """
    @param samples: C{int16[...]}.
    @return: C{uint8[...]} of the same shape.
    """
    return _ALAW_ENCODING.take(samples.view(np.uint16))


def decodeULaw(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """
    @param codes: C{uint8[...]}.
    @return: C{int16[...]} of the same shape.
    """
    return _ULAW_DECODING.take(codes)


def encodeULaw(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """
    @param samples: C{int16[...]}.
    @return: C{uint8[...]} of the same shape.
    """
    return _ULAW_ENCODING.take(samples.view(np.uint16))


@implementer(IRowCodec)
class G711Codec:
    """
    One of the two laws as a codec of the media plane.
    """

    sampleRate = 8000

    def __init__(
        self,
        mediaFormat: MediaFormat,
        decode: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.int16]],
        encode: Callable[[npt.NDArray[np.int16]], npt.NDArray[np.uint8]],
    ) -> None:
        self.format = mediaFormat
        self._decode = decode
        self._encode = encode

    def samplesIn(self, octets: int) -> int:
        """
        A sample an octet.
        """
        return octets

    def decodeRows(self, payloads: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
        """
        By table.
        """
        return self._decode(payloads)

    def encodeRows(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
        """
        By table.
        """
        return self._encode(samples)


PCMA = G711Codec(G711_ALAW, decodeALaw, encodeALaw)
PCMU = G711Codec(G711_ULAW, decodeULaw, encodeULaw)
