"""
A local party of a mixer in a media process, whose sound is in another: it asks for what is to be
played a little before it is, and tells what is heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource

__all__ = ["PIECES", "FarParty"]

PIECES = 5  # of a tick each, that are asked for at a time; as many wait at least

Samples = npt.NDArray[np.int16]
Tell = Callable[..., None]


@implementer(ISampleSource, ISampleSink)
class FarParty:
    """
    Played and heard in the thread of its plane; L{give} may be called in another.
    """

    def __init__(self, partyId: int, tell: Tell) -> None:
        """
        @param tell: says a message to the other process.
        """
        self._partyId = partyId
        self._tell = tell
        self._form = (0, 0)  # samples of a piece, and their rate
        self._pieces: deque[Samples] = deque()
        self._asked = False

    def read(self, count: int, sampleRate: int) -> Samples:
        """
        Silence, where what was asked for has not come yet.
        """
        if self._form != (count, sampleRate):
            self._form, self._asked = (count, sampleRate), False
            self._pieces.clear()
        if not self._asked and len(self._pieces) < PIECES:
            self._asked = True
            self._tell("wanted", self._partyId, count, sampleRate, PIECES)
        return self._pieces.popleft() if self._pieces else np.zeros(0, np.int16)

    def give(self, count: int, sampleRate: int, pieces: Sequence[bytes]) -> None:
        """
        What was asked for.
        """
        if self._form == (count, sampleRate):
            self._pieces.extend(np.frombuffer(each, np.int16)[:count] for each in pieces)
            self._asked = False

    def write(self, samples: Samples, sampleRate: int) -> None:
        self._tell("sounded", self._partyId, samples.tobytes(), sampleRate, passing=True)
