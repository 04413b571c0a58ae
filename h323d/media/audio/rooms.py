"""
Who is mixed with whom, and when.

Rooms are placed in the groups (L{h323d.media.audio.groups}) of their rate and frame length.
Spreading them over the phases of the tick's grid keeps the batches short, so that a packet leaves
soon after its mix was due, and evens out the load.

A room is mixed at the best rate that at least two of its members can both send and hear: one
wideband member among telephones gains nothing by it.  What is only played counts for nobody, but
one who is alone hears it as well as they can.  The rate rises at once, and falls only when a lower
one has been enough for a while, as a change interrupts everybody's sound.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from h323d.errors import ResourceUnavailable
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import ROOM_RATES, Codecs
from h323d.media.audio.groups import GroupForm, LocalParty, MixedRoom, MixGroup
from h323d.media.audio.passing import Passing
from h323d.media.audio.rates import Rates
from h323d.media.audio.table import PortTable
from h323d.media.config import MediaConfig
from h323d.media.packets import PASSING, IPacketIO

__all__ = ["LONG_FRAME_MS", "SHORT_FRAME_MS", "Rooms"]

LONG_FRAME_MS = 20
SHORT_FRAME_MS = 10
_FULL = 240  # members, after which another batch makes packets leave sooner
_LOWER_AFTER = 10.0  # seconds for which a lower rate was enough

Slots = npt.NDArray[np.intp]


class Rooms:
    """
    All rooms of a media thread, placed in groups.

    @ivar groups: the lowest rate first; of one rate, long frames in each phase of the grid, then
        short ones.
    @ivar inhabited: those that any slot can belong to; those in no room belong to the first.
    @ivar copies: whether packets pass as they are in any room.
    @ivar turned: since it was emptied, the numbers of rooms where packets have begun to pass, and
        of those where they do not any more.
    """

    def __init__(
        self,
        config: MediaConfig,
        table: PortTable,
        codecs: Codecs,
        stores: SoundStores,
        rates: Rates,
        passing: Passing,
        number: int = 0,
    ) -> None:
        """
        @param number: of the plane, of C{media.threads} in all, whose batches are to be due at
            different points of the grid.
        """
        self._passing = passing
        self.turned: list[tuple[int, bool]] = []
        self._table = table
        self._codecs = codecs
        self._stores = stores
        self._rates = rates
        self._rooms: dict[int, MixedRoom] = {}
        self._indices: dict[int, int] = {}
        self._free = list(range(config.maximumPorts - 1, -1, -1))
        self._unfit: set[int] = set()
        self._changed: set[int] = set()
        forms = (
            GroupForm(rate, frameMs, phase)
            for rate, frameMs in itertools.product(ROOM_RATES, (LONG_FRAME_MS, SHORT_FRAME_MS))
            for phase in _phases(frameMs // config.tickMs, number / config.threads)
        )
        self.groups = [
            MixGroup(number, form, config.tickMs, table, stores, rates)
            for number, form in enumerate(forms)
        ]
        self.inhabited = self.groups[:1]
        self._passes = 0
        self.copies = False

    @property
    def allPass(self) -> bool:
        """
        Whether there is nobody but those whose packets pass: nothing is due at points of the grid.
        """
        return self._passes == self._table.taken

    def settle(self, packets: IPacketIO, now: float) -> None:
        """
        After the commands of a tick: see whether rooms are still what their members need, and
        gather the groups in which something changed.

        @param now: seconds.
        """
        for index in sorted(self._unfit):
            room = self._rooms.get(index)
            if room is not None and room.slots:
                self._fit(packets, room, now)
        self._unfit.clear()
        if self._changed:
            for number in sorted(self._changed):
                self.groups[number].regather()
            self._changed.clear()
            first, *others = self.groups
            self.inhabited = [first, *(group for group in others if group.members.size)]
            self.copies = any(room.copied for room in self._rooms.values())
            self._passes = sum(len(room.slots) for room in self._rooms.values() if room.passing)

    def open(self, number: int, passes: bool = False) -> int:
        """
        Make an empty room.

        @param passes: whether the packets of two who speak alike may pass, unmixed.
        @return: its row in tables.
        """
        if not self._free:
            raise ResourceUnavailable("all rooms are taken")
        group = self._quietest(ROOM_RATES[0], LONG_FRAME_MS)
        index = self._indices[number] = self._free.pop()
        room = MixedRoom(index, number, group, passes=passes)
        self._rooms[index] = group.rooms[index] = room
        return index

    def _quietest(self, rate: int, frameMs: int) -> MixGroup:
        """
        The first group with room to spare: a batch has a price of its own, so that few
        rooms share one.  Where all are full, the one with the least to do.
        """
        groups = [g for g in self.groups if (g.sampleRate, g.frameMs) == (rate, frameMs)]
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

    def join(
        self, packets: IPacketIO, number: int, slot: int, party: LocalParty | None = None
    ) -> bool:
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
        self._unfit.add(index)
        self._move(packets, slot, room.group)
        return True

    def leave(self, packets: IPacketIO, slot: int) -> None:
        """
        Take a slot out of its room, if it is in one.
        """
        room = self._rooms.get(int(self._table.room[slot]))
        if room is not None:
            self._expel(packets, room, slot)

    def _expel(self, packets: IPacketIO, room: MixedRoom, slot: int) -> None:
        self._mixAgain(packets, room)
        room.slots.remove(slot)
        room.parties.pop(slot, None)
        self._table.room[slot] = -1
        self._changed.add(room.group.number)
        self._stores.unseat(slot)
        self._move(packets, slot, self.groups[0])
        self._unfit.add(room.index)

    def _move(self, packets: IPacketIO, slot: int, group: MixGroup) -> None:
        if self._table.group[slot] != group.number:
            self._table.group[slot] = group.number
            if not self._table.local[slot]:
                packets.regroup(slot, group.number)

    def refit(self, slot: int) -> None:
        """
        What C{slot} sends or hears is another sound: have its room looked at.
        """
        self._unfit.add(int(self._table.room[slot]))

    def lower(self, now: float) -> None:
        """
        Have the rooms looked at for which a lower rate has been enough for long.

        @param now: seconds.
        """
        due = now - _LOWER_AFTER
        self._unfit.update(room.index for room in self._rooms.values() if room.lowerSince <= due)

    def _fit(self, packets: IPacketIO, room: MixedRoom, now: float) -> None:
        """
        Give a room the rate and the frame that its members need, and each member its row; or let
        packets pass there.
        """
        if room.passes and self._passing.suits(room.slots):
            self._letPass(packets, room, now)
            return
        self._mixAgain(packets, room)
        slots = np.array(room.slots, np.intp)
        rate, frameMs = self._rateOf(room, slots, now), self._frameOf(slots)
        if (rate, frameMs) != (room.group.sampleRate, room.group.frameMs):
            self._changed.add(room.group.number)
            del room.group.rooms[room.index]
            room.group = self._quietest(rate, frameMs)
            room.group.rooms[room.index] = room
            for slot in room.slots:
                self._move(packets, slot, room.group)
                self._stores.unseat(slot)
        self._seat(slots, room.group)
        self._changed.add(room.group.number)

    def _letPass(self, packets: IPacketIO, room: MixedRoom, now: float) -> None:
        self._passing.join(packets, room.slots, now)
        if room.passing:
            self._tell(room)
            return
        for slot in room.slots:
            self._stores.unseat(slot)
            packets.regroup(slot, PASSING)
        self._turn(room, True)

    def _mixAgain(self, packets: IPacketIO, room: MixedRoom) -> None:
        if room.passing:
            for slot in self._passing.part(room.slots):
                packets.regroup(slot, room.group.number)
            self._turn(room, False)

    def _turn(self, room: MixedRoom, passing: bool) -> None:
        room.passing, room.lowerSince = passing, np.inf
        self._tell(room)

    def _tell(self, room: MixedRoom) -> None:
        self._changed.add(room.group.number)
        copied = room.passing and self._passing.copies(room.slots)
        if copied is not room.copied:
            room.copied = copied
            self.turned.append((room.number, copied))

    def _seat(self, slots: Slots, group: MixGroup) -> None:
        """
        Let the sound of members be of the rates that are next to their group's.
        """
        table = self._table
        said = self._codecs.sampleRates(table.hears[slots], group.sampleRate)
        standing = (table.store[slots] < 0) | (table.sampleRate[slots] != said)
        table.sampleRate[slots] = said
        table.sendRate[slots] = self._codecs.sampleRates(table.codec[slots], group.sampleRate)
        for slot in slots[standing].tolist():
            self._stores.seat(slot, group.frameMs, int(table.sampleRate[slot]))
            self._rates.begin(slot)

    def _frameOf(self, slots: Slots) -> int:
        """
        @return: the longest frame that all these members' packets are made of whole.
        """
        odd = self._table.packetMs[slots] % LONG_FRAME_MS
        return SHORT_FRAME_MS if odd.any() else LONG_FRAME_MS

    def _rateOf(self, room: MixedRoom, slots: Slots, now: float) -> int:
        """
        @return: at which rate the room is to be mixed now.
        """
        table, best = self._table, self._codecs.bestRates
        rates = np.minimum(best[table.hears[slots]], best[table.codec[slots]])
        rates[table.local[slots]] = ROOM_RATES[-1]
        parties = room.parties
        rates = rates[[slot not in parties or parties[slot].listens for slot in room.slots]]
        wanted = int(np.sort(rates)[-2:][0]) if len(slots) > 1 and len(rates) else ROOM_RATES[0]
        present = room.group.sampleRate
        room.lowerSince = min(room.lowerSince, now) if wanted < present else np.inf
        return present if now < room.lowerSince + _LOWER_AFTER < np.inf else wanted


def _phases(count: int, share: float) -> list[int]:
    """
    @param share: of a frame, by which to begin later.
    @return: all ticks of a frame, in the order in which they are to be used.
    """
    return [(each + int(share * count)) % count for each in range(count)]
