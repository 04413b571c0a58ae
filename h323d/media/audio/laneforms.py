"""
What may go on from one party to another, packet by packet, and as what.

That follows from what was negotiated with both.  Where what comes is what is wanted, it passes
octet for octet; where another codec is wanted, of packets as long and at a rate of sound that both
have, each packet is decoded and encoded by itself (L{h323d.media.audio.transcoding}).  Whatever
else there is has to be mixed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.lanes import Coding, Lane, LaneForm
from h323d.media.audio.table import NOISE, PortTable
from h323d.values.media.formats import MediaFormat
from h323d.values.media.passing import mayPass
from h323d.values.media.streams import Stream

__all__ = ["LaneForms"]

_PAYLOAD_TYPE = 0x7F

Octets = npt.NDArray[np.uint8]


class LaneForms:
    """
    What was negotiated with all ports, and what lanes between them may be.
    """

    def __init__(self, table: PortTable, codecs: Codecs, coders: Coders) -> None:
        self._table = table
        self._codecs = codecs
        self._coders = coders
        self._streams: dict[int, Stream] = {}

    def negotiated(self, slot: int, stream: Stream) -> None:
        """
        What the slot's peer may send, and is sent, from now on.
        """
        self._streams[slot] = stream

    def forget(self, slot: int) -> Stream:
        """
        The slot's port closed, or leaves.

        @return: what was negotiated there last.
        """
        return self._streams.pop(slot, Stream())

    def of(self, source: int, target: int) -> LaneForm | None:
        """
        @return: what may go on there; C{None} if nothing may, though something is sent there.
        """
        receive = self._streams.get(source, Stream()).receive
        transmit = self._streams.get(target, Stream()).transmit
        formats = {} if receive is None else receive.formats
        if transmit is None:
            kinds = {each: self._codecs.kindOf(form) for each, form in formats.items()}
            return LaneForm(kinds, 0, 0, 1)
        if not transmit.packetMs:
            return None
        kinds = {
            each: self._codecs.kindOf(form)
            for each, form in formats.items()
            if mayPass(form, transmit.format)
        }
        packetMs, coding = transmit.packetMs, None
        if not kinds:
            packetMs = int(self._table.packetMs[target])
            coding = self._coding(source, transmit.format)
            kinds = {} if coding is None else self._transcodable(formats, coding)
        if not kinds:
            return None
        units = int(self._table.sendUnits[target])
        return LaneForm(kinds, transmit.payloadType & _PAYLOAD_TYPE, packetMs, units, coding)

    def _coding(self, source: int, wanted: MediaFormat) -> Coding | None:
        """
        @return: how to make what is wanted of what is being heard; C{None} if one of them cannot
            be coded here.
        """
        codecs = self._codecs
        heard, kind = int(self._table.hears[source]), codecs.kindOf(wanted)
        if not (self._isCoded(heard) and self._isCoded(kind)):
            return None
        rate = int(min(codecs.bestRates[heard], codecs.bestRates[kind]))
        return Coding(kind, rate, codecs.clockRate(heard) // 1000)

    def _isCoded(self, kind: int) -> bool:
        return kind > NOISE and not self._codecs.isUncoded(kind)

    def _transcodable(self, formats: Mapping[int, MediaFormat], coding: Coding) -> dict[int, int]:
        """
        @return: by the payload types that may come, the kinds that can be made into what is
            wanted without another rate in between.
        """
        codecs = self._codecs
        found = {each: codecs.kindOf(form) for each, form in formats.items()}
        return {
            each: kind
            for each, kind in found.items()
            if self._isCoded(kind)
            and codecs.clockRate(kind) == coding.units * 1000
            and self._goesAt(coding.sampleRate, kind, coding.kind)
        }

    def _goesAt(self, sampleRate: int, *kinds: int) -> bool:
        rates = self._codecs.sampleRates(np.array(kinds, np.uint8), sampleRate)
        return bool((rates == sampleRate).all())

    def fits(
        self, lane: Lane, payloadType: int, data: Octets, row: int, at: int, size: int
    ) -> bool:
        """
        Whether a payload is of what may go on there, and holds as much sound as it has to.  What
        announces a pause is not made into another codec: the pause has to be filled.

        @param data: C{uint8[n, octets]}: packets, of which that in C{row} has it from C{at} on.
        """
        form, codecs = lane.form, self._codecs
        kind = form.kinds.get(payloadType)
        if kind is None:
            return False
        if kind <= NOISE or not form.packetMs or codecs.isUncoded(kind):
            return True
        if not codecs.sized[kind]:
            return self._isPacket(form, kind, data[row, at : at + size])
        fits = lane.lengths.get((kind, size))
        if fits is None:
            fits = lane.lengths[kind, size] = self._isPacket(form, kind, data[row, at : at + size])
        return fits

    def _isPacket(self, form: LaneForm, kind: int, payload: Octets) -> bool:
        if not self._codecs.streamed[kind]:
            return self._codecs.samplesIn(kind, payload.size) == form.wholePacket
        units, whole = self._coders.unitsIn(kind, payload), form.wholePacket
        if form.coding is not None:
            return units == whole and not self._coders.announcesPause(kind, payload)
        return units == whole or (0 < units < whole and self._coders.announcesPause(kind, payload))
