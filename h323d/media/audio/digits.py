"""
RFC 4733 events of all ports, both ways.

While a digit is being sent, its packets take the place of the port's sound.  Only ports
that do send or hear digits have objects here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.errors import DecodeError
from h323d.media.audio.table import PortTable
from h323d.media.packets import IPacketIO
from h323d.media.reports import DigitBegun, DigitHeard, DigitOver, Report
from h323d.rtp import events
from h323d.rtp.columns import HEADER_BYTES, writeHeaders
from h323d.rtp.events import EndedEvent, EventPacket, EventReceiver, EventSender

__all__ = ["Digits"]


class Digits:
    """
    The digits that come and go.

    @ivar ended: slots whose digits have all been sent since it was emptied.
    @ivar reports: what became of digits since it was emptied.
    """

    def __init__(self, table: PortTable) -> None:
        self.ended: list[int] = []
        self.reports: list[Report] = []
        self._table = table
        self._receivers: dict[int, EventReceiver] = {}
        self._senders: dict[int, EventSender] = {}

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._receivers.pop(slot, None)
        self._senders.pop(slot, None)

    def release(self, slot: int) -> tuple[EventReceiver | None, EventSender | None]:
        """
        The slot's port leaves.

        @return: the digits that are coming and going, for L{adopt}.
        """
        return self._receivers.pop(slot, None), self._senders.pop(slot, None)

    def adopt(self, slot: int, digits: tuple[EventReceiver | None, EventSender | None]) -> None:
        """
        A port came that was released elsewhere.
        """
        receiver, sender = digits
        if receiver is not None:
            self._receivers[slot] = receiver
        if sender is not None:
            self._senders[slot] = sender

    def receive(self, slot: int, payload: bytes, timestamp: int, now: float) -> list[Report]:
        """
        An event packet arrived.
        """
        try:
            event = events.decode(payload)
        except DecodeError:
            self._table.refused[slot] += 1
            return []
        receiver = self._receivers.get(slot)
        if receiver is None:
            receiver = EventReceiver(int(self._table.clockRate[slot]))
            self._receivers[slot] = receiver
        return self._report(slot, receiver.receive(event, timestamp, now))

    def expire(self, now: float) -> list[Report]:
        """
        Report the events whose ends were lost.
        """
        reports: list[Report] = []
        for slot, receiver in self._receivers.items():
            reports += self._report(slot, receiver.expire(now))
        return reports

    def _report(self, slot: int, ended: list[EndedEvent]) -> list[Report]:
        return [
            DigitHeard(int(self._table.portId[slot]), event.digit, round(event.seconds * 1000))
            for event in ended
            if event.digit is not None
        ]

    def sends(self, slot: int) -> bool:
        """
        Whether the slot's peer is sent a digit, or will be.
        """
        return slot in self._senders

    def queue(
        self, slot: int, digit: str, milliseconds: int, frameMs: int, begun: int | None = None
    ) -> None:
        """
        Send a digit after those that wait; nothing happens if the peer takes none.

        @param frameMs: between two calls of L{send}.
        @param begun: the timestamp with which another plane has begun to send it.
        """
        if self._table.eventType[slot] < 0 or not events.isDigit(digit):
            self.reports.append(DigitOver(int(self._table.portId[slot])))
        else:
            sender = self._senders.get(slot)
            if sender is None or not sender.busy:
                sender = self._senders[slot] = EventSender(
                    1000 * int(self._table.sendUnits[slot]), frameMs
                )
            sender.send(digit, milliseconds, begun)

    def send(
        self, packets: IPacketIO, members: npt.NDArray[np.intp], clock: int
    ) -> npt.NDArray[np.bool_] | None:
        """
        Send the event packets that are due in this frame.

        @param clock: of the plane at the start of the frame, milliseconds.
        @return: C{bool[n]}: the members whose sound pauses; C{None} if none does.
        """
        if not self._senders:
            return None
        table = self._table
        pausing = np.zeros(len(members), bool)
        for slot in [slot for slot in self._senders if table.sends[slot]]:
            at = np.flatnonzero(members == slot)
            if not at.size:
                continue
            sender = self._senders[slot]
            packet = sender.next(table.timestamp(slot, clock))
            if packet is None:
                if not sender.busy:
                    del self._senders[slot]
                    self.ended.append(slot)
                continue
            pausing[at] = True
            out = np.empty((1, HEADER_BYTES + len(packet.payload)), np.uint8)
            out[0, HEADER_BYTES:] = np.frombuffer(packet.payload, np.uint8)
            row = np.array([slot])
            writeHeaders(
                out,
                table.eventType[row],
                packet.marker,
                table.sequence[row],
                np.array([packet.timestamp]),
                table.ownSsrc[row],
            )
            packets.send(row, out)
            table.sequence[row] += 1
            table.sent[row] += 1
            table.sentOctets[row] += len(packet.payload)
            self._tell(int(table.portId[slot]), packet)
        return pausing

    def _tell(self, portId: int, packet: EventPacket) -> None:
        if packet.marker:
            self.reports.append(DigitBegun(portId, packet.timestamp))
        if packet.last:
            self.reports.append(DigitOver(portId))
