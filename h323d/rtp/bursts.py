"""
In which pieces packets of each stream are lost: runs, bursts and gaps (RFC 3611, 4.7.2).

What is lost by chance is concealed; what is lost in a row is heard.  A burst begins and ends with a
lost packet, and has nowhere L{GMIN} packets in a row that came; a gap is what is between bursts.

Nothing is done for a packet that comes in its turn.  Sequence numbers that are left out wait, in
case they come late, until the next are left out; then they are counted as RFC 3611, A.2, has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["GMIN", "LossRuns", "Losses"]

GMIN = 16
"""
How many packets in a row have to come, for a gap.
"""

_WINDOW = 64  # numbers of those that wait, that can still be seen to come
_NONE = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Losses:
    """
    How packets were lost.

    @ivar burstDensity: share of the packets that was lost, within bursts.
    @ivar gapDensity: likewise, within gaps.
    @ivar burstPackets: how many packets a burst has, a mean.
    @ivar gapPackets: likewise, a gap.
    """

    burstDensity: float
    gapDensity: float
    burstPackets: float
    gapPackets: float


class LossRuns:
    """
    Columns: an entry for each stream.

    @ivar runs: C{int64}: in how many pieces packets were lost.
    """

    def __init__(self, streams: int) -> None:
        self.runs = np.zeros(streams, np.int64)
        self._awaited = np.zeros(streams, np.int64)  # how many are left out, and may come late
        self._first = np.zeros(streams, np.int64)  # of those
        self._came = np.zeros(streams, np.uint64)  # bit k: so many after the first has come
        self._lastLost = np.full(streams, _NONE, np.int64)  # or what was before the first of all
        self._inBurst = np.zeros(streams, np.int64)  # lost since a gap was over; C{lost} of A.2
        # Transitions, by the states of figure 1 of the RFC: 1 came, in a gap; 2 came, in a burst;
        # 3 lost, in a burst; 4 lost, in a gap.
        self._c11 = np.zeros(streams, np.int64)
        self._c13 = np.zeros(streams, np.int64)
        self._c14 = np.zeros(streams, np.int64)
        self._c22 = np.zeros(streams, np.int64)
        self._c23 = np.zeros(streams, np.int64)
        self._c33 = np.zeros(streams, np.int64)

    def begin(self, streams: npt.NDArray[np.intp], first: npt.NDArray[np.int64]) -> None:
        """
        Count anew.

        @param streams: C{intp[n]}.
        @param first: C{int64[n]}: numbers of their first packets.
        """
        for column in vars(self).values():
            column[streams] = 0
        self._lastLost[streams] = first - 1

    def leftOut(self, stream: int, first: int, count: int) -> None:
        """
        Numbers did not come in their turn.
        """
        self._settle(stream)
        self._first[stream], self._awaited[stream], self._came[stream] = first, count, 0

    def cameLate(self, stream: int, number: int) -> None:
        """
        One that was left out has come.
        """
        after = number - int(self._first[stream])
        if 0 <= after < min(int(self._awaited[stream]), _WINDOW):
            self._came[stream] |= np.uint64(1 << after)

    def passedOver(self, stream: int, count: int) -> None:
        """
        Numbers were left out that nobody waited for.
        """
        self._settle(stream)
        self._lastLost[stream] += count

    def counted(self) -> npt.NDArray[np.int64]:
        """
        @return: C{int64[streams]}: as C{runs}, with what is still waited for.
        """
        counted: npt.NDArray[np.int64] = self.runs + (self._awaited > 0)
        return counted

    def losses(self, stream: int, highest: int) -> Losses:
        """
        All until now; what was waited for is lost.

        @param highest: the last number that came.
        """
        self._settle(stream)
        c11, c13, c14 = (int(each[stream]) for each in (self._c11, self._c13, self._c14))
        c22, c23, c33 = (int(each[stream]) for each in (self._c22, self._c23, self._c33))
        since, inBurst = highest - int(self._lastLost[stream]), int(self._inBurst[stream])
        if since >= GMIN or not inBurst:
            c11 += since
        if inBurst == 1:
            c14 += 1
        elif inBurst > 1:
            c13 += 1
        gap, burst = c11 + c14 + c13, c13 + c22 + 2 * c23 + c33
        if not c13:
            return Losses(0.0, c14 / gap if gap else 0.0, 0.0, float(gap))
        p32 = c23 / (c13 + c23 + c33)
        p23 = 1 - c22 / (c22 + c23) if c22 + c23 else 1.0
        return Losses(
            p23 / (p23 + p32), c14 / (c11 + c14) if c11 + c14 else 0.0, burst / c13, gap / c13
        )

    def _settle(self, stream: int) -> None:
        """
        What has not come until now is lost.
        """
        count = int(self._awaited[stream])
        if not count:
            return
        first, came = int(self._first[stream]), int(self._came[stream])
        self._awaited[stream] = 0
        at = 0
        while at < count:
            if at < _WINDOW and came >> at & 1:
                at += 1
                continue
            end = at + 1
            while end < min(count, _WINDOW) and not came >> end & 1:
                end += 1
            if end >= _WINDOW:
                end = count
            self._lose(stream, first + at, end - at)
            at = end

    def _lose(self, stream: int, first: int, count: int) -> None:
        """
        One run, as A.2 counts it.
        """
        self.runs[stream] += 1
        before = first - int(self._lastLost[stream]) - 1
        if before >= GMIN or not self._inBurst[stream]:
            if self._inBurst[stream] == 1:
                self._c14[stream] += 1
            elif self._inBurst[stream] > 1:
                self._c13[stream] += 1
            self._c11[stream] += before
            self._inBurst[stream] = 1
        else:
            self._inBurst[stream] += 1
            if before:
                self._c23[stream] += 1
                self._c22[stream] += before - 1
            else:
                self._c33[stream] += 1
        self._inBurst[stream] += count - 1
        self._c33[stream] += count - 1
        self._lastLost[stream] = first + count - 1
