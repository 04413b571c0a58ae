"""
What a receiver counts of every stream (RFC 3550, 6.4.1, appendices A.1, A.3 and A.8).

Columns, one row per stream: a tick updates all streams that heard something in one go.
It also says which packets belong to the source that is listened to: a stream's source
changes only when the old one has fallen silent or the new one proves itself by two packets
in sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.rtp.bursts import Losses, LossRuns
from h323d.rtp.columns import rounds
from h323d.rtp.rows import Row, putRow, rowOf
from h323d.rtp.rtcp import ReportBlock

__all__ = ["Accepted", "ReceiverStatistics"]

MAX_DROPOUT = 3000  # sequence numbers ahead that still count as loss (RFC 3550, A.1)
MAX_MISORDER = 100  # behind that still count as reordering
SOURCE_SILENT = 0.2  # seconds without a packet, after which another source may take over
NO_JITTER = 1.0  # seconds; a longer step is a jump of the clock, not jitter
_SEQUENCES = 1 << 16
NO_SEQUENCE = _SEQUENCES + 1  # where there is none
_WINDOW = 64  # how many sequence numbers back duplicates are noticed
_MAXIMUM_PACKETS = 64  # of one stream, in one batch

Streams = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Accepted:
    """
    The verdict on a batch.

    @ivar heard: C{bool[n]}: packets to be played: right source, plausible, no duplicate.
    @ivar restarted: C{bool[n]}: those of them that are the first of another source.
    """

    heard: Mask
    restarted: Mask


class ReceiverStatistics:
    """
    Counters of C{streams} streams; all arrays have one entry per stream.

    @ivar started: C{bool}: a packet has been accepted.
    @ivar ssrc: C{uint32}: the source listened to.
    @ivar received: C{int64}: packets of this source, duplicates included, as A.1 has it.
    @ivar duplicates: C{int64}, over all sources.
    @ivar refused: C{int64}: packets of other sources or with sequence numbers from nowhere.
    @ivar sourceChanges: C{int64}.
    @ivar clockRate: C{float64}, Hz, of the timestamps.
    @ivar jitterUnits: C{float64}: interarrival jitter in units of the clock.
    @ivar lastArrival: C{float64}: seconds; minus infinity before the first packet.
    @ivar lossRuns: in which pieces packets of this source were lost.
    """

    def __init__(self, streams: int, clockRate: int = 8000) -> None:
        self.started = np.zeros(streams, bool)
        self.ssrc = np.zeros(streams, np.uint32)
        self.received = np.zeros(streams, np.int64)
        self.duplicates = np.zeros(streams, np.int64)
        self.refused = np.zeros(streams, np.int64)
        self.sourceChanges = np.zeros(streams, np.int64)
        self.clockRate = np.full(streams, float(clockRate))
        self.jitterUnits = np.zeros(streams)
        self.lastArrival = np.full(streams, -np.inf)
        self.lossRuns = LossRuns(streams)
        self._base = np.zeros(streams, np.int64)
        self._highest = np.zeros(streams, np.int64)  # extended by its cycles
        self._pausedAt = np.full(streams, -1, np.int64)  # highest then
        self._bad = np.full(streams, NO_SEQUENCE, np.int64)
        self._seen = np.zeros(streams, np.uint64)  # bit k: highest - k was received
        self._candidate = np.zeros(streams, np.uint32)
        self._candidateNext = np.full(streams, NO_SEQUENCE, np.int64)
        self._expectedPrior = np.zeros(streams, np.int64)
        self._receivedPrior = np.zeros(streams, np.int64)
        self._timed = np.zeros(streams, bool)  # the next two have been set
        self._timestamp = np.zeros(streams, np.uint32)
        self._arrival = np.zeros(streams)
        self._lastSR = np.zeros(streams, np.uint32)
        self._lastSRArrival = np.zeros(streams)

    def reset(self, stream: int) -> None:
        """
        Forget one stream altogether, for a new port.
        """
        self.started[stream] = False
        self.lastArrival[stream] = -np.inf
        self._candidateNext[stream] = NO_SEQUENCE
        for counter in (self.received, self.duplicates, self.refused, self.sourceChanges):
            counter[stream] = 0
        self._begin(np.array([stream], np.intp), np.zeros(1, np.uint32), np.zeros(1, np.int64))
        self.started[stream] = False
        self.received[stream] = 0

    def release(self, stream: int) -> tuple[Row, Row]:
        """
        One stream is to go on elsewhere.

        @return: what was counted of it, for L{adopt}.
        """
        return rowOf(self, stream), rowOf(self.lossRuns, stream)

    def adopt(self, stream: int, rows: tuple[Row, Row]) -> None:
        """
        One came that was released elsewhere.
        """
        counted, lost = rows
        putRow(self, stream, counted)
        putRow(self.lossRuns, stream, lost)

    def pause(self, stream: int) -> None:
        """
        Nothing is taken of the source for now: what it sends meanwhile is not lost.
        """
        if self.started[stream]:
            self._pausedAt[stream] = self._highest[stream]

    def setClock(self, stream: int, clockRate: int) -> None:
        """
        The stream's timestamps go by another clock from now on.

        @param clockRate: Hz.
        """
        self.jitterUnits[stream] *= clockRate / self.clockRate[stream]
        self.clockRate[stream] = clockRate
        self._timed[stream] = False

    def update(
        self,
        streams: Streams,
        ssrc: npt.NDArray[np.uint32],
        sequenceNumber: npt.NDArray[np.uint16],
        timestamps: npt.NDArray[np.uint32],
        arrivals: npt.NDArray[np.float64],
        timed: Mask | None = None,
    ) -> Accepted:
        """
        Count a batch of valid packets.

        @param streams: C{intp[n]}; a stream may have several packets, in order of arrival.
        @param arrivals: C{float64[n]}, seconds.
        @param timed: C{bool[n]}: whether the packet's timestamp tells when it was sent;
            false for telephone events, where it stands still.  C{None}: all do.
        """
        heard = np.zeros(len(streams), bool)
        restarted = np.zeros(len(streams), bool)
        sequence = sequenceNumber.astype(np.int64)
        if timed is None:
            timed = np.ones(len(streams), bool)
        for part in rounds(streams, _MAXIMUM_PACKETS):
            rows, source = streams[part], ssrc[part]
            mine, fresh = self._chooseSource(rows, source, sequence[part], arrivals[part])
            if fresh.any():
                self._begin(rows[fresh], source[fresh], sequence[part][fresh])
            counted = self._count(rows, sequence[part], mine & ~fresh)
            ok = fresh | counted
            heard[part], restarted[part] = ok, fresh
            self.lastArrival[rows[ok]] = arrivals[part][ok]
            at = part[ok & timed[part]]
            self._measureJitter(streams[at], timestamps[at], arrivals[at])
        return Accepted(heard, restarted)

    def _chooseSource(
        self,
        rows: Streams,
        source: npt.NDArray[np.uint32],
        sequence: npt.NDArray[np.int64],
        arrivals: npt.NDArray[np.float64],
    ) -> tuple[Mask, Mask]:
        """
        @return: packets of the present source, and first packets of an accepted new one.
        """
        started = self.started[rows]
        mine = started & (self.ssrc[rows] == source)
        if mine.all():
            self._candidateNext[rows] = NO_SEQUENCE
            return mine, np.zeros(len(rows), bool)
        proven = (self._candidate[rows] == source) & (self._candidateNext[rows] == sequence)
        silent = arrivals - self.lastArrival[rows] > SOURCE_SILENT
        fresh = ~mine & (~started | proven | silent)
        stranger = ~mine & ~fresh
        self.refused[rows[stranger]] += 1
        self.sourceChanges[rows[fresh & started]] += 1
        self._candidate[rows[stranger]] = source[stranger]
        self._candidateNext[rows] = np.where(stranger, (sequence + 1) % _SEQUENCES, NO_SEQUENCE)
        return mine, fresh

    def _begin(
        self,
        rows: Streams,
        source: npt.NDArray[np.uint32],
        sequence: npt.NDArray[np.int64],
    ) -> None:
        """
        A source's first packet (C{init_seq} of A.1); forgets its predecessor's reports.
        """
        self.started[rows] = True
        self.ssrc[rows] = source
        self._restartSequence(rows, sequence)
        self.jitterUnits[rows] = 0.0
        self._timed[rows] = False
        self._lastSR[rows] = 0

    def _restartSequence(self, rows: Streams, sequence: npt.NDArray[np.int64]) -> None:
        self._base[rows] = sequence
        self._highest[rows] = sequence
        self._pausedAt[rows] = -1
        self._bad[rows] = NO_SEQUENCE
        self._seen[rows] = 1
        self.received[rows] = 1
        self.lossRuns.begin(rows, sequence)
        self._expectedPrior[rows] = 0
        self._receivedPrior[rows] = 0

    def _count(self, rows: Streams, sequence: npt.NDArray[np.int64], mine: Mask) -> Mask:
        """
        C{update_seq} of A.1, and duplicates.

        @return: which packets are plausible and new.
        """
        highest = self._highest[rows]
        ahead = (sequence - highest) % _SEQUENCES
        if mine.all() and (ahead == 1).all():  # nearly always
            self._highest[rows] = highest + 1
            self._seen[rows] = (self._seen[rows] << np.uint64(1)) | np.uint64(1)
            self.received[rows] += 1
            return mine
        forward = mine & (ahead < MAX_DROPOUT)
        wild = mine & ~forward & (ahead <= _SEQUENCES - MAX_MISORDER)
        if wild.any():
            agreed = wild & (self._bad[rows] == sequence)
            self._restartSequence(rows[agreed], sequence[agreed])
            stray = wild & ~agreed
            self._bad[rows[stray]] = (sequence[stray] + 1) % _SEQUENCES
            self.refused[rows[stray]] += 1
        else:
            agreed = wild
        plausible = mine & ~wild
        back = np.where(forward, 0, _SEQUENCES - ahead)
        seen = self._seen[rows]
        step = np.where(forward, ahead, 0)
        moved = np.left_shift(seen, np.minimum(step, _WINDOW - 1).astype(np.uint64))
        seen = np.where(step >= _WINDOW, np.uint64(0), moved)
        bit = np.left_shift(np.uint64(1), np.minimum(back, _WINDOW - 1).astype(np.uint64))
        bit = np.where(back < _WINDOW, bit, np.uint64(0))
        duplicate = plausible & ((seen & bit) != 0)
        self._seen[rows[plausible]] = (seen | bit)[plausible]
        paused = forward & (self._pausedAt[rows] == highest)
        self._base[rows[paused]] += ahead[paused] - 1
        self._noteLosses(rows, highest, ahead, paused, forward & ~paused & (ahead > 1))
        for at in np.flatnonzero(plausible & ~forward & ~duplicate).tolist():
            self.lossRuns.cameLate(int(rows[at]), int(highest[at] - back[at]))
        self._highest[rows[forward]] = (highest + ahead)[forward]
        self.received[rows[plausible]] += 1
        self.duplicates[rows[duplicate]] += 1
        accepted: Mask = agreed | (plausible & ~duplicate)
        return accepted

    def _noteLosses(
        self,
        rows: Streams,
        highest: npt.NDArray[np.int64],
        ahead: npt.NDArray[np.int64],
        paused: Mask,
        leftOut: Mask,
    ) -> None:
        for at in np.flatnonzero(paused).tolist():
            self.lossRuns.passedOver(int(rows[at]), int(ahead[at]) - 1)
        for at in np.flatnonzero(leftOut).tolist():
            self.lossRuns.leftOut(int(rows[at]), int(highest[at]) + 1, int(ahead[at]) - 1)

    def _measureJitter(
        self,
        rows: Streams,
        timestamps: npt.NDArray[np.uint32],
        arrivals: npt.NDArray[np.float64],
    ) -> None:
        """
        The interarrival jitter of A.8, a sixteenth of each step.
        """
        rate = self.clockRate[rows]
        sent = (timestamps - self._timestamp[rows]).view(np.int32)
        step = np.abs((arrivals - self._arrival[rows]) * rate - sent)
        jitter = self.jitterUnits[rows]
        usable = self._timed[rows] & (step < NO_JITTER * rate)
        self.jitterUnits[rows] = np.where(usable, jitter + (step - jitter) / 16, jitter)
        self._timed[rows] = True
        self._timestamp[rows] = timestamps
        self._arrival[rows] = arrivals

    # What comes out

    def jitter(self) -> npt.NDArray[np.float64]:
        """
        @return: C{float64[streams]}, seconds.
        """
        seconds: npt.NDArray[np.float64] = self.jitterUnits / self.clockRate
        return seconds

    def expected(self) -> npt.NDArray[np.int64]:
        """
        @return: C{int64[streams]}: packets that the source has sent, as far as is known.
        """
        return np.where(self.started, self._highest - self._base + 1, 0)

    def lost(self) -> npt.NDArray[np.int64]:
        """
        @return: C{int64[streams]}, by A.3; negative where duplicates outnumber losses.
        """
        return self.expected() - np.where(self.started, self.received, 0)

    def losses(self, stream: int) -> Losses:
        """
        How packets of one stream were lost.
        """
        return self.lossRuns.losses(stream, int(self._highest[stream]))

    def senderReport(self, stream: int, ntp: int, arrival: float) -> None:
        """
        Remember the last sender report, for the round-trip time.

        @param ntp: its 64-bit NTP timestamp.
        @param arrival: seconds, the clock that L{reportBlock} is given.
        """
        self._lastSR[stream] = (ntp >> 16) & 0xFFFFFFFF
        self._lastSRArrival[stream] = arrival

    def reportBlock(self, stream: int, now: float) -> ReportBlock | None:
        """
        The report on one stream since the last such call (6.4.1 and A.3).

        @return: C{None} if nothing was received yet.
        """
        if not self.started[stream]:
            return None
        highest = int(self._highest[stream])
        expected = highest - int(self._base[stream]) + 1
        received = int(self.received[stream])
        interval = expected - int(self._expectedPrior[stream])
        lost = interval - (received - int(self._receivedPrior[stream]))
        self._expectedPrior[stream] = expected
        self._receivedPrior[stream] = received
        lastSR = int(self._lastSR[stream])
        delay = max(0.0, now - float(self._lastSRArrival[stream])) if lastSR else 0.0
        return ReportBlock(
            ssrc=int(self.ssrc[stream]),
            fractionLost=min(255, (lost << 8) // interval) if interval and lost > 0 else 0,
            cumulativeLost=max(-0x800000, min(0x7FFFFF, expected - received)),
            highestSequence=highest & 0xFFFFFFFF,
            jitter=min(int(self.jitterUnits[stream]), 0xFFFFFFFF),
            lastSR=lastSR,
            delaySinceLastSR=min(int(delay * 65536), 0xFFFFFFFF),
        )
