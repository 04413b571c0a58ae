"""
What is made up for lost packets of a codec that remembers, but has no concealment of its own.

It is L{Concealment} for one stream, which costs next to nothing while nothing is lost: it is told
what was heard only then.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.plc import Concealment

__all__ = ["Recovery"]

_KEPT_MS = 40  # of what was heard
_BLOCK_MS = 10
_STREAM = np.zeros(1, np.intp)

Samples = npt.NDArray[np.int16]


class Recovery:
    """
    The memory of one stream.
    """

    def __init__(self, sampleRate: int) -> None:
        """
        @param sampleRate: Hz, of whole samples in 10 ms.
        """
        self._block = sampleRate * _BLOCK_MS // 1000
        self._past = np.zeros(sampleRate * _KEPT_MS // 1000, np.int16)
        self._concealment = Concealment(1, sampleRate, _BLOCK_MS)
        self._making = False

    def heard(self, samples: Samples) -> None:
        """
        What was decoded; after a loss, its beginning is blended with what was made up.

        @param samples: C{int16[s]}, a multiple of 10 ms; changed in place.
        """
        if self._making:
            self._making = False
            self._run(samples, lost=False)
        self._keep(samples)

    def fill(self, out: Samples) -> int:
        """
        Make up what is lost.

        @param out: C{int16[s]}, a multiple of 10 ms; overwritten.
        @return: how many samples that is.
        """
        if not self._making:
            self._making = True
            self._concealment.reset(0)
            self._run(self._past, lost=False)
        self._run(out, lost=True)
        self._keep(out)
        return len(out)

    def _run(self, samples: Samples, lost: bool) -> None:
        missing = np.full((1, 1), lost)
        for start in range(0, len(samples), self._block):
            self._concealment.conceal(_STREAM, samples[None, start : start + self._block], missing)

    def _keep(self, samples: Samples) -> None:
        newest = samples[-len(self._past) :]
        kept = len(self._past) - len(newest)
        self._past[:kept] = self._past[len(newest) :]
        self._past[kept:] = newest
