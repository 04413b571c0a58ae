"""
Jitter buffers for many streams at once, as numpy rings of decoded samples.

Each stream owns a ring that is indexed by timestamp, in blocks of 10 ms; a packet is
copied to where its timestamp belongs, and a pull takes the frame at the playout point of
every stream in one gather.  Packets may be of any length (10 to 60 ms as a rule), in any
order.  When nothing is lost and the clocks agree, what goes in comes out, each sample
once.  How long sound waits is decided by L{h323d.rtp.playout}; it never waits longer than
the cap.

Samples rather than encoded octets are kept, so that all codecs share one buffer: decoders
run in order of arrival, and a packet overtaken on the way costs a stateful codec a moment's
precision, a table codec nothing.

Timestamps are counted in samples here, whatever RTP's clock is: whoever decodes counts them anew.

Not here: which source is listened to and whether a packet is a duplicate
(L{h323d.rtp.statistics}), and what is played where sound is missing (L{h323d.dsp.plc}).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.rtp.columns import rounds
from h323d.rtp.playout import PlayoutDelay, Seconds, Streams
from h323d.rtp.rings import SampleRings

__all__ = ["BLOCK", "JitterBuffers", "Pulled"]

BLOCK = 0.01  # seconds
DEFAULT_CAP = 0.2  # seconds
DEFAULT_GUARD = 0.002  # seconds; the wake-up of a busy media thread may be this late
FADED_BLOCKS = 6  # after 60 ms without sound, concealment has faded to silence
MAXIMUM_PACKETS = 32  # of one stream, in one batch
_LONGEST_PACKET = 0.12  # seconds

Timestamps = npt.NDArray[np.uint32]
Samples = npt.NDArray[np.int16]


@dataclass(slots=True)
class Pulled:
    """
    A frame of each stream.

    @ivar samples: C{int16[n, s]}; zero where C{missing}.
    @ivar missing: C{bool[n, b]}: for each 10 ms block of the frame, that it has to be
        concealed.
    """

    samples: Samples
    missing: npt.NDArray[np.bool_]


class JitterBuffers:
    """
    The buffers of C{streams} streams of one sample rate.  All counters are C{int64}, one
    per stream, and only grow.

    @ivar late: packets that were wholly too late, and not heard.
    @ivar discarded: packets refused: a timestamp from nowhere, longer than 120 ms, or too
        many at once.
    @ivar skipped: blocks given up: the cap was reached, or nobody pulled in time.
    @ivar hurried: blocks taken out, by a cross-fade, to come back to the target delay.
    @ivar waited: blocks by which the playout was moved back for sound that was late.
    @ivar concealed: blocks that were due but missing, the first 60 ms of each gap; not those of a
        pause.
    @ivar paused: C{bool}: that nothing comes was announced.
    @ivar resynchronised: jumps of the timestamp that were followed.
    """

    def __init__(
        self,
        streams: int,
        frameMilliseconds: int = 20,
        sampleRate: int = 8000,
        cap: float = DEFAULT_CAP,
        guard: float = DEFAULT_GUARD,
    ) -> None:
        """
        @param frameMilliseconds: what a pull takes: 10 or 20.
        @param sampleRate: Hz.
        @param cap: seconds of sound that may wait, at most.
        @param guard: seconds of slack that are always left; 0 where arrival times are no
            better than the time of the pull.
        """
        if frameMilliseconds not in (10, 20):
            raise ValueError("a frame is 10 or 20 ms")
        self._blocksPerFrame = frameMilliseconds // 10
        self._blockSamples = sampleRate // 100
        self._sampleRate = sampleRate
        self._longest = round(_LONGEST_PACKET * sampleRate)
        self._behind = round(cap / BLOCK)  # blocks before the playout point that are kept
        self._capSamples = self._behind * self._blockSamples
        room = 2 * self._behind + round(_LONGEST_PACKET / BLOCK) + 2 * self._blocksPerFrame
        blocks = 1 << (room - 1).bit_length()
        self._furthest = (blocks - self._behind) * self._blockSamples - self._longest
        self._rings = SampleRings(streams, blocks, self._blockSamples, self._behind)
        self._playTimestamp = np.zeros(streams, np.uint32)
        self._newest = np.zeros(streams, np.uint32)  # the end of the newest sound
        self._missed = np.zeros(streams, np.int64)  # blocks since sound was last played
        self._started = np.zeros(streams, bool)
        self._stray = np.zeros(streams, np.uint32)
        self._hasStray = np.zeros(streams, bool)
        self._stretch = np.zeros(streams, np.int64)  # blocks still to be waited
        length = self._blocksPerFrame * self._blockSamples
        self._ramp = np.linspace(0, 1, length, dtype=np.float32)
        self.playout = PlayoutDelay(streams, frameMilliseconds / 1000, self._blocksPerFrame, guard)
        self.paused = np.zeros(streams, bool)
        counters = self._counters = np.zeros((7, streams), np.int64)
        self.late, self.discarded, self.skipped = counters[0], counters[1], counters[2]
        self.hurried, self.waited = counters[3], counters[4]
        self.concealed, self.resynchronised = counters[5], counters[6]

    def reset(self, stream: int) -> None:
        """
        Empty one buffer and its counters, for a new port.
        """
        self._started[stream] = self._hasStray[stream] = False
        self._missed[stream] = self._stretch[stream] = 0
        self.paused[stream] = False
        self._counters[:, stream] = 0
        self.playout.restart(np.array([stream], np.intp))

    def depth(self) -> Seconds:
        """
        @return: C{float64[streams]}: seconds of sound that wait, gaps included.
        """
        ahead = (self._newest - self._playTimestamp).view(np.int32)
        return np.where(self._started, np.maximum(ahead, 0), 0) / self._sampleRate

    # Putting in

    def insert(
        self,
        streams: Streams,
        timestamps: Timestamps,
        samples: Samples,
        now: float,
        arrivals: Seconds | None = None,
        restarted: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """
        Put packets of equal length in, before the pull of the same tick.

        @param streams: C{intp[n]}; a stream may have several packets, in order of arrival.
        @param timestamps: C{uint32[n]}, counted in samples of these buffers, modulo 2**32.
        @param samples: C{int16[n, s]}, decoded.
        @param now: when the coming pull is due, seconds.
        @param arrivals: C{float64[n]}, seconds, same clock as C{now}, as exact as can be
            had; C{None}: C{now}.
        @param restarted: C{bool[n]}: the packet is the first of another source.
        """
        if not samples.size:
            return
        if arrivals is None:
            arrivals = np.full(len(streams), now)
        if samples.shape[1] > self._longest:
            np.add.at(self.discarded, streams, 1)
            return
        parts = rounds(streams, MAXIMUM_PACKETS)
        if parts and len(parts[0]) == len(streams):
            self._insertOnce(streams, timestamps, samples, now, arrivals, restarted)
            return
        for part in parts:
            self._insertOnce(
                streams[part],
                timestamps[part],
                samples[part],
                now,
                arrivals[part],
                None if restarted is None else restarted[part],
            )
        if len(parts) == MAXIMUM_PACKETS:
            surplus = np.bincount(streams, minlength=len(self.discarded)) - MAXIMUM_PACKETS
            self.discarded += np.maximum(surplus, 0)

    def patch(self, stream: int, timestamp: int, samples: Samples) -> None:
        """
        Put sound in that was made up for a packet that was lost, if all of it is still to be
        played.  It says nothing about how late packets are.

        @param samples: C{int16[1, s]}.
        """
        row = np.array([stream], np.intp)
        lead = (np.uint32(timestamp) - self._playTimestamp[row]).view(np.int32).astype(np.int64)
        if self._started[stream] and 0 <= lead[0] <= self._furthest:
            self._rings.write(row, lead, samples)

    def _insertOnce(
        self,
        streams: Streams,
        timestamps: Timestamps,
        samples: Samples,
        now: float,
        arrivals: Seconds,
        restarted: npt.NDArray[np.bool_] | None,
    ) -> None:
        """
        L{insert}, each stream once at most.
        """
        fresh = ~self._started[streams]
        if restarted is not None:
            fresh |= restarted
        if fresh.any():
            self._forget(streams[fresh])
        follow, keep = self._judge(streams, timestamps, fresh, now)
        begin = fresh | follow
        if begin.any():
            self._begin(streams[begin], timestamps[begin], now, arrivals[begin])
        if not keep.all():
            streams, timestamps, samples = streams[keep], timestamps[keep], samples[keep]
            arrivals = arrivals[keep]
        length = samples.shape[1]
        lead = (timestamps - self._playTimestamp[streams]).view(np.int32).astype(np.int64)
        if (lead < 0).any():
            lead = self._makeUpFor(streams, lead, length, now)
        self._rings.write(streams, lead, samples)
        ends = timestamps + np.uint32(length)
        newest = self._newest[streams]
        newer = (ends - newest).view(np.int32) > 0
        self._newest[streams] = np.where(newer, ends, newest)
        self.playout.observe(streams, now, arrivals, lead / self._blockSamples)
        self._enforceCap(streams)

    def _judge(
        self,
        streams: Streams,
        timestamps: Timestamps,
        fresh: npt.NDArray[np.bool_],
        now: float,
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """
        @return: which packets set a new playout point, and which are kept at all.  A
            timestamp from nowhere is believed when a second one agrees with it, or when
            there is nothing left to play; after a silence the point is always set anew.
        """
        lead = (timestamps - self._playTimestamp[streams]).view(np.int32)
        astray = (lead > self._furthest) | (lead < -self._capSamples)
        waiting = (self._newest[streams] - self._playTimestamp[streams]).view(np.int32)
        silent = (self._missed[streams] >= FADED_BLOCKS) & (waiting <= 0) & ~fresh
        overdue = silent & (lead < 0) & (lead >= -self._capSamples)
        if overdue.any():
            blocks = -(lead[overdue].astype(np.int64) // self._blockSamples)
            self.waited[streams[overdue]] += blocks
            self.playout.delayed(streams[overdue], blocks, now)
        if not astray.any() and not self._hasStray[streams].any():
            return silent, np.ones(len(streams), bool)
        astray &= ~fresh & ~silent
        agreement = (timestamps - self._stray[streams]).view(np.int32)
        agreed = self._hasStray[streams] & (np.abs(agreement.astype(np.int64)) <= self._capSamples)
        refused = astray & ~agreed
        self._stray[streams[refused]] = timestamps[refused]
        self._hasStray[streams] = refused
        self.discarded[streams[refused]] += 1
        self.resynchronised[streams[astray & agreed]] += 1
        return silent | (astray & agreed), ~refused

    def _forget(self, streams: Streams) -> None:
        """
        Another source: nothing that was learnt of the last one holds.
        """
        self._started[streams] = True
        self._hasStray[streams] = False
        self.playout.restart(streams)

    def _begin(
        self, streams: Streams, timestamps: Timestamps, now: float, arrivals: Seconds
    ) -> None:
        """
        Set the playout point so that these packets are played as soon as is safe.
        """
        frames = self.playout.startFrames(streams, now, arrivals)
        wait = frames * (self._blocksPerFrame * self._blockSamples)
        self._rings.clear(streams)
        self._playTimestamp[streams] = timestamps - wait.astype(np.uint32)
        self._newest[streams] = timestamps
        self._missed[streams] = np.maximum(self._behind, FADED_BLOCKS)
        self._stretch[streams] = 0
        self.playout.forgetSlack(streams)

    def _makeUpFor(
        self, streams: Streams, lead: npt.NDArray[np.int64], length: int, now: float
    ) -> npt.NDArray[np.int64]:
        """
        Sound came after its turn: where only concealment was played since, move the
        playout back to it.

        @return: the leads, from the new playout points.
        """
        need = np.where(lead < 0, -(lead // self._blockSamples), 0)
        rescued = (need > 0) & (need <= self._missed[streams])
        rows = streams[rescued]
        if rows.size:
            self._delay(rows, need[rescued], now)
            lead = np.where(rescued, lead + need * self._blockSamples, lead)
        behind = lead < 0
        self.late[streams[behind & (lead + length <= 0)]] += 1
        rows = streams[behind]
        if rows.size:
            again = self.playout.lateAgain(rows, now)
            wanted = np.where(again, np.minimum(need[behind], self._behind // 2), 0)
            self._stretch[rows] = np.maximum(self._stretch[rows], wanted)
        return lead

    def _delay(self, rows: Streams, blocks: npt.NDArray[np.int64], now: float) -> None:
        self._playTimestamp[rows] -= (blocks * self._blockSamples).astype(np.uint32)
        self._rings.moveBack(rows, blocks)
        self._missed[rows] -= blocks
        self.waited[rows] += blocks
        self.playout.delayed(rows, blocks, now)

    def _enforceCap(self, streams: Streams) -> None:
        """
        Skip the oldest sound where more waits than may.
        """
        excess = (self._newest[streams] - self._playTimestamp[streams]).view(np.int32)
        over = excess > self._capSamples
        if over.any():
            rows = streams[over]
            blocks = -((self._capSamples - excess[over].astype(np.int64)) // self._blockSamples)
            self.skipped[rows] += blocks
            self._moveOn(rows, blocks)
            self._missed[rows] = 0
            self.playout.forgetSlack(rows)

    # Taking out

    def pull(self, streams: Streams, now: float, jitter: Seconds) -> Pulled:
        """
        Take the next frame of each of C{streams}, and move their playout on.

        @param streams: C{intp[n]}, each once.
        @param now: when this pull is due, seconds.
        @param jitter: C{float64[n]}, interarrival jitter of these streams, seconds.
        """
        self.playout.advance(now)
        samples, complete = self._rings.read(streams, self._blocksPerFrame)
        missing = ~(complete & self._started[streams][:, None])
        if missing.any():
            samples[missing] = 0
            self._countMissing(streams, missing)
        else:
            self._missed[streams] = 0
        frame = samples.reshape(len(streams), -1)
        step = np.full(len(streams), self._blocksPerFrame)
        self._hurry(streams, now, jitter, frame, missing, step)
        if self._stretch.any():
            self._wait(streams, now, frame, missing, step)
        self._moveOn(streams, step)
        return Pulled(frame, missing)

    def _countMissing(self, streams: Streams, missing: npt.NDArray[np.bool_]) -> None:
        for column in missing.T:
            missed = self._missed[streams]
            due = column & (missed < FADED_BLOCKS) & self._started[streams]
            due &= ~self.paused[streams]
            self.concealed[streams] += due
            limit = np.minimum(missed + 1, self._behind)
            self._missed[streams] = np.where(column, limit, 0)

    def _hurry(
        self,
        streams: Streams,
        now: float,
        jitter: Seconds,
        frame: Samples,
        missing: npt.NDArray[np.bool_],
        step: npt.NDArray[np.int64],
    ) -> None:
        """
        Where delay can be spared, fold one block more into the frame, by a cross-fade.
        """
        may = self.playout.mayHurry(streams, jitter)
        if not may.any():
            return
        at = np.flatnonzero(may & ~missing.any(axis=1))
        blocks, complete = self._rings.read(streams[at], self._blocksPerFrame, ahead=1)
        whole = complete.all(axis=1)
        at = at[whole]
        if not at.size:
            return
        ahead = blocks[whole].reshape(len(at), -1).astype(np.float32)
        near = frame[at].astype(np.float32)
        frame[at] = np.rint(near + (ahead - near) * self._ramp).astype(np.int16)
        step[at] += 1
        self.hurried[streams[at]] += 1
        self.playout.hurried(streams[at], now)

    def _wait(
        self,
        streams: Streams,
        now: float,
        frame: Samples,
        missing: npt.NDArray[np.bool_],
        step: npt.NDArray[np.int64],
    ) -> None:
        """
        Let a concealed frame pass where packets keep coming too late to be heard.
        """
        free = (step == self._blocksPerFrame) & ~missing.any(axis=1)
        at = np.flatnonzero(free & (self._stretch[streams] > 0))
        if not at.size:
            return
        rows = streams[at]
        frame[at] = 0
        missing[at] = True
        step[at] = 0
        self._stretch[rows] = np.maximum(self._stretch[rows] - self._blocksPerFrame, 0)
        self.waited[rows] += self._blocksPerFrame
        self.playout.delayed(rows, np.full(len(rows), self._blocksPerFrame), now)

    def _moveOn(self, streams: Streams, blocks: npt.NDArray[np.int64]) -> None:
        self._rings.moveOn(streams, blocks)
        self._playTimestamp[streams] += (blocks * self._blockSamples).astype(np.uint32)
