"""
Opus (RFC 6716; payload: RFC 7587): from telephone sound to full band, at 6 to 510 kbit/s.

The work is done by libopus (BSD): the system's own, or one that an installed package carries.  It
codes at the rate that it is given, conceals what is lost, and can repeat in each packet the one
before (forward error correction) for a peer that takes it.

Mono is sent, and stereo is heard as mono.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import LARGEST_PAYLOAD, IDecoder, IEncoder, IStreamCodec, Parameters
from h323d.dsp.libraries import Carrier, Library, Missing, find
from h323d.values.media.formats import MediaFormat

__all__ = ["OPUS", "OpusCodec", "opus"]

OPUS = MediaFormat("opus", 48000, 2, (("useinbandfec", "1"),))

_DECLARATIONS = """
    typedef struct OpusEncoder OpusEncoder;
    typedef struct OpusDecoder OpusDecoder;
    OpusEncoder *opus_encoder_create(int32_t, int, int, int *);
    void opus_encoder_destroy(OpusEncoder *);
    int32_t opus_encode(OpusEncoder *, const int16_t *, int, uint8_t *, int32_t);
    int opus_encoder_ctl(OpusEncoder *, int, ...);
    OpusDecoder *opus_decoder_create(int32_t, int, int *);
    void opus_decoder_destroy(OpusDecoder *);
    int opus_decode(OpusDecoder *, const uint8_t *, int32_t, int16_t *, int, int);
    int opus_packet_get_nb_samples(const uint8_t *, int32_t, int32_t);
"""
_NAMES = ("libopus.so.0",)
_CARRIERS: tuple[Carrier, ...] = (
    Carrier("av", "av.libs/libopus-*.so*"),
    Carrier("opuslib_next", "opuslib_next/_native/libopus.so"),
)
_INSTALL = "apt install libopus0, or pip install opuslib-next-bundled"

# opus_defines.h
_APPLICATION_VOIP = 2048
_SET_BITRATE = 4002
_SET_MAX_BANDWIDTH = 4004
_SET_VBR = 4006
_SET_COMPLEXITY = 4010
_SET_INBAND_FEC = 4012
_SET_PACKET_LOSS_PERC = 4014
_SET_DTX = 4016
_BANDWIDTHS = ((8000, 1101), (12000, 1102), (16000, 1103), (24000, 1104), (48000, 1105))

_CLOCK = 48000  # Hz, whatever the samples are (RFC 7587, 4.1)
_BLOCK = 480  # units in 10 ms
_LONGEST = 5760  # units in a packet: 120 ms
_BIT_RATES = {8000: 20000, 16000: 24000, 48000: 40000}  # bit/s, for mono by sample rate
_LEAST_BIT_RATE = 6000
_COMPLEXITY = 5  # of 0 to 10: a third of the work of the default, and next to no loss
_PAUSE = 2  # octets at most of a packet that says that nothing follows (RFC 6716, 2.1.9)

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IDecoder)
class OpusDecoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, library: Library, sampleRate: int) -> None:
        functions = library.functions
        self._ffi = library.ffi
        self._decode = functions.opus_decode
        made = functions.opus_decoder_create(sampleRate, 1, library.ffi.NULL)
        if made == library.ffi.NULL:
            raise ValueError("no decoder is to be had")
        self._memory: Any = library.ffi.gc(made, functions.opus_decoder_destroy)  # Any: cffi's

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Less than 0 for what the library cannot decode.
        """
        octets = self._ffi.from_buffer("uint8_t[]", payload)
        samples = self._ffi.from_buffer("int16_t[]", out)
        return int(self._decode(self._memory, octets, len(payload), samples, len(out), 0))

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        From the copy in C{following}, or else by the library's concealment, which it does too
        where there is no copy.
        """
        samples = self._ffi.from_buffer("int16_t[]", out)
        if following is None:
            return int(self._decode(self._memory, self._ffi.NULL, 0, samples, len(out), 0))
        octets = self._ffi.from_buffer("uint8_t[]", following)
        return int(self._decode(self._memory, octets, len(following), samples, len(out), 1))


@implementer(IEncoder)
class OpusEncoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Library, sampleRate: int, parameters: Parameters) -> None:
        functions = library.functions
        self._ffi = library.ffi
        self._functions = functions
        made = functions.opus_encoder_create(sampleRate, 1, _APPLICATION_VOIP, library.ffi.NULL)
        if made == library.ffi.NULL:
            raise ValueError("no encoder is to be had")
        self._memory: Any = library.ffi.gc(made, functions.opus_encoder_destroy)  # Any: cffi's
        for request, value in _settings(sampleRate, dict(parameters)):
            self._set(request, value)

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Nothing, where a pause was announced before, and goes on.
        """
        spoken = self._ffi.from_buffer("int16_t[]", samples)
        octets = self._ffi.from_buffer("uint8_t[]", out)
        most = min(len(out), LARGEST_PAYLOAD)
        return int(self._functions.opus_encode(self._memory, spoken, len(samples), octets, most))

    def tune(self, lossPercent: int) -> None:
        """
        The more is lost, the more is spent on copies.
        """
        self._set(_SET_PACKET_LOSS_PERC, min(max(lossPercent, 0), 100))

    def _set(self, request: int, value: int) -> None:
        self._functions.opus_encoder_ctl(self._memory, request, self._ffi.cast("int32_t", value))


