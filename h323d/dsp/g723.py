"""
G.723.1 (ITU-T G.723.1; payload: RFC 3551, 4.5.3): 6.3 or 5.3 kbit/s in frames of 30 ms, as the
first terminals of H.323 spoke over modems.

The work is done by FFmpeg, where somebody has installed PyAV.  Both rates are heard, and the higher
is sent.  We take silence descriptors (annex A), and send none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, IStreamCodec, Parameters
from h323d.dsp.frames import WholeFrames
from h323d.dsp.libraries import Missing, findModule
from h323d.dsp.recovery import Recovery
from h323d.values.media.formats import MediaFormat

__all__ = ["G723", "G723Codec", "g723"]

G723 = MediaFormat("G723")  # without annexa, which is yes then (RFC 4856, 2.1.6)
_CODEC = "g723_1"  # FFmpeg's name
_RATE = 8000  # Hz
_FRAME = 240  # samples: 30 ms
_MOST_FRAMES = 4  # of a payload: 120 ms
# Octets of a frame by the lower two bits of its first (RFC 3551, 4.5.3).
_OCTETS = {0: 24, 1: 20, 2: 4}
_DESCRIPTOR = 2
_NOTHING = b"\x03"  # what FFmpeg takes for a frame that was not sent (G.723.1, annex A)
_BIT_RATE = 6300

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@implementer(IDecoder)
class G723Decoder:
    """
    The decoding end of one stream.
    """

    def __init__(self, library: Any) -> None:
        """
        @param library: Any: without types.
        """
        self._packet = library.Packet
        self._context = library.CodecContext.create(_CODEC, "r")
        self._context.sample_rate, self._context.layout = _RATE, "mono"
        self._recovery = Recovery(_RATE)
        self._noise = WholeFrames(_FRAME)
        self._pausing = False

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Frame by frame.
        """
        frames = _framesOf(payload)
        for number, frame in enumerate(frames):
            if self._run(frame, out[number * _FRAME : (number + 1) * _FRAME]) < 0:
                return -1
        self._noise.forget()
        self._pausing = bool(frames) and _isDescriptor(frames[-1])
        self._recovery.heard(out)
        return len(frames) * _FRAME

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        In a pause, the codec's comfort noise.  What is lost is made up without it: FFmpeg's
        concealment grows louder and louder.
        """
        if self._pausing:
            return self._noise.fill(out, self._continue)
        return self._recovery.fill(out)

    def _continue(self, out: Samples) -> int:
        return self._run(_NOTHING, out)

    def _run(self, frame: bytes, out: Samples) -> int:
        """
        @param out: C{int16[240]}.
        """
        for decoded in self._context.decode(self._packet(frame)):
            out[:] = decoded.to_ndarray().reshape(-1)
            return len(out)
        return -1


@implementer(IEncoder)
class G723Encoder:
    """
    The encoding end of one stream.
    """

    def __init__(self, library: Any) -> None:
        """
        @param library: Any: without types.
        """
        self._frame = library.AudioFrame
        self._context = library.CodecContext.create(_CODEC, "w")
        self._context.sample_rate, self._context.layout = _RATE, "mono"
        self._context.format, self._context.bit_rate = "s16", _BIT_RATE
        self._spoken = 0  # samples

    def encode(self, samples: Samples, out: Octets) -> int:
        """
        Frame by frame.
        """
        written = 0
        for start in range(0, len(samples), _FRAME):
            spoken = samples[None, start : start + _FRAME]
            frame = self._frame.from_ndarray(spoken, format="s16", layout="mono")
            frame.sample_rate, frame.pts = _RATE, self._spoken
            self._spoken += _FRAME
            for packet in self._context.encode(frame):
                octets = np.frombuffer(bytes(packet), np.uint8)
                out[written : written + len(octets)] = octets
                written += len(octets)
        return written

    def tune(self, lossPercent: int) -> None:
        """
        There is nothing to tune.
        """


@implementer(IStreamCodec)
class G723Codec:
    """
    Makes coders of the library.
    """

    format = G723
    sampleRates = (_RATE,)
    frameMs = 30

    def __init__(self, library: Any) -> None:
        """
        @param library: Any: without types.
        """
        self._library = library

    def unitsIn(self, payload: Octets) -> int:
        """
        Whole frames, each as long as it says.
        """
        return len(_framesOf(payload)) * _FRAME

    def announcesPause(self, payload: Octets) -> bool:
        """
        Its last frame is a silence descriptor.
        """
        return any(map(_isDescriptor, _framesOf(payload)[-1:]))

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> G723Decoder:
        """
        It takes what annex A has, whether that was negotiated or not.
        """
        return G723Decoder(self._library)

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> G723Encoder:
        """
        It sends what every decoder takes.
        """
        return G723Encoder(self._library)


def _framesOf(payload: Octets) -> list[bytes]:
    """
    @return: none for what is no payload.
    """
    octets, frames = payload.tobytes(), list[bytes]()
    while octets:
        size = _OCTETS.get(octets[0] & 3, len(octets) + 1)
        if size > len(octets) or len(frames) == _MOST_FRAMES:
            return []
        frames.append(octets[:size])
        octets = octets[size:]
    return frames


def _isDescriptor(frame: bytes) -> bool:
    return frame[0] & 3 == _DESCRIPTOR


def g723() -> tuple[G723Codec, str] | Missing:
    """
    @return: the codec, and what it is done by.
    """
    library = findModule("av", "pip install av")
    if isinstance(library, Missing):
        return library
    return G723Codec(library), "av (Python package)"
