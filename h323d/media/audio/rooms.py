"""
Who is mixed with whom, and when.

Rooms are placed in the groups (L{h323d.media.audio.groups}) of their frame length.  Spreading them over the
phases of the tick's grid keeps the batches short, so that a packet leaves soon after its mix was
due, and evens out the load.
"""

from __future__ import annotations

from h323d.errors import ResourceUnavailable
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.groups import MixGroup, Party, Room
from h323d.media.audio.table import SAMPLE_RATE, PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import IPacketIO

__all__ = ["LONG_FRAME_MS", "SHORT_FRAME_MS", "Rooms"]

LONG_FRAME_MS = 20
SHORT_FRAME_MS = 10
_FULL = 240  # members, after which another batch makes packets leave sooner


class Rooms:
    """
    All rooms of a media thread, placed in groups.

    @ivar groups: long frames in each phase of the grid, then short ones.
    """

    def __init__(self, config: MediaConfig, table: PortTable, stores: SoundStores) -> None:
        self._table = table
        self._stores = stores
        self._rooms: dict[int, Room] = {}
        self._indices: dict[int, int] = {}
        self._free = list(range(config.maximumPorts - 1, -1, -1))
        self._changed: set[int] = set()
        self.groups = [
            MixGroup(number, frameMs, phase, config.tickMs, table, stores)
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
        self._stores.seat(slot, room.group.frameMs, SAMPLE_RATE)
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
        self._stores.unseat(slot)
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
        odd = self._table.packetMs[room.slots] % LONG_FRAME_MS
        frameMs = SHORT_FRAME_MS if odd.any() else LONG_FRAME_MS
        if room.group.frameMs == frameMs:
            return
        old, room.group = room.group, self._quietest(frameMs)
        del old.rooms[room.index]
        room.group.rooms[room.index] = room
        for member in room.slots:
            self._move(packets, member, room.group)
            self._stores.seat(member, frameMs, SAMPLE_RATE)
        self._changed.update((old.number, room.group.number))
