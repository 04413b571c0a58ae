"""
Comfort noise (RFC 3389; ITU-T G.711, Appendix II): what a pause sounds like.

Who falls silent says how loud its noise is, and perhaps of which colour, for codecs that have no
silence descriptors of their own.  The noise is made here until there is sound again.  We describe
none: where others are silent, they are sent what the room sounds like.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.dsp.codec import IDecoder

__all__ = ["ComfortNoise"]

_OVERLOAD = 32124.0  # root mean square of 0 dBov, in linear samples (RFC 3389, 3)
_LEVEL = 0x7F  # the bits of a description's first octet that count
_MOST_COEFFICIENTS = 12
_ZERO = 127  # what stands for a reflection coefficient of 0; the step is 258 / 32768 (3.2)
_STEP = 258 / 32768
_STEEPEST = 0.999  # beyond it the filter is none
_TAPS = 128  # of the filter that colours the noise, as it is used here

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Waves = npt.NDArray[np.float64]


@implementer(IDecoder)
class ComfortNoise:
    """
    The noise of one stream; silence before the first description.
    """

    def __init__(self, seed: int) -> None:
        """
        @param seed: of the noise: that of two streams should not be the same.
        """
        self._rng = np.random.default_rng(seed)
        self._described = b""
        self._filter: Waves = np.zeros(1)
        self._past: Waves = np.zeros(0)

    def decode(self, payload: Octets, out: Samples) -> int:
        """
        Take a description, and make noise of it.
        """
        if not payload.size:
            return -1
        described = payload[: 1 + _MOST_COEFFICIENTS].tobytes()
        if described != self._described:
            self._described = described
            self._filter = _filterOf(np.frombuffer(described, np.uint8))
            self._past = self._rng.standard_normal(len(self._filter) - 1)
        return self.recover(out)

    def recover(self, out: Samples, following: Octets | None = None) -> int:
        """
        More of the same noise.
        """
        if not out.size:
            return 0
        white = np.concatenate([self._past, self._rng.standard_normal(len(out))])
        out[:] = np.clip(np.convolve(white, self._filter, "valid"), -32768, 32767)
        self._past = white[len(out) :]
        return len(out)


def _filterOf(described: Octets) -> Waves:
    """
    @param described: C{uint8[n]}: the level, and reflection coefficients.
    @return: C{float64[taps]}: the impulse response by which white noise of power 1 becomes that.
    """
    level = _OVERLOAD * 10.0 ** (-int(described[0] & _LEVEL) / 20)
    if len(described) == 1:
        return np.array([level])
    poles = np.ones(1)
    for coefficient in (described[1:].astype(np.float64) - _ZERO) * _STEP:
        poles = np.append(poles, 0.0)
        poles = poles + np.clip(coefficient, -_STEEPEST, _STEEPEST) * poles[::-1]
    response: Waves = np.fft.irfft(1 / np.fft.rfft(poles, _TAPS), _TAPS)
    response *= level / np.linalg.norm(response)
    return response
