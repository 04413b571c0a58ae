"""
Who is mixed with whom, and when.

All rooms that share a frame length and a phase on the tick's grid form a L{MixGroup}: one
batch, mixed in one go.  Spreading the rooms over the phases keeps the batches short, so
that a packet leaves soon after its mix was due, and evens out the load.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.mixing import MixPlan, planMix
from h323d.dsp.plc import Concealment
from h323d.errors import ResourceUnavailable
from h323d.media.audio.table import SAMPLE_RATE, PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import IPacketIO
from h323d.rtp.jitter import JitterBuffers

__all__ = ["LONG_FRAME_MS", "SHORT_FRAME_MS", "MixGroup", "Party", "Room", "Rooms"]

LONG_FRAME_MS = 20
SHORT_FRAME_MS = 10
_TO_COME = 6  # members that every room is taken to have
_FULL = 240  # members, after which another batch makes packets leave sooner

Frames = npt.NDArray[np.int16]
Sounding = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Party:
    """
    A local party: its slot, and what it plays and hears.
    """

    slot: int
    source: ISampleSource | None
    sink: ISampleSink | None


@dataclass(slots=True)
class Room:
    """
    @ivar index: the room's row in tables.
    @ivar number: the mixer's.
    @ivar slots: its members, ports and local parties, in order of arrival.
    @ivar parties: the local ones, by slot.
    """

    index: int
    number: int
    group: MixGroup
    slots: list[int] = field(default_factory=list)
    parties: dict[int, Party] = field(default_factory=dict)


class MixGroup:
    """
    The rooms that are mixed in one batch.

    @ivar number: its index among the groups.
    @ivar frameMs: milliseconds of sound in a frame.
    @ivar period: ticks between two frames.
    @ivar buffers: the jitter buffers of its members, by slot.
    @ivar rooms: by index.
    @ivar members: C{intp[n]}: slots, by room.
    @ivar roomOf: C{int64[n]}: the index of each member's room, ascending.
    @ivar parties: position in C{members} of each local party.
    """

    def __init__(self, config: MediaConfig, number: int, frameMs: int, phase: int) -> None:
        """
        @param phase: which tick of the period is its own.
        """
        self.number = number
        self.frameMs = frameMs
        self.period = frameMs // config.tickMs
        self._phase = phase
        self.buffers = JitterBuffers(
            config.maximumPorts,
            frameMs,
            cap=config.jitterMaxMs / 1000,
            guard=config.jitterMinMs / 1000,
        )
        self._concealment = Concealment(config.maximumPorts, SAMPLE_RATE, frameMs)
        self.rooms: dict[int, Room] = {}
        self.members = np.empty(0, np.intp)
        self.roomOf = np.empty(0, np.int64)
        self.parties: list[tuple[int, Party]] = []
        self._contributes = np.empty(0, bool)
        self._hears = np.empty(0, bool)
        self._plan: MixPlan | None = None

    def load(self) -> int:
        """
        How many members its rooms have, or will have: a new room is soon joined.
        """
        return sum(max(len(room.slots), _TO_COME) for room in self.rooms.values())

    def dueIn(self, last: int, index: int) -> int:
        """
        How many frames are due in the ticks after C{last}, up to C{index}.
        """
        return (index - self._phase) // self.period - (last - self._phase) // self.period

    def nextDue(self, last: int) -> int:
        """
        The group's first tick after C{last}.
        """
        return last + self.period - (last - self._phase) % self.period

    def lastDue(self, index: int) -> int:
        """
        The group's last tick up to C{index}.
        """
        return index - (index - self._phase) % self.period

    def regather(self) -> None:
        """
        Somebody came or went.
        """
        rooms = [self.rooms[index] for index in sorted(self.rooms)]
        self.members = np.array([slot for room in rooms for slot in room.slots], np.intp)
        counts = [len(room.slots) for room in rooms]
        self.roomOf = np.repeat([room.index for room in rooms], counts).astype(np.int64)
        positions = {slot: position for position, slot in enumerate(self.members.tolist())}
        self.parties = [
            (positions[slot], party) for room in rooms for slot, party in room.parties.items()
        ]
        self._plan = None

    def reset(self, slot: int) -> None:
        """
        A slot came in: nothing that its row holds is its own.
        """
        self.buffers.reset(slot)
        self._concealment.reset(slot)

    def pull(self, now: float, jitter: npt.NDArray[np.float64]) -> tuple[Frames, Sounding]:
        """
        Take the members' next frames, what is missing concealed.

        @param jitter: C{float64[n]}, seconds.
        @return: C{int16[n, s]}, and C{bool[n]}: who has sound in this frame.
        """
        pulled = self.buffers.pull(self.members, now, jitter)
        self._concealment.conceal(self.members, pulled.samples, pulled.missing)
        lacking = np.flatnonzero(pulled.missing.all(axis=1))
        sounding = np.ones(len(self.members), bool)
        sounding[lacking] = pulled.samples[lacking].any(axis=1)
        return pulled.samples, sounding

    def skip(self, frames: int, now: float) -> None:
        """
        After a stall of ours: give up what should have been mixed meanwhile, so that
        nobody hears it late.
        """
        normal = 2 * self.frameMs / 1000  # what a buffer may hold before a pull
        for _ in range(frames):
            deep = self.members[self.buffers.depth()[self.members] > normal]
            if not deep.size:
                break
            self.buffers.pull(deep, now, np.zeros(len(deep)))
        self.buffers.playout.forgetSlack(self.members)

    def plan(self, table: PortTable, sounding: npt.NDArray[np.bool_]) -> MixPlan:
        """
        @param sounding: C{bool[n]}: the members that have sound in this frame.
        """
        contributes = sounding & ~table.muted[self.members]
        hears = ~table.deaf[self.members]
        if (
            self._plan is None
            or not np.array_equal(contributes, self._contributes)
            or not np.array_equal(hears, self._hears)
        ):
            self._contributes, self._hears = contributes, hears
            self._plan = planMix(self.roomOf, contributes, hears)
        return self._plan


class Rooms:
    """
    All rooms of a media thread, placed in groups.

    @ivar groups: long frames in each phase of the grid, then short ones.
    """

    def __init__(self, config: MediaConfig, table: PortTable) -> None:
        self._table = table
        self._rooms: dict[int, Room] = {}
        self._indices: dict[int, int] = {}
        self._free = list(range(config.maximumPorts - 1, -1, -1))
        self._changed: set[int] = set()
        self.groups = [
            MixGroup(config, number, frameMs, phase)
            for number, (frameMs, phase) in enumerate(
                (frameMs, phase)
                for frameMs in (LONG_FRAME_MS, SHORT_FRAME_MS)
                for phase in range(frameMs // config.tickMs)
            )
        ]

    def settle(self) -> None:
        """
        After the commands of a tick: gather the groups in which something changed.
        """
        for number in sorted(self._changed):
            self.groups[number].regather()
        self._changed.clear()

    def inhabited(self, group: MixGroup) -> bool:
        """
        Whether any slot can belong to a group; those in no room belong to the first.
        """
        return group.members.size > 0 or group is self.groups[0]

    def open(self, number: int) -> int:
        """
        Make an empty room.

        @return: its row in tables.
        """
        if not self._free:
            raise ResourceUnavailable("all rooms are taken")
        group = self._quietest(LONG_FRAME_MS)
        index = self._indices[number] = self._free.pop()
        self._rooms[index] = group.rooms[index] = Room(index, number, group)
        return index

    def _quietest(self, frameMs: int) -> MixGroup:
        """
        The first group with room to spare: a batch has a price of its own, so that few
        rooms share one.  Where all are full, the one with the least to do.
        """
        groups = [group for group in self.groups if group.frameMs == frameMs]
        for group in groups:
            if group.load() < _FULL:
                return group
        return min(groups, key=lambda group: (group.load(), len(group.rooms)))

    def close(self, packets: IPacketIO, number: int) -> None:
        """
        Let all members of a room go.
        """
        index = self._indices.pop(number, None)
        if index is None:
            return
        room = self._rooms.pop(index)
        for slot in list(room.slots):
            self._expel(packets, room, slot)
        del room.group.rooms[index]
        self._free.append(index)
        self._changed.add(room.group.number)

    def numberOf(self, slot: int) -> int | None:
        """
        The mixer that a slot is a member of.
        """
        room = self._rooms.get(int(self._table.room[slot]))
        return None if room is None else room.number

    def join(self, packets: IPacketIO, number: int, slot: int, party: Party | None = None) -> bool:
        """
        Make a slot a member, neither muted nor deaf; it leaves the room that it was in.

        @param party: what the slot plays and hears, if it is a local party.
        @return: whether it is new there; not if the room has closed.
        """
        index = self._indices.get(number)
        if index is None or slot in self._rooms[index].slots:
            return False
        self.leave(packets, slot)
        room = self._rooms[index]
        room.slots.append(slot)
        self._table.room[slot] = index
        self._table.muted[slot] = self._table.deaf[slot] = False
        if party is not None:
            room.parties[slot] = party
        self._changed.add(room.group.number)
        self._move(packets, slot, room.group)
        self.refit(packets, slot)
        return True

    def leave(self, packets: IPacketIO, slot: int) -> None:
        """
        Take a slot out of its room, if it is in one.
        """
        room = self._rooms.get(int(self._table.room[slot]))
        if room is not None:
            self._expel(packets, room, slot)

    def _expel(self, packets: IPacketIO, room: Room, slot: int) -> None:
        room.slots.remove(slot)
        room.parties.pop(slot, None)
        self._table.room[slot] = -1
        self._changed.add(room.group.number)
        self._move(packets, slot, self.groups[0])
        if room.slots:
            self.refit(packets, room.slots[0])

    def _move(self, packets: IPacketIO, slot: int, group: MixGroup) -> None:
        group.reset(slot)
        if self._table.group[slot] != group.number:
            self._table.group[slot] = group.number
            if not self._table.local[slot]:
                packets.regroup(slot, group.number)

    def refit(self, packets: IPacketIO, slot: int) -> None:
        """
        Give the room of C{slot} the longest frame that all its members' packets are made
        of whole.
        """
        room = self._rooms.get(int(self._table.room[slot]))
        if room is None:
            return
        odd = self._table.packetMs[room.slots] % LONG_FRAME_MS
        frameMs = SHORT_FRAME_MS if odd.any() else LONG_FRAME_MS
        if room.group.frameMs == frameMs:
            return
        old, room.group = room.group, self._quietest(frameMs)
        del old.rooms[room.index]
        room.group.rooms[room.index] = room
        for member in room.slots:
            self._move(packets, member, room.group)
        self._changed.update((old.number, room.group.number))
