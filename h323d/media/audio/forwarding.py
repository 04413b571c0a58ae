"""
Packets that go on from one party to the other as they come.

Each gets a header of ours (L{h323d.media.audio.lanes}), and another payload where another codec is
wanted (L{h323d.media.audio.transcoding}).  They are judged, and counted, like any others
(L{h323d.media.audio.receiving}).  Who has such packets is decided in L{h323d.media.audio.passing}.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from h323d.media.audio.codecs import Codecs
from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.lanes import Lane, Renumbering
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.strays import Strays
from h323d.media.audio.table import EVENT, NOISE, PortTable
from h323d.media.audio.transcoding import Transcoding
from h323d.media.packets import ROW_BYTES, IPacketIO, PacketBatch
from h323d.media.reports import Report
from h323d.rtp.columns import HEADER_BYTES, numbers
from h323d.rtp.steady import FEW

__all__ = ["Forwarding"]

_HEADER = struct.Struct("!BBHII")
_PLAIN = 0x80  # version 2, without padding, extension or CSRCs
_PAYLOAD_TYPE = 0x7F
_MARKER = 0x80
_SEQUENCE = 0xFFFF
_TYPES = 128
_MOST_MS = 100  # of one party's sound that are transcoded at once
_SILENT = 0.3  # seconds


@dataclass(slots=True)
class _Batch:
    """
    Packets, and what comes of them.

    @ivar rows: which may be sent on, their headers being ours.
    @ivar targets: to whom.
    @ivar left: which are to be judged.
    @ivar strayed: which are to be mixed.
    """

    packets: PacketBatch
    octets: memoryview[int]
    rows: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    strayed: list[int] = field(default_factory=list)


def _batchOf(packets: PacketBatch) -> _Batch:
    return _Batch(packets, numbers(packets.data.reshape(-1)))


def _newBatch(count: int) -> _Batch:
    """
    @return: of as many packets, which are still to be written.
    """
    data, lengths = np.zeros((count, ROW_BYTES), np.uint8), np.zeros(count, np.int64)
    return _batchOf(PacketBatch(data, lengths, np.zeros(count, np.intp), np.zeros(count)))


class Forwarding:
    """
    @ivar lanes: by the slot that packets come from.
    @ivar renumbering: of what is sent.
    @ivar clock: of the plane at present, milliseconds.
    @ivar givenUp: packets that had waited for too long to be transcoded.
    """

    def __init__(
        self,
        table: PortTable,
        codecs: Codecs,
        forms: LaneForms,
        transcoding: Transcoding,
        receiver: Receiver,
        strays: Strays,
        few: int = FEW,
    ) -> None:
        """
        @param few: 0 if nothing is to be foretold (L{h323d.media.audio.course}), which changes
            nothing but the time that it takes.
        """
        self._few = few
        self._table = table
        self._codecs = codecs
        self._forms = forms
        self._transcoding = transcoding
        self._receiver = receiver
        self._strays = strays
        self._kinds = numbers(table.kinds.reshape(-1))
        self._sends = numbers(table.sends)
        self.renumbering = Renumbering(table)
        self.lanes: dict[int, Lane] = {}
        self._ahead: list[Lane] = []  # of what is in the columns
        self.clock = self.givenUp = 0

    def take(
        self, packets: IPacketIO, drained: PacketBatch, now: float
    ) -> tuple[list[Report], PacketBatch | None]:
        """
        Send on what may pass.

        @param now: seconds.
        @return: what there is to report, and what is to be mixed, if there is any.
        """
        drained = self._withoutBacklog(drained)
        batch = _batchOf(drained)
        arrivals, lengths = drained.arrivals.tolist(), drained.lengths.tolist()
        for row, slot in enumerate(drained.slots.tolist()):
            lane = self.lanes.get(slot)
            if lane is None:
                batch.strayed.append(row)
            elif not (
                self._passForetold(batch, lane, row, lengths[row], arrivals[row], now)
                or self._passExpected(batch, lane, row, lengths[row], arrivals[row], now)
            ):
                (batch.strayed if slot in self._strays.astray else batch.left).append(row)
        self._emit(packets, batch)
        if batch.left or batch.strayed:
            self.note()
        reports: list[Report] = []
        if batch.left:
            left = drained.only(batch.left)
            reports = self._passJudged(packets, left, now)
        return reports, drained.only(batch.strayed) if batch.strayed else None

    def note(self) -> None:
        """
        Have the columns tell of all that has been sent on, as somebody may look at them.
        """
        for lane in self._ahead:
            self._note(lane)
        self._ahead.clear()

    def _note(self, lane: Lane) -> None:
        course = lane.course
        if course.count:
            self._receiver.statistics.count(lane.source, course.arrival, course.count)
            self.renumbering.note(lane)
            course.count = 0

    def missSilent(self, now: float) -> None:
        """
        Where anything is transcoded between two, have them mixed when nothing comes of one, so that
        the other is sent silence, as by anybody who codes what it hears.

        @param now: seconds.
        """
        arrivals = self._receiver.statistics.lastArrival
        for source, lane in self.lanes.items():
            if lane.form.packetMs and arrivals[source] < now - _SILENT and self._isCoded(lane):
                self._strays.goAstray(lane)

    def _isCoded(self, lane: Lane) -> bool:
        """
        Whether packets are transcoded there, or the other way.
        """
        opposite = self.lanes.get(lane.target)
        return any(each is not None and each.form.coding is not None for each in (lane, opposite))

    def _withoutBacklog(self, drained: PacketBatch) -> PacketBatch:
        """
        After a stall of ours: give up what would be transcoded late, and make the rest later.  It
        leaves no gap in our numbers: time jumps, as with frames that the mixer gives up.
        """
        slots = drained.slots.tolist()
        if len(set(slots)) == len(slots):  # nearly always
            return drained
        counts = Counter(slots)
        kept: list[int] = []
        for row, slot in enumerate(slots):
            counts[slot] -= 1
            lane = self.lanes.get(slot)
            if (
                lane is not None
                and lane.form.coding is not None
                and counts[slot] * lane.form.packetMs >= _MOST_MS
            ):
                self._giveUp(lane, drained, row)
                self._table.refused[slot] += 1
            else:
                kept.append(row)
        self.givenUp += len(slots) - len(kept)
        return drained if len(kept) == len(slots) else drained.only(kept)

    def _giveUp(self, lane: Lane, drained: PacketBatch, row: int) -> None:
        peer = self._receiver.peers.get(lane.source)
        if drained.sources.get(row, peer) == peer and drained.lengths[row] > HEADER_BYTES:
            self.renumbering.pause(lane, int(drained.data[row, 2:4].view(">u2")[0]))
        self._receiver.restart(lane.source)

    def _passForetold(
        self, batch: _Batch, lane: Lane, row: int, length: int, arrival: float, now: float
    ) -> bool:
        """
        @return: whether it was the packet that the lane's course foretold; it is sent on then.
        """
        course, source = lane.course, batch.packets.sources.get(row)
        if not self._sends[lane.target] or (
            source is not None and self._receiver.peers.get(lane.source) != source
        ):
            return False
        if not course.take(batch.octets, row * ROW_BYTES, length, self.clock):
            return False
        course.arrival = now
        if arrival == arrival:  # it was measured
            course.arrival = arrival = min(arrival, now)
            self._receiver.statistics.time(lane.source, course.stamp, arrival)
            lane.waited(now - arrival)
        if course.count == 1:
            self._ahead.append(lane)
        batch.rows.append(row)
        batch.targets.append(lane.target)
        return True

    def _passExpected(
        self, batch: _Batch, lane: Lane, row: int, length: int, arrival: float, now: float
    ) -> bool:
        """
        @return: whether it was the next packet of its source, and could pass; if it could not,
            the slot is C{astray}.
        """
        drained, slot = batch.packets, lane.source
        self._note(lane)
        lane.course.end()
        if slot in self._strays.astray or not HEADER_BYTES < length < ROW_BYTES:
            return False
        at = row * ROW_BYTES
        first, second, sequence, stamp, ssrc = _HEADER.unpack_from(batch.octets, at)
        if first != _PLAIN:
            return False
        if row in drained.sources and self._receiver.peers.get(slot) != drained.sources[row]:
            return False
        payloadType, size = second & _PAYLOAD_TYPE, length - HEADER_BYTES
        if not self._forms.fits(lane, payloadType, drained.data, row, HEADER_BYTES, size):
            if self._kinds[slot * _TYPES + payloadType] >= NOISE:
                self._strays.goAstray(lane)
            return False
        if lane.last < 0 or not self._receiver.statistics.follows(slot, ssrc, sequence):
            return False
        timed = arrival == arrival
        arrival = min(arrival, now) if timed else now
        self._receiver.statistics.count(slot, arrival)
        if timed:
            self._receiver.statistics.time(slot, stamp, arrival)
            lane.waited(now - arrival)
        header = bool(second & _MARKER), sequence, stamp
        kind = lane.form.kinds[payloadType]
        if lane.form.coding is not None:
            self._transcoding.follow(lane, lane.form.coding, kind, sequence, stamp)
        self._number(batch, lane, row, kind, header, size)
        if self._few and lane.form.coding is None and lane.run:
            self.renumbering.foretell(lane, payloadType, stamp, ssrc, size, self.clock)
        return True

    def _number(
        self,
        batch: _Batch,
        lane: Lane,
        row: int,
        kind: int,
        header: tuple[bool, int, int],
        size: int,
    ) -> None:
        """
        Make a packet of ours of the one in a row, if anything is sent there.

        @param kind: of its codec.
        @param size: of its payload, octets.
        """
        if not lane.form.packetMs or not self._sends[lane.target]:
            lane.last, lane.run = header[1], 0
            return
        if lane.form.coding is not None:
            packet = batch.packets.data[row, HEADER_BYTES:]
            size = self._transcoding.recode(lane, lane.form.coding, kind, packet[:size], packet)
            batch.packets.lengths[row] = HEADER_BYTES + size
        self._send(batch, lane, row, header, size)

    def _send(
        self, batch: _Batch, lane: Lane, row: int, header: tuple[bool, int, int], size: int
    ) -> None:
        """
        @param size: of the payload that is to be sent, octets; 0 if there is nothing.
        """
        if not size:
            self.renumbering.pause(lane, header[1])
        elif self.renumbering.write(lane, batch.octets, row * ROW_BYTES, header, size, self.clock):
            batch.rows.append(row)
            batch.targets.append(lane.target)

    def _follow(
        self,
        packets: IPacketIO,
        batch: _Batch,
        lane: Lane,
        row: int,
        kind: int,
        header: tuple[bool, int, int],
    ) -> bool:
        """
        Go on to a packet that may not be just the next; what its decoder can make up for of those
        before it goes ahead.

        @return: whether it is wanted: not if something was sent instead of it already.
        """
        coding = lane.form.coding
        if coding is None:
            return True
        _, sequence, stamp = header
        lost = self._transcoding.follow(lane, coding, kind, sequence, stamp)
        if not lost:
            return lost is not None
        self._emit(packets, batch)
        made = _newBatch(lost)
        size = int(batch.packets.lengths[row]) - HEADER_BYTES
        for place, missing in enumerate(range(lost, 0, -1)):
            following = batch.packets.data[row, HEADER_BYTES:][:size] if missing == 1 else None
            out = made.packets.data[place, HEADER_BYTES:]
            octets = self._transcoding.makeUp(lane, coding, kind, following, out)
            made.packets.lengths[place] = HEADER_BYTES + octets
            ahead = False, (sequence - missing) & _SEQUENCE, stamp - missing * lane.form.wholePacket
            self._send(made, lane, place, ahead, octets)
        self._emit(packets, made)
        return True

    def _passJudged(self, packets: IPacketIO, drained: PacketBatch, now: float) -> list[Report]:
        """
        Send on what may pass of packets that are not just the next.
        """
        judged = self._receiver.judge(drained, packets, now)
        headers, arrived = judged.headers, judged.arrived
        batch = _batchOf(drained)
        for index in np.flatnonzero(judged.heard).tolist():
            row, kind = int(arrived.rows[index]), int(arrived.kinds[index])
            lane = self.lanes[int(arrived.slots[index])]
            if arrived.restarted[index]:
                lane.beginAnew()
            sequence = int(headers.sequenceNumber[row])
            at, size = int(headers.payloadOffset[row]), int(headers.payloadLength[row])
            payloadType = int(headers.payloadType[row])
            if kind == EVENT or not size:
                self.renumbering.swallow(lane, sequence)
            elif not self._forms.fits(lane, payloadType, drained.data, row, at, size):
                self.renumbering.swallow(lane, sequence)
                self._strays.goAstray(lane)
            else:
                if kind > NOISE and self._codecs.likeness[kind] != self._table.hears[lane.source]:
                    self._receiver.listen(lane.source, kind)
                end = HEADER_BYTES + size
                drained.data[row, HEADER_BYTES:end] = drained.data[row, at : at + size]
                drained.lengths[row] = end
                header = bool(headers.marker[row]), sequence, int(headers.timestamp[row])
                if self._follow(packets, batch, lane, row, kind, header):
                    self._number(batch, lane, row, kind, header, size)
        self._emit(packets, batch)
        return judged.reports

    def _emit(self, packets: IPacketIO, batch: _Batch) -> None:
        if batch.rows:
            drained = batch.packets
            whole = len(batch.rows) == len(drained.slots)
            data = drained.data if whole else drained.data[batch.rows]
            lengths = drained.lengths if whole else drained.lengths[batch.rows]
            packets.send(np.array(batch.targets, np.intp), data, lengths)
            batch.rows.clear()
            batch.targets.clear()
