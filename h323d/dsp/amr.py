"""
AMR (3GPP TS 26.071; payload: L{h323d.dsp.amrpayload}): 4.75 to 12.2 kbit/s, as mobile telephones
speak.

The work is done by opencore-amrnb (Apache-2.0): the system's own, or the one that PyAV carries.  It
conceals what is lost.

We send the best mode that C{mode-set} allows, and that the peer asks for (RFC 4867, 4.3.1), and no
silence descriptors.  We ask for none: whatever mode comes, we hear it as well as any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.amrpayload import (
    MOST_FRAMES,
    NO_DATA,
    NO_REQUEST,
    SID,
    Frame,
    pack,
    requestIn,
    unpack,
)
from h323d.dsp.codec import (
    MODE_REQUEST,
    IModeDecoder,
    IModeEncoder,
    IStreamCodec,
    Parameters,
)
from h323d.dsp.frames import WholeFrames
from h323d.dsp.libraries import Carrier, Library, Missing, find
from h323d.values.media.formats import MediaFormat

__all__ = ["AMR", "AMRCodec", "EFFICIENT_AMR", "amr", "efficientAMR"]

AMR = MediaFormat("AMR", parameters=(("octet-align", "1"),))
EFFICIENT_AMR = MediaFormat("AMR")
_RATE = 8000  # Hz
_FRAME = 160  # samples: 20 ms
_BEST_MODE = 7  # 12.2 kbit/s
_LONGEST_FRAME = 32  # octets, with its type before it

_DECLARATIONS = """
    void *Encoder_Interface_init(int dtx);
    void Encoder_Interface_exit(void *);
    int Encoder_Interface_Encode(void *, int mode, const int16_t *, uint8_t *, int forceSpeech);
    void *Decoder_Interface_init(void);
    void Decoder_Interface_exit(void *);
    void Decoder_Interface_Decode(void *, const uint8_t *, int16_t *, int bad);
"""
_CARRIERS = (Carrier("av", "av.libs/libopencore-amrnb-*.so*"),)

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IModeDecoder)
class AMRDecoder:
    """
    The decoding end of one stream.

    @ivar request: the mode that the peer has asked for last; C{None} if any will do.
    """

    request: int | None = None

    def __init__(self, library: Library, isAligned: bool) -> None:
        self._ffi, self._functions = library.ffi, library.functions
        self._isAligned = isAligned
        self._madeUp = WholeFrames(_FRAME)
        made = self._functions.Decoder_Interface_init()
        if made == self._ffi.NULL:
            raise MemoryError
        self._memory: Any = self._ffi.gc(made, self._functions.Decoder_Interface_exit)  # cffi's

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Frame by frame; in place of one that was damaged, what was before goes on.
        """
        self._madeUp.forget()
        octets = payload.tobytes()
        frames = unpack(octets, self._isAligned)
        if frames is None:
            return -1
        asked = requestIn(octets)
        if asked <= _BEST_MODE or asked == NO_REQUEST:
            self.request = asked if asked != NO_REQUEST else None
        for number, frame in enumerate(frames):
            self._run(frame, out[number * _FRAME : (number + 1) * _FRAME])
        return len(frames) * _FRAME

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        The codec's own concealment (3GPP TS 26.091); in a pause, its comfort noise.
        """
        return self._madeUp.fill(out, self._conceal)

    def _conceal(self, frame: Samples) -> int:
        self._run(Frame(NO_DATA), frame)
        return len(frame)

    def _run(self, frame: Frame, out: Samples) -> None:
        stored = bytes([(frame.frameType if frame.isGood else NO_DATA) << 3]) + frame.bits
        samples = self._ffi.from_buffer("int16_t[]", out)
        self._functions.Decoder_Interface_Decode(self._memory, stored, samples, 0)


@implementer(IModeEncoder)
class AMREncoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Library, isAligned: bool, modes: Sequence[int]) -> None:
        """
        @param modes: those that may be sent, from the lowest on.
        """
        self._modes = modes
        self._ffi, self._functions = library.ffi, library.functions
        self._isAligned = isAligned
        self._mode = modes[-1]
        self._spoken = np.zeros(MOST_FRAMES * _FRAME, np.int16)
        self._stored = library.ffi.new("uint8_t[]", _LONGEST_FRAME)
        made = self._functions.Encoder_Interface_init(0)
        if made == self._ffi.NULL:
            raise MemoryError
        self._memory: Any = self._ffi.gc(made, self._functions.Encoder_Interface_exit)  # cffi's

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Frame by frame.
        """
        self._spoken[: len(samples)] = samples  # the library spoils what it is given
        spoken = self._ffi.from_buffer("int16_t[]", self._spoken)
        frames = []
        for start in range(0, len(samples), _FRAME):
            size = self._functions.Encoder_Interface_Encode(
                self._memory, self._mode, spoken + start, self._stored, 0
            )
            stored = self._ffi.buffer(self._stored, size)[:]
            frames.append(Frame(stored[0] >> 3 & 0xF, stored[1:]))
        payload = pack(frames, self._isAligned)
        out[: len(payload)] = np.frombuffer(payload, np.uint8)
        return len(payload)

    def heed(self, mode: int | None) -> None:
        """
        The best that is not above what is asked for, or else the lowest.
        """
        wanted = [each for each in self._modes if mode is None or each <= mode]
        self._mode = (wanted or self._modes[:1])[-1]

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(IStreamCodec)
class AMRCodec:
    """
    Makes coders of the library.
    """

    sampleRates = (_RATE,)
    frameMs = 20

    def __init__(self, mediaFormat: MediaFormat, library: Library) -> None:
        self.format = mediaFormat
        self._isAligned = ("octet-align", "1") in mediaFormat.parameters
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        As its table of contents says.
        """
        return len(unpack(payload.tobytes(), self._isAligned) or ()) * _FRAME

    def announcesPause(self, payload: Octets) -> bool:
        """
        It ends in a silence descriptor, or in nothing at all.
        """
        frames = unpack(payload.tobytes(), self._isAligned)
        return frames is not None and frames[-1].frameType in (SID, NO_DATA)

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> AMRDecoder:
        """
        It takes every mode, whatever was negotiated.
        """
        return AMRDecoder(self._library, self._isAligned)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> AMREncoder:
        """
        It keeps to the peer's C{mode-set}, and to what it has asked for before.
        """
        said = dict(parameters)
        allowed = set(map(str.strip, said.get("mode-set", "").split(",")))
        every = range(_BEST_MODE + 1)
        modes = [mode for mode in every if str(mode) in allowed]
        encoder = AMREncoder(self._library, self._isAligned, modes or every)
        encoder.heed(int(said[MODE_REQUEST]) if MODE_REQUEST in said else None)
        return encoder


def amr() -> tuple[AMRCodec, str] | Missing:
    """
    @return: the codec in its octet-aligned packing, and what it is done by.
    """
    return _found(AMR)


def efficientAMR() -> tuple[AMRCodec, str] | Missing:
    """
    @return: the codec in its bandwidth-efficient packing, and what it is done by.
    """
    return _found(EFFICIENT_AMR)


def _found(mediaFormat: MediaFormat) -> tuple[AMRCodec, str] | Missing:
    install = "apt install libopencore-amrnb0, or pip install av"
    library = find(_DECLARATIONS, ("libopencore-amrnb.so.0",), _CARRIERS, install)
    if isinstance(library, Missing):
        return library
    return AMRCodec(mediaFormat, library), library.file
