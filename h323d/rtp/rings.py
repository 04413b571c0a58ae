"""
The store of the jitter buffers: a ring of samples for each of many streams.

A ring consists of blocks of 10 ms and has a playout point, at the beginning of a block.
Samples are written relative to it, and read from it in whole blocks.  Blocks that have been
passed are kept for a while, in case the playout is moved back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.rtp.columns import numbers

__all__ = ["SampleRings"]

Streams = npt.NDArray[np.intp]
Samples = npt.NDArray[np.int16]
Mask = npt.NDArray[np.bool_]


class SampleRings:
    """
    C{streams} rings of C{blocks} blocks each.
    """

    def __init__(self, streams: int, blocks: int, blockSamples: int, behind: int) -> None:
        """
        @param blocks: a power of two.
        @param behind: how many blocks are kept behind the playout point.
        """
        self._blocks = blocks
        self._blockSamples = blockSamples
        self._behind = behind
        self._ring = np.zeros((streams * blocks, blockSamples), np.int16)
        self._filled = np.zeros(streams * blocks, np.int16)  # samples, by block
        self._point = np.zeros(streams, np.int64)  # a block, modulo the ring
        self._filledAt, self._pointAt = numbers(self._filled), numbers(self._point)

    def clear(self, streams: Streams) -> None:
        """
        Empty the rings of C{streams}.
        """
        self._filled.reshape(-1, self._blocks)[streams] = 0
        self._point[streams] = 0

    def write(self, streams: Streams, offsets: npt.NDArray[np.int64], samples: Samples) -> None:
        """
        @param streams: C{intp[n]}, each once.
        @param offsets: C{int64[n]}: samples from the playout point; negative behind it.
        @param samples: C{int16[n, s]}.
        """
        whole, rest = divmod(samples.shape[1], self._blockSamples)
        at = self._point[streams] * self._blockSamples + offsets
        if rest or (at % self._blockSamples).any():
            self._writePieces(streams, at, samples)
            return
        steps = at[:, None] // self._blockSamples + np.arange(whole)
        index = streams[:, None] * self._blocks + steps % self._blocks
        self._ring[index] = samples.reshape(len(streams), whole, self._blockSamples)
        self._filled[index] = self._blockSamples

    def _writePieces(self, streams: Streams, at: npt.NDArray[np.int64], samples: Samples) -> None:
        """
        Write what does not fit into whole blocks, sample by sample.
        """
        length, size = samples.shape[1], self._blocks * self._blockSamples
        columns = (at[:, None] + np.arange(length)) % size
        self._ring.reshape(-1, size)[streams[:, None], columns] = samples
        first = at // self._blockSamples
        for step in range(length // self._blockSamples + 2):
            start = (first + step) * self._blockSamples
            end = np.minimum(start + self._blockSamples, at + length)
            part = np.maximum(end - np.maximum(start, at), 0)
            index = streams * self._blocks + (first + step) % self._blocks
            self._filled[index] = np.minimum(self._filled[index] + part, self._blockSamples)

    def read(self, streams: Streams, count: int, ahead: int = 0) -> tuple[Samples, Mask]:
        """
        @param count: blocks to read.
        @param ahead: blocks from the playout point to the first of them.
        @return: C{int16[n, count, s]}, a copy, and C{bool[n, count]}: which blocks are
            complete; the others hold rubbish.
        """
        index = self._point[streams][:, None] + np.arange(ahead, ahead + count)
        index &= self._blocks - 1
        index += (streams * self._blocks)[:, None]
        complete: Mask = self._filled.take(index) == self._blockSamples
        return self._ring.take(index, axis=0), complete

    def moveOn(self, streams: Streams, blocks: npt.NDArray[np.int64]) -> None:
        """
        Move the playout points on by C{int64[n]} blocks, and free as many at the far end of
        what is kept.
        """
        for step in range(int(blocks.max(initial=0))):
            rows = streams[blocks > step] if step else streams
            freed = (self._point[rows] - self._behind + step) % self._blocks
            self._filled[rows * self._blocks + freed] = 0
        self._point[streams] = (self._point[streams] + blocks) % self._blocks

    def moveBack(self, streams: Streams, blocks: npt.NDArray[np.int64]) -> None:
        """
        Move the playout points back by C{int64[n]} blocks, of those that are kept.
        """
        self._point[streams] = (self._point[streams] - blocks) % self._blocks

    # One ring at a time, without columns

    def claim(self, places: list[int], stream: int, offset: int, count: int) -> None:
        """
        Note that blocks are complete, whose samples L{fill} will bring.

        @param places: to which theirs are appended.
        @param offset: blocks from the playout point to the first of them.
        """
        base, start = stream * self._blocks, self._pointAt[stream] + offset
        for step in range(start, start + count):
            place = base + step % self._blocks
            places.append(place)
            self._filledAt[place] = self._blockSamples

    def fill(self, places: list[int], samples: Samples) -> None:
        """
        @param samples: C{int16[n, s]}: all blocks of all these C{places}, in order.
        """
        self._ring[places] = samples.reshape(-1, self._blockSamples)

    def passOne(self, places: list[int], stream: int, count: int) -> bool:
        """
        If the next blocks are all complete, move the playout point on past them, as L{moveOn}
        does.

        @param places: to which theirs are appended then.
        """
        base, point = stream * self._blocks, self._pointAt[stream]
        for step in range(point, point + count):
            if self._filledAt[base + step % self._blocks] != self._blockSamples:
                return False
        for step in range(point, point + count):
            places.append(base + step % self._blocks)
            self._filledAt[base + (step - self._behind) % self._blocks] = 0
        self._pointAt[stream] = (point + count) % self._blocks
        return True

    def blocks(self, places: list[int]) -> Samples:
        """
        @return: C{int16[n, s]}, a copy.
        """
        return self._ring.take(places, axis=0)
