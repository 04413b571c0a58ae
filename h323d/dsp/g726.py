"""
G.726 at 32 kbit/s (ITU-T G.726; payload: RFC 3551, 4.5.4): what cordless telephones speak.

Two names stand for the same codec: their payloads differ in which half of an octet comes first.
C{G726-32} begins with the lower, C{AAL2-G726-32} (ITU-T I.366.2) with the upper.  Many peers mean
the second when they say the first; nothing in a payload tells.

The work is done by libspandsp, where the system has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, ISizedCodec, Parameters
from h323d.dsp.libraries import Library, Missing, find
from h323d.dsp.recovery import Recovery
from h323d.values.media.formats import MediaFormat

__all__ = ["AAL2_G726", "G726", "G726Codec", "aal2G726", "g726"]

G726 = MediaFormat("G726-32")
AAL2_G726 = MediaFormat("AAL2-G726-32")
_RATE = 8000  # Hz
_BIT_RATE = 32000
_BLOCK = 40  # octets in 10 ms

_DECLARATIONS = """
    void *g726_init(void *, int bit_rate, int ext_coding, int packing);
    int g726_free(void *);
    int g726_encode(void *, uint8_t *, const int16_t *, int);
    int g726_decode(void *, int16_t *, const uint8_t *, int);
"""
# spandsp/g726.h
_ENCODING_LINEAR = 0
_PACKING_LEFT = 1  # the upper half first
_PACKING_RIGHT = 2

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class _State:
    """
    What a coder remembers; its memory is the library's.
    """

    def __init__(self, library: Library, packing: int) -> None:
        self.functions = library.functions
        self.ffi = library.ffi
        made = self.functions.g726_init(self.ffi.NULL, _BIT_RATE, _ENCODING_LINEAR, packing)
        if made == self.ffi.NULL:
            raise MemoryError
        self.memory: Any = self.ffi.gc(made, self.functions.g726_free)  # Any: cffi's


@implementer(IDecoder)
class G726Decoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, state: _State) -> None:
        self._state = state
        self._recovery = Recovery(_RATE)

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Whatever the octets are, they are sound.
        """
        state = self._state
        written = state.functions.g726_decode(
            state.memory,
            state.ffi.from_buffer("int16_t[]", out),
            state.ffi.from_buffer("uint8_t[]", payload),
            len(payload),
        )
        self._recovery.heard(out)
        return int(written)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The codec has no concealment, and no redundancy.
        """
        return self._recovery.fill(out)


@implementer(IEncoder)
class G726Encoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, state: _State) -> None:
        self._state = state

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        An octet for two samples.
        """
        state = self._state
        return int(
            state.functions.g726_encode(
                state.memory,
                state.ffi.from_buffer("uint8_t[]", out),
                state.ffi.from_buffer("int16_t[]", samples),
                len(samples),
            )
        )

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(ISizedCodec)
class G726Codec:
    """
    Makes coders of the library.
    """

    sampleRates = (_RATE,)
    frameMs = 10

    def __init__(self, mediaFormat: MediaFormat, library: Library, packing: int) -> None:
        self.format = mediaFormat
        self._library = library
        self._packing = packing

    def unitsIn(self, payload: Octets) -> int:
        """
        An octet is two units.
        """
        return 0 if len(payload) % _BLOCK else 2 * len(payload)

    def announcesPause(self, payload: Octets) -> bool:
        """
        It has no silence descriptors.
        """
        return False

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> G726Decoder:
        """
        There are no parameters.
        """
        return G726Decoder(_State(self._library, self._packing))

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> G726Encoder:
        """
        There are no parameters.
        """
        return G726Encoder(_State(self._library, self._packing))


def g726() -> tuple[G726Codec, str] | Missing:
    """
    @return: the codec as RFC 3551 packs it, and what it is done by.
    """
    return _found(G726, _PACKING_RIGHT)


def aal2G726() -> tuple[G726Codec, str] | Missing:
    """
    @return: the codec as ATM packs it, and what it is done by.
    """
    return _found(AAL2_G726, _PACKING_LEFT)


def _found(mediaFormat: MediaFormat, packing: int) -> tuple[G726Codec, str] | Missing:
    library = find(_DECLARATIONS, ("libspandsp.so.2",), (), "apt install libspandsp2")
    if isinstance(library, Missing):
        return library
    return G726Codec(mediaFormat, library, packing), library.file
