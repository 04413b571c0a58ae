"""
How long each stream's sound waits before it is played: the jitter buffers' judgement.

The measure is I{slack}: how long before it was needed a packet arrived.  Sound that came
too late moves the playout back at once, as far as was missing and no further.  Where even
the slowest packet of the last 0.1 to 0.2 s had slack to spare - more than the jitter and
past disappointments call for - the playout moves forward, a block of 10 ms at a time.
After a stall of a peer or of ourselves, this brings the delay back within a second; on a
steady network it moves nothing.

One row per stream; L{h323d.rtp.jitter} holds the sound itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.rtp.columns import numbers

__all__ = ["PlayoutDelay"]

WINDOW = 0.1  # seconds in a bucket of slacks; the last two buckets count
JITTER_FACTOR = 3.0  # how many interarrival jitters must be left when delay is taken away
REGRET = 10.0  # seconds; sound that is late so soon after a step forward makes us cautious
RELUCTANCE = 0.002  # seconds; who was just given a frame must not lose it at once
CAUTION_LIMIT = 0.1  # seconds
CAUTION_DECAY = 0.995  # per WINDOW: half of it is forgotten in 14 s
WAIT_GAIN = 1 / 16  # of the running mean of waits, as of RFC 3550's jitter
LATE_AGAIN = 5.0  # seconds; late twice within makes room, late once may be chance

Streams = npt.NDArray[np.intp]
Seconds = npt.NDArray[np.float64]


class PlayoutDelay:
    """
    When to wait longer and when to hurry, for C{streams} streams.

    @ivar caution: C{float64[streams]}, seconds of slack that are kept beyond what jitter
        asks for.
    @ivar wait: C{float64[streams]}, seconds from a packet's arrival until the pull of its
        first sound is due; a running mean.
    """

    def __init__(self, streams: int, frame: float, blocks: int, guard: float) -> None:
        """
        @param frame: seconds between two pulls.
        @param blocks: blocks in a frame, 1 or 2.
        @param guard: seconds of slack that are always left.
        """
        self._frame = frame
        self._blocks = blocks
        self._guard = guard
        self._reluctance = min(guard, RELUCTANCE)
        self._mostFrames = int(np.ceil((guard + CAUTION_LIMIT) / frame))
        # The least slack by [bucket, alignment]: bucket 0 is filling; alignment 1 is what
        # the slack would be if the playout were one block further on.
        self._slack = np.full((2, 2, streams), np.inf)
        self._slackAt, self._aheadAt = numbers(self._slack[0, 0]), numbers(self._slack[0, 1])
        self._aheadBefore = numbers(self._slack[1, 1])
        self._bucketEnds = -np.inf
        self.caution = np.zeros(streams)
        self.wait = np.zeros(streams)
        self._cautionAt, self._waitAt = numbers(self.caution), numbers(self.wait)
        self._lastHurry = np.full(streams, -np.inf)
        self._lastLate = np.full(streams, -np.inf)

    def restart(self, streams: Streams) -> None:
        """
        Forget slacks and caution: another source.
        """
        self.forgetSlack(streams)
        self.caution[streams] = 0.0
        self.wait[streams] = 0.0
        self._lastHurry[streams] = -np.inf
        self._lastLate[streams] = -np.inf

    def forgetSlack(self, streams: Streams) -> None:
        """
        The playout point was chosen anew: what was measured against the old one is void.
        """
        self._slack[:, :, streams] = np.inf

    def startFrames(self, streams: Streams, now: float, arrivals: Seconds) -> npt.NDArray[np.int64]:
        """
        How many frames a stream's first packet shall wait beyond the pull at C{now}.
        """
        wanted = self._guard + self.caution[streams] - (now - arrivals)
        frames: npt.NDArray[np.int64] = np.ceil(wanted / self._frame).astype(np.int64)
        return np.clip(frames, 0, self._mostFrames)

    def observe(self, streams: Streams, now: float, arrivals: Seconds, leads: Seconds) -> None:
        """
        Packets arrived.

        @param streams: C{intp[n]}, each once at most.
        @param now: when the coming pull is due, seconds.
        @param arrivals: C{float64[n]}, seconds on the clock of C{now}.
        @param leads: C{float64[n]}: blocks from the playout point to the packet's start.
        """
        early = now - arrivals
        for shift in (0, 1):
            turns = np.floor((leads - shift) / self._blocks)
            slack = early + turns * self._frame
            least = self._slack[0, shift]
            least[streams] = np.minimum(least[streams], slack)
            if not shift:
                mean = self.wait[streams]
                self.wait[streams] = np.where(mean, mean + (slack - mean) * WAIT_GAIN, slack)

    def observeOne(self, stream: int, early: float, lead: int) -> None:
        """
        L{observe} one packet.

        @param early: seconds from its arrival to the coming pull.
        @param lead: blocks from the playout point to its start.
        """
        slack = early + (lead - 1) // self._blocks * self._frame
        if slack < self._aheadAt[stream]:
            self._aheadAt[stream] = slack
        slack = early + lead // self._blocks * self._frame
        if slack < self._slackAt[stream]:
            self._slackAt[stream] = slack
        mean = self._waitAt[stream]
        self._waitAt[stream] = mean + (slack - mean) * WAIT_GAIN if mean else slack

    def delayed(self, streams: Streams, blocks: npt.NDArray[np.int64], now: float) -> None:
        """
        The playout of C{streams} moved back by so many C{blocks}, because sound was late.
        """
        regretted = now - self._lastHurry[streams] < REGRET
        more = np.where(regretted, blocks * (self._frame / self._blocks), 0.0)
        self.caution[streams] = np.minimum(self.caution[streams] + more, CAUTION_LIMIT)
        whole = blocks // self._blocks
        self._slack[:, :, streams] += whole * self._frame
        odd = streams[blocks % self._blocks == 1]
        if odd.size:
            was = self._slack[:, :, odd]
            self._slack[:, 0, odd] = was[:, 1] + self._frame
            self._slack[:, 1, odd] = was[:, 0]

    def hurried(self, streams: Streams, now: float) -> None:
        """
        The playout of C{streams} moved forward by one block.
        """
        self._lastHurry[streams] = now
        was = self._slack[:, :, streams]
        if self._blocks == 1:
            self._slack[:, :, streams] = was - self._frame
        else:
            self._slack[:, 0, streams] = was[:, 1]
            self._slack[:, 1, streams] = was[:, 0] - self._frame

    def lateAgain(self, streams: Streams, now: float) -> npt.NDArray[np.bool_]:
        """
        Which of these streams, that have just had a packet too late to be heard, had
        another one a short while ago.
        """
        again: npt.NDArray[np.bool_] = now - self._lastLate[streams] < LATE_AGAIN
        self._lastLate[streams] = now
        return again

    def mayHurry(self, streams: Streams, jitter: Seconds) -> npt.NDArray[np.bool_]:
        """
        Which streams can do with a block less of delay.

        @param jitter: C{float64[n]}, interarrival jitter of these streams, seconds.
        """
        least = self._slack[:, 1].take(streams, axis=1).min(axis=0)
        spared: npt.NDArray[np.bool_] = (least >= self.needed(streams, jitter)) & (least < np.inf)
        return spared

    def needed(self, streams: Streams, jitter: Seconds) -> Seconds:
        """
        @param jitter: as for L{mayHurry}.
        @return: C{float64[n]}, seconds: how much slack is kept.
        """
        needed: Seconds = JITTER_FACTOR * jitter + self.caution.take(streams)
        needed += self._guard + self._reluctance
        return needed

    def mayHurryOne(self, stream: int, jitter: float) -> bool:
        """
        L{mayHurry}, of one stream.

        @param jitter: seconds.
        """
        least = min(self._aheadAt[stream], self._aheadBefore[stream])
        needed = JITTER_FACTOR * jitter + self._cautionAt[stream]
        needed += self._guard + self._reluctance
        spared: bool = needed <= least < np.inf
        return spared

    def advance(self, now: float) -> None:
        """
        Time went on; called once a pull.
        """
        if now < self._bucketEnds:
            return
        self._bucketEnds = now + WINDOW
        self._slack[1] = self._slack[0]
        self._slack[0] = np.inf
        self.caution *= CAUTION_DECAY
