"""
Keys in the sound itself: the pairs of tones of ITU-T Q.23, as Q.24 has receivers take them.

A key is one whose two tones are most of what there is to hear, each far above the others of its
group, and neither far above the other, for long enough.  So speech is none, but of an odd voice.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.tones import COLUMNS, KEYS, ROWS

__all__ = ["KeyListener"]

RATE = 8000  # Hz, which is enough: there is nothing to hear above 1,700
BLOCK = 102  # samples at that rate: the tones of a group hardly disturb each other in it
ENOUGH = 3  # blocks of one key, or of none, until that is believed (Q.24: 40 ms)
_FAINTEST = 32767.0**2 * 10 ** (-45 / 10)  # of both tones together
_SHARE = 0.7  # of all power, that the two have
_ABOVE = 4.0  # times the power of the next one of the group
_TWIST = 10 ** (8 / 10)  # between the two tones, at most (Q.24: up to 8 dB)

_turns = np.outer((*ROWS, *COLUMNS), np.arange(BLOCK)) * (2 * np.pi / RATE)
_WAVES = np.concatenate((np.cos(_turns), np.sin(_turns)))

Samples = npt.NDArray[np.int16]
Block = npt.NDArray[np.float64]


class KeyListener:
    """
    Hears which keys are pressed, each when it has been heard for long enough.
    """

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)  # of a block that is not full
        self._rate = 0
        self._key = ""  # of the last blocks, or none
        self._blocks = 0  # for which it has been so
        self._held = ""  # what was told last, and is not let go of

    def hear(self, samples: Samples, sampleRate: int) -> str:
        """
        @param samples: C{int16[n]}, which follow those of before.
        @param sampleRate: a multiple of L{RATE}.

        @return: the keys that were pressed, in their order; mostly none.
        """
        if sampleRate != self._rate:
            self._rate, self._rest = sampleRate, np.zeros(0, np.int16)
        together = sampleRate // RATE
        size = BLOCK * together
        waiting = np.concatenate((self._rest, samples))
        count = len(waiting) // size
        self._rest = waiting[count * size :]
        blocks = waiting[: count * size].reshape(count, BLOCK, together).mean(axis=2)
        return "".join(self._follow(_keyIn(block)) for block in blocks)

    def _follow(self, key: str) -> str:
        """
        @return: the key, if it is pressed with this block.
        """
        self._blocks = self._blocks + 1 if key == self._key else 1
        self._key = key
        if self._blocks < ENOUGH or key == self._held:
            return ""
        self._held = key
        return key


def _keyIn(block: Block) -> str:
    """
    @param block: C{float64[BLOCK]}.

    @return: the key that is heard all through it; empty for none.
    """
    power = float(np.dot(block, block)) / BLOCK
    if power < _FAINTEST:
        return ""
    parts = (_WAVES @ block).reshape(2, -1)
    powers = 2 * (parts**2).sum(axis=0) / BLOCK**2
    rows, columns = powers[: len(ROWS)], powers[len(ROWS) :]
    row, column = int(rows.argmax()), int(columns.argmax())
    low, high = float(rows[row]), float(columns[column])
    isAll = low + high > _SHARE * power
    isEven = low < high * _TWIST and high < low * _TWIST
    isClear = _isAbove(rows, low) and _isAbove(columns, high)
    return KEYS[row][column] if isAll and isEven and isClear else ""


def _isAbove(group: Block, best: float) -> bool:
    """
    Whether the loudest tone of a group is far above the others.
    """
    return bool((group * _ABOVE < best).sum() == len(group) - 1)
