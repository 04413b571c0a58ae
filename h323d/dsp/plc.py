"""
Packet loss concealment by repeating the pitch period, after ITU-T G.711, Appendix I.

Where a block is missing, the last pitch period that was heard is played again and again;
it fades from 10 ms on and is gone at 60 ms.  When sound comes back, the repetition is
cross-faded into it.  Unlike the appendix, the sound that is not lost is never delayed: the
seam at the loss is closed by a correction that decays, not by an overlap with the past.

Only rows that miss something cost anything, beyond keeping the last frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Concealment"]

FADE_BEGINS = 0.01  # seconds of concealment at full level
FADE_ENDS = 0.06
_RECOVERY = 0.005  # seconds of cross-fade when sound is back
_SHORTEST_PITCH = 0.005  # seconds
_LONGEST_PITCH = 0.015
_COMPARED = 0.02  # seconds of sound that are matched in search of the pitch
_COARSE_RATE = 4000  # Hz; where the search begins
_HISTORY = 0.04  # seconds

Streams = npt.NDArray[np.intp]
Samples = npt.NDArray[np.int16]
Waves = npt.NDArray[np.float32]


class Concealment:
    """
    The concealment of C{streams} streams of one sample rate.
    """

    def __init__(self, streams: int, sampleRate: int = 8000, frameMilliseconds: int = 20) -> None:
        """
        @param sampleRate: Hz, a multiple of 4000.
        @param frameMilliseconds: the length of the frames given to L{conceal}.
        """
        self._rate = sampleRate
        self._block = sampleRate // 100
        self._shortest = round(_SHORTEST_PITCH * sampleRate)
        self._longest = round(_LONGEST_PITCH * sampleRate)
        self._compared = round(_COMPARED * sampleRate)
        self._recovery = round(_RECOVERY * sampleRate)
        self._ends = round(FADE_ENDS * sampleRate)
        frame = sampleRate * frameMilliseconds // 1000
        kept = -(-round(_HISTORY * sampleRate) // frame)
        self._past = np.zeros((kept, streams, frame), np.int16)
        self._oldest = np.zeros(streams, np.intp)  # of the frames in _past
        self._period = np.zeros((streams, self._longest), np.float32)
        self._pitch = np.full(streams, self._longest, np.int64)
        self._seam = np.zeros(streams, np.float32)
        self._gone = np.full(streams, self._ends, np.int64)  # samples made up so far
        time = np.arange(self._ends + self._block) / sampleRate
        fade = (FADE_ENDS - time) / (FADE_ENDS - FADE_BEGINS)
        self._fade = np.clip(fade, 0, 1).astype(np.float32)

    def reset(self, stream: int) -> None:
        """
        A new stream: nothing was heard yet.
        """
        self._past[:, stream] = 0
        self._gone[stream] = self._ends

    def conceal(self, streams: Streams, samples: Samples, missing: npt.NDArray[np.bool_]) -> None:
        """
        Fill what is missing, in place.  To be called for every frame of every stream that
        plays, missing or not.

        @param streams: C{intp[n]}, each once.
        @param samples: C{int16[n, frame]}.
        @param missing: C{bool[n, blocks]}, blocks of 10 ms.
        """
        gone = self._gone[streams]
        if missing.all() and (gone >= self._ends).all():
            samples[:] = 0
        elif missing.any() or gone.any():
            for number, lost in enumerate(missing.T):
                self._concealBlock(streams, samples, number * self._block, lost)
        oldest = self._oldest[streams]
        self._past[oldest, streams] = samples
        self._oldest[streams] = (oldest + 1) % len(self._past)

    def _concealBlock(
        self, streams: Streams, samples: Samples, start: int, lost: npt.NDArray[np.bool_]
    ) -> None:
        """
        @param start: the block's place in the frame, in samples.
        @param lost: C{bool[n]}.
        """
        gone = self._gone[streams]
        onset = np.flatnonzero(lost & (gone == 0))
        if onset.size:
            self._learn(streams[onset], self._history(streams[onset], samples[onset], start))
        fill = np.flatnonzero(lost & (gone < self._ends))
        silent = np.flatnonzero(lost & (gone >= self._ends))
        samples[silent, start : start + self._block] = 0
        if fill.size:
            made = self._repeat(streams[fill], self._block)
            samples[fill, start : start + self._block] = _toInt16(made)
            self._gone[streams[fill]] += self._block
        back = np.flatnonzero(~lost & (gone > 0))
        if back.size:
            self._recover(streams, samples, start, back[gone[back] < self._ends])
            self._gone[streams[back]] = 0

    def _recover(
        self, streams: Streams, samples: Samples, start: int, rows: npt.NDArray[np.intp]
    ) -> None:
        """
        Cross-fade from the repetition to the sound that is back.
        """
        if not rows.size:
            return
        end = start + self._recovery
        steps = np.arange(1, self._recovery + 1) / (self._recovery + 1)
        ramp: Waves = steps.astype(np.float32)
        made = self._repeat(streams[rows], self._recovery)
        real = samples[rows, start:end].astype(np.float32)
        samples[rows, start:end] = _toInt16(made + (real - made) * ramp)

    def _history(self, streams: Streams, samples: Samples, start: int) -> Waves:
        """
        @return: C{float32[k, h]}: what was played last, the newest at the end.
        """
        kept = len(self._past)
        oldest = self._oldest[streams]
        frames = [self._past[(oldest + age) % kept, streams] for age in range(kept)]
        return np.concatenate([*frames, samples[:, :start]], axis=1).astype(np.float32)

    def _learn(self, streams: Streams, past: Waves) -> None:
        """
        Find the pitch and keep its last period, its end shaped to run into its beginning.
        """
        pitch = self._findPitch(past)
        size = past.shape[1]
        at = np.arange(self._longest)
        rows = np.arange(len(past))[:, None]
        inside = at < pitch[:, None]
        period = past[rows, np.where(inside, size - pitch[:, None] + at, size - 1)]
        before = past[rows, np.where(inside, size - 2 * pitch[:, None] + at, 0)]
        quarter = pitch // 4
        weight = (at - (pitch - quarter)[:, None] + 1) / (quarter + 1)[:, None]
        weight = np.clip(weight, 0, 1).astype(np.float32)
        self._period[streams] = period + (before - period) * weight
        self._pitch[streams] = pitch
        self._seam[streams] = past[:, -1] - past[rows[:, 0], size - 1 - pitch]

    def _findPitch(self, past: Waves) -> npt.NDArray[np.int64]:
        """
        The lag at which the past is most like itself: first at 4 kHz, then around that.

        @return: C{int64[k]}, samples.
        """
        factor = self._rate // _COARSE_RATE
        length = past.shape[1] // factor * factor
        coarse = past[:, past.shape[1] - length :]
        coarse = coarse.reshape(len(past), -1, factor).mean(axis=2)
        low, high = self._shortest // factor, self._longest // factor
        lags = np.arange(low, high + 1)
        best = lags[_likeness(coarse, self._compared // factor, low, high).argmax(axis=1)]
        guess = np.clip(best * factor, self._shortest, self._longest)
        reach = np.arange(-factor + 1, factor)
        exact = np.clip(guess[:, None] + reach, self._shortest, self._longest)
        size, width = past.shape[1], self._compared
        at = size - width - exact[:, :, None] + np.arange(width)
        shifted = past[np.arange(len(past))[:, None, None], at]
        product = np.einsum("ijk,ik->ij", shifted, past[:, size - width :])
        energy = np.einsum("ijk,ijk->ij", shifted, shifted)
        score = product / np.sqrt(energy + 1.0)
        pitch: npt.NDArray[np.int64] = exact[np.arange(len(past)), score.argmax(axis=1)]
        return pitch

    def _repeat(self, streams: Streams, count: int) -> Waves:
        """
        @return: C{float32[k, count]}: the repetition from where it stands, faded.
        """
        time = self._gone[streams][:, None] + np.arange(count)
        pitch = self._pitch[streams][:, None]
        wave = self._period[streams[:, None], time % pitch]
        quarter = np.maximum(pitch // 4, 1)
        seam = self._seam[streams][:, None] * np.maximum(1 - (time + 1) / quarter, 0)
        faded: Waves = (wave + seam.astype(np.float32)) * self._fade[np.minimum(time, self._ends)]
        return faded


def _likeness(waves: Waves, width: int, low: int, high: int) -> npt.NDArray[np.float32]:
    """
    @return: C{float32[k, high - low + 1]}: the normalised correlation of each wave's last
        C{width} samples with those of C{low} to C{high} samples before.
    """
    size = waves.shape[1]
    windows = np.lib.stride_tricks.sliding_window_view(waves, width, axis=1)
    earlier = windows[:, size - width - high : size - width - low + 1]
    product = np.einsum("ijk,ik->ij", earlier, waves[:, size - width :])[:, ::-1]
    energy = np.einsum("ijk,ijk->ij", earlier, earlier)[:, ::-1]
    likeness: npt.NDArray[np.float32] = product / np.sqrt(energy + 1.0)
    return likeness


def _toInt16(waves: Waves) -> Samples:
    return np.clip(np.rint(waves), -32768, 32767).astype(np.int16)
