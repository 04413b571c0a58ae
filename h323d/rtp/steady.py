"""
The next packet of a stream that goes on as it has: counted, put in and taken out by numbers.

Nearly all packets are exactly what was expected (as with the header prediction of TCP).  For a
few streams, what has to be asked of such a packet, and noted, is cheaper done by plain numbers than
by columns, each operation on which costs the same for one stream as for a hundred.  So the
columns of L{h323d.rtp.statistics} and L{h323d.rtp.jitter} have a second way in here.

It only ever says "as expected"; whatever is not, is judged by the columns, and what comes of a
packet is the same by either way, to the last bit.
"""

from __future__ import annotations

import numpy as np

from h323d.rtp.columns import numbers
from h323d.rtp.jitter import FADED_BLOCKS, JitterBuffers, Pulled, Samples
from h323d.rtp.playout import Seconds, Streams
from h323d.rtp.statistics import NO_JITTER, NO_SEQUENCE, ReceiverStatistics

__all__ = ["FEW", "SteadyBuffers", "SteadyStatistics"]

FEW = 48  # streams, up to which numbers are cheaper than columns
_SEQUENCES = (1 << 16) - 1
_STAMPS = (1 << 32) - 1
_NEGATIVE = 1 << 31
_WINDOW = (1 << 64) - 1


class SteadyStatistics(ReceiverStatistics):
    """
    Counts a packet that follows the last one of its source.
    """

    def __init__(self, streams: int, clockRate: int = 8000) -> None:
        super().__init__(streams, clockRate)
        self._startedAt, self._ssrcAt = numbers(self.started), numbers(self.ssrc)
        self._candidateAt = numbers(self._candidateNext)
        self._highestAt, self._seenAt = numbers(self._highest), numbers(self._seen)
        self._receivedAt, self._lastAt = numbers(self.received), numbers(self.lastArrival)
        self._timedAt, self._timestampAt = numbers(self._timed), numbers(self._timestamp)
        self._arrivalAt, self._rateAt = numbers(self._arrival), numbers(self.clockRate)
        self._jitterAt = numbers(self.jitterUnits)

    def follows(self, stream: int, ssrc: int, sequence: int, ahead: int = 1) -> bool:
        """
        @param ahead: how many packets of the stream have come, with this one, since the last that
            was counted.
        @return: whether it is the next of the source that is listened to, and of no other was
            anything heard lately.
        """
        return (
            bool(self._startedAt[stream])
            and self._ssrcAt[stream] == ssrc
            and (sequence - self._highestAt[stream]) & _SEQUENCES == ahead
            and self._candidateAt[stream] == NO_SEQUENCE
        )

    def count(self, stream: int, arrival: float, packets: int = 1) -> None:
        """
        Count the packet that L{follows}, or so many in a row.

        @param arrival: of the last, seconds.
        """
        self._highestAt[stream] += packets
        self._seenAt[stream] = (self._seenAt[stream] + 1 << packets) - 1 & _WINDOW
        self._receivedAt[stream] += packets
        self._lastAt[stream] = arrival

    def time(self, stream: int, timestamp: int, arrival: float) -> None:
        """
        The arrival of a packet that is counted was measured.

        @param arrival: seconds.
        """
        if self._timedAt[stream]:
            rate = self._rateAt[stream]
            sent = (timestamp - self._timestampAt[stream]) & _STAMPS
            if sent >= _NEGATIVE:
                sent -= _STAMPS + 1
            step = abs((arrival - self._arrivalAt[stream]) * rate - sent)
            if step < NO_JITTER * rate:
                jitter = self._jitterAt[stream]
                self._jitterAt[stream] = jitter + (step - jitter) / 16
        self._timedAt[stream] = True
        self._timestampAt[stream] = timestamp
        self._arrivalAt[stream] = arrival


