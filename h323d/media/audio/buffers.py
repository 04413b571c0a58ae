"""
Where the sound of rooms' members waits for its turn, and is made up where it is lost.

There is a L{SoundStore} for each length of a frame and rate of sound, made when the first member
comes who needs it: at 48 kHz a row is 60 KB.  A member has a row in one of them for as long as it
is in a room and its rate is the same; who is in no room has none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import IDecoder
from h323d.dsp.plc import Concealment
from h323d.media.audio.coders import Coders
from h323d.media.audio.table import PortTable
from h323d.media.config import MediaConfig
from h323d.rtp.jitter import BLOCK, Pulled
from h323d.rtp.steady import FEW, SteadyBuffers

__all__ = ["SoundStore", "SoundStores"]

Rows = npt.NDArray[np.intp]
Frames = npt.NDArray[np.int16]
Sounding = npt.NDArray[np.bool_]


class SoundStore:
    """
    The jitter buffers, and the concealment, of frames of one length and rate.

    @ivar number: its index among the stores.
    @ivar frameMs: milliseconds of sound in a frame.
    @ivar buffers: by row.
    """

    def __init__(
        self,
        config: MediaConfig,
        coders: Coders,
        number: int,
        frameMs: int,
        sampleRate: int,
        few: int = FEW,
    ) -> None:
        """
        @param sampleRate: Hz.
        @param few: how many rows at most are pulled one by one, where they only go on.
        """
        self.number = number
        self.frameMs = frameMs
        self._coders = coders
        self._frame = frameMs / 1000
        self.buffers = SteadyBuffers(
            config.maximumPorts,
            frameMs,
            sampleRate,
            cap=config.jitterMaxMs / 1000,
            guard=config.jitterMinMs / 1000,
            few=few,
        )
        self._concealment = Concealment(config.maximumPorts, sampleRate, frameMs)
        self._pausing: dict[int, IDecoder] = {}
        self._free = list(range(config.maximumPorts - 1, -1, -1))

    def take(self) -> int:
        """
        @return: a row that holds nothing; there are as many as there are ports.
        """
        row = self._free.pop()
        self.buffers.reset(row)
        self._concealment.reset(row)
        return row

    def free(self, row: int) -> None:
        """
        Give a row back.
        """
        self.resume(row)
        self._free.append(row)

    def pause(self, row: int, decoder: IDecoder) -> None:
        """
        It was announced that nothing may come: C{decoder} is to fill the time.
        """
        self._pausing[row] = decoder
        self.buffers.paused[row] = True

    def resume(self, row: int) -> None:
        """
        There is sound again.
        """
        self._pausing.pop(row, None)
        self.buffers.paused[row] = False

    def pull(
        self, rows: Rows, now: float, jitter: npt.NDArray[np.float64]
    ) -> tuple[Frames, Sounding]:
        """
        Take the next frames, what is missing concealed.

        @param rows: C{intp[n]}.
        @param jitter: C{float64[n]}, seconds.
        @return: C{int16[n, s]}, and C{bool[n]}: who has sound in this frame.
        """
        pulled = self.buffers.pull(rows, now, jitter)
        if self._pausing:
            self._fill(rows, pulled)
        self._concealment.conceal(rows, pulled.samples, pulled.missing)
        sounding = np.ones(len(rows), bool)
        if pulled.missing.any():
            lacking = np.flatnonzero(pulled.missing.all(axis=1))
            sounding[lacking] = pulled.samples[lacking].any(axis=1)
        return pulled.samples, sounding

    def _fill(self, rows: Rows, pulled: Pulled) -> None:
        """
        Fill the frames of pauses; where there is a piece of sound in a frame, its gap is
        concealed like any other.
        """
        for position in np.flatnonzero(pulled.missing.all(axis=1)).tolist():
            decoder = self._pausing.get(int(rows[position]))
            if decoder is not None:
                self._coders.recover(decoder, pulled.samples[position])
                pulled.missing[position] = False

    def skip(self, rows: Rows, frames: int, now: float) -> None:
        """
        After a stall of ours: give up what should have been mixed meanwhile, so that
        nobody hears it late.
        """
        self.buffers.skipped[rows] += frames * round(self._frame / BLOCK)
        normal = 2 * self._frame  # what a buffer may hold before a pull
        for _ in range(frames):
            deep = rows[self.buffers.depth()[rows] > normal]
            if not deep.size:
                break
            self.buffers.pull(deep, now, np.zeros(len(deep)))
        self.buffers.playout.forgetSlack(rows)

    def shifted(self, rows: Rows) -> npt.NDArray[np.int64]:
        """
        @return: C{int64[n]}: blocks that were given up, folded into others, or waited.
        """
        buffers = self.buffers
        counts: npt.NDArray[np.int64] = buffers.skipped + buffers.hurried + buffers.waited
        return counts[rows]


class SoundStores:
    """
    All stores of a media thread.

    @ivar made: those that were needed so far, by number.
    """

    def __init__(
        self, config: MediaConfig, table: PortTable, coders: Coders, few: int = FEW
    ) -> None:
        """
        @param few: as in L{SoundStore}.
        """
        self._config = config
        self._few = few
        self._coders = coders
        self._table = table
        self._byForm: dict[tuple[int, int], SoundStore] = {}
        self.made: list[SoundStore] = []

    def of(self, frameMs: int, sampleRate: int) -> SoundStore:
        """
        @param sampleRate: Hz.
        """
        store = self._byForm.get((frameMs, sampleRate))
        if store is None:
            number = len(self.made)
            store = SoundStore(self._config, self._coders, number, frameMs, sampleRate, self._few)
            self._byForm[frameMs, sampleRate] = store
            self.made.append(store)
        return store

    def seat(self, slot: int, frameMs: int, sampleRate: int) -> None:
        """
        Give a slot a row that holds nothing, instead of the one that it had.

        @param sampleRate: of its sound, Hz.
        """
        self.unseat(slot)
        store = self.of(frameMs, sampleRate)
        self._table.store[slot], self._table.row[slot] = store.number, store.take()

    def unseat(self, slot: int) -> None:
        """
        Take a slot's row back, if it has one.
        """
        number = int(self._table.store[slot])
        if number >= 0:
            self.made[number].free(int(self._table.row[slot]))
            self._table.store[slot] = self._table.row[slot] = -1
