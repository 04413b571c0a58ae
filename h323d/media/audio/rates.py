"""
Between the rates of members and those of their rooms.

What a member says is brought to the room's rate by itself; what members hear is brought to theirs
once for each distinct mix.  A filter goes on from what went before: a member who turns from the mix
of all who listen to one of its own, because it begins to talk, takes its past along.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.mixing import SILENCE
from h323d.dsp.resample import Resampler

__all__ = ["MixResampler", "Rates"]

Slots = npt.NDArray[np.intp]
Samples = npt.NDArray[np.int16]


class MixResampler:
    """
    All mixes of one rate on their way to another.

    A row is a filter's past: that of a slot's own mix, or of the mix that all who listen in a room
    hear.
    """

    def __init__(self, capacity: int, fromRate: int, toRate: int) -> None:
        """
        @param capacity: how many slots, and how many rooms, there can be.
        """
        self._capacity = capacity
        self._rates = fromRate, toRate
        self._resampler = Resampler(2 * capacity, fromRate, toRate)
        self._used = np.full(2 * capacity, -1, np.int64)  # milliseconds: until when, by row
        self._heard = np.zeros(capacity, np.intp)  # the row that each slot heard last

    def resample(
        self,
        mixes: Samples,
        mixOf: npt.NDArray[np.intp],
        sharedCount: int,
        members: Slots,
        rooms: npt.NDArray[np.int64],
        span: tuple[int, int],
    ) -> tuple[Samples, npt.NDArray[np.intp]]:
        """
        @param mixes: C{int16[m, s]}: silence, then those of whole rooms, then members' own.
        @param mixOf: C{intp[n]}: which of them each member hears.
        @param sharedCount: how many are of whole rooms.
        @param members: C{intp[n]}: slots.
        @param rooms: C{int64[n]}.
        @param span: where the frame begins and ends, by the plane's clock in milliseconds.
        @return: C{int16[k, t]}: the distinct mixes, and C{intp[n]}: which each member hears.
        """
        found, first, of = np.unique(mixOf, return_index=True, return_inverse=True)
        silent = int(found[0] == SILENCE)
        fromRate, toRate = self._rates
        result = np.zeros((len(found), mixes.shape[1] * toRate // fromRate), np.int16)
        found, first = found[silent:], first[silent:]
        if found.size:
            ownRow = found > sharedCount
            rows = np.where(ownRow, members[first], self._capacity + rooms[first])
            self._takeUp(rows, self._heard[members[first]], span[0])
            self._used[rows] = span[1]
            audible = of >= silent
            self._heard[members[audible]] = rows[of[audible] - silent]
            result[silent:] = self._resampler.resample(rows, mixes[found])
        return result, of

    def _takeUp(self, rows: Slots, heard: Slots, now: int) -> None:
        """
        Let filters that were not in use until C{now} go on from what was heard instead.
        """
        stale = self._used[rows] != now
        rows, heard = rows[stale], heard[stale]
        known = self._used[heard] == now
        self._resampler.copy(heard[known], rows[known])
        for row in rows[~known].tolist():
            self._resampler.reset(row)


class Rates:
    """
    All changes of rate, of a media thread.
    """

    def __init__(self, capacity: int) -> None:
        """
        @param capacity: how many slots, and how many rooms, there can be.
        """
        self._capacity = capacity
        self._members: dict[tuple[int, int], Resampler] = {}
        self._mixes: dict[tuple[int, int], MixResampler] = {}

    def begin(self, slot: int) -> None:
        """
        What a slot says from now on has nothing to do with what went before.
        """
        for resampler in self._members.values():
            resampler.reset(slot)

    def say(self, members: Slots, frames: Samples, fromRate: int, toRate: int) -> Samples:
        """
        @param members: C{intp[n]}: slots.
        @param frames: C{int16[n, s]}: what each says.
        """
        if fromRate == toRate:
            return frames
        resampler = self._members.get((fromRate, toRate))
        if resampler is None:
            resampler = Resampler(self._capacity, fromRate, toRate)
            self._members[fromRate, toRate] = resampler
        return resampler.resample(members, frames)

    def ofMixes(self, fromRate: int, toRate: int) -> MixResampler:
        """
        What brings mixes from one rate to another.
        """
        resampler = self._mixes.get((fromRate, toRate))
        if resampler is None:
            resampler = MixResampler(self._capacity, fromRate, toRate)
            self._mixes[fromRate, toRate] = resampler
        return resampler
