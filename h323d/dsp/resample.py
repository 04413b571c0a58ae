"""
Between sample rates of 8, 16 and 48 kHz: FIR filters, stateful per row, in batches.

The filter is a windowed sinc that passes 85 % of the narrower band and stops what would
fold into it by 60 dB.  It delays sound by 12 samples of the lower rate (1.5 ms at 8 kHz).

Each block of samples, with what of the past is under the filter, is multiplied by one
matrix that holds the filter's coefficients for all of the block's output samples: a
polyphase filter in the form that a matrix library does fastest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Resampler", "resampled"]

_TAPS = 24  # samples of the lower rate under the filter
_KAISER = 5.65  # 60 dB
_ROWS_AT_ONCE = 64  # keeps what is computed in between in the cache
_PRODUCTS_AT_ONCE = 200_000  # for more, the matrix library waits for threads of its own
_BLOCK = 16  # samples of the lower rate in a block: 2 ms at 8 kHz

Streams = npt.NDArray[np.intp]
Samples = npt.NDArray[np.int16]


class Resampler:
    """
    From one rate to another, for C{streams} streams; one rate is a multiple of the other.
    """

    def __init__(self, streams: int, fromRate: int, toRate: int) -> None:
        """
        @param fromRate: Hz.
        @param toRate: Hz.
        """
        high, low = max(fromRate, toRate), min(fromRate, toRate)
        if high % low:
            raise ValueError("one rate must be a multiple of the other")
        factor = high // low
        size = _TAPS * factor
        response = np.sinc((np.arange(size) - (size - 1) / 2) / factor)
        response *= np.kaiser(size, _KAISER)
        response /= response.sum()
        if toRate > fromRate:
            self._filter = _upwards(response * factor, factor)
            self._step = _BLOCK
        else:
            self._filter = _downwards(response, factor)
            self._step = _BLOCK * factor
        self._made = self._filter.shape[1]  # samples out of each step's samples in
        self._past = np.zeros((streams, len(self._filter) - self._step), np.float32)

    def reset(self, stream: int) -> None:
        """
        A new stream: silence went before.
        """
        self._past[stream] = 0

    def copy(self, streams: Streams, others: Streams) -> None:
        """
        What went before in C{streams} went before in C{others}, row by row.
        """
        self._past[others] = self._past[streams]

    def resample(self, streams: Streams, samples: Samples) -> Samples:
        """
        @param streams: C{intp[n]}, each once.
        @param samples: C{int16[n, s]}, a multiple of 10 ms.
        @return: C{int16[n, s * toRate / fromRate]}.
        """
        result = np.empty((len(samples), samples.shape[1] // self._step * self._made), np.int16)
        for start in range(0, len(samples), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            result[part] = self._filterRows(streams[part], samples[part])
        return result

    def _filterRows(self, streams: Streams, samples: Samples) -> npt.NDArray[np.float32]:
        waves = np.concatenate([self._past[streams], samples], axis=1, dtype=np.float32)
        self._past[streams] = waves[:, samples.shape[1] :]
        width = len(self._filter)
        windows = np.lib.stride_tricks.sliding_window_view(waves, width, axis=1)
        blocks = windows[:, :: self._step].reshape(-1, width)
        filtered = np.empty((len(blocks), self._made), np.float32)
        atOnce = max(1, _PRODUCTS_AT_ONCE // self._filter.size)
        for start in range(0, len(blocks), atOnce):
            part = slice(start, start + atOnce)
            np.matmul(blocks[part], self._filter, out=filtered[part])
        np.rint(filtered, out=filtered)
        np.clip(filtered, -32768, 32767, out=filtered)
        return filtered.reshape(len(samples), -1)


def resampled(samples: Samples, old: int, new: int) -> Samples:
    """
    A whole recording at another rate.

    @param samples: C{int16[n]}.
    @param old: Hz.
    @param new: Hz.
    """
    if old == new:
        return samples
    step = max(old, new)  # a second of either is whole blocks of the resampler
    padded = np.concatenate([samples, np.zeros(-len(samples) % step, np.int16)])
    if not len(padded):
        return padded
    resampler = Resampler(1, old, new)
    row = np.zeros(1, np.intp)
    parts = [
        resampler.resample(row, padded[None, start : start + old])[0]
        for start in range(0, len(padded), old)
    ]
    return np.concatenate(parts)[: len(samples) * new // old]


def _upwards(response: npt.NDArray[np.float64], factor: int) -> npt.NDArray[np.float32]:
    """
    @return: C{float32[past + block, outputs]}: output C{o} falls on input C{o // factor},
        and takes every C{factor}th coefficient from C{o % factor} on.
    """
    outputs = _BLOCK * factor
    matrix = np.zeros((_TAPS - 1 + _BLOCK, outputs), np.float32)
    for output in range(outputs):
        newest = _TAPS - 1 + output // factor
        phase = response[output % factor :: factor]
        matrix[newest - _TAPS + 1 : newest + 1, output] = phase[::-1]
    return matrix


def _downwards(response: npt.NDArray[np.float64], factor: int) -> npt.NDArray[np.float32]:
    """
    @return: C{float32[past + block * factor, block]}: each output lies on the last of
        C{factor} inputs.
    """
    size = len(response)
    matrix = np.zeros((size + (_BLOCK - 1) * factor, _BLOCK), np.float32)
    for output in range(_BLOCK):
        start = output * factor
        matrix[start : start + size, output] = response[::-1]
    return matrix