class SteadyBuffers(JitterBuffers):
    """
    Puts in sound that comes in time and goes on, and takes out sound that is there.
    """

    def __init__(
        self,
        streams: int,
        frameMilliseconds: int,
        sampleRate: int,
        cap: float,
        guard: float,
        few: int = FEW,
    ) -> None:
        """
        The parameters are those of L{JitterBuffers}.

        @param few: how many streams at most are pulled one by one.
        """
        super().__init__(streams, frameMilliseconds, sampleRate, cap, guard)
        self._few = few
        self._startedAt, self._strayAt = numbers(self._started), numbers(self._hasStray)
        self._playAt, self._newestAt = numbers(self._playTimestamp), numbers(self._newest)
        self._missedAt, self._stretchAt = numbers(self._missed), numbers(self._stretch)
        self._pausedAt = numbers(self.paused)

    def expects(self, stream: int, timestamp: int, count: int) -> bool:
        """
        @param count: how many samples the packet holds.
        @return: whether these are whole blocks that are still to be played, and within the cap;
            and the stream neither begins anew, nor is in a pause, nor has more sound waiting than
            may.
        """
        play = self._playAt[stream]
        lead = (timestamp - play) & _STAMPS
        block, cap = self._blockSamples, self._capSamples
        if lead + count > cap or lead % block or count % block or count > self._longest:
            return False
        if not self._startedAt[stream] or self._strayAt[stream] or self._pausedAt[stream]:
            return False
        waiting = (self._newestAt[stream] - play) & _STAMPS
        if 0 < waiting < _NEGATIVE:
            return waiting <= cap
        silent: bool = self._missedAt[stream] >= FADED_BLOCKS
        return not silent

    def claim(
        self,
        places: list[int],
        stream: int,
        timestamp: int,
        count: int,
        now: float,
        arrival: float,
    ) -> None:
        """
        Note that the sound came that the stream L{expects}.

        @param places: where L{fill} is to put it, before the pull, block by block, is appended.
        @param now: when the coming pull is due, seconds.
        @param arrival: seconds.
        """
        block = self._blockSamples
        lead = ((timestamp - self._playAt[stream]) & _STAMPS) // block
        ends = (timestamp + count) & _STAMPS
        if 0 < (ends - self._newestAt[stream]) & _STAMPS < _NEGATIVE:
            self._newestAt[stream] = ends
        self.playout.observeOne(stream, now - arrival, lead)
        self._rings.claim(places, stream, lead, count // block)

    def fill(self, places: list[int], samples: Samples) -> None:
        """
        @param places: of blocks, that were claimed.
        @param samples: C{int16[n, s]}: the packets that they are of, in the same order.
        """
        self._rings.fill(places, samples)

    def pull(self, streams: Streams, now: float, jitter: Seconds) -> Pulled:
        """
        As it is in L{JitterBuffers}; of streams whose next blocks are all there, and for whom
        nothing is to be done beside, one by one.
        """
        if len(streams) > self._few:
            return super().pull(streams, now, jitter)
        self.playout.advance(now)
        places, others = self._takeSteady(streams, jitter)
        if not others:
            shape = len(streams), self._blocksPerFrame
            return Pulled(self._frames(places), np.zeros(shape, bool))
        if not places:
            return super().pull(streams, now, jitter)
        rest = super().pull(streams[others], now, jitter[others])
        frames = np.empty((len(streams), rest.samples.shape[1]), np.int16)
        missing = np.zeros((len(streams), self._blocksPerFrame), bool)
        frames[others], missing[others] = rest.samples, rest.missing
        steady = np.ones(len(streams), bool)
        steady[others] = False
        frames[steady] = self._frames(places)
        return Pulled(frames, missing)

    def _takeSteady(self, streams: Streams, jitter: Seconds) -> tuple[list[int], list[int]]:
        """
        Move on the streams that only go on.

        @return: where their blocks are, and the positions of all others.
        """
        places: list[int] = []
        others: list[int] = []
        count = self._blocksPerFrame
        for position, (stream, spread) in enumerate(
            zip(streams.tolist(), jitter.tolist(), strict=True)
        ):
            if (
                not self._startedAt[stream]
                or self._stretchAt[stream]
                or self.playout.mayHurryOne(stream, spread)
                or not self._rings.passOne(places, stream, count)
            ):
                others.append(position)
                continue
            self._missedAt[stream] = 0
            self._playAt[stream] = (self._playAt[stream] + count * self._blockSamples) & _STAMPS
        return places, others

    def _frames(self, places: list[int]) -> Samples:
        return self._rings.blocks(places).reshape(-1, self._blocksPerFrame * self._blockSamples)
