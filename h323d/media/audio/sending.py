"""
From mixes to RTP packets: encode, packetise, number, send.

Each distinct mix is encoded once per codec that remembers nothing; of the others, every port has an
encoder of its own, which is given whole packets, or shares one (L{h323d.media.audio.sharing}).  A
timestamp is the plane's clock, in the units of what is sent, plus the port's own base, so that it
goes on truly over stalls, holds, pauses and reconfigurations; where it jumps, the marker says so
(RFC 3551, 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import LARGEST_PAYLOAD, IEncoder
from h323d.dsp.mixing import SILENCE
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.sharing import Form, SharedEncoders
from h323d.media.audio.table import LONGEST_PACKET_MS, Milliseconds, PortTable
from h323d.media.audio.wishes import Wishes
from h323d.media.packets import IPacketIO
from h323d.rtp.columns import HEADER_BYTES, numbers, writeHeader, writeHeaders
from h323d.rtp.steady import FEW

__all__ = ["Mixes", "Sender", "Speaker"]

Slots = npt.NDArray[np.intp]
Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


@dataclass(slots=True)
class Mixes:
    """
    One frame of a group.

    @ivar samples: C{int16[m, s]}: the distinct mixes.
    @ivar of: C{intp[n]}: which of them each member hears.
    @ivar milliseconds: how long it is.
    @ivar shared: how many of the mixes, from the first on, are those of whole rooms.
    """

    samples: Samples
    of: Slots
    milliseconds: int
    shared: int = 0


class _Stream:
    """
    One port's encoder, and the sound that waits for its packet to be full.
    """

    __slots__ = ("encoder", "form", "waiting")

    def __init__(self, encoder: IEncoder, form: tuple[int, int]) -> None:
        """
        @param form: the kind of its codec, and the rate of what it is given.
        """
        self.encoder = encoder
        self.form = form
        self.waiting = np.empty(LONGEST_PACKET_MS * form[1] // 1000, np.int16)


@dataclass(frozen=True, slots=True)
class Speaker:
    """
    What is remembered of what one port is sent.

    @ivar parameters: of its format; C{None} before there is one.
    """

    stream: _Stream | None
    parameters: tuple[tuple[str, str], ...] | None


class Sender:
    """
    What is sent to all ports.
    """

    def __init__(self, table: PortTable, codecs: Codecs, coders: Coders, few: int = FEW) -> None:
        """
        @param few: how many packets at most are numbered one by one.
        """
        self._few = few
        self._payloadType, self._ownSsrc = numbers(table.payloadType), numbers(table.ownSsrc)
        self._sequence, self._sent = numbers(table.sequence), numbers(table.sent)
        self._base, self._units = numbers(table.timestampBase), numbers(table.sendUnits)
        self._expected = numbers(table.expected)
        self._table = table
        self._coders = coders
        self._codecs = codecs
        self._shared = SharedEncoders(coders)
        self._streams: dict[int, _Stream] = {}
        self._wishes = Wishes()

    def negotiated(self, slot: int, parameters: tuple[tuple[str, str], ...]) -> None:
        """
        The parameters of the format that the slot's peer is sent.
        """
        if self._wishes.negotiated(slot, parameters):
            self.restart(slot)

    def tune(self, slot: int, lossPercent: int) -> None:
        """
        The slot's peer reports how much it loses.
        """
        stream = self._streams.get(slot)
        if stream is not None:
            self._coders.tune(stream.encoder, lossPercent)
        self._shared.tune(slot, lossPercent)

    def heed(self, slot: int, mode: int | None) -> None:
        """
        The slot's peer asks for a mode of its codec (L{h323d.dsp.codec.IModeDecoder}).
        """
        stream = self._streams.get(slot)
        if self._wishes.asked(slot, mode) and stream is not None:
            self._coders.heed(stream.encoder, mode)

    def restart(self, slot: int) -> None:
        """
        Other parameters, or another rate: the encoder begins anew.
        """
        self._streams.pop(slot, None)
        self._table.heldMs[slot] = 0

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self.release(slot)

    def release(self, slot: int) -> Speaker:
        """
        The slot's port leaves.

        @return: what is remembered of what it is sent, for L{adopt}.
        """
        self._shared.forget(slot)
        return Speaker(self._streams.pop(slot, None), self._wishes.take(slot))

    def adopt(self, slot: int, speaker: Speaker) -> None:
        """
        A port came that was released elsewhere.
        """
        if speaker.stream is not None:
            self._streams[slot] = speaker.stream
        if speaker.parameters is not None:
            self._wishes.put(slot, speaker.parameters)

    def send(
        self,
        packets: IPacketIO,
        members: Slots,
        mixes: Mixes,
        clock: int,
        pausing: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """
        @param members: C{intp[n]}.
        @param clock: of the plane at the start of this frame, milliseconds.
        @param pausing: C{bool[n]}: the members that are not sent sound, because they are sent
            digits.
        """
        sending = self._table.sends[members]
        if pausing is not None:
            sending &= ~pausing
        mixOf = mixes.of
        if not sending.all():
            members, mixOf = members[sending], mixOf[sending]
        if not members.size:
            return
        kinds = self._table.codec[members]
        if (kinds == kinds[0]).all():
            self._sendKind(packets, int(kinds[0]), members, mixes, mixOf, clock)
            return
        for kind in np.unique(kinds).tolist():
            rows = kinds == kind
            self._sendKind(packets, kind, members[rows], mixes, mixOf[rows], clock)

    def _sendKind(
        self,
        packets: IPacketIO,
        kind: int,
        members: Slots,
        mixes: Mixes,
        mixOf: Slots,
        clock: int,
    ) -> None:
        """
        Send a frame where it is a packet, keep it where it is a part of one.
        """
        frame = mixes.milliseconds
        if self._codecs.streamed[kind]:
            self._sendStreams(packets, kind, members, mixes, mixOf, clock)
            return
        payloads = self._codecs.encode(kind, mixes.samples, mixOf)
        whole = self._table.packetMs[members] == frame
        if whole.all():
            self._emitRows(packets, members, payloads, clock, frame)
            return
        if whole.any():
            self._emitRows(packets, members[whole], payloads[whole], clock, frame)
        self._hold(packets, members[~whole], payloads[~whole], clock, frame)

    # Codecs that remember nothing

    def _hold(
        self, packets: IPacketIO, members: Slots, payloads: Octets, clock: int, frame: int
    ) -> None:
        """
        A packet takes several frames: keep this one, send what is full.

        @param payloads: C{uint8[n, octets]}, by member.
        @param frame: how long each is, milliseconds.
        """
        table = self._table
        self._lengthen(members, clock, frame)
        at = (table.heldMs[members] - frame) * payloads.shape[1] // frame
        table.held[members[:, None], at[:, None] + np.arange(payloads.shape[1])] = payloads
        full = members[table.heldMs[members] == table.packetMs[members]]
        for length in np.unique(table.heldMs[full]).tolist():
            ready = full[table.heldMs[full] == length]
            held = table.held[ready, : length * payloads.shape[1] // frame]
            self._emitRows(packets, ready, held, table.heldFrom[ready], length)
            table.heldMs[ready] = 0

    def _lengthen(self, members: Slots, clock: int, frame: int) -> None:
        """
        Hold a frame more of each, or begin anew: after a packet, a stall, or a digit, or where
        frames have become longer, and would not end with the packet.
        """
        table = self._table
        anew = table.heldFrom[members] + table.heldMs[members] != clock
        anew |= table.heldMs[members] + frame > table.packetMs[members]
        table.heldMs[members[anew]] = 0
        table.heldFrom[members[anew]] = clock
        table.heldMs[members] += frame

    def _emitRows(
        self,
        packets: IPacketIO,
        members: Slots,
        payloads: Octets,
        begun: Milliseconds,
        length: int,
    ) -> None:
        """
        Send a packet to each.

        @param payloads: C{uint8[n, octets]}.
        @param begun: when the sound of the packets begins, by the plane's clock.
        @param length: how much sound each packet holds, milliseconds.
        """
        size = payloads.shape[1]
        out = np.empty((len(members), HEADER_BYTES + size), np.uint8)
        out[:, HEADER_BYTES:] = payloads
        self._number(members, out, begun, length)
        packets.send(members, out)
        self._table.sentOctets[members] += size

    # Codecs that remember

    def _sendStreams(
        self,
        packets: IPacketIO,
        kind: int,
        members: Slots,
        mixes: Mixes,
        mixOf: Slots,
        clock: int,
    ) -> None:
        """
        Let each port's encoder have its frame, or that which it shares, and send what that makes,
        if it makes anything.
        """
        table = self._table
        forms = self._formsOf(kind, members, mixes, mixOf)
        streams = [
            self._stream(slot, kind) if form is None else None
            for slot, form in zip(members.tolist(), forms, strict=True)
        ]
        self._lengthen(members, clock, mixes.milliseconds)
        full = table.heldMs[members] == table.packetMs[members]
        out = np.empty((len(members), HEADER_BYTES + LARGEST_PAYLOAD), np.uint8)
        sizes = np.zeros(len(members), np.int64)
        for index, (form, stream) in enumerate(zip(forms, streams, strict=True)):
            frame, slot = mixes.samples[mixOf[index]], int(members[index])
            row = out[index, HEADER_BYTES:]
            if form is not None:
                sizes[index] = self._shared.encode(form, slot, frame, clock, row)
            elif stream is not None:
                samples = self._gather(slot, stream, frame, mixes.milliseconds)
                if full[index]:
                    sizes[index] = self._coders.encode(stream.encoder, samples, row)
        begun, lengths = table.heldFrom[members], table.heldMs[members]
        table.heldMs[members[full]] = 0
        sent = np.flatnonzero(sizes)
        if not sent.size:
            return
        receivers, rows = members[sent], out[sent]
        self._number(receivers, rows, begun[sent], lengths[sent])
        packets.send(receivers, rows, HEADER_BYTES + sizes[sent])
        table.sentOctets[receivers] += sizes[sent]

    def _formsOf(self, kind: int, members: Slots, mixes: Mixes, mixOf: Slots) -> list[Form | None]:
        """
        @return: by whose encoder each is served; C{None} for his own.
        """
        if not mixes.shared:
            return [None] * len(members)
        table, isSilent = self._table, not mixes.samples[SILENCE].any()
        whole = table.packetMs[members] == mixes.milliseconds
        columns = members, table.room[members], table.sendRate[members], mixOf, whole
        forms = [
            Form(room, kind, rate, self._wishes.of(slot), isSilent and heard == SILENCE)
            if fits
            else None
            for slot, room, rate, heard, fits in zip(
                *(each.tolist() for each in columns), strict=True
            )
        ]
        return [
            form if heard < mixes.shared else None
            for form, heard in zip(self._shared.worthWhile(forms), mixOf.tolist(), strict=True)
        ]

    def encoder(self, slot: int, kind: int) -> IEncoder:
        """
        The encoder of what the slot's peer is sent, with a codec that remembers.
        """
        return self._stream(slot, kind).encoder

    def _stream(self, slot: int, kind: int) -> _Stream:
        stream, form = self._streams.get(slot), (kind, int(self._table.sendRate[slot]))
        if stream is None or stream.form != form:
            parameters = self._wishes.of(slot)
            encoder = self._coders.newEncoder(*form, parameters)
            stream = self._streams[slot] = _Stream(encoder, form)
            self._table.heldMs[slot] = 0
        return stream

    def _gather(self, slot: int, stream: _Stream, frame: Samples, milliseconds: int) -> Samples:
        """
        @param frame: C{int16[s]}: the last that is held.
        @return: C{int16[t]}: all that is.
        """
        held = int(self._table.heldMs[slot])
        if held == milliseconds and self._table.packetMs[slot] == milliseconds:
            return frame
        count = held * len(frame) // milliseconds
        stream.waiting[count - len(frame) : count] = frame
        return stream.waiting[:count]

    # Both

    def _number(
        self, members: Slots, out: Octets, begun: Milliseconds, length: Milliseconds
    ) -> None:
        """
        Write the headers of the packets that go to C{members}, and count them.

        @param out: C{uint8[n, octets]}.
        """
        if len(members) <= self._few:
            self._numberEach(members.tolist(), out, begun, length)
            return
        table = self._table
        timestamps = table.timestamps(members, begun)
        writeHeaders(
            out,
            table.payloadType[members],
            table.expected[members] != timestamps,
            table.sequence[members],
            timestamps,
            table.ownSsrc[members],
        )
        table.expected[members] = timestamps + length * table.sendUnits[members]
        table.sequence[members] += 1
        table.sent[members] += 1

    def _numberEach(
        self, members: list[int], out: Octets, begun: Milliseconds, length: Milliseconds
    ) -> None:
        """
        L{_number}, without columns.
        """
        count, width = out.shape
        octets = numbers(out.reshape(-1))
        starts = [begun] * count if isinstance(begun, int) else begun.tolist()
        lengths = [length] * count if isinstance(length, int) else length.tolist()
        for at, slot, start, lasts in zip(
            range(0, count * width, width), members, starts, lengths, strict=True
        ):
            units, sequence = self._units[slot], self._sequence[slot]
            timestamp = self._base[slot] + start * units
            writeHeader(
                octets,
                at,
                self._payloadType[slot],
                self._expected[slot] != timestamp,
                sequence,
                timestamp,
                self._ownSsrc[slot],
            )
            self._expected[slot] = timestamp + lasts * units
            self._sequence[slot] = sequence + 1
            self._sent[slot] += 1
