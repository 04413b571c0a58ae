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
from h323d.media.packets import IPacketIO
from h323d.media.table import CLOCK_RATE, PortTable

__all__ = ["LONG_FRAME_MS", "SHORT_FRAME_MS", "MixGroup", "Party", "Room", "Rooms"]

LONG_FRAME_MS = 20
SHORT_FRAME_MS = 10


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
    @ivar number: the mixer's.
    @ivar slots: its members, ports and local parties, in order of arrival.
    @ivar speaker: the slot that is held to be speaking.
    """

    number: int
    group: MixGroup
    slots: list[int] = field(default_factory=list)
    parties: dict[int, Party] = field(default_factory=dict)
    speaker: int | None = None


class MixGroup:
    """
    The rooms that are mixed in one batch.

    @ivar number: its index among the groups.
    @ivar frameMs: milliseconds of sound in a frame.
    @ivar period: ticks between two frames.
    @ivar phase: which tick of the period is its own.
    @ivar rooms: by number, ascending.
    @ivar members: C{intp[n]}: slots, by room.
    @ivar roomOf: C{int64[n]}: the room of each member.
    @ivar parties: position in C{members} of each local party.
    """

    def __init__(self, number: int, frameMs: int, period: int, phase: int) -> None:
        self.number = number
        self.frameMs = frameMs
        self.frameSamples = frameMs * CLOCK_RATE // 1000
        self.period = period
        self.phase = phase
        self.rooms: dict[int, Room] = {}
        self.members = np.empty(0, np.intp)
        self.roomOf = np.empty(0, np.int64)
        self.parties: list[tuple[int, Party]] = []
        self._contributes = np.empty(0, bool)
        self._hears = np.empty(0, bool)
        self._plan: MixPlan | None = None

    def load(self) -> int:
        """
        How many members its rooms have.
        """
        return sum(len(room.slots) for room in self.rooms.values())

    def dueIn(self, last: int, index: int) -> int:
        """
        How many frames are due in the ticks after C{last}, up to C{index}.
        """
        return (index - self.phase) // self.period - (last - self.phase) // self.period

    def lastDue(self, index: int) -> int:
        """
        The group's last tick up to C{index}.
        """
        return index - (index - self.phase) % self.period

    def regather(self) -> None:
        """
        Somebody came or went.
        """
        rooms = [self.rooms[number] for number in sorted(self.rooms)]
        self.members = np.array([slot for room in rooms for slot in room.slots], np.intp)
        counts = [len(room.slots) for room in rooms]
        self.roomOf = np.repeat([room.number for room in rooms], counts).astype(np.int64)
        positions = {slot: position for position, slot in enumerate(self.members.tolist())}
        self.parties = [
            (positions[slot], party) for room in rooms for slot, party in room.parties.items()
        ]
        self._plan = None

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

    def __init__(self, table: PortTable, tickMs: int) -> None:
        self._table = table
        self._rooms: dict[int, Room] = {}
        self._changed: set[int] = set()
        self.groups = [
            MixGroup(number, frameMs, frameMs // tickMs, phase)
            for number, (frameMs, phase) in enumerate(
                (frameMs, phase)
                for frameMs in (LONG_FRAME_MS, SHORT_FRAME_MS)
                for phase in range(frameMs // tickMs)
            )
        ]

    def settle(self) -> None:
        """
        After the commands of a tick: gather the groups in which something changed.
        """
        for number in sorted(self._changed):
            self.groups[number].regather()
        self._changed.clear()

    def open(self, number: int) -> None:
        """
        Make an empty room, in the phase that has the least to do.
        """
        group = self._quietest(LONG_FRAME_MS)
        self._rooms[number] = group.rooms[number] = Room(number, group)

    def _quietest(self, frameMs: int) -> MixGroup:
        groups = [group for group in self.groups if group.frameMs == frameMs]
        return min(groups, key=lambda group: (group.load(), len(group.rooms)))

    def close(self, packets: IPacketIO, number: int) -> None:
        """
        Let all members of a room go.
        """
        room = self._rooms.pop(number, None)
        if room is None:
            return
        for slot in list(room.slots):
            self._expel(packets, room, slot)
        del room.group.rooms[number]
        self._changed.add(room.group.number)

    def join(self, packets: IPacketIO, number: int, slot: int, party: Party | None = None) -> bool:
        """
        Make a slot a member; it leaves the room that it was in.

        @param party: what the slot plays and hears, if it is a local party.
        @return: whether it is new there; not if the room has closed.
        """
        room = self._rooms.get(number)
        if room is None or slot in room.slots:
            return False
        self.leave(packets, slot)
        room.slots.append(slot)
        self._table.room[slot] = number
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
        odd = (self._table.packetSamples[room.slots] * 1000 // CLOCK_RATE) % LONG_FRAME_MS
        frameMs = SHORT_FRAME_MS if odd.any() else LONG_FRAME_MS
        if room.group.frameMs == frameMs:
            return
        old, room.group = room.group, self._quietest(frameMs)
        del old.rooms[room.number]
        room.group.rooms[room.number] = room
        for member in room.slots:
            self._move(packets, member, room.group)
        self._changed.update((old.number, room.group.number))
