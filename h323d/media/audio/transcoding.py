"""
From one codec to another, packet by packet, where two are joined who speak different ones.

Each packet is decoded and encoded as it comes, so that its sound neither waits for a mix nor in a
jitter buffer: what the network did to the packets on their way to us is left to the receiver's
buffer, as where they pass.  The coders are those that would be used if the two were mixed
(L{h323d.media.audio.decoding}, L{h323d.media.audio.sending}), so that they know what went before,
whenever that changes.  What was lost is made up for by the decoder of a codec that remembers; where
there is none, it stays a gap, which the receiver makes up for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.media.audio.codecs import ROOM_RATES, Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.decoding import Decoding
from h323d.media.audio.lanes import Coding, Lane
from h323d.media.audio.sending import Sender
from h323d.media.audio.table import LONGEST_PACKET_MS, PortTable

__all__ = ["Transcoding"]

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class Transcoding:
    """
    What becomes of the packets of all lanes that have a L{Coding}.
    """

    def __init__(
        self,
        table: PortTable,
        codecs: Codecs,
        coders: Coders,
        decoding: Decoding,
        sender: Sender,
    ) -> None:
        self._table = table
        self._codecs = codecs
        self._coders = coders
        self._decoding = decoding
        self._sender = sender
        self._sound = np.zeros((1, LONGEST_PACKET_MS * ROOM_RATES[-1] // 1000), np.int16)

    def begin(self, lane: Lane, coding: Coding) -> None:
        """
        Let the sound in between be of the rate that it has to be.
        """
        self._table.sampleRate[lane.source] = coding.sampleRate
        self._table.sendRate[lane.target] = coding.sampleRate

    def follow(
        self, lane: Lane, coding: Coding, kind: int, sequence: int, stamp: int
    ) -> int | None:
        """
        Go on to the packet that came.

        @param kind: of its codec.
        @return: how many packets can be made up for before it; C{None} if one was made up for it
            already.
        """
        if not self._codecs.streamed[kind]:
            return 0
        stream = self._decoding.stream(lane.source, (kind, coding.sampleRate))
        lost = stream.follow(sequence, stamp)
        stream.units = lane.form.wholePacket
        return lost

    def goOn(self, lane: Lane, kind: int, sequence: int, stamp: int) -> None:
        """
        All packets came, one after the other, up to this one.

        @param kind: of their codec.
        """
        coding = lane.form.coding
        if coding is not None and self._codecs.streamed[kind]:
            stream = self._decoding.stream(lane.source, (kind, coding.sampleRate))
            stream.goOn(sequence, stamp)
            stream.units = lane.form.wholePacket

    def recode(self, lane: Lane, coding: Coding, kind: int, payload: Octets, out: Octets) -> int:
        """
        Make of a payload what is wanted.

        @param out: C{uint8[o]}: where it goes, which may be where it came from; at least
            C{LARGEST_PAYLOAD} octets.
        @return: how many octets it has; 0 if there is nothing to send.
        """
        if not self._codecs.streamed[kind]:
            return self._encode(lane, coding, self._codecs.decode(kind, payload[None]), out)
        sound = self._soundOf(lane, coding)
        decoder = self._decoding.stream(lane.source, (kind, coding.sampleRate)).decoder
        if not self._coders.decode(decoder, payload, sound[0]):
            self._table.refused[lane.source] += 1
        return self._encode(lane, coding, sound, out)

    def makeUp(
        self, lane: Lane, coding: Coding, kind: int, following: Octets | None, out: Octets
    ) -> int:
        """
        As L{recode}, for a packet that was lost.

        @param following: the payload after it, if that has come.
        """
        sound = self._soundOf(lane, coding)
        decoder = self._decoding.stream(lane.source, (kind, coding.sampleRate)).decoder
        self._coders.recover(decoder, sound[0], following)
        return self._encode(lane, coding, sound, out)

    def _soundOf(self, lane: Lane, coding: Coding) -> Samples:
        """
        @return: C{int16[1, s]}: where the sound of a packet goes.
        """
        return self._sound[:, : lane.form.packetMs * coding.sampleRate // 1000]

    def _encode(self, lane: Lane, coding: Coding, sound: Samples, out: Octets) -> int:
        """
        @param sound: C{int16[1, s]}.
        """
        if self._codecs.streamed[coding.kind]:
            encoder = self._sender.encoder(lane.target, coding.kind)
            return self._coders.encode(encoder, sound[0], out)
        payload: Octets = self._codecs.row(coding.kind).encodeRows(sound)[0]
        out[: len(payload)] = payload
        return len(payload)
