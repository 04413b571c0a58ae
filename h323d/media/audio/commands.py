"""
What the reactor's side may ask of a plane: ports, rooms, parties, digits.

Each is called within a tick, with the L{IPacketIO}.  What names a port, party or room that
has gone meanwhile does nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from h323d.call.media import ISampleSink, ISampleSource, MediaNetworks, Signalling
from h323d.call.ports import IPortPair
from h323d.media.audio.consent import Consent
from h323d.media.audio.crossing import Crossing, CrossingPort
from h323d.media.audio.digits import Digits
from h323d.media.audio.groups import LocalParty
from h323d.media.audio.negotiated import Negotiated
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.rooms import Rooms
from h323d.media.audio.rtcp import RTCPSide
from h323d.media.audio.speaking import Speaking
from h323d.media.audio.table import NOISE, PortTable
from h323d.media.packets import IPacketIO
from h323d.media.positions import (
    SEQUENCE_BITS,
    SSRC_BITS,
    TIMESTAMP_BITS,
    Shields,
    StreamPosition,
)
from h323d.media.reports import Closed, Departed, Report
from h323d.rtp.rows import putRow, rowOf
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import StreamKeys
from h323d.values.media.streams import Stream

__all__ = ["Commands"]


class Commands:
    """
    @ivar now: the time of the present tick, seconds.
    @ivar clock: of the plane then, milliseconds.
    @ivar moment: then, in seconds since 1970.
    @ivar reports: what the commands of this tick have to report.
    """

    def __init__(
        self,
        rng: random.Random,
        table: PortTable,
        rooms: Rooms,
        negotiated: Negotiated,
        receiver: Receiver,
        consent: Consent,
        digits: Digits,
        control: RTCPSide,
        speaking: Speaking,
    ) -> None:
        self._rng = rng
        self._table = table
        self._rooms = rooms
        self._negotiated = negotiated
        self._receiver = receiver
        self._consent = consent
        self._digits = digits
        self._control = control
        self._speaking = speaking
        self._slots: dict[int, int] = {}
        self._hosts: dict[int, str] = {}
        self.now = self.moment = 0.0
        self.clock = 0
        self.reports: list[Report] = []

    # Ports

    def openPort(
        self,
        packets: IPacketIO,
        portId: int,
        pair: IPortPair,
        position: StreamPosition | None = None,
    ) -> None:
        """
        Own a port pair from now on.

        @param position: where what it sends begins, or goes on; C{None} to draw that.
        """
        slot = self._table.take(portId)
        self._slots[portId] = slot
        self._hosts[slot] = pair.rtp.host
        if position is None:
            self._table.ownSsrc[slot] = self._rng.getrandbits(SSRC_BITS)
            self._table.sequence[slot] = self._rng.getrandbits(SEQUENCE_BITS)
            self._table.timestampBase[slot] = self._rng.getrandbits(TIMESTAMP_BITS)
        else:
            self._goOn(slot, position)
        packets.add(slot, pair, 0)
        self._receiver.begin(slot)

    def _goOn(self, slot: int, position: StreamPosition) -> None:
        table = self._table
        table.ownSsrc[slot], table.sequence[slot] = position.ssrc, position.sequence
        table.sendUnits[slot] = position.units
        passed = self.clock * position.units
        table.timestampBase[slot] = position.timestampAt(self.moment) - passed
        table.sent[slot], table.sentOctets[slot] = position.sent, position.octets
        self._control.call(slot, position.name)
        self._negotiated.goOn(slot, position.shields)

    def shieldsOf(self, portIds: Iterable[int]) -> Mapping[int, Shields]:
        """
        How far those ports have come that are encrypted.
        """
        found = {each: self._negotiated.shields(self._slots[each]) for each in portIds}
        return {portId: shields for portId, shields in found.items() if any(shields)}

    def know(self, packets: IPacketIO, networks: MediaNetworks) -> None:
        """
        Judge by these networks who is aimed at from now on.
        """
        self._consent.networks = networks

    def configure(
        self, packets: IPacketIO, portId: int, stream: Stream, signalling: Signalling
    ) -> None:
        """
        Send and expect what was negotiated.
        """
        slot = self._slots.get(portId)
        if slot is None:
            return
        self._negotiated.expect(slot, stream)
        nothing = stream.direction is Direction.INACTIVE
        self._table.waitsFrom[slot] = float("inf") if nothing else self.now
        self._aim(packets, slot, stream, signalling)
        self._control.start(slot, self._hosts[slot], self.now)
        self._rooms.refit(slot)

    def _aim(self, packets: IPacketIO, slot: int, stream: Stream, signalling: Signalling) -> None:
        """
        Send what was negotiated to where it was; RTCP goes one port higher unless
        another place was named (RFC 3550, 11).  To a place that is no party's, nothing.
        """
        transmit = stream.transmit
        if transmit is None or not transmit.rtp.isUnicast:
            self._consent.rest(packets, slot)
            self._receiver.expect(slot, None, signalling)
            return
        self._negotiated.form(slot, transmit, self.clock)
        beside = TransportAddress(transmit.rtp.host, min(transmit.rtp.port + 1, 65535))
        control = transmit.rtcp or beside
        self._consent.aim(
            packets,
            slot,
            (transmit.rtp, control if control.isUnicast else None),
            signalling,
            bool(self._table.codec[slot] > NOISE),
            stream.receive is not None,
            self.now,
        )
        if self._receiver.expect(slot, transmit.rtp, signalling):
            packets.unlock(slot)

    def find(self, packets: IPacketIO, portId: int, source: TransportAddress) -> None:
        """
        Know where the peer is, as it was found by what it sent where the port was before.
        """
        slot = self._slots.get(portId)
        latch = None if slot is None else self._receiver.latches.get(slot)
        if slot is None or latch is None:
            return
        latch.goOn(source, self.now)
        self._receiver.peers[slot] = source
        self._table.locked[slot] = True
        packets.follow(slot, source)
        self._consent.heard(packets, slot, source)

    def expectHandshake(self, packets: IPacketIO, portId: int) -> None:
        """
        Set datagrams of DTLS aside, before it is known with whom keys are agreed on.
        """
        slot = self._slots.get(portId)
        if slot is not None:
            self._negotiated.expectHandshake(slot)

    def sendHandshake(
        self,
        packets: IPacketIO,
        portId: int,
        data: bytes,
        target: TransportAddress | None,
        control: bool,
    ) -> None:
        """
        Send a datagram of DTLS.

        @param target: where the peer's last one came from; C{None} to send it to where its media
            goes.
        @param control: whether by the port of RTCP.
        """
        slot = self._slots.get(portId)
        if slot is None:
            return
        if target is not None and control and self._receiver.knows(slot, target):
            self._consent.controlHeard(packets, slot, target)
        elif target is not None and not control and not self._table.locked[slot]:
            packets.follow(slot, target)
        self._negotiated.sendHandshake(slot, data, control)

    def encrypt(self, packets: IPacketIO, portId: int, keys: StreamKeys, control: bool) -> None:
        """
        Keys were agreed on.

        @param control: whether of RTCP.
        """
        slot = self._slots.get(portId)
        if slot is not None:
            self._negotiated.encrypt(slot, keys, control)

    def sendDigit(
        self,
        packets: IPacketIO,
        portId: int,
        digit: str,
        milliseconds: int,
        begun: int | None = None,
    ) -> None:
        """
        Send an RFC 4733 event, while the port is in a room.

        @param begun: the timestamp with which another plane has begun to send it.
        """
        slot = self._slots.get(portId)
        if slot is not None:
            frameMs = self._rooms.groups[int(self._table.group[slot])].frameMs
            self._digits.queue(slot, digit, milliseconds, frameMs, begun)
            self._rooms.refit(slot)

    def closePort(self, packets: IPacketIO, portId: int) -> None:
        """
        Leave the room, say goodbye, free the port pair.
        """
        slot = self._slots.pop(portId, None)
        if slot is None:
            return
        self._leave(packets, slot)
        self._control.stop(packets, slot, self.now, self.clock)
        packets.remove(slot)
        self._negotiated.forget(slot)
        self._consent.forget(slot)
        self._table.free(slot)
        self.reports.append(Closed(portId))

    def depart(self, packets: IPacketIO, portId: int, crossing: Crossing) -> None:
        """
        Leave the room, and this plane, for another that has the port from C{crossing}.
        """
        slot = self._slots.pop(portId, None)
        if slot is not None:
            self._leave(packets, slot)
            port = CrossingPort(
                rowOf(self._table, slot),
                self._hosts[slot],
                self._negotiated.release(slot),
                self._consent.release(slot),
                self._control.release(slot),
                packets.release(slot),
            )
            crossing.put(portId, port)
            self._table.free(slot)
        self.reports.append(Departed(portId))

    def dismiss(self, packets: IPacketIO, portId: int) -> None:
        """
        Leave the room, and this plane, for one that shares nothing with it.  Our end of the port
        pair is closed; nobody is told goodbye.
        """
        slot = self._slots.pop(portId, None)
        position = None
        if slot is not None:
            self._leave(packets, slot)
            position = self._positionOf(slot)
            self._control.release(slot)
            self._negotiated.forget(slot)
            self._consent.forget(slot)
            packets.remove(slot)
            self._table.free(slot)
        self.reports.append(Departed(portId, position))

    def _positionOf(self, slot: int) -> StreamPosition:
        table = self._table
        timestamp = table.timestampBase[slot] + self.clock * table.sendUnits[slot]
        return StreamPosition(
            int(table.ownSsrc[slot]),
            int(table.sequence[slot]),
            max(int(timestamp), int(table.expected[slot])),
            self.moment,
            "",
            int(table.sendUnits[slot]),
            int(table.sent[slot]),
            int(table.sentOctets[slot]),
            self._negotiated.shields(slot),
        )

    def arrive(self, packets: IPacketIO, portId: int, crossing: Crossing) -> None:
        """
        Have a port that has departed from another plane.  It goes on as the same source, and is
        believed and believes whom it was and did.
        """
        port = crossing.take(portId)
        if port is None:
            return
        slot = self._slots[portId] = self._table.take(portId)
        putRow(self._table, slot, port.row)
        self._hosts[slot] = port.host
        self._negotiated.adopt(slot, port.formed)
        self._consent.adopt(slot, port.consent)
        self._control.adopt(slot, port.reporter)
        packets.adopt(slot, port.ports, 0)

    # Rooms

    def openRoom(self, packets: IPacketIO, number: int, passes: bool = False) -> None:
        """
        Make an empty room.

        @param passes: whether the packets of two who speak alike may pass there, unmixed.
        """
        self._speaking.opened(self._rooms.open(number, passes))

    def closeRoom(self, packets: IPacketIO, number: int) -> None:
        """
        Let all members go; the ports stay open.
        """
        self._rooms.close(packets, number)

    def join(self, packets: IPacketIO, number: int, portId: int) -> None:
        """
        Make a port a member of a room.
        """
        slot = self._slots.get(portId)
        if slot is not None and self._rooms.join(packets, number, slot):
            self._table.waitsFrom[slot] = max(self._table.waitsFrom[slot], self.now)
            self._speaking.arrived(slot)

    def leave(self, packets: IPacketIO, number: int, portId: int) -> None:
        """
        Take a port out of a room, if it is in it.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self._leave(packets, slot)

    def _leave(self, packets: IPacketIO, slot: int) -> None:
        self._rooms.leave(packets, slot)
        self._speaking.arrived(slot)

    def mute(self, packets: IPacketIO, number: int, portId: int, muted: bool) -> None:
        """
        Whether the others in a room hear the port.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self._table.muted[slot] = muted
            self._rooms.refit(slot)

    def deafen(self, packets: IPacketIO, number: int, portId: int, deaf: bool) -> None:
        """
        Whether the port hears the others in a room.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self._table.deaf[slot] = deaf
            self._rooms.refit(slot)

    def _slotIn(self, number: int, portId: int) -> int | None:
        slot = self._slots.get(portId)
        return slot if slot is not None and self._rooms.numberOf(slot) == number else None

    def attach(
        self,
        packets: IPacketIO,
        number: int,
        partyId: int,
        source: ISampleSource | None,
        sink: ISampleSink | None,
    ) -> None:
        """
        Make a local party a member of a room.
        """
        slot = self._slots[partyId] = self._table.take(partyId)
        self._table.local[slot] = True
        if self._rooms.join(packets, number, slot, LocalParty(slot, source, sink)):
            self._speaking.arrived(slot)

    def detach(self, packets: IPacketIO, partyId: int) -> None:
        """
        Remove a local party.
        """
        slot = self._slots.pop(partyId, None)
        if slot is None:
            return
        self._leave(packets, slot)
        self._table.free(slot)
        self.reports.append(Closed(partyId))
