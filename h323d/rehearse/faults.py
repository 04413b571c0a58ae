"""
What can be wrong with sound, found in when it was quiet and how late its markers were.

Accuracy.  A gap is found from 20 ms of silence on, while others' markers ought to be heard.  It is
told to 10 ms, and shorter than it is where it begins or ends beside these: in the listener's own
slot, or in the pause of 8 ms behind a marker.  What a decoder filled in is no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["LEAST_GAP", "LEAST_SLIP", "drift", "gaps", "joined", "slips", "stretches"]

LEAST_GAP = 0.02  # seconds
LEAST_SLIP = 0.008  # seconds
SHORTEST_DRIFT = 60.0  # seconds, for which it has to be seen

_EDGE = 0.01  # seconds of a marker that may be missing: it is a little late, or early
_ROUNDING = 1e-3  # seconds: two stamps are less exact than a difference
_AROUND = 3  # sightings, on either side of a slip
_SCATTERED = 6.0  # times what latencies usually differ by
_POINTS = 300  # that a straight line is drawn through

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]


def gaps(quiet: Floats, sounding: Floats) -> Iterator[Span]:
    """
    @param quiet: C{float64[k, 2]}: from when to when it is quiet.
    @param sounding: C{float64[n, 2]}: from when to when there ought to be sound, ascending, and
        apart from each other.
    @return: when each gap begins, and how long it is, seconds.
    """
    for begin, end in quiet[quiet[:, 1] - quiet[:, 0] > LEAST_GAP - _ROUNDING].tolist():
        first = int(np.searchsorted(sounding[:, 1], begin + _EDGE, "right"))
        last = int(np.searchsorted(sounding[:, 0], end - _EDGE, "left"))
        if first >= last:
            continue
        within = np.clip(sounding[first:last], begin, end)
        if float((within[:, 1] - within[:, 0]).sum()) >= _EDGE:
            at = float(within[0, 0])
            yield at, float(within[-1, 1]) - at


def joined(spans: Floats) -> Floats:
    """
    @param spans: C{float64[n, 2]}, in any order.
    @return: C{float64[m, 2]}: of those that overlap, one; ascending.
    """
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    if not len(ordered):
        return ordered
    ends = np.maximum.accumulate(ordered[:, 1])
    first = np.concatenate([[True], ordered[1:, 0] > ends[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.stack([ordered[first, 0], ends[last]], axis=1)


def slips(times: Floats, latencies: Floats) -> list[Span]:
    """
    From when on latencies are others than before: the medians of three on either side differ.

    @param times: C{float64[n]}, ascending.
    @param latencies: C{float64[n]}, seconds.
    @return: when each slip was, and by how much what comes then is later, seconds.
    """
    if len(latencies) < 2 * _AROUND:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(latencies, _AROUND)
    medians = np.median(windows, axis=1)
    steps = medians[_AROUND:] - medians[:-_AROUND]
    usual = float(np.median(np.abs(np.diff(latencies))))
    signs = np.where(np.abs(steps) >= max(LEAST_SLIP, _SCATTERED * usual), np.sign(steps), 0)
    edges = np.flatnonzero(np.diff(signs, prepend=0, append=0))
    found = []
    for first, after in pairwise(edges.tolist()):
        if signs[first]:
            middle = first + int(np.abs(steps[first:after]).argmax())
            middle = max(middle, (first + after - 1) // 2)
            found.append((float(times[middle + _AROUND]), float(steps[middle])))
    return found


def drift(times: Floats, latencies: Floats) -> float | None:
    """
    By how much latency grows with time, but for slips: the median slope (Theil and Sen).

    @return: parts per million; C{None} if it was not seen for L{SHORTEST_DRIFT}.
    """
    if not len(times) or times[-1] - times[0] < SHORTEST_DRIFT:
        return None
    level = latencies.copy()
    for at, size in slips(times, latencies):
        level[times >= at] -= size
    chosen = np.linspace(0, len(times) - 1, min(len(times), _POINTS)).astype(int)
    x, y = times[chosen], level[chosen]
    one, other = np.triu_indices(len(chosen), 1)
    return 1e6 * float(np.median((y[other] - y[one]) / (x[other] - x[one])))


def stretches(times: Floats, apart: float) -> list[Span]:
    """
    @param times: C{float64[n]}, ascending.
    @param apart: seconds that two of one stretch are apart at most.
    @return: when each stretch begins, and how long it is.
    """
    if not len(times):
        return []
    parts = np.split(times, np.flatnonzero(np.diff(times) > apart) + 1)
    return [(float(part[0]), float(part[-1] - part[0])) for part in parts]
