"""
How loud each row is, who is talking, and who has the floor of a room.

Levels are in dBov: the mean power relative to a square wave of full scale, which is 0
(RFC 6464); silence is -127.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["SILENT", "ActiveSpeakers", "SpeechActivity", "levels"]

SILENT = -127.0  # dBov
_FULL_SCALE = 32767.0

Streams = npt.NDArray[np.intp]
Levels = npt.NDArray[np.float32]


def levels(samples: npt.NDArray[np.int16]) -> Levels:
    """
    @param samples: C{int16[n, s]}.
    @return: C{float32[n]}, dBov, from -127 to 0.
    """
    waves = samples.astype(np.float32)
    power = np.einsum("ij,ij->i", waves, waves) / max(samples.shape[1], 1)
    least = _FULL_SCALE**2 * 10 ** (SILENT / 10)
    relative = np.maximum(power, least) / _FULL_SCALE**2
    result: Levels = np.minimum(10 * np.log10(relative), 0).astype(np.float32)
    return result


class SpeechActivity:
    """
    Whose sound is worth mixing: a fixed threshold with a hang-over.

    The threshold does not follow the noise on purpose: a tone or music must never be taken
    for noise, however long it lasts.  The first loud frame counts at once, so that no
    beginning of a word is cut.
    """

    def __init__(
        self,
        streams: int,
        frame: float = 0.02,
        threshold: float = -60.0,
        hangover: float = 0.4,
    ) -> None:
        """
        @param frame: seconds between two calls of L{update}.
        @param threshold: dBov.
        @param hangover: seconds that a row stays active after its last loud frame.
        """
        self._threshold = threshold
        self._hangover = max(1, round(hangover / frame))
        self._left = np.zeros(streams, np.int32)  # frames

    def update(self, streams: Streams, level: Levels) -> npt.NDArray[np.bool_]:
        """
        @param streams: C{intp[n]}, each once.
        @param level: C{float32[n]}, dBov, of the present frame.
        @return: C{bool[n]}: active.
        """
        left = np.where(
            level >= self._threshold, self._hangover, np.maximum(self._left[streams] - 1, 0)
        )
        self._left[streams] = left
        return left > 0

    def reset(self, stream: int) -> None:
        """
        A new stream: silent.
        """
        self._left[stream] = 0


class ActiveSpeakers:
    """
    Who has the floor in each room: the loudest, with reluctance to change.

    Levels are smoothed, quickly upwards and slowly downwards.  Where nobody has the floor,
    the first who talks takes it; from somebody else it is taken by being louder by a margin
    for a while.  It is free again when nobody was active for some time.
    """

    ATTACK = 0.1  # seconds, the time constant of a rising level
    DECAY = 0.5  # of a falling one
    MARGIN = 4.0  # dB by which a challenger must be louder
    PATIENCE = 0.3  # seconds for which it must be
    SILENCE = 2.0  # seconds without an active member until the floor is free

    def __init__(self, streams: int, rooms: int, frame: float = 0.02) -> None:
        """
        @param streams: how many streams there can be.
        @param rooms: how many rooms there can be.
        @param frame: seconds between two calls of L{update}.
        """
        self._rise = 1 - np.exp(-frame / self.ATTACK)
        self._fall = 1 - np.exp(-frame / self.DECAY)
        self._score = np.full(streams, SILENT)
        self.speaker = np.full(rooms, -1, np.intp)  # -1: nobody
        self._challenger = np.full(rooms, -1, np.intp)
        self._since = np.full(rooms, -np.inf)  # the challenger is louder
        self._lastActive = np.full(rooms, -np.inf)

    def resetRoom(self, room: int) -> None:
        """
        A new room: nobody has the floor.
        """
        self.speaker[room] = self._challenger[room] = -1
        self._lastActive[room] = -np.inf

    def resetStream(self, stream: int) -> None:
        """
        A stream joins or leaves: it has not been heard, and has no floor.
        """
        self._score[stream] = SILENT
        self.speaker[self.speaker == stream] = -1

    def update(
        self,
        streams: Streams,
        rooms: npt.NDArray[np.integer],
        level: Levels,
        active: npt.NDArray[np.bool_],
        now: float,
    ) -> npt.NDArray[np.intp]:
        """
        @param streams: C{intp[n]}, in the order of their rooms.
        @param rooms: C{int[n]}, ascending: the room of each.
        @param level: C{float32[n]}, dBov.
        @param active: C{bool[n]}: may have the floor (talks, not muted).
        @param now: seconds.
        @return: C{intp[k]}: the rooms where L{speaker} has changed.
        """
        if not streams.size:
            return np.empty(0, np.intp)
        score = self._score[streams]
        heard = np.where(active, level, SILENT)
        score += (heard - score) * np.where(heard > score, self._rise, self._fall)
        self._score[streams] = score
        starts = np.flatnonzero(np.concatenate(([True], rooms[1:] != rooms[:-1])))
        present = rooms[starts].astype(np.intp)
        candidate = np.where(active, score, -np.inf)
        best = np.maximum.reduceat(candidate, starts)
        sizes = np.diff(np.append(starts, len(rooms)))
        loudest = np.flatnonzero(candidate == np.repeat(best, sizes))
        first = loudest[np.searchsorted(loudest, starts)]
        return self._settle(present, streams[first], best, now)

    def _settle(
        self,
        rooms: Streams,
        loudest: Streams,
        best: npt.NDArray[np.float64],
        now: float,
    ) -> npt.NDArray[np.intp]:
        """
        @param loudest: C{intp[k]}: the loudest active stream of each room.
        @param best: C{float64[k]}: its smoothed level; minus infinity if nobody is active.
        """
        anybody = best > -np.inf
        self._lastActive[rooms[anybody]] = now
        speaker = self.speaker[rooms]
        held = np.where(speaker >= 0, self._score[speaker], -np.inf)
        louder = anybody & (loudest != speaker) & (best >= held + self.MARGIN)
        same = louder & (self._challenger[rooms] == loudest)
        self._since[rooms] = np.where(same, self._since[rooms], now)
        self._challenger[rooms] = np.where(louder, loudest, -1)
        patient = now - self._since[rooms] >= self.PATIENCE
        take = louder & ((speaker < 0) | (same & patient))
        free = (speaker >= 0) & ~anybody & (now - self._lastActive[rooms] >= self.SILENCE)
        chosen = np.where(take, loudest, np.where(free, -1, speaker))
        self.speaker[rooms] = chosen
        changed: Streams = rooms[chosen != speaker]
        return changed
