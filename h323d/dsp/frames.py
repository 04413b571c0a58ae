"""
What a codec makes in whole frames only, handed out in pieces of any length.

Rooms ask for 10 or 20 ms of a pause, whatever frames its codec has.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["WholeFrames"]

Samples = npt.NDArray[np.int16]


class WholeFrames:
    """
    The frame that was made last, and what of it is left.
    """

    def __init__(self, samples: int) -> None:
        """
        @param samples: in a frame.
        """
        self._made = np.zeros(samples, np.int16)
        self._given = samples

    def forget(self) -> None:
        """
        There is sound again, and what is left is never heard.
        """
        self._given = len(self._made)

    def fill(self, out: Samples, make: Callable[[Samples], int]) -> int:
        """
        @param out: C{int16[s]}; overwritten.
        @param make: makes one frame; less than 0 if it could not.
        @return: how many samples were written; less than 0 if one could not be made.
        """
        filled = 0
        while filled < len(out):
            if self._given == len(self._made):
                if make(self._made) < 0:
                    return -1
                self._given = 0
            count = min(len(out) - filled, len(self._made) - self._given)
            out[filled : filled + count] = self._made[self._given : self._given + count]
            filled += count
            self._given += count
        return filled
