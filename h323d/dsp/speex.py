"""
Speex, narrow and wide (RFC 5574; "The Speex Codec Manual", 9 and 10): 15 and 28 kbit/s, as free
telephones spoke before Opus.

The work is done by libspeex (BSD), where the system has it.  It conceals what is lost.

All modes are heard, at whatever bit rate, and silence as the codec has it.  What is sent is always
of quality 8, whatever C{mode} and C{vbr} ask for: every decoder takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec, Parameters
from h323d.dsp.frames import WholeFrames
from h323d.dsp.libraries import Library, Missing, find
from h323d.values.media.formats import MediaFormat

__all__ = ["NARROW_SPEEX", "WIDE_SPEEX", "SpeexCodec", "narrowSpeex", "wideSpeex"]

NARROW_SPEEX = MediaFormat("speex")
WIDE_SPEEX = MediaFormat("speex", 16000)

_DECLARATIONS = """
    typedef struct {
        char *chars; int nbBits; int charPtr; int bitPtr; int owner; int overflow; int buf_size;
        int reserved1; void *reserved2;
    } SpeexBits;
    void speex_bits_init(SpeexBits *);
    void speex_bits_destroy(SpeexBits *);
    void speex_bits_reset(SpeexBits *);
    void speex_bits_read_from(SpeexBits *, const uint8_t *, int);
    int speex_bits_write(SpeexBits *, uint8_t *, int);
    void speex_bits_insert_terminator(SpeexBits *);
    const void *speex_lib_get_mode(int);
    void *speex_encoder_init(const void *);
    void speex_encoder_destroy(void *);
    int speex_encoder_ctl(void *, int, void *);
    int speex_encode_int(void *, int16_t *, SpeexBits *);
    void *speex_decoder_init(const void *);
    void speex_decoder_destroy(void *);
    int speex_decode_int(void *, SpeexBits *, int16_t *);
