"""
What the plane counts, copied now and then for the reactor's side to read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from h323d.call.media import PortStatistics
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.groups import MixGroup
from h323d.media.audio.lanes import Lane
from h323d.media.audio.table import PortTable
from h323d.rtp.statistics import ReceiverStatistics

__all__ = ["Survey", "survey"]

_NO_COLUMNS = ("rows", "at")

Counts = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Survey:
    """
    All ports as columns, an entry for each that is open.

    @ivar rows: where each port's values are, by C{portId}.
    @ivar ssrc: of what we send.
    @ivar sequence: of the next packet, not reduced.
    @ivar timestamp: of what is sent at the time, not reduced.
    @ivar units: of a timestamp, in a millisecond.
    @ivar octets: that were heard, of payload.
    @ivar payloadType: of the sound that is heard; -1 for none.
    @ivar at: the time, in seconds since 1970, as the plane knows it.
    """

    rows: dict[int, int]
    received: Counts
    lost: Counts
    late: Counts
    refused: Counts
    jitter: Seconds
    depth: Seconds
    delay: Seconds
    concealed: Counts
    shifted: Counts
    sent: Counts
    remoteLost: Seconds
    remoteJitter: Seconds
    roundTrip: Seconds
    silence: Seconds
    frameMs: Counts
    locked: npt.NDArray[np.bool_]
    ssrc: Counts
    sequence: Counts
    timestamp: Counts
    units: Counts
    sentOctets: Counts
    expected: Counts
    lostRuns: Counts
    octets: Counts
    payloadType: Counts
    target: Seconds
    remoteDelay: Seconds
    remoteDiscarded: Seconds
    remoteMOS: Seconds
    at: float

    def parts(self, ports: int) -> list[Survey]:
        """
        @param ports: how many a part may have.
        @return: surveys of some ports each, which are this one together.
        """
        numbers = list(self.rows)
        columns = [each.name for each in fields(self) if each.name not in _NO_COLUMNS]
        return [
            replace(
                self,
                rows={portId: row for row, portId in enumerate(numbers[start : start + ports])},
                **{name: getattr(self, name)[start : start + ports] for name in columns},
            )
            for start in range(0, max(len(numbers), 1), ports)
        ]

    def of(self, portId: int) -> PortStatistics:
        """
        One port's figures; all zero if the port is newer than the survey.
        """
        row = self.rows.get(portId)
        if row is None:
            return PortStatistics()
        return PortStatistics(
            packetsReceived=int(self.received[row]),
            packetsLost=max(0, int(self.lost[row])),
            packetsLate=int(self.late[row]),
            packetsRefused=int(self.refused[row]),
            jitter=float(self.jitter[row]),
            bufferDepth=float(self.depth[row]),
            delay=float(self.delay[row]),
            concealed=int(self.concealed[row]),
            shifted=int(self.shifted[row]),
            packetsSent=int(self.sent[row]),
            remoteLost=_known(self.remoteLost[row]),
            remoteJitter=_known(self.remoteJitter[row]),
            roundTrip=_known(self.roundTrip[row]),
            silence=float(self.silence[row]),
            packetsExpected=int(self.expected[row]),
            lostRuns=int(self.lostRuns[row]),
            octetsReceived=int(self.octets[row]),
            octetsSent=int(self.sentOctets[row]),
            payloadType=int(self.payloadType[row]) if self.payloadType[row] >= 0 else None,
            bufferTarget=float(self.target[row]),
            remoteDelay=_known(self.remoteDelay[row]),
            remoteDiscarded=_known(self.remoteDiscarded[row]),
            remoteMOS=_known(self.remoteMOS[row]),
        )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def survey(
    table: PortTable,
    statistics: ReceiverStatistics,
    groups: Sequence[MixGroup],
    codecs: Codecs,
    stores: SoundStores,
    lanes: Mapping[int, Lane],
    departures: Seconds,
    now: float,
    clock: int,
) -> Survey:
    """
    Copy the figures of all open ports.

    @param lanes: by the slots whose packets are not mixed.
    @param departures: C{float64}, seconds, by group: how long after a point of the grid its packets
        leave.
    @param now: seconds.
    @param clock: of the plane then, milliseconds.
    """
    slots = np.flatnonzero((table.portId >= 0) & ~table.local)
    jitter = statistics.jitter()[slots]
    buffered = _buffered(table, stores, slots, jitter)
    delay = departures[table.group[slots]] + buffered.wait
    passing = np.zeros(len(slots), bool)
    for place, slot in enumerate(slots.tolist()):
        if slot in lanes:
            delay[place], passing[place] = lanes[slot].delay, True
    frameMs = np.array([group.frameMs for group in groups], np.int64)
    return Survey(
        rows={portId: row for row, portId in enumerate(table.portId[slots].tolist())},
        received=statistics.received[slots],
        lost=statistics.lost()[slots],
        late=buffered.late,
        refused=table.refused[slots] + statistics.refused[slots],
        jitter=jitter,
        depth=buffered.depth,
        delay=delay,
        concealed=buffered.concealed,
        shifted=buffered.shifted,
        sent=table.sent[slots],
        remoteLost=table.remoteLost[slots],
        remoteJitter=table.remoteJitter[slots],
        roundTrip=table.roundTrip[slots],
        silence=_silence(table, statistics, slots, now),
        frameMs=frameMs[table.group[slots]],
        locked=table.locked[slots],
        ssrc=table.ownSsrc[slots],
        sequence=table.sequence[slots],
        timestamp=np.maximum(table.timestamps(slots, clock), table.expected[slots]),
        units=table.sendUnits[slots],
        sentOctets=table.sentOctets[slots],
        expected=statistics.expected()[slots],
        lostRuns=statistics.lossRuns.counted()[slots],
        octets=table.receivedOctets[slots],
        payloadType=_heardAs(table, codecs, slots, statistics.started[slots] & ~passing),
        target=buffered.target,
        remoteDelay=table.remoteDelay[slots],
        remoteDiscarded=table.remoteDiscarded[slots],
        remoteMOS=table.remoteMOS[slots],
        at=now,
    )


@dataclass(frozen=True, slots=True)
class _Buffered:
    """
    What the buffers of sound tell, by port; nothing, of one that has none.

    @ivar wait: C{float64}, seconds until what comes is heard; C{target}: for how long it is to wait
        before it is due.
    """

    late: Counts
    concealed: Counts
    shifted: Counts
    depth: Seconds
    wait: Seconds
    target: Seconds


def _buffered(
    table: PortTable, stores: SoundStores, slots: npt.NDArray[np.intp], jitter: Seconds
) -> _Buffered:
    late, concealed, shifted = (np.zeros(len(slots), np.int64) for _ in range(3))
    depth, wait, target = (np.zeros(len(slots)) for _ in range(3))
    for store in stores.made:
        at = table.store[slots] == store.number
        rows = table.row[slots[at]]
        if rows.size:
            late[at] = store.buffers.late[rows]
            concealed[at] = store.buffers.concealed[rows]
            shifted[at] = store.shifted(rows)
            depth[at] = store.buffers.depth()[rows]
            playout = store.buffers.playout
            wait[at], target[at] = playout.wait[rows], playout.needed(rows, jitter[at])
    return _Buffered(late, concealed, shifted, depth, wait, target)


def _heardAs(
    table: PortTable, codecs: Codecs, slots: npt.NDArray[np.intp], heard: npt.NDArray[np.bool_]
) -> Counts:
    """
    @return: payload types that stand for what is heard, or for a codec that is like that; -1
        where nothing is.
    """
    kinds = table.kinds[slots]
    alike = (codecs.likeness[kinds] == table.hears[slots, None]) & codecs.isSound(kinds)
    return np.where(heard & alike.any(axis=1), alike.argmax(axis=1), -1)


def _silence(
    table: PortTable, statistics: ReceiverStatistics, slots: npt.NDArray[np.intp], now: float
) -> Seconds:
    """
    Whoever was heard by RTCP once is expected to be again, also if it is to send no sound.
    """
    control = table.controlArrival[slots]
    expected = (table.expects[slots] | (control > -np.inf)) & (table.room[slots] >= 0)
    last = np.maximum(control, statistics.lastArrival[slots])
    since = np.maximum(last, table.waitsFrom[slots])
    return np.where(expected, np.maximum(now - since, 0.0), 0.0)
