"""
The tick: a plain object without thread, clock or socket.

L{MediaPlane.tick} is called on an absolute grid, with the time and an L{IPacketIO}.  Each
tick obeys what was asked since the last one, and runs the mix groups that are due: drain,
judge, buffer, pull, mix, encode, send.  The drivers are C{thread} and C{stepped}.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.mixing import mix
from h323d.media.config import MediaConfig
from h323d.media.packets import IPacketIO, IPortPair
from h323d.media.receiving import Receiver
from h323d.media.reports import Closed, Report
from h323d.media.rooms import LONG_FRAME_MS, SHORT_FRAME_MS, MixGroup, Party, Rooms
from h323d.media.sending import sendMixes
from h323d.media.table import ALAW, CLOCK_RATE, EVENT, HELD_BYTES, NOISE, REFUSED, ULAW, PortTable
from h323d.rtp.jitter import JitterBuffers
from h323d.values.media import AudioStream, MediaFormat

__all__ = ["Command", "MediaPlane"]

_KINDS = {"PCMU": ULAW, "PCMA": ALAW, "CN": NOISE}
_LONGEST_PACKET_MS = HELD_BYTES * 1000 // CLOCK_RATE
_CATCH_UP = 2  # frames that are made good after a stall; what is older is given up

Command = Callable[[IPacketIO], None]


class MediaPlane:
    """
    All ports, rooms and parties of one media thread.

    Commands (C{openPort} and what follows it) are called within a tick: put them into
    C{inbox} as callables that take the L{IPacketIO}.

    @ivar inbox: commands, to be obeyed in the next tick; any thread may append.
    """

    def __init__(self, config: MediaConfig, rng: random.Random) -> None:
        """
        @param rng: draws SSRCs and where sequence numbers and timestamps begin.
        """
        self._tickSeconds = config.tickMs / 1000
        self._tickSamples = config.tickMs * CLOCK_RATE // 1000
        self._rng = rng
        self._table = PortTable(config.maximumPorts)
        self._receiver = Receiver(config, self._table)
        self.rooms = Rooms(self._table, config.tickMs)
        self._buffers = {
            frameMs: JitterBuffers(
                config.maximumPorts,
                frameMs,
                cap=config.jitterMaxMs / 1000,
                guard=config.jitterMinMs / 1000,
            )
            for frameMs in (LONG_FRAME_MS, SHORT_FRAME_MS)
        }
        self._slots: dict[int, int] = {}
        self._reports: list[Report] = []
        self._origin: float | None = None
        self._last = -1
        self._now = 0.0
        self.inbox: deque[Command] = deque()

    # The tick

    def tick(self, now: float, packets: IPacketIO) -> list[Report]:
        """
        @param now: seconds, monotonic; near a multiple of the tick after the first call's.
        @return: what happened.
        """
        if self._origin is None:
            self._origin = now
        self._now = now
        while self.inbox:
            self.inbox.popleft()(packets)
        self.rooms.settle()
        index = max(self._last + 1, round((now - self._origin) / self._tickSeconds))
        for group in self.rooms.groups:
            due = min(group.dueIn(self._last, index), _CATCH_UP)
            for behind in range(due - 1, -1, -1):
                self._run(group, group.lastDue(index) - behind * group.period, packets)
        self._last = index
        reports, self._reports = self._reports, []
        return reports

    def _run(self, group: MixGroup, index: int, packets: IPacketIO) -> None:
        """
        Receive, mix and send one frame of a group.

        @param index: the tick that the frame is due at.
        """
        buffers = self._buffers[group.frameMs]
        batch = packets.drain(group.number, self._now)
        if batch.slots.size:
            self._reports += self._receiver.take(batch, packets, buffers, self._now)
        members = group.members
        if not members.size:
            return
        jitter = self._receiver.statistics.jitterUnits[members] / CLOCK_RATE
        pulled = buffers.pull(members, self._now, jitter)
        frames = pulled.samples
        sounding: npt.NDArray[np.bool_] = ~np.all(pulled.missing, axis=1)
        for position, party in group.parties:
            sounding[position] = _readParty(party, frames[position])
        plan = group.plan(self._table, sounding)
        mixes = mix(frames, plan)
        sendMixes(self._table, packets, members, mixes, plan.mixOf, index * self._tickSamples)
        for position, party in group.parties:
            if party.sink is not None:
                party.sink.write(mixes[plan.mixOf[position]], CLOCK_RATE)

    # Commands: ports

    def openPort(self, packets: IPacketIO, portId: int, pair: IPortPair) -> None:
        """
        Own a port pair from now on.
        """
        slot = self._table.take(portId)
        self._slots[portId] = slot
        self._table.ownSsrc[slot] = self._rng.getrandbits(32)
        self._table.sequence[slot] = self._rng.getrandbits(16)
        self._table.timestampBase[slot] = self._rng.getrandbits(32)
        self._table.lastHeard[slot] = self._now
        packets.add(slot, pair, 0)
        self._receiver.begin(slot)

    def configure(self, packets: IPacketIO, portId: int, stream: AudioStream) -> None:
        """
        Send and expect what was negotiated.
        """
        slot = self._slots.get(portId)
        if slot is None:
            return
        self._table.kinds[slot] = REFUSED
        if stream.receive is not None:
            for payloadType, mediaFormat in stream.receive.formats.items():
                self._table.kinds[slot, payloadType & 0x7F] = kindOf(mediaFormat)
            if stream.receive.telephoneEventType is not None:
                self._table.kinds[slot, stream.receive.telephoneEventType & 0x7F] = EVENT
        transmit = stream.transmit
        self._table.sends[slot] = transmit is not None
        if transmit is None:
            packets.aim(slot, None, None)
            return
        self._table.law[slot] = kindOf(transmit.format)
        self._table.payloadType[slot] = transmit.payloadType
        self._table.packetSamples[slot] = _packetMs(transmit.packetMs) * CLOCK_RATE // 1000
        self._table.heldCount[slot] = 0
        packets.aim(slot, transmit.rtp, transmit.rtcp)
        if self._receiver.expect(slot, transmit.rtp):
            packets.unlock(slot)
        self.rooms.refit(packets, slot)

    def closePort(self, packets: IPacketIO, portId: int) -> None:
        """
        Leave the room, say goodbye, free the port pair.
        """
        slot = self._slots.pop(portId, None)
        if slot is None:
            return
        self.rooms.leave(packets, slot)
        packets.remove(slot)
        self._receiver.forget(slot)
        self._table.free(slot)
        self._reports.append(Closed(portId))

    # Commands: rooms

    def openRoom(self, packets: IPacketIO, number: int) -> None:
        """
        Make an empty room.
        """
        self.rooms.open(number)

    def closeRoom(self, packets: IPacketIO, number: int) -> None:
        """
        Let all members go; the ports stay open.
        """
        self.rooms.close(packets, number)

    def join(self, packets: IPacketIO, number: int, portId: int) -> None:
        """
        Make a port a member of a room.
        """
        slot = self._slots.get(portId)
        if slot is not None and self.rooms.join(packets, number, slot):
            for buffers in self._buffers.values():
                buffers.reset(slot)

    def leave(self, packets: IPacketIO, number: int, portId: int) -> None:
        """
        Take a port out of a room, if it is in it.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self.rooms.leave(packets, slot)

    def mute(self, packets: IPacketIO, number: int, portId: int, muted: bool) -> None:
        """
        Whether the others in a room hear the port.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self._table.muted[slot] = muted

    def deafen(self, packets: IPacketIO, number: int, portId: int, deaf: bool) -> None:
        """
        Whether the port hears the others in a room.
        """
        slot = self._slotIn(number, portId)
        if slot is not None:
            self._table.deaf[slot] = deaf

    def _slotIn(self, number: int, portId: int) -> int | None:
        slot = self._slots.get(portId)
        return slot if slot is not None and self._table.room[slot] == number else None

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
        self.rooms.join(packets, number, slot, Party(slot, source, sink))

    def detach(self, packets: IPacketIO, partyId: int) -> None:
        """
        Remove a local party.
        """
        slot = self._slots.pop(partyId, None)
        if slot is None:
            return
        self.rooms.leave(packets, slot)
        self._table.free(slot)
        self._reports.append(Closed(partyId))


def kindOf(mediaFormat: MediaFormat) -> int:
    """
    The kind that stands for a format in the tables; L{REFUSED} for what we do not mix.
    """
    if mediaFormat.clockRate != CLOCK_RATE or mediaFormat.channels != 1:
        return REFUSED
    return _KINDS.get(mediaFormat.name.upper(), REFUSED)


def _packetMs(asked: int) -> int:
    """
    The nearest packet length that we make: whole short frames, 10 to 60 ms.
    """
    return min(max(asked - asked % SHORT_FRAME_MS, SHORT_FRAME_MS), _LONGEST_PACKET_MS)


def _readParty(party: Party, frame: npt.NDArray[np.int16]) -> bool:
    """
    @param frame: C{int16[s]}: filled with what the party plays.
    @return: whether it plays anything.
    """
    if party.source is None:
        return False
    samples = party.source.read(len(frame), CLOCK_RATE)[: len(frame)]
    frame[: len(samples)] = samples
    frame[len(samples) :] = 0
    return len(samples) > 0
