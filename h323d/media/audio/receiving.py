"""
From arrived packets to sound in the jitter buffers, for a whole batch.

Refused here, and counted: what is no RTP, what comes from an address that a port is not
latched to, what has a payload type that was not negotiated, sound of impossible length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.call.media import Signalling
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.consent import Consent
from h323d.media.audio.decoding import Arrived, Decoder, Decoding, Judged
from h323d.media.audio.digits import Digits
from h323d.media.audio.latch import Latch, canonicalHost, newLatch
from h323d.media.audio.steady import TRUSTED, Steady
from h323d.media.audio.table import EVENT, NOISE, REFUSED, PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import ROW_BYTES, IPacketIO, PacketBatch
from h323d.media.reports import Heard, Report
from h323d.rtp.columns import HeaderColumns, gatherPayloads, parseHeaders
from h323d.rtp.rows import Row
from h323d.rtp.steady import FEW, SteadyStatistics
from h323d.values.address import TransportAddress

__all__ = ["Judged", "Listener", "Receiver"]

_FORM_BITS = 16  # for the length of a payload, below its kind

Rows = npt.NDArray[np.intp]
Seconds = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Listener:
    """
    Whom one port listens to, and what has come of it.

    @ivar statistics: rows of them.
    @ivar transit: as in the columns, seconds.
    """

    latch: Latch | None
    negotiated: TransportAddress | None
    peer: TransportAddress | None
    statistics: tuple[Row, Row]
    transit: float
    decoder: Decoder


class Receiver:
    """
    @ivar statistics: of what arrives, by slot.
    @ivar peers: the sources that slots are locked to.
    @ivar latches: of the slots that are not locked for good.
    @ivar changed: slots whose sound is of another codec since it was emptied.
    """

    def __init__(
        self,
        config: MediaConfig,
        table: PortTable,
        codecs: Codecs,
        digits: Digits,
        consent: Consent,
        stores: SoundStores,
        decoding: Decoding,
        few: int = FEW,
    ) -> None:
        """
        @param few: how many packets at most are taken one by one, where they are as expected.
        """
        self._few = few
        self._stores = stores
        self._decoding = decoding
        self._anyHost = config.latchAnyHost
        self._table = table
        self._consent = consent
        self._codecs = codecs
        self._digits = digits
        self.statistics = SteadyStatistics(config.maximumPorts)
        self._transit = np.full(config.maximumPorts, np.inf)
        self._negotiated: dict[int, TransportAddress] = {}
        self.peers: dict[int, TransportAddress] = {}
        self._steady = Steady(table, codecs, stores, self.statistics, self._transit, self.peers)
        self.latches: dict[int, Latch] = {}
        self.changed: list[int] = []

    def begin(self, slot: int) -> None:
        """
        A port opened; nobody is believed yet.
        """
        self.statistics.reset(slot)
        self.statistics.setClock(slot, int(self._table.clockRate[slot]))
        self._transit[slot] = np.inf
        self.latches[slot] = Latch((), False)

    def expect(
        self, slot: int, negotiated: TransportAddress | None, signalling: Signalling
    ) -> bool:
        """
        Signalling named where the peer is, or that it is to be found by what it sends.

        @return: whether that is news, and the port is to be unlocked; naming the same
            place again leaves a lock in force.
        """
        networks = self._consent.networks
        if negotiated is None:
            if slot not in self._negotiated and slot not in self.peers:
                self.latches[slot] = newLatch(None, signalling.host, self._anyHost, networks)
            return False
        if self._negotiated.get(slot) == negotiated:
            return False
        self._negotiated[slot] = negotiated
        self.peers.pop(slot, None)
        self._table.locked[slot] = False
        self.latches[slot] = newLatch(negotiated.host, signalling.host, self._anyHost, networks)
        return True

    def negotiated(self, slot: int, kind: int, parameters: tuple[tuple[str, str], ...]) -> None:
        """
        The parameters of a format that the slot's peer may send.
        """
        self._decoding.negotiated(slot, kind, parameters)

    def listen(self, slot: int, kind: int) -> None:
        """
        The sound that arrives is of this codec from now on.  What has come of it in the same
        tick is not heard: its buffer may be of another rate.
        """
        table, clockRate = self._table, self._codecs.clockRate(kind)
        table.hears[slot] = self._codecs.likeness[kind]
        if table.clockRate[slot] != clockRate:
            table.clockRate[slot] = clockRate
            self.statistics.setClock(slot, clockRate)
            self._transit[slot] = np.inf
            self._digits.forget(slot)
        self._decoding.restart(slot)
        self.changed.append(slot)

    def restart(self, slot: int) -> None:
        """
        Sound that came has not been decoded: what was remembered of it before is void.
        """
        self._decoding.pauses.forget(slot)
        self._decoding.restart(slot)

    def settle(self, packets: IPacketIO, now: float) -> None:
        """
        Lock for good what nobody has taken back in time.
        """
        for slot, latch in list(self.latches.items()):
            if latch.peer is not None and latch.settled(now):
                del self.latches[slot]
                packets.lock(slot, latch.peer)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        for known in (self.latches, self._negotiated, self.peers):
            known.pop(slot, None)
        self._decoding.forget(slot)

    def release(self, slot: int) -> Listener:
        """
        The slot's port leaves.

        @return: whom it listens to, for L{adopt}.
        """
        return Listener(
            self.latches.pop(slot, None),
            self._negotiated.pop(slot, None),
            self.peers.pop(slot, None),
            self.statistics.release(slot),
            float(self._transit[slot]),
            self._decoding.release(slot),
        )

    def adopt(self, slot: int, listener: Listener) -> None:
        """
        A port came that was released elsewhere.
        """
        for known, each in ((self._negotiated, listener.negotiated), (self.peers, listener.peer)):
            if each is not None:
                known[slot] = each
        if listener.latch is not None:
            self.latches[slot] = listener.latch
        self.statistics.adopt(slot, listener.statistics)
        self._transit[slot] = listener.transit
        self._decoding.adopt(slot, listener.decoder)

    def jitter(self, slots: Rows) -> npt.NDArray[np.float64]:
        """
        @return: C{float64[n]}: interarrival jitter of what arrives, seconds.
        """
        return self.statistics.jitterUnits[slots] / self._table.clockRate[slots]

    def knows(self, slot: int, source: TransportAddress) -> bool:
        """
        Whether RTCP from C{source} may speak for the slot's peer.
        """
        peer, negotiated = self.peers.get(slot), self._negotiated.get(slot)
        known = [canonicalHost(each.host) for each in (peer, negotiated) if each is not None]
        return source.host in known

    def take(
        self, batch: PacketBatch, packets: IPacketIO, frameMs: int, now: float
    ) -> list[Report]:
        """
        Judge a batch, and put its sound into the buffers.

        @param frameMs: the frames of the rooms that it came for.
        @param now: when the coming pull is due, seconds.
        @return: what there is to report.
        """
        if len(batch.slots) <= self._few:
            left = self._steady.take(batch, now)
            if not left:
                return []
            if len(left) < len(batch.slots):
                batch = batch.only(left)
        judged = self.judge(batch, packets, now)
        self._buffer(batch, judged.headers, judged.arrived, judged.heard, frameMs, now)
        return judged.reports

    def judge(self, batch: PacketBatch, packets: IPacketIO, now: float) -> Judged:
        """
        Count and leave out what is not to be heard, find the peers, and take in events.

        @param now: seconds.
        """
        table, slots = self._table, batch.slots
        headers = parseHeaders(batch.data, batch.lengths)
        kinds = table.kinds[slots, headers.payloadType]
        valid = headers.valid & (kinds != REFUSED) & (batch.lengths < ROW_BYTES)
        reports: list[Report] = []
        if batch.sources:
            reports += self._latch(batch, headers, packets, valid, now)
        at: Rows | slice = slice(None)  # nearly always
        if not valid.all():
            np.add.at(table.refused, slots[~valid], 1)
            at = np.flatnonzero(valid)
        rows = np.arange(len(slots))[at]
        slots, kinds, stamps = slots[at], kinds[at], headers.timestamp[at]
        arrivals, events = batch.arrivals[at], kinds == EVENT
        measured = ~np.isnan(arrivals)
        arrivals = self._estimate(slots, stamps, arrivals, measured, now)
        verdict = self.statistics.update(
            slots,
            headers.ssrc[at],
            headers.sequenceNumber[at],
            stamps,
            arrivals,
            measured & ~events,
        )
        arrived = Arrived(rows, slots, kinds, arrivals, verdict.restarted)
        np.add.at(table.receivedOctets, slots, headers.payloadLength[at] * verdict.heard)
        for row in rows[events & verdict.heard].tolist():
            start = int(headers.payloadOffset[row])
            payload = batch.data[row, start : start + int(headers.payloadLength[row])].tobytes()
            slot, stamp = int(batch.slots[row]), int(headers.timestamp[row])
            reports += self._digits.receive(slot, payload, stamp, now)
        return Judged(headers, arrived, verdict.heard, reports)

    def _estimate(
        self,
        slots: Rows,
        timestamps: npt.NDArray[np.uint32],
        arrivals: Seconds,
        measured: Mask,
        now: float,
    ) -> Seconds:
        """
        Where the arrival was not measured, take it that the way took as long as the last
        time that it was.

        @return: C{float64[n]}, seconds, none of them unknown.
        """
        sent = timestamps / self._table.clockRate[slots]
        self._transit[slots[measured]] = (arrivals - sent)[measured]
        guess = np.minimum(self._transit[slots] + sent, now)
        guess = np.where(now - guess < TRUSTED, guess, now)
        return np.where(measured, np.minimum(arrivals, now), guess)

    def _latch(
        self,
        batch: PacketBatch,
        headers: HeaderColumns,
        packets: IPacketIO,
        valid: Mask,
        now: float,
    ) -> list[Report]:
        """
        Let the slots that are not locked for good choose their peers; clears C{valid} where
        the source is not the peer.
        """
        reports: list[Report] = []
        for row, source in batch.sources.items():
            slot = int(batch.slots[row])
            if not valid[row] or self.peers.get(slot) == source:
                continue
            latch = self.latches.get(slot)  # none, if a packet of this same batch has locked it
            if latch is None or not latch.accepts(source, int(headers.sequenceNumber[row]), now):
                valid[row] = False
                continue
            self.peers[slot] = source
            self._table.locked[slot] = True
            if latch.settled(now):
                del self.latches[slot]
                packets.lock(slot, source)
            else:
                packets.follow(slot, source)
            self._consent.heard(packets, slot, source)
            reports.append(Heard(int(self._table.portId[slot]), source))
        return reports

    def _buffer(
        self,
        batch: PacketBatch,
        headers: HeaderColumns,
        arrived: Arrived,
        heard: Mask,
        frameMs: int,
        now: float,
    ) -> None:
        """
        Decode what was heard of the members of rooms, and put it into their buffers.
        """
        codecs, table = self._codecs, self._table
        alike = codecs.likeness[arrived.kinds] == table.hears[arrived.slots]
        inRoom = table.room[arrived.slots] >= 0
        sound = heard & alike & inRoom
        if not sound.all():
            sound |= self._pause(batch, headers, arrived, heard & inRoom)
            other = arrived.only(heard & ~alike & codecs.isSound(arrived.kinds))
            for slot, kind in zip(other.slots.tolist(), other.kinds.tolist(), strict=True):
                self.listen(slot, kind)
            arrived = arrived.only(sound)
        streamed = codecs.streamed[arrived.kinds] | (arrived.kinds == NOISE)
        if streamed.any():
            self._decoding.take(batch, headers, arrived.only(streamed), now)
            arrived = arrived.only(~streamed)
        forms = (arrived.kinds.astype(np.int64) << _FORM_BITS) | headers.payloadLength[arrived.rows]
        found = self._bySamples(arrived.slots, forms)
        for (rate, count), equal in found.items():
            chosen = forms == equal[0]
            for form in equal[1:]:
                chosen |= forms == form
            part = arrived if len(found) == 1 and chosen.all() else arrived.only(chosen)
            samples = self._decode(batch, headers, part, count)
            store, stamps = self._stores.of(frameMs, rate), headers.timestamp[part.rows]
            rows = table.row[part.slots]
            store.buffers.insert(rows, stamps, samples, now, part.arrivals, part.restarted)
            self._decoding.pauses.end(store, part.slots, stamps)

    def _pause(
        self, batch: PacketBatch, headers: HeaderColumns, arrived: Arrived, heard: Mask
    ) -> Mask:
        """
        Begin the pauses that are announced by descriptions of noise.

        @param heard: C{bool[n]}: what is heard of the members of rooms.
        @return: C{bool[n]}: the descriptions that are left, because they are to be taken in turn
            with sound of codecs that remember.
        """
        noise: Mask = heard & (arrived.kinds == NOISE)
        streamed = self._codecs.streamed[self._table.hears[arrived.slots]]
        for index in np.flatnonzero(noise & ~streamed).tolist():
            row = arrived.rows[index]
            start = int(headers.payloadOffset[row])
            description = batch.data[row, start : start + int(headers.payloadLength[row])]
            stamp = int(headers.timestamp[row])
            self._decoding.pauses.begin(int(arrived.slots[index]), description, stamp)
        noise &= streamed
        return noise

    def _decode(
        self, batch: PacketBatch, headers: HeaderColumns, arrived: Arrived, count: int
    ) -> npt.NDArray[np.int16]:
        """
        @param count: how many samples each packet holds.
        @return: C{int16[n, count]}.
        """
        samples = np.empty((len(arrived.rows), count), np.int16)
        sizes, kinds = headers.payloadLength[arrived.rows], arrived.kinds
        for kind in sorted(set(kinds.tolist())):
            for size in sorted(set(sizes[kinds == kind].tolist())):
                mine = np.flatnonzero((kinds == kind) & (sizes == size))
                at = arrived.rows[mine]
                payloads = gatherPayloads(batch.data, at, headers.payloadOffset[at], size)
                samples[mine] = self._codecs.decode(kind, payloads)
        return samples

    def _bySamples(
        self, slots: Rows, forms: npt.NDArray[np.int64]
    ) -> dict[tuple[int, int], list[int]]:
        """
        Count and leave out what cannot be a payload of its codec.

        @param forms: C{int64[n]}: kind and length of each packet.
        @return: by their rate and how many samples a packet holds, the forms that hold so many.
        """
        found: dict[tuple[int, int], list[int]] = {}
        for form in sorted(set(forms.tolist())):
            size = form & ((1 << _FORM_BITS) - 1)
            kind = form >> _FORM_BITS
            count = self._codecs.samplesIn(kind, size) if size else 0
            if count > 0:
                found.setdefault((self._codecs.clockRate(kind), count), []).append(form)
            elif size:
                np.add.at(self._table.refused, slots[forms == form], 1)
        return found
