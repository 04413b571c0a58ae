"""
The streams of codecs that remember what went before (L{IStreamCodec}): packets to sound.

They are decoded in order of arrival, long before their sound is played.  Where packets are missing
before one that came, the decoder makes up for them first, the last of them perhaps from a copy in
the packet that came; that is heard where it is not too late.  A packet that comes after its place
was made up is late, and dropped.  When a pause was announced, the decoder fills it; or, where it
was by a packet of another kind, the noise that is described there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import IDecoder, IModeDecoder
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import ROOM_RATES, Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.pauses import Pauses
from h323d.media.audio.table import NOISE, PortTable
from h323d.media.packets import PacketBatch
from h323d.media.reports import Report
from h323d.rtp.columns import HeaderColumns

__all__ = ["Arrived", "Decoder", "Decoding", "Judged", "SoundStream"]

_MOST_RECOVERED = 5  # packets that are made up for, of those that are missing in a row
_MISORDER = 100  # sequence numbers behind that still count as late (RFC 3550, A.1)
_LONGEST_MS = 120  # of the sound of a packet
_AT_ONCE = 64  # packets
_SEQUENCES = 1 << 16
_STAMPS = 1 << 32

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Arrived:
    """
    Packets of a batch, in order of arrival.

    @ivar rows: C{intp[n]}: which they are.
    @ivar slots: C{intp[n]}.
    @ivar kinds: C{uint8[n]}: what their payload types stand for.
    @ivar arrivals: C{float64[n]}, seconds.
    @ivar restarted: C{bool[n]}: the first of another source.
    """

    rows: Rows
    slots: Rows
    kinds: npt.NDArray[np.uint8]
    arrivals: npt.NDArray[np.float64]
    restarted: Mask

    def only(self, some: Mask | slice) -> Arrived:
        """
        @return: some of them.
        """
        return Arrived(
            self.rows[some],
            self.slots[some],
            self.kinds[some],
            self.arrivals[some],
            self.restarted[some],
        )


@dataclass(slots=True)
class Judged:
    """
    What was found of a batch.

    @ivar arrived: its valid packets, of believed sources.
    @ivar heard: C{bool[n]}: those of them that are to be heard.
    @ivar reports: what there is to report.
    """

    headers: HeaderColumns
    arrived: Arrived
    heard: Mask
    reports: list[Report]


class SoundStream:
    """
    One stream's decoder, and how far it has got.

    @ivar asks: the same, if what it decodes says in which mode to encode.
    @ivar form: the kind of its codec, and the rate of what it gives.
    @ivar position: the last packet's timestamp, not reduced.
    @ivar units: how long the sound of the last was, on the same clock; 0 before there was any.
    """

    __slots__ = (
        *("_begun", "_sequence", "_timestamp"),
        *("asks", "decoder", "form", "position", "units"),
    )

    def __init__(self, decoder: IDecoder, form: tuple[int, int]) -> None:
        self.decoder = decoder
        self.asks = IModeDecoder(decoder, None)
        self.form = form
        self.position = self.units = 0
        self._begun = False
        self._sequence = self._timestamp = 0

    def follow(self, sequence: int, timestamp: int) -> int | None:
        """
        Go on to the packet that came.

        @return: how many packets are to be made up for before it; C{None} if it is late itself.
        """
        ahead = (sequence - self._sequence) % _SEQUENCES
        if self._begun and (ahead == 0 or ahead >= _SEQUENCES - _MISORDER):
            return None
        lost, begun = 0, self._begun
        step = self.goOn(sequence, timestamp)
        if begun and self.units:
            lost = max(0, min(ahead - 1, step // self.units - 1, _MOST_RECOVERED))
        return lost

    def goOn(self, sequence: int, timestamp: int) -> int:
        """
        All packets have come up to this one.

        @return: how much later it is than the last, on the same clock.
        """
        step = 0
        if self._begun:
            step = (timestamp - self._timestamp + _STAMPS // 2) % _STAMPS - _STAMPS // 2
            self.position += step
        else:
            self.position = timestamp
        self._begun, self._sequence, self._timestamp = True, sequence, timestamp
        return step


@dataclass(frozen=True, slots=True)
class Decoder:
    """
    What is remembered of what one port hears.

    @ivar parameters: of the formats that its peer may send, by kind.
    """

    stream: SoundStream | None
    parameters: dict[int, tuple[tuple[str, str], ...]]


class Decoding:
    """
    All streams that are decoded one by one.

    @ivar pauses: of all ports, also of those whose codecs remember nothing.
    """

    def __init__(
        self,
        table: PortTable,
        codecs: Codecs,
        coders: Coders,
        stores: SoundStores,
        pauses: Pauses,
    ) -> None:
        """
        @param pauses: of those who describe their noise.
        """
        self.pauses = pauses
        self._table = table
        self._coders = coders
        self._codecs = codecs
        self._stores = stores
        self._streams: dict[int, SoundStream] = {}
        self._parameters: dict[tuple[int, int], tuple[tuple[str, str], ...]] = {}
        width = _LONGEST_MS * ROOM_RATES[-1] // 1000
        self._decoded = np.zeros((_AT_ONCE, width), np.int16)
        self._recovered = np.zeros((1, width), np.int16)
        self._stamps = np.zeros(_AT_ONCE, np.uint32)
        self._counts = np.zeros(_AT_ONCE, np.int64)  # samples

    def negotiated(self, slot: int, kind: int, parameters: tuple[tuple[str, str], ...]) -> None:
        """
        The parameters of a format that the slot's peer may send.
        """
        if self._parameters.get((slot, kind)) != parameters:
            self._parameters[slot, kind] = parameters
            self.restart(slot)

    def requests(self) -> Iterator[tuple[int, int | None]]:
        """
        Which slots' peers say in which mode they would like to be sent, and what they said last.
        """
        for slot, stream in self._streams.items():
            if stream.asks is not None:
                yield slot, stream.asks.request

    def restart(self, slot: int) -> None:
        """
        Another source, or another rate: what was remembered is void.
        """
        self._streams.pop(slot, None)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self.release(slot)

    def release(self, slot: int) -> Decoder:
        """
        The slot's port leaves.

        @return: what is remembered of what it hears, for L{adopt}.
        """
        self.pauses.forget(slot)
        keys = [key for key in self._parameters if key[0] == slot]
        parameters = {kind: self._parameters.pop((slot, kind)) for _, kind in keys}
        return Decoder(self._streams.pop(slot, None), parameters)

    def adopt(self, slot: int, decoder: Decoder) -> None:
        """
        A port came that was released elsewhere.
        """
        for kind, parameters in decoder.parameters.items():
            self._parameters[slot, kind] = parameters
        if decoder.stream is not None:
            self._streams[slot] = decoder.stream

    def take(
        self, batch: PacketBatch, headers: HeaderColumns, arrived: Arrived, now: float
    ) -> None:
        """
        Decode packets of members of rooms, and put their sound into the buffers; descriptions of
        noise are among them.
        """
        for first in range(0, len(arrived.rows), _AT_ONCE):
            part = arrived.only(slice(first, first + _AT_ONCE))
            for index, row in enumerate(part.rows.tolist()):
                slot, start = int(part.slots[index]), int(headers.payloadOffset[row])
                if part.restarted[index]:
                    self.restart(slot)
                self._counts[index] = self._decode(
                    index,
                    slot,
                    int(part.kinds[index]),
                    batch.data[row, start : start + int(headers.payloadLength[row])],
                    int(headers.sequenceNumber[row]),
                    int(headers.timestamp[row]),
                )
            self._insert(part, now)

    def _insert(self, arrived: Arrived, now: float) -> None:
        """
        Put what was decoded of so many packets into their buffers.
        """
        slots = arrived.slots
        counts, numbers = self._counts[: len(slots)], self._table.store[slots]
        for number in sorted(set(numbers.tolist())):
            buffers = self._stores.made[number].buffers
            for count in sorted(set(counts[numbers == number].tolist()) - {0}):
                at = np.flatnonzero((numbers == number) & (counts == count))
                buffers.insert(
                    self._table.row[slots[at]],
                    self._stamps[at],
                    self._decoded[at, :count],
                    now,
                    arrived.arrivals[at],
                    arrived.restarted[at],
                )

    def _decode(
        self, index: int, slot: int, kind: int, payload: Octets, sequence: int, timestamp: int
    ) -> int:
        """
        @param index: where what is decoded goes.
        @return: how many samples that is; 0 if the packet is not heard.
        """
        if kind == NOISE:
            self._pause(slot, payload, sequence, timestamp)
            return 0
        rate, clock = int(self._table.sampleRate[slot]), self._codecs.clockRate(kind)
        units = self._coders.unitsIn(kind, payload)
        count = units * rate // clock
        if not 0 < count <= self._decoded.shape[1]:
            self._table.refused[slot] += bool(payload.size)
            return 0
        stream = self.stream(slot, (kind, rate))
        store, row = self._stores.made[self._table.store[slot]], int(self._table.row[slot])
        lost = stream.follow(sequence, timestamp)
        if lost is None:
            store.buffers.late[row] += 1
            return 0
        for missing in range(lost, 0, -1):
            stamp = (stream.position - missing * stream.units) * rate // clock
            made = self._recovered[:, : stream.units * rate // clock]
            self._coders.recover(stream.decoder, made[0], payload if missing == 1 else None)
            store.buffers.patch(row, stamp % _STAMPS, made)
        stream.units = units
        self._stamps[index] = stream.position * rate // clock % _STAMPS
        if not self._coders.decode(stream.decoder, payload, self._decoded[index, :count]):
            self._table.refused[slot] += 1
        if self._coders.announcesPause(kind, payload):
            store.pause(row, stream.decoder)
        else:
            store.resume(row)
        return count

    def _pause(self, slot: int, description: Octets, sequence: int, timestamp: int) -> None:
        """
        A packet that is no sound, in which nothing is lost.
        """
        stream = self._streams.get(slot)
        if stream is None or stream.follow(sequence, timestamp) is not None:
            self.pauses.begin(slot, description, timestamp)

    def stream(self, slot: int, form: tuple[int, int]) -> SoundStream:
        """
        The stream that a slot hears, as far as it has got.

        @param form: the kind of a codec, and the rate of what is wanted of it.
        """
        stream = self._streams.get(slot)
        if stream is None or stream.form != form:
            kind, rate = form
            parameters = self._parameters.get((slot, kind), ())
            stream = SoundStream(self._coders.newDecoder(kind, rate, parameters), form)
            self._streams[slot] = stream
        return stream
