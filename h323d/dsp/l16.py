"""
L16: samples as they are, in the order of octets of the network (RFC 3551, 4.5.11).

For whom 256 kbit/s are no matter; nothing is lost, and coding costs next to nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IRowCodec
from h323d.values.media.formats import MediaFormat

__all__ = ["L16", "L16Codec"]

_OCTETS = 2  # of a sample


@implementer(IRowCodec)
class L16Codec:
    """
    L16 at 16 kHz.  (The static payload types are of 44.1 kHz, which no room is mixed at.)
    """

    format = MediaFormat("L16", 16000)
    sampleRate = 16000

    def samplesIn(self, octets: int) -> int:
        """
        Two octets a sample.
        """
        return 0 if octets % _OCTETS else octets // _OCTETS

    def decodeRows(self, payloads: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
        """
        Whatever the octets are, they are samples.
        """
        return np.ascontiguousarray(payloads).view(">i2").astype(np.int16)

    def encodeRows(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
        """
        Nothing is lost.
        """
        return np.ascontiguousarray(samples.astype(">i2")).view(np.uint8)


L16 = L16Codec()
