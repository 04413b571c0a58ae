"""
G.729 with its annexes A and B (ITU-T G.729; payload: RFC 3551, 4.5.6): 8 kbit/s.

The work is done by libbcg729, where somebody has installed it: its licence is the GPL, so it is
opened at run time, and neither required nor shipped.

We take silence descriptors (annex B), and send none: C{annexb} allows them, and demands nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, ISizedCodec, Parameters
from h323d.dsp.libraries import Library, Missing, find
from h323d.values.media.formats import MediaFormat

__all__ = ["G729", "G729Codec", "g729"]

G729 = MediaFormat("G729")  # without annexb, which is yes then (RFC 4856, 2.1.9)
_RATE = 8000  # Hz
_FRAME = 80  # samples: 10 ms
_OCTETS = 10  # of a frame
_DESCRIPTOR = 2  # octets of a silence descriptor, which only ends a payload

_DECLARATIONS = """
    void *initBcg729EncoderChannel(uint8_t enableVAD);
    void closeBcg729EncoderChannel(void *);
    void bcg729Encoder(void *, const int16_t *, uint8_t *, uint8_t *);
    void *initBcg729DecoderChannel(void);
    void closeBcg729DecoderChannel(void *);
    void bcg729Decoder(void *, const uint8_t *, uint8_t bitStreamLength,
                       uint8_t frameErasureFlag, uint8_t SIDFrameFlag,
                       uint8_t rfc3389PayloadFlag, int16_t *);
"""

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IDecoder)
class G729Decoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, library: Library) -> None:
        functions = library.functions
        self._ffi = library.ffi
        self._decode = functions.bcg729Decoder
        self._memory: Any = library.ffi.gc(  # Any: cffi's
            functions.initBcg729DecoderChannel(), functions.closeBcg729DecoderChannel
        )

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Frame by frame; the last may be a silence descriptor.  Less than 0 for what does not fit.
        """
        octets = self._ffi.from_buffer("uint8_t[]", payload)
        samples = self._ffi.from_buffer("int16_t[]", out)
        frames, rest = divmod(len(payload), _OCTETS)
        if (frames + (rest > 0)) * _FRAME > len(out):
            return -1
        for frame in range(frames):
            self._decode(
                *(self._memory, octets + frame * _OCTETS, _OCTETS, 0, 0, 0),
                samples + frame * _FRAME,
            )
        if rest:
            self._decode(
                *(self._memory, octets + frames * _OCTETS, rest, 0, 1, 0),
                samples + frames * _FRAME,
            )
        return len(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The codec's own concealment (G.729, 4.4); in a pause, its comfort noise.
        """
        samples = self._ffi.from_buffer("int16_t[]", out)
        frames = len(out) // _FRAME
        for frame in range(frames):
            self._decode(self._memory, self._ffi.NULL, 0, 1, 0, 0, samples + frame * _FRAME)
        return frames * _FRAME


@implementer(IEncoder)
class G729Encoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Library) -> None:
        functions = library.functions
        self._ffi = library.ffi
        self._encode = functions.bcg729Encoder
        self._length = library.ffi.new("uint8_t *")
        self._memory: Any = library.ffi.gc(  # Any: cffi's
            functions.initBcg729EncoderChannel(0), functions.closeBcg729EncoderChannel
        )

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Frame by frame.
        """
        spoken = self._ffi.from_buffer("int16_t[]", samples)
        octets = self._ffi.from_buffer("uint8_t[]", out)
        count = len(samples) // _FRAME
        for frame in range(count):
            self._encode(
                *(self._memory, spoken + frame * _FRAME),
                *(octets + frame * _OCTETS, self._length),
            )
        return count * _OCTETS

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(ISizedCodec)
class G729Codec:
    """
    Makes coders of the library.
    """

    format = G729
    sampleRates = (_RATE,)
    frameMs = 10

    def __init__(self, library: Library) -> None:
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        A silence descriptor is as long as a frame.
        """
        frames, rest = divmod(len(payload), _OCTETS)
        return (frames + (rest > 0)) * _FRAME if rest in (0, _DESCRIPTOR) else 0

    def announcesPause(self, payload: Octets) -> bool:
        """
        It ends in a silence descriptor.
        """
        return len(payload) % _OCTETS == _DESCRIPTOR

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> G729Decoder:
        """
        It takes what annex B has, whether that was negotiated or not.
        """
        return G729Decoder(self._library)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> G729Encoder:
        """
        It sends what every decoder takes.
        """
        return G729Encoder(self._library)


def g729() -> tuple[G729Codec, str] | Missing:
    """
    @return: the codec, and what it is done by.
    """
    library = find(_DECLARATIONS, ("libbcg729.so.0",), (), "apt install libbcg729-0")
    if isinstance(library, Missing):
        return library
    return G729Codec(library), library.file
