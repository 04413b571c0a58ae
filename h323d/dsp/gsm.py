"""
GSM full rate (ETSI EN 300 961; payload: RFC 3551, 4.5.8): 13 kbit/s, as mobile telephones began.

The work is done by libgsm of the TU Berlin, where the system has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec, Parameters
from h323d.dsp.libraries import Library, Missing, find
from h323d.dsp.recovery import Recovery
from h323d.values.media.formats import MediaFormat

__all__ = ["GSM", "GSMCodec", "gsm"]

GSM = MediaFormat("GSM")
_RATE = 8000  # Hz
_FRAME = 160  # samples: 20 ms
_OCTETS = 33  # of a frame
_SIGNATURE = 0xD  # the upper half of every frame's first octet

_DECLARATIONS = """
    typedef struct gsm_state *gsm;
    gsm gsm_create(void);
    void gsm_destroy(gsm);
    void gsm_encode(gsm, int16_t *, uint8_t *);
    int gsm_decode(gsm, uint8_t *, int16_t *);
"""

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class _State:
    """
    What a coder remembers; its memory is the library's.
    """

    def __init__(self, library: Library) -> None:
        self.functions = library.functions
        self.ffi = library.ffi
        made = self.functions.gsm_create()
        if made == self.ffi.NULL:
            raise MemoryError
        self.memory: Any = self.ffi.gc(made, self.functions.gsm_destroy)  # Any: cffi's


@implementer(IDecoder)
class GSMDecoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, library: Library) -> None:
        self._state = _State(library)
        self._recovery = Recovery(_RATE)

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Frame by frame.  Less than 0 for what does not fit.
        """
        state = self._state
        if len(payload) // _OCTETS * _FRAME > len(out):
            return -1
        octets, samples = (
            state.ffi.from_buffer("uint8_t[]", payload),
            state.ffi.from_buffer("int16_t[]", out),
        )
        for frame in range(len(payload) // _OCTETS):
            if state.functions.gsm_decode(
                state.memory, octets + frame * _OCTETS, samples + frame * _FRAME
            ):
                return -1
        self._recovery.heard(out)
        return len(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The library has no concealment, and the codec no redundancy.
        """
        return self._recovery.fill(out)


@implementer(IEncoder)
class GSMEncoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Library) -> None:
        self._state = _State(library)

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Frame by frame.
        """
        state, count = self._state, len(samples) // _FRAME
        spoken, octets = (
            state.ffi.from_buffer("int16_t[]", samples),
            state.ffi.from_buffer("uint8_t[]", out),
        )
        for frame in range(count):
            state.functions.gsm_encode(
                state.memory, spoken + frame * _FRAME, octets + frame * _OCTETS
            )
        return count * _OCTETS

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(IStreamCodec)
class GSMCodec:
    """
    Makes coders of the library.
    """

    format = GSM
    sampleRates = (_RATE,)
    frameMs = 20

    def __init__(self, library: Library) -> None:
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        Whole frames, each with the signature.
        """
        if len(payload) % _OCTETS or (payload[::_OCTETS] >> 4 != _SIGNATURE).any():
            return 0
        return len(payload) // _OCTETS * _FRAME

    def announcesPause(self, payload: Octets) -> bool:
        """
        Silence descriptors are those of mobile telephony, and nobody sends them over RTP.
        """
        return False

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> GSMDecoder:
        """
        There are no parameters.
        """
        return GSMDecoder(self._library)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> GSMEncoder:
        """
        There are no parameters.
        """
        return GSMEncoder(self._library)


def gsm() -> tuple[GSMCodec, str] | Missing:
    """
    @return: the codec, and what it is done by.
    """
    library = find(_DECLARATIONS, ("libgsm.so.1",), (), "apt install libgsm1")
    if isinstance(library, Missing):
        return library
    return GSMCodec(library), library.file