"""
# speex.h
_SET_QUALITY = 4
_SET_COMPLEXITY = 16
_MODES = {8000: 0, 16000: 1}  # by sample rate
_QUALITY = 8
_COMPLEXITY = 3  # of 1 to 10

_FRAMES_A_SECOND = 50
_MOST_FRAMES = 6  # of a payload: 120 ms
# Bits of frames by their submodes, the first five or four among them (Speex, 9.3 and 10.5).
_NARROW_BITS = {0: 5, 1: 43, 2: 119, 3: 160, 4: 220, 5: 300, 6: 364, 7: 492, 8: 79}
_WIDE_BITS = {0: 4, 1: 36, 2: 112, 3: 192, 4: 352}
_TERMINATOR = 15  # in place of a submode
_PAUSE = 0  # a submode without sound

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class _Bits:
    """
    The library's own buffer of bits.
    """

    def __init__(self, library: Library) -> None:
        made = library.ffi.new("SpeexBits *")
        library.functions.speex_bits_init(made)
        self.bits: Any = library.ffi.gc(made, library.functions.speex_bits_destroy)  # Any: cffi's


@implementer(IDecoder)
class SpeexDecoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, library: Library, sampleRate: int) -> None:
        self._ffi, self._functions = library.ffi, library.functions
        self._frame = sampleRate // _FRAMES_A_SECOND
        self._madeUp = WholeFrames(self._frame)
        self._buffer = _Bits(library)
        mode = self._functions.speex_lib_get_mode(_MODES[sampleRate])
        self._memory: Any = self._ffi.gc(  # Any: cffi's
            self._functions.speex_decoder_init(mode), self._functions.speex_decoder_destroy
        )

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Frame by frame; less than 0 for what the library cannot decode.
        """
        self._madeUp.forget()
        bits, samples = self._buffer.bits, self._ffi.from_buffer("int16_t[]", out)
        octets = self._ffi.from_buffer("uint8_t[]", payload)
        self._functions.speex_bits_read_from(bits, octets, len(payload))
        for start in range(0, len(out), self._frame):
            if self._functions.speex_decode_int(self._memory, bits, samples + start):
                return -1
        return len(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The library's concealment; in a pause, its comfort noise.
        """
        return self._madeUp.fill(out, self._conceal)

    def _conceal(self, frame: Samples) -> int:
        samples = self._ffi.from_buffer("int16_t[]", frame)
        return int(self._functions.speex_decode_int(self._memory, self._ffi.NULL, samples))


@implementer(IEncoder)
class SpeexEncoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Library, sampleRate: int) -> None:
        self._ffi, self._functions = library.ffi, library.functions
        self._frame = sampleRate // _FRAMES_A_SECOND
        self._spoken = np.zeros(_MOST_FRAMES * self._frame, np.int16)
        self._buffer = _Bits(library)
        mode = self._functions.speex_lib_get_mode(_MODES[sampleRate])
        self._memory: Any = self._ffi.gc(  # Any: cffi's
            self._functions.speex_encoder_init(mode), self._functions.speex_encoder_destroy
        )
        for request, value in ((_SET_QUALITY, _QUALITY), (_SET_COMPLEXITY, _COMPLEXITY)):
            self._functions.speex_encoder_ctl(self._memory, request, self._ffi.new("int *", value))

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Frame by frame, and the rest of the last octet as RFC 5574, 3.3 has it.
        """
        bits = self._buffer.bits
        self._spoken[: len(samples)] = samples  # the library may spoil what it is given
        spoken = self._ffi.from_buffer("int16_t[]", self._spoken)
        self._functions.speex_bits_reset(bits)
        for start in range(0, len(samples), self._frame):
            self._functions.speex_encode_int(self._memory, spoken + start, bits)
        self._functions.speex_bits_insert_terminator(bits)
        octets = self._ffi.from_buffer("uint8_t[]", out)
        return int(self._functions.speex_bits_write(bits, octets, len(out)))

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(IStreamCodec)
class SpeexCodec:
    """
    Makes coders of the library.
    """

    frameMs = 20

    def __init__(self, mediaFormat: MediaFormat, library: Library) -> None:
        self.format = mediaFormat
        self.sampleRates = (mediaFormat.clockRate,)
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        As many frames as there are; what the library can speak of beside sound is not taken.
        """
        submodes = list(_submodes(payload))
        if not 0 < len(submodes) <= _MOST_FRAMES or None in submodes:
            return 0
        return len(submodes) * self.format.clockRate // _FRAMES_A_SECOND

    def announcesPause(self, payload: Octets) -> bool:
        """
        Its last frame has no sound.
        """
        return list(_submodes(payload))[-1] == _PAUSE

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> SpeexDecoder:
        """
        Payloads say themselves what they are; no parameter matters.
        """
        return SpeexDecoder(self._library, sampleRate)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> SpeexEncoder:
        """
        It sends what every decoder takes.
        """
        return SpeexEncoder(self._library, sampleRate)


def _submodes(payload: Octets) -> Iterator[int | None]:
    """
    @return: the narrow submode of each frame; C{None} last where there is what is no frame.
    """
    octets, end = int.from_bytes(payload.tobytes(), "big"), 8 * len(payload)
    at = 0
    while end - at >= _NARROW_BITS[_PAUSE]:
        submode = octets >> end - at - 5 & 0x1F
        if submode == _TERMINATOR:
            return
        if submode not in _NARROW_BITS:
            yield None
            return
        at += _NARROW_BITS[submode]
        if end - at >= _WIDE_BITS[0] and octets >> end - at - 1 & 1:
            at += _WIDE_BITS.get(octets >> end - at - 4 & 0x7, end)
        yield submode if at <= end else None


def narrowSpeex() -> tuple[SpeexCodec, str] | Missing:
    """
    @return: the codec at 8 kHz, and what it is done by.
    """
    return _found(NARROW_SPEEX)


def wideSpeex() -> tuple[SpeexCodec, str] | Missing:
    """
    @return: the codec at 16 kHz, and what it is done by.
    """
    return _found(WIDE_SPEEX)


def _found(mediaFormat: MediaFormat) -> tuple[SpeexCodec, str] | Missing:
    library = find(_DECLARATIONS, ("libspeex.so.1",), (), "apt install libspeex1")
    if isinstance(library, Missing):
        return library
    return SpeexCodec(mediaFormat, library), library.file
