"""
What each port sends and takes, as signalling has negotiated it, in the columns.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.media.audio.codecs import Codecs
from h323d.media.audio.digits import Digits
from h323d.media.audio.passing import Passing
from h323d.media.audio.receiving import Listener, Receiver
from h323d.media.audio.rooms import SHORT_FRAME_MS
from h323d.media.audio.sending import Sender, Speaker
from h323d.media.audio.table import EVENT, NOISE, REFUSED, PortTable
from h323d.media.config import MediaConfig
from h323d.media.positions import Shields
from h323d.media.srtp import SecuredIO
from h323d.rtp.events import EventReceiver, EventSender
from h323d.values.media.encryption import KeyAgreement, StreamKeys
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

__all__ = ["Formed", "Negotiated"]


@dataclass(frozen=True, slots=True)
class Formed:
    """
    What comes and goes at one port, as was negotiated.
    """

    listener: Listener
    speaker: Speaker
    digits: tuple[EventReceiver | None, EventSender | None]
    stream: Stream


_COMFORT_NOISE = 13  # payload type (RFC 3551, 6); H.245 has no other word for it


class Negotiated:
    """
    Puts formats into force.
    """

    def __init__(
        self,
        config: MediaConfig,
        table: PortTable,
        codecs: Codecs,
        receiver: Receiver,
        sender: Sender,
        digits: Digits,
        passing: Passing,
        secured: SecuredIO,
    ) -> None:
        self._packetStepMs = max(SHORT_FRAME_MS, config.tickMs)
        self._table = table
        self._codecs = codecs
        self._receiver = receiver
        self._sender = sender
        self._digits = digits
        self._passing = passing
        self._secured = secured

    def expect(self, slot: int, stream: Stream) -> None:
        """
        Take the payload types that were negotiated, encrypted or not; of others, comfort noise
        alone.
        """
        table, receive = self._table, stream.receive
        self._passing.negotiated(slot, stream)
        if isinstance(stream.keys, KeyAgreement):
            self._secured.agree(slot, stream.keys.multiplexed)
        else:
            self._secured.secure(slot, stream.keys)
        table.kinds[slot] = REFUSED
        table.expects[slot] = receive is not None
        if receive is None:
            self._receiver.statistics.pause(slot)
            return
        for payloadType, mediaFormat in receive.formats.items():
            kind = self._codecs.kindOf(mediaFormat)
            table.kinds[slot, payloadType & 0x7F] = kind
            self._receiver.negotiated(slot, kind, mediaFormat.parameters)
        if table.kinds[slot, _COMFORT_NOISE] == REFUSED:
            table.kinds[slot, _COMFORT_NOISE] = NOISE
        self._foresee(slot, receive, stream.transmit)
        if receive.telephoneEventType is not None:
            table.kinds[slot, receive.telephoneEventType & 0x7F] = EVENT

    def expectHandshake(self, slot: int) -> None:
        """
        Set datagrams of DTLS aside, and let nothing else pass.
        """
        self._secured.agree(slot)

    def sendHandshake(self, slot: int, data: bytes, control: bool) -> None:
        """
        Send a datagram of DTLS, by the port of RTP, or of RTCP.
        """
        self._secured.sendHandshake(slot, data, control)

    def encrypt(self, slot: int, keys: StreamKeys, control: bool) -> None:
        """
        Encrypt RTP, or RTCP, with keys that were agreed on.
        """
        self._secured.encrypt(slot, keys, control)

    def goOn(self, slot: int, shields: Shields) -> None:
        """
        Encrypt as what goes on from there.
        """
        self._secured.goOn(slot, shields)

    def shields(self, slot: int) -> Shields:
        """
        How far it has come, where it is encrypted.
        """
        return self._secured.positions(slot)

    def _foresee(self, slot: int, receive: ReceiveFormat, transmit: TransmitFormat | None) -> None:
        """
        Be ready for the codec that will be heard: the one that is, if it may go on, or else the
        one that we speak, or the first.
        """
        kinds = [self._codecs.kindOf(each) for each in receive.formats.values()]
        kinds = [kind for kind in kinds if kind > NOISE]
        if not kinds or self._table.hears[slot] in self._codecs.likeness[kinds]:
            return
        ours = REFUSED if transmit is None else self._codecs.kindOf(transmit.format)
        self._receiver.listen(slot, ours if ours in kinds else kinds[0])

    def form(self, slot: int, transmit: TransmitFormat, clock: int) -> None:
        """
        Make packets of what is sent, as was negotiated.  Timestamps go on from where they are
        also in another clock, as the source stays the same (RFC 7160, 4).

        @param clock: of the plane, milliseconds.
        """
        table = self._table
        kind = table.codec[slot] = self._codecs.kindOf(transmit.format)
        table.payloadType[slot] = transmit.payloadType & 0x7F
        table.takesMetrics[slot] = transmit.takesMetrics
        table.eventType[slot] = -1
        if transmit.telephoneEventType is not None:
            table.eventType[slot] = transmit.telephoneEventType & 0x7F
        table.packetMs[slot] = self._codecs.packetMs(kind, transmit.packetMs, self._packetStepMs)
        table.heldMs[slot] = 0
        units = self._codecs.clockRate(kind) // 1000 if kind > NOISE else table.sendUnits[slot]
        if units != table.sendUnits[slot]:
            table.timestampBase[slot] += clock * (table.sendUnits[slot] - units)
            table.sendUnits[slot] = units
            self._digits.forget(slot)
        self._sender.negotiated(slot, transmit.format.parameters)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._receiver.forget(slot)
        self._sender.forget(slot)
        self._digits.forget(slot)
        self._passing.release(slot)

    def release(self, slot: int) -> Formed:
        """
        The slot's port leaves.

        @return: what comes and goes there, for L{adopt}; formats are in the columns.
        """
        return Formed(
            self._receiver.release(slot),
            self._sender.release(slot),
            self._digits.release(slot),
            self._passing.release(slot),
        )

    def adopt(self, slot: int, formed: Formed) -> None:
        """
        A port came that was released elsewhere.
        """
        self._receiver.adopt(slot, formed.listener)
        self._sender.adopt(slot, formed.speaker)
        self._digits.adopt(slot, formed.digits)
        self._passing.negotiated(slot, formed.stream)
