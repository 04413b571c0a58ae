"""
The codecs that are plugged in, and what each stream's coders remember (L{ICodec}).

In the tables a codec is a small number, its I{kind}.  The mixer works at 8 kHz: so far,
only codecs of that sample rate, and of packets of constant length, can be plugged in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import ICodec
from h323d.dsp.g711 import PCMA, PCMU
from h323d.errors import ConfigurationError
from h323d.media.audio.table import HELD_BYTES, NOISE, REFUSED, SAMPLE_RATE
from h323d.values.media.formats import MediaFormat

__all__ = ["BUILT_IN", "Codecs"]

BUILT_IN: tuple[ICodec, ...] = (PCMU, PCMA)
_FIRST = NOISE + 1  # the kinds below stand for what is no sound
_BLOCK = SAMPLE_RATE // 100
_MOST = HELD_BYTES // 6  # octets that 10 ms of sound may take

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Slots = npt.NDArray[np.intp]


class Codecs:
    """
    @ivar formats: what can be mixed, in the order of the codecs.
    """

    def __init__(self, codecs: Sequence[ICodec] = BUILT_IN) -> None:
        """
        @raise ConfigurationError: a codec is not of the kind that can be mixed.
        """
        for codec in codecs:
            _check(codec)
        self._codecs = tuple(codecs)
        self._stateless = [codec.newEncoder() is None for codec in codecs]
        self._decoders: dict[tuple[int, int], object] = {}
        self._encoders: dict[tuple[int, int], object] = {}
        self.formats = tuple(MediaFormat(codec.name, codec.clockRate) for codec in codecs)

    def kindOf(self, mediaFormat: MediaFormat) -> int:
        """
        The kind that stands for a format; L{REFUSED} for what we do not mix.
        """
        if mediaFormat.name.upper() == "CN" and mediaFormat.clockRate == SAMPLE_RATE:
            return NOISE
        for index, known in enumerate(self.formats):
            if mediaFormat.sameEncoding(known):
                return _FIRST + index
        return REFUSED

    def isSound(self, kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """
        Which kinds are codecs.
        """
        return kinds >= _FIRST

    def samplesIn(self, kind: int, octets: int) -> int:
        """
        How many samples a payload holds; 0 or less if it cannot be one.
        """
        return int(self._codecs[kind - _FIRST].samplesIn(octets))

    def decode(self, kind: int, slots: Slots, payloads: Octets) -> Samples:
        """
        @param payloads: C{uint8[n, octets]}, in order of arrival.
        @return: C{int16[n, samples]}.
        """
        codec = self._codecs[kind - _FIRST]
        decoded: Samples
        if self._stateless[kind - _FIRST]:
            decoded = codec.decode(payloads)
            return decoded
        states = self._states(self._decoders, codec.newDecoder, kind, slots)
        if codec.batched:
            decoded = codec.decode(payloads, states)
            return decoded
        parts = [
            codec.decode(row[None], [state]) for row, state in zip(payloads, states, strict=True)
        ]
        return np.concatenate(parts)

    def encode(self, kind: int, slots: Slots, mixes: Samples, mixOf: Slots) -> Octets:
        """
        Each distinct mix once, if the codec remembers nothing; once for each listener
        otherwise.

        @param mixes: C{int16[m, s]}.
        @param mixOf: C{intp[n]}: which of them each slot hears.
        @return: C{uint8[n, octets]}.
        """
        codec = self._codecs[kind - _FIRST]
        encoded: Octets
        if self._stateless[kind - _FIRST]:
            if len(mixes) <= len(mixOf) + 1:  # silence, and one for each
                return np.take(codec.encode(mixes), mixOf, axis=0)
            wanted, which = np.unique(mixOf, return_inverse=True)
            return np.take(codec.encode(mixes[wanted]), which, axis=0)
        states = self._states(self._encoders, codec.newEncoder, kind, slots)
        heard = mixes[mixOf]
        if codec.batched:
            encoded = codec.encode(heard, states)
            return encoded
        parts = [codec.encode(row[None], [state]) for row, state in zip(heard, states, strict=True)]
        return np.concatenate(parts)

    def _states(
        self,
        known: dict[tuple[int, int], object],
        new: Callable[[], object],
        kind: int,
        slots: Slots,
    ) -> list[object]:
        states = []
        for slot in slots.tolist():
            if (slot, kind) not in known:
                known[slot, kind] = new()
            states.append(known[slot, kind])
        return states

    def restart(self, slot: int) -> None:
        """
        Another source sends to the slot: its decoders begin anew.
        """
        _drop(self._decoders, slot)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        _drop(self._decoders, slot)
        _drop(self._encoders, slot)


def _drop(states: dict[tuple[int, int], object], slot: int) -> None:
    for key in [key for key in states if key[0] == slot]:
        del states[key]


def _check(codec: ICodec) -> None:
    if codec.sampleRate != SAMPLE_RATE or codec.clockRate != SAMPLE_RATE:
        raise ConfigurationError(codec.name, f"only codecs of {SAMPLE_RATE} Hz can be mixed")
    if _BLOCK % codec.frameSamples:
        raise ConfigurationError(codec.name, "10 ms have to be a whole number of frames")
    encoder = codec.newEncoder()
    octets = codec.encode(np.zeros((1, _BLOCK), np.int16), () if encoder is None else [encoder])
    if octets.shape[1] > _MOST or codec.samplesIn(octets.shape[1]) != _BLOCK:
        raise ConfigurationError(codec.name, "not of constant length, or above 64 kbit/s")
