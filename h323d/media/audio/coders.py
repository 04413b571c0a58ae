"""
What is asked of the codecs that remember (L{IStreamCodec}), and of their coders.

A codec is somebody else's code, and runs in the midst of a tick: whatever it raises is silence, and
counted.  This is the fence.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder, IEncoder, IModeEncoder
from h323d.media.audio.codecs import Codecs

__all__ = ["Coders", "untimed"]

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Parameters = tuple[tuple[str, str], ...]


@implementer(IDecoder, IEncoder)
class _Unable:
    """
    Where a codec would not make a coder.
    """

    def decode(self, payload: Octets, out: Samples) -> int:
        return -1

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        return -1

    def encode(self, samples: Samples, out: Octets) -> int:
        return -1

    def tune(self, lossPercent: int) -> None:
        """
        It makes no difference.
        """


def untimed() -> float:
    """
    No time passes.
    """
    return 0.0


class Coders:
    """
    @ivar failures: how often a codec could not do what it was asked.
    @ivar seconds: how long coding and decoding took, by the clock of the processor.
    """

    def __init__(self, codecs: Codecs, spent: Callable[[], float] = untimed) -> None:
        """
        @param spent: the processor's time of this thread, in seconds.
        """
        self._codecs = codecs
        self._spent = spent
        self.failures = 0
        self.seconds = 0.0

    def newDecoder(self, kind: int, sampleRate: int, parameters: Parameters) -> IDecoder:
        """
        @param sampleRate: Hz.
        """
        try:
            return self._codecs.stream(kind).newDecoder(sampleRate, parameters)
        except Exception:  # the fence
            return _Unable()

    def newEncoder(self, kind: int, sampleRate: int, parameters: Parameters) -> IEncoder:
        """
        @param sampleRate: Hz.
        """
        try:
            return self._codecs.stream(kind).newEncoder(sampleRate, parameters)
        except Exception:  # the fence
            return _Unable()

    def unitsIn(self, kind: int, payload: Octets) -> int:
        """
        @return: how long the sound of a payload is, by the codec's clock; 0 if it is none.
        """
        try:
            return int(self._codecs.stream(kind).unitsIn(payload)) if payload.size else 0
        except Exception:  # the fence
            self.failures += 1
            return 0

    def announcesPause(self, kind: int, payload: Octets) -> bool:
        """
        @return: whether nothing may follow for a while.
        """
        try:
            return bool(self._codecs.stream(kind).announcesPause(payload))
        except Exception:  # the fence
            self.failures += 1
            return False

    def decode(self, decoder: IDecoder, payload: Octets, out: Samples) -> bool:
        """
        Decode into all of C{out}, or make it silent.

        @return: whether the decoder could.
        """
        begun = self._spent()
        try:
            return self._filled(out, decoder.decode(payload, out))
        except Exception:  # the fence
            return self._filled(out, -1)
        finally:
            self.seconds += self._spent() - begun

    def recover(self, decoder: IDecoder, out: Samples, following: Octets | None = None) -> None:
        """
        Have a decoder make up all of C{out}, or make it silent.
        """
        begun = self._spent()
        try:
            self._filled(out, decoder.recover(out, following))
        except Exception:  # the fence
            self._filled(out, -1)
        finally:
            self.seconds += self._spent() - begun

    def _filled(self, out: Samples, written: int) -> bool:
        if written < len(out):
            out[max(written, 0) :] = 0
        self.failures += written < 0
        return written >= 0

    def encode(self, encoder: IEncoder, samples: Samples, out: Octets) -> int:
        """
        @return: how many octets of C{out} are to be sent.
        """
        begun = self._spent()
        try:
            written = int(encoder.encode(samples, out))
        except Exception:  # the fence
            written = -1
        self.seconds += self._spent() - begun
        self.failures += written < 0
        return max(written, 0)

    def heed(self, encoder: IEncoder, mode: int | None) -> None:
        """
        Tell an encoder in which mode its peer would like to be sent.
        """
        try:
            if IModeEncoder.providedBy(encoder):
                IModeEncoder(encoder).heed(mode)
        except Exception:  # the fence
            self.failures += 1

    def tune(self, encoder: IEncoder, lossPercent: int) -> None:
        """
        Tell an encoder how much its peer loses.
        """
        try:
            encoder.tune(lossPercent)
        except Exception:  # the fence
            self.failures += 1