def _settings(sampleRate: int, asked: dict[str, str]) -> Iterator[tuple[int, int]]:
    """
    @param asked: what the peer declares that it wants to be sent (RFC 7587, 6.1).
    @return: requests of C{opus_encoder_ctl}, and their values.
    """
    yield _SET_COMPLEXITY, _COMPLEXITY
    most = _number(asked.get("maxaveragebitrate"), _BIT_RATES[sampleRate])
    yield _SET_BITRATE, max(_LEAST_BIT_RATE, min(most, _BIT_RATES[sampleRate]))
    plays = _number(asked.get("maxplaybackrate"), _CLOCK)
    fitting = [name for rate, name in _BANDWIDTHS if rate <= plays]
    yield _SET_MAX_BANDWIDTH, fitting[-1] if fitting else _BANDWIDTHS[0][1]
    yield _SET_INBAND_FEC, int(asked.get("useinbandfec") == "1")
    yield _SET_DTX, int(asked.get("usedtx") == "1")
    yield _SET_VBR, int(asked.get("cbr") != "1")


def _number(text: str | None, default: int) -> int:
    """
    A peer's number; C{default} for what is none.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default


@implementer(IStreamCodec)
class OpusCodec:
    """
    Makes coders of the library.
    """

    format = OPUS
    sampleRates = (8000, 16000, 48000)
    frameMs = 20  # the library makes packets of 10, 20, 40 and 60 ms, but not of 30 and 50

    def __init__(self, library: Library) -> None:
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        As its first octets say (RFC 6716, 3.1); packets of 2.5 and 5 ms are not taken.
        """
        octets = self._library.ffi.from_buffer("uint8_t[]", payload)
        count = self._library.functions.opus_packet_get_nb_samples(octets, len(payload), _CLOCK)
        return int(count) if 0 < count <= _LONGEST and count % _BLOCK == 0 else 0

    def announcesPause(self, payload: Octets) -> bool:
        """
        It has no sound of its own.
        """
        return len(payload) <= _PAUSE

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> OpusDecoder:
        """
        Payloads say themselves what they are; no parameter matters.
        """
        return OpusDecoder(self._library, sampleRate)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> OpusEncoder:
        """
        It sends what the peer asks for.
        """
        return OpusEncoder(self._library, sampleRate, parameters)


def opus(
    names: Sequence[str] = _NAMES, carriers: Sequence[Carrier] = _CARRIERS
) -> tuple[OpusCodec, str] | Missing:
    """
    @return: the codec, and what it is done by.
    """
    library = find(_DECLARATIONS, names, carriers, _INSTALL)
    if isinstance(library, Missing):
        return library
    return OpusCodec(library), library.file
