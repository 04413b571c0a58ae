"""
G.722 at 64 kbit/s: sound of 7 kHz in the bit rate of G.711 (ITU-T G.722, mode 1).

The work is done by the package C{g722}, which is in the public domain.  It keeps the GIL while it
works, some 25 microseconds for a packet.  Its clock is 8 kHz though its samples are of 16
(RFC 3551, 4.5.2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, ISizedCodec, Parameters
from h323d.dsp.libraries import Missing, findModule
from h323d.dsp.recovery import Recovery
from h323d.values.media.formats import MediaFormat

__all__ = ["G722", "G722Codec", "g722"]

G722 = MediaFormat("G722")
_RATE = 16000  # Hz, of samples
_BIT_RATE = 64000
_BLOCK = 80  # octets in 10 ms

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IDecoder)
class G722Decoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, state: Any) -> None:
        """
        @param state: Any: of a library without types.
        """
        self._state = state
        self._recovery = Recovery(_RATE)

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Whatever the octets are, they are sound.
        """
        out[:] = np.frombuffer(self._state.decode(payload.tobytes()), np.int16)
        self._recovery.heard(out)
        return len(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The codec has no concealment, and no redundancy.
        """
        return self._recovery.fill(out)


@implementer(IEncoder)
class G722Encoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, state: Any) -> None:
        """
        @param state: Any: of a library without types.
        """
        self._state = state

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        An octet for two samples.
        """
        octets = np.frombuffer(self._state.encode(samples), np.uint8)
        out[: len(octets)] = octets
        return len(octets)

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(ISizedCodec)
class G722Codec:
    """
    Makes coders of the library.
    """

    format = G722
    sampleRates = (_RATE,)
    frameMs = 10

    def __init__(self, library: Any) -> None:
        """
        @param library: Any: without types.
        """
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        An octet is a unit.
        """
        return 0 if len(payload) % _BLOCK else len(payload)

    def announcesPause(self, payload: Octets) -> bool:
        """
        It has no silence descriptors.
        """
        return False

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> G722Decoder:
        """
        There are no parameters.
        """
        return G722Decoder(self._library.G722(_RATE, _BIT_RATE))

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> G722Encoder:
        """
        There are no parameters.
        """
        return G722Encoder(self._library.G722(_RATE, _BIT_RATE))


def g722() -> tuple[G722Codec, str] | Missing:
    """
    @return: the codec, and what it is done by.
    """
    library = findModule("G722", "pip install g722")
    if isinstance(library, Missing):
        return library
    return G722Codec(library), "g722 (Python package)"
