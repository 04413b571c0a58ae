"""
Packets that go on from one party to the other as they come.

Each gets a header of ours (L{h323d.media.audio.lanes}), and another payload where another codec is
wanted (L{h323d.media.audio.transcoding}).  They are judged, and counted, like any others
(L{h323d.media.audio.receiving}).  Who has such packets is decided in L{h323d.media.audio.passing}.
"""

from __future__ import annotations

import struct
from collections import Counter

import numpy as np

from h323d.media.audio.codecs import Codecs
from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.lanes import Coding, Lane, Renumbering
from h323d.media.audio.onward import Onward, newOnward, onwardOf
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
_READY = 8  # packets that were transcoded, and do not wait for those that still are to be
_MOST_MS = 100  # of one party's sound that are transcoded at once
_SILENT = 0.3  # seconds


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
        batch = onwardOf(drained)
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
            elif lane.form.coding is not None and len(batch.rows) >= _READY:
                batch.send(packets)
        batch.send(packets)
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
            self._table.receivedOctets[lane.source] += course.count * course.size
            if lane.form.coding is not None:
                self._transcoding.goOn(lane, course.kind, course.sequence, course.stamp)
            self.renumbering.note(lane)

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
        self._note(lane)
        lane.course.end()
        if drained.sources.get(row, peer) == peer and drained.lengths[row] > HEADER_BYTES:
            self.renumbering.pause(lane, int(drained.data[row, 2:4].view(">u2")[0]))
        self._receiver.restart(lane.source)

    def _passForetold(
        self, batch: Onward, lane: Lane, row: int, length: int, arrival: float, now: float
    ) -> bool:
        """
        @return: whether it was the packet that the lane's course foretold; it is sent on then.
        """
        course, source = lane.course, batch.packets.sources.get(row)
        if not self._sends[lane.target] or (
            source is not None and self._receiver.peers.get(lane.source) != source
        ):
            return False
        at = row * ROW_BYTES
        if not course.foretells(batch.octets, at, length, self.clock):
            return False
        if lane.form.coding is None:
            size = course.size
        else:
            size = self._recode(batch, lane, lane.form.coding, course.kind, row, course.size)
            if not size:
                self._keepStill(lane, lane.form.coding, batch.octets, at, arrival, now)
                return True
        course.goOn(batch.octets, at, size, self.clock)
        if course.count == 1:
            self._ahead.append(lane)
        course.arrival = self._timed(lane, course.stamp, arrival, now)
        batch.rows.append(row)
        batch.targets.append(lane.target)
        return True

    def _keepStill(
        self,
        lane: Lane,
        coding: Coding,
        octets: memoryview[int],
        at: int,
        arrival: float,
        now: float,
    ) -> None:
        """
        Count a packet that was foretold, and of which there is nothing to send.

        @param at: where it begins.
        """
        course = lane.course
        self._note(lane)
        course.end()
        _, _, sequence, stamp, _ = _HEADER.unpack_from(octets, at)
        self._receiver.statistics.count(lane.source, self._timed(lane, stamp, arrival, now))
        self._table.receivedOctets[lane.source] += course.size
        self._transcoding.goOn(lane, course.kind, sequence, stamp)
        self.renumbering.pause(lane, sequence)

    def _timed(self, lane: Lane, stamp: int, arrival: float, now: float) -> float:
        """
        @param arrival: of a packet that is as expected; not-a-number where it was not measured.
        @return: when it has come, as far as is known, seconds.
        """
        if arrival != arrival:
            return now
        arrival = min(arrival, now)
        self._receiver.statistics.time(lane.source, stamp, arrival)
        lane.waited(now - arrival)
        return arrival

    def _passExpected(
        self, batch: Onward, lane: Lane, row: int, length: int, arrival: float, now: float
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
        self._receiver.statistics.count(slot, self._timed(lane, stamp, arrival, now))
        self._table.receivedOctets[slot] += size
        header = bool(second & _MARKER), sequence, stamp
        kind = lane.form.kinds[payloadType]
        if lane.form.coding is not None:
            self._transcoding.follow(lane, lane.form.coding, kind, sequence, stamp)
        self._number(batch, lane, row, kind, header, size)
        if self._few and lane.run and self._codecs.sized[kind]:
            self.renumbering.foretell(lane, payloadType, stamp, ssrc, size, self.clock)
        return True

    def _number(
        self,
        batch: Onward,
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
            size = self._recode(batch, lane, lane.form.coding, kind, row, size)
        self._send(batch, lane, row, header, size)

    def _recode(
        self, batch: Onward, lane: Lane, coding: Coding, kind: int, row: int, size: int
    ) -> int:
        """
        Make of the payload in a row what is wanted.

        @return: of how many octets it is.
        """
        packet = batch.packets.data[row, HEADER_BYTES:]
        size = self._transcoding.recode(lane, coding, kind, packet[:size], packet)
        batch.packets.lengths[row] = HEADER_BYTES + size
        return size

    def _send(
        self, batch: Onward, lane: Lane, row: int, header: tuple[bool, int, int], size: int
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
        batch: Onward,
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
        batch.send(packets)
        made = newOnward(lost)
        size = int(batch.packets.lengths[row]) - HEADER_BYTES
        for place, missing in enumerate(range(lost, 0, -1)):
            following = batch.packets.data[row, HEADER_BYTES:][:size] if missing == 1 else None
            out = made.packets.data[place, HEADER_BYTES:]
            octets = self._transcoding.makeUp(lane, coding, kind, following, out)
            made.packets.lengths[place] = HEADER_BYTES + octets
            ahead = False, (sequence - missing) & _SEQUENCE, stamp - missing * lane.form.wholePacket
            self._send(made, lane, place, ahead, octets)
        made.send(packets)
        return True

    def _passJudged(self, packets: IPacketIO, drained: PacketBatch, now: float) -> list[Report]:
        """
        Send on what may pass of packets that are not just the next.
        """
        judged = self._receiver.judge(drained, packets, now)
        headers, arrived = judged.headers, judged.arrived
        batch = onwardOf(drained)
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
        batch.send(packets)
        return judged.reports
