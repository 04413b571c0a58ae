"""
Packets that are exactly what was expected: prediction instead of judgement, for a few at a time.

In a room of twelve, nearly every packet is the next of its source, of a codec like the one that is
being heard, and in time for its turn.  L{Steady.take} recognises those by plain numbers, and puts
their sound where the columns would have put it (L{h323d.media.audio.receiving}); whatever else
there is, it leaves as it came.  It never finds a fault: there is nothing here that counts one,
refuses anything, or believes anybody.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from h323d.media.audio.buffers import SoundStore, SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.table import PortTable
from h323d.media.packets import ROW_BYTES, PacketBatch
from h323d.rtp.columns import HEADER_BYTES, numbers
from h323d.rtp.steady import SteadyStatistics
from h323d.values.address import TransportAddress

__all__ = ["TRUSTED", "Steady"]

TRUSTED = 0.05  # seconds; an estimate further back means that the timestamps jumped
_HEADER = struct.Struct("!BBHII")
_PLAIN = 0x80  # version 2, without padding, extension or CSRCs
_PAYLOAD_TYPE = 0x7F
_TYPES = 128
_MOST = 4  # packets of a slot, in a batch
_LIKE_NONE = np.int64(-1)


@dataclass(slots=True, eq=False)
class _Form:
    """
    What packets can be.

    @ivar store: where their sound waits.
    @ivar size: of the payload, octets.
    @ivar count: how many samples that is; 0 if it cannot be a payload of its kind.
    """

    store: SoundStore
    kind: int
    size: int
    count: int


@dataclass(slots=True)
class _Part:
    """
    Packets of one form, of a batch.

    @ivar rows: which they are.
    @ivar places: where their sound belongs, block by block.
    """

    rows: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


class Steady:
    """
    Takes out of a batch what was expected.
    """

    def __init__(
        self,
        table: PortTable,
        codecs: Codecs,
        stores: SoundStores,
        statistics: SteadyStatistics,
        transit: npt.NDArray[np.float64],
        peers: Mapping[int, TransportAddress],
    ) -> None:
        """
        @param transit: C{float64}, seconds, by slot: from when the last packet whose arrival was
            measured was sent, by its timestamp, until then.
        @param peers: whose packets are taken, by slot, where it is known.
        """
        self._codecs = codecs
        self._stores = stores
        self._statistics = statistics
        self._transit = numbers(transit)
        self._peers = peers
        self._kinds = numbers(table.kinds.reshape(-1))
        self._hears, self._room = numbers(table.hears), numbers(table.room)
        self._store, self._row = numbers(table.store), numbers(table.row)
        self._clockRate, self._received = numbers(table.clockRate), numbers(table.receivedOctets)
        kinds = np.arange(256, dtype=np.uint8)
        remembersNothing = codecs.isSound(kinds) & ~codecs.streamed
        self._likeness = np.where(remembersNothing, codecs.likeness, _LIKE_NONE).tolist()
        self._forms: dict[tuple[int, int, int], _Form] = {}

    def take(self, batch: PacketBatch, now: float) -> list[int]:
        """
        Put the sound of what was expected into the buffers.  A slot's packets are taken all or not
        at all, so that they keep their order.

        @param now: when the coming pull is due, seconds.
        @return: the rows that are still to be judged.
        """
        octets, width = numbers(batch.data.reshape(-1)), batch.data.shape[1]
        slots, lengths = batch.slots.tolist(), batch.lengths.tolist()
        forms: dict[int, _Form | None] = {}
        stamps: list[int] = []
        turns: dict[int, int] = {}
        for row, slot in enumerate(slots):
            first, second, sequence, stamp, ssrc = _HEADER.unpack_from(octets, row * width)
            stamps.append(stamp)
            turn = turns[slot] = turns.get(slot, 0) + 1
            form = None
            if first == _PLAIN and turn <= _MOST:
                form = self._formOf(slot, second & _PAYLOAD_TYPE, lengths[row])
            if (
                form is None
                or forms.setdefault(slot, form) is not form
                or not self._statistics.follows(slot, ssrc, sequence, turn)
                or not form.store.buffers.expects(self._row[slot], stamp, form.count)
                or (row in batch.sources and batch.sources[row] != self._peers.get(slot))
            ):
                forms[slot] = None
        return self._put(batch, slots, stamps, forms, now)

    def _formOf(self, slot: int, payloadType: int, length: int) -> _Form | None:
        """
        @param length: of the packet, octets.
        @return: what such a packet is, if it can be of the sound that is being heard of a member
            of a room.
        """
        kind, number = self._kinds[slot * _TYPES + payloadType], self._store[slot]
        if self._likeness[kind] != self._hears[slot] or number < 0 or self._room[slot] < 0:
            return None
        form = self._forms.get((number, kind, length))
        if form is None:
            size = length - HEADER_BYTES if length < ROW_BYTES else 0
            count = self._codecs.samplesIn(kind, size) if size > 0 else 0
            form = _Form(self._stores.made[number], kind, size, count)
            self._forms[number, kind, length] = form
        return form if form.count > 0 else None

    def _put(
        self,
        batch: PacketBatch,
        slots: list[int],
        stamps: list[int],
        forms: dict[int, _Form | None],
        now: float,
    ) -> list[int]:
        """
        Count what was expected, and put its sound into the buffers.

        @param forms: what the packets of each slot are; C{None} where they are to be judged.
        @return: the rows of those.
        """
        left: list[int] = []
        parts: dict[_Form, _Part] = {}
        arrivals = self._estimate(batch.arrivals.tolist(), slots, stamps, forms, now)
        for row, slot in enumerate(slots):
            form = forms[slot]
            if form is None:
                left.append(row)
                continue
            part = parts.get(form)
            if part is None:
                part = parts[form] = _Part()
            part.rows.append(row)
            stamp, (arrival, measured) = stamps[row], arrivals[row]
            self._statistics.count(slot, arrival)
            self._received[slot] += form.size
            if measured:
                self._statistics.time(slot, stamp, arrival)
            buffers = form.store.buffers
            buffers.claim(part.places, self._row[slot], stamp, form.count, now, arrival)
        for form, part in parts.items():
            payloads = batch.data[part.rows, HEADER_BYTES : HEADER_BYTES + form.size]
            form.store.buffers.fill(part.places, self._codecs.decode(form.kind, payloads))
        return left

    def _estimate(
        self,
        arrivals: list[float],
        slots: list[int],
        stamps: list[int],
        forms: dict[int, _Form | None],
        now: float,
    ) -> list[tuple[float, bool]]:
        """
        @param arrivals: seconds; not-a-number where it was not measured.
        @return: when each packet has arrived, seconds, and whether that was measured.
        """
        transit, rates = self._transit, self._clockRate
        for arrival, slot, stamp in zip(arrivals, slots, stamps, strict=True):
            if arrival == arrival and forms[slot] is not None:
                transit[slot] = arrival - stamp / rates[slot]
        found: list[tuple[float, bool]] = []
        for arrival, slot, stamp in zip(arrivals, slots, stamps, strict=True):
            if arrival == arrival:
                found.append((min(arrival, now), True))
                continue
            guess = min(transit[slot] + stamp / rates[slot], now)
            found.append((guess if now - guess < TRUSTED else now, False))
        return found
