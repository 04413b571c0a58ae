"""
Two who speak alike: their packets pass from one to the other, and are not decoded.

That holds for a room that is made for it, as a bridged call's is, while there are just two in it,
both of them ports, neither muted nor deaf nor sent a digit, and while what each may send is what
the other is sent: the same encoding, parameters and length of packets.  Whoever sends something
else after all is mixed, until it has kept to what passes for a while.  Packets are judged, and
counted, like any others (L{h323d.media.audio.receiving}).

Nothing is lost in the change.  Sound that waits to be mixed is sent on before the first packet
passes; and mixed sound goes on where the last packet that passed has ended, when there is some.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.digits import Digits
from h323d.media.audio.lanes import Lane, LaneForm, Renumbering
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.sending import Mixes, Sender
from h323d.media.audio.table import EVENT, NOISE, PortTable
from h323d.media.packets import ROW_BYTES, IPacketIO, PacketBatch
from h323d.media.reports import Report
from h323d.rtp.columns import HEADER_BYTES, numbers
from h323d.values.media.passing import mayPass
from h323d.values.media.streams import Stream

__all__ = ["Passing"]

_HEADER = struct.Struct("!BBHII")
_PLAIN = 0x80  # version 2, without padding, extension or CSRCs
_PAYLOAD_TYPE = 0x7F
_MARKER = 0x80
_TYPES = 128
_WAITS_MS = 60  # for the first sound that is mixed
_UNHURRIED = np.array([np.inf])  # seconds of jitter
_KEEPS_TO = 10  # packets in a row that could pass, of who had sent something else

Octets = npt.NDArray[np.uint8]
Slots = npt.NDArray[np.intp]
Pausing = npt.NDArray[np.bool_]


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


class Passing:
    """
    All pairs of a media thread whose packets pass.

    @ivar clock: of the plane at present, milliseconds.
    @ivar astray: slots that sent what cannot pass since it was emptied, or now keep to what can.
    @ivar resuming: by slot, whose sound it waits for to be mixed, and until when at most.
    @ivar watched: slots that have to keep to what passes first, and how often they did.
    """

    def __init__(
        self,
        table: PortTable,
        codecs: Codecs,
        coders: Coders,
        stores: SoundStores,
        receiver: Receiver,
        sender: Sender,
        digits: Digits,
    ) -> None:
        self._table = table
        self._codecs = codecs
        self._coders = coders
        self._stores = stores
        self._receiver = receiver
        self._sender = sender
        self._digits = digits
        self._renumbering = Renumbering(table)
        self._kinds = numbers(table.kinds.reshape(-1))
        self._sends = numbers(table.sends)
        self._streams: dict[int, Stream] = {}
        self._lanes: dict[int, Lane] = {}
        self.watched: dict[int, tuple[Lane, int]] = {}
        self.resuming: dict[int, tuple[int, int]] = {}
        self.astray: list[int] = []
        self.clock = 0

    # Who passes

    def negotiated(self, slot: int, stream: Stream) -> None:
        """
        What the slot's peer may send, and is sent, from now on.
        """
        self._streams[slot] = stream
        self._watchNoLonger(slot)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._streams.pop(slot, None)
        self.resuming.pop(slot, None)
        self._watchNoLonger(slot)

    def release(self, slot: int) -> Stream:
        """
        The slot's port leaves.

        @return: what was negotiated there last.
        """
        stream = self._streams.get(slot, Stream())
        self.forget(slot)
        return stream

    def _watchNoLonger(self, slot: int) -> None:
        for each, (lane, _) in tuple(self.watched.items()):
            if slot in (each, lane.target):
                del self.watched[each]

    def suits(self, slots: list[int]) -> bool:
        """
        Whether the packets of all who are in a room may pass.
        """
        return bool(self._between(slots))

    def _between(self, slots: list[int]) -> list[tuple[int, int, LaneForm]]:
        """
        @return: both lanes; none if there are not two parties.
        """
        table = self._table
        if len(slots) != 2 or table.local[slots].any():
            return []
        if table.muted[slots].any() or table.deaf[slots].any():
            return []
        if any(slot in self.watched or self._digits.sends(slot) for slot in slots):
            return []
        found = []
        for source, target in (slots, slots[::-1]):
            form = self._formOf(source, target)
            if form is None:
                return []
            found.append((source, target, form))
        return found if any(form.packetMs for _, _, form in found) else []

    def _formOf(self, source: int, target: int) -> LaneForm | None:
        """
        @return: what may pass there; C{None} if nothing may, though something is sent there.
        """
        receive = self._streams.get(source, Stream()).receive
        transmit = self._streams.get(target, Stream()).transmit
        formats = {} if receive is None else receive.formats
        if transmit is None:
            kinds = {each: self._codecs.kindOf(form) for each, form in formats.items()}
            return LaneForm(kinds, 0, 0, 1)
        kinds = {
            each: self._codecs.kindOf(form)
            for each, form in formats.items()
            if mayPass(form, transmit.format)
        }
        if not kinds or not transmit.packetMs:
            return None
        units = int(self._table.sendUnits[target])
        return LaneForm(kinds, transmit.payloadType & _PAYLOAD_TYPE, transmit.packetMs, units)

    def join(self, packets: IPacketIO, slots: list[int], now: float) -> None:
        """
        Let packets pass between two whom it L{suits}, from now on; or by other forms, if they do
        already.

        @param now: seconds.
        """
        for source, target, form in self._between(slots):
            lane = self._lanes.get(source)
            if lane is None:
                self._sendOn(packets, source, target, now)
                self.resuming.pop(target, None)
            if lane is None or lane.form != form:
                self._lanes[source] = Lane(source, target, form)

    def part(self, slots: Iterable[int]) -> list[int]:
        """
        Let no packets pass between them any more: they are mixed again.

        @return: those of them whose packets passed until now.
        """
        parted = [slot for slot in slots if slot in self._lanes]
        for slot in parted:
            lane = self._lanes.pop(slot)
            self._receiver.restart(slot)
            self._sender.restart(lane.target)
            self._renumbering.align(lane.target, self.clock)
            self.resuming[lane.target] = slot, self.clock + _WAITS_MS
        return parted

    # The change

    def _sendOn(self, packets: IPacketIO, source: int, target: int, now: float) -> None:
        """
        Send on the sound that waits to be mixed.
        """
        table = self._table
        number, row = int(table.store[source]), np.array([table.row[source]])
        if number < 0 or not table.sends[target]:
            return
        store, member = self._stores.made[number], np.array([target])
        clock = self.clock
        if table.heldMs[target]:
            clock = int(table.heldFrom[target] + table.heldMs[target])
        waiting = round(store.buffers.depth()[row[0]] * 1000)
        for _ in range(-(-waiting // store.frameMs)):
            samples, sounding = store.pull(row, now, _UNHURRIED)
            if target in self.resuming:
                if not sounding[0]:
                    continue
                del self.resuming[target]
            if not table.heldMs[target]:
                self._renumbering.align(target, clock)
            mixes = Mixes(samples, np.zeros(1, np.intp), store.frameMs)
            self._sender.send(packets, member, mixes, clock)
            clock += store.frameMs

    def resume(
        self,
        members: Slots,
        sounding: npt.NDArray[np.bool_],
        pausing: Pausing | None,
        clock: int,
    ) -> Pausing | None:
        """
        Let members who were passed packets wait for the first sound that is mixed for them.

        @param members: C{intp[n]}.
        @param sounding: C{bool[n]}: who has sound in this frame.
        @param pausing: C{bool[n]}: who is sent digits instead; C{None} if nobody is.
        @param clock: of the plane at the start of the frame, milliseconds.
        @return: C{bool[n]}: who is sent no sound in this frame; C{None} if everybody is.
        """
        places = {slot: place for place, slot in enumerate(members.tolist())}
        for target in [target for target in self.resuming if target in places]:
            source, until = self.resuming[target]
            place = places[target]
            if pausing is not None and pausing[place]:
                del self.resuming[target]
            elif source not in places or sounding[places[source]] or clock >= until:
                del self.resuming[target]
                self._renumbering.align(target, clock)
            else:
                pausing = np.zeros(len(members), bool) if pausing is None else pausing
                pausing[place] = True
        return pausing

    # What passes

    def take(
        self, packets: IPacketIO, drained: PacketBatch, now: float
    ) -> tuple[list[Report], PacketBatch | None]:
        """
        Send on what may pass.

        @param now: seconds.
        @return: what there is to report, and what is to be mixed, if there is any.
        """
        batch = _Batch(drained, numbers(drained.data.reshape(-1)))
        arrivals, lengths = drained.arrivals.tolist(), drained.lengths.tolist()
        for row, slot in enumerate(drained.slots.tolist()):
            lane = self._lanes.get(slot)
            if lane is None:
                batch.strayed.append(row)
            elif not self._passExpected(batch, lane, row, lengths[row], arrivals[row], now):
                (batch.strayed if slot in self.astray else batch.left).append(row)
        self._emit(packets, batch)
        reports: list[Report] = []
        if batch.left:
            left = drained.only(batch.left)
            reports = self._passJudged(packets, left, now)
        return reports, drained.only(batch.strayed) if batch.strayed else None

    def _passExpected(
        self, batch: _Batch, lane: Lane, row: int, length: int, arrival: float, now: float
    ) -> bool:
        """
        @return: whether it was the next packet of its source, and could pass; if it could not,
            the slot is C{astray}.
        """
        drained, slot = batch.packets, lane.source
        if slot in self.astray or not HEADER_BYTES < length < ROW_BYTES:
            return False
        at = row * ROW_BYTES
        first, second, sequence, stamp, ssrc = _HEADER.unpack_from(batch.octets, at)
        if first != _PLAIN:
            return False
        if row in drained.sources and self._receiver.peers.get(slot) != drained.sources[row]:
            return False
        payloadType, size = second & _PAYLOAD_TYPE, length - HEADER_BYTES
        if not self._fits(lane, payloadType, drained.data, row, HEADER_BYTES, size):
            if self._kinds[slot * _TYPES + payloadType] >= NOISE:
                self._goAstray(lane)
            return False
        if lane.last < 0 or not self._receiver.statistics.follows(slot, ssrc, sequence):
            return False
        timed = arrival == arrival
        self._receiver.statistics.count(slot, stamp, min(arrival, now) if timed else now, timed)
        header = bool(second & _MARKER), sequence, stamp
        self._number(batch, lane, row, header, size)
        return True

    def _number(
        self, batch: _Batch, lane: Lane, row: int, header: tuple[bool, int, int], size: int
    ) -> None:
        if not lane.form.packetMs or not self._sends[lane.target]:
            lane.last, lane.run = header[1], 0
        elif self._renumbering.write(lane, batch.octets, row * ROW_BYTES, header, size, self.clock):
            batch.rows.append(row)
            batch.targets.append(lane.target)

    def _fits(
        self, lane: Lane, payloadType: int, data: Octets, row: int, at: int, size: int
    ) -> bool:
        """
        Whether a payload is of what may pass, and holds as much sound as it has to.
        """
        kind = lane.form.kinds.get(payloadType)
        if kind is None:
            return False
        if kind <= NOISE or not lane.form.packetMs or self._codecs.isUncoded(kind):
            return True
        if not self._codecs.streamed[kind]:
            fits = lane.lengths.get((kind, size))
            if fits is None:
                units = self._codecs.samplesIn(kind, size)
                fits = units == lane.form.packetMs * lane.form.units
                lane.lengths[kind, size] = fits
            return fits
        payload = data[row, at : at + size]
        units, whole = self._coders.unitsIn(kind, payload), lane.form.packetMs * lane.form.units
        return units == whole or (0 < units < whole and self._coders.announcesPause(kind, payload))

    def _passJudged(self, packets: IPacketIO, drained: PacketBatch, now: float) -> list[Report]:
        """
        Send on what may pass of packets that are not just the next.
        """
        judged = self._receiver.judge(drained, packets, now)
        headers, arrived = judged.headers, judged.arrived
        batch = _Batch(drained, numbers(drained.data.reshape(-1)))
        for index in np.flatnonzero(judged.heard).tolist():
            row, kind = int(arrived.rows[index]), int(arrived.kinds[index])
            lane = self._lanes[int(arrived.slots[index])]
            if arrived.restarted[index]:
                lane.beginAnew()
            sequence = int(headers.sequenceNumber[row])
            at, size = int(headers.payloadOffset[row]), int(headers.payloadLength[row])
            payloadType = int(headers.payloadType[row])
            if kind == EVENT or not size:
                self._renumbering.swallow(lane, sequence)
            elif not self._fits(lane, payloadType, drained.data, row, at, size):
                self._renumbering.swallow(lane, sequence)
                self._goAstray(lane)
            else:
                if kind > NOISE and self._codecs.likeness[kind] != self._table.hears[lane.source]:
                    self._receiver.listen(lane.source, kind)
                end = HEADER_BYTES + size
                drained.data[row, HEADER_BYTES:end] = drained.data[row, at : at + size]
                drained.lengths[row] = end
                header = bool(headers.marker[row]), sequence, int(headers.timestamp[row])
                self._number(batch, lane, row, header, size)
        self._emit(packets, batch)
        return judged.reports

    def _emit(self, packets: IPacketIO, batch: _Batch) -> None:
        if batch.rows:
            drained = batch.packets
            whole = len(batch.rows) == len(drained.slots)
            data = drained.data if whole else drained.data[batch.rows]
            lengths = drained.lengths if whole else drained.lengths[batch.rows]
            packets.send(np.array(batch.targets, np.intp), data, lengths)

    # What does not

    def _goAstray(self, lane: Lane) -> None:
        self.astray.append(lane.source)
        self.watched[lane.source] = lane, 0

    def watch(self, drained: PacketBatch) -> None:
        """
        Look whether they keep to what passes who did not.
        """
        for row, slot in enumerate(drained.slots.tolist()):
            if slot not in self.watched:
                continue
            lane, kept = self.watched[slot]
            payloadType = int(drained.data[row, 1]) & _PAYLOAD_TYPE
            size = int(drained.lengths[row]) - HEADER_BYTES
            fits = self._fits(lane, payloadType, drained.data, row, HEADER_BYTES, size)
            self.watched[slot] = lane, kept + 1 if fits else 0
            if kept + 1 == _KEEPS_TO and fits:
                del self.watched[slot]
                self.astray.append(slot)
