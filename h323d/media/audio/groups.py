"""
The rooms that are mixed in one batch.

All rooms that share a frame length and a phase on the tick's grid form a L{MixGroup}, mixed in one
go.  Which room is in which group is decided by L{h323d.media.audio.rooms}.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.mixing import MixPlan, planMix
from h323d.media.audio.buffers import Frames, Sounding, SoundStores
from h323d.media.audio.table import SAMPLE_RATE, PortTable

__all__ = ["MixGroup", "Party", "Room"]

_TO_COME = 6  # members that every room is taken to have


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
    @ivar rooms: by index.
    @ivar members: C{intp[n]}: slots, by room.
    @ivar rows: C{intp[n]}: theirs, in the store of their sound.
    @ivar roomOf: C{int64[n]}: the index of each member's room, ascending.
    @ivar parties: position in C{members} of each local party.
    """

    def __init__(
        self,
        number: int,
        frameMs: int,
        phase: int,
        tickMs: int,
        table: PortTable,
        stores: SoundStores,
    ) -> None:
        """
        @param phase: which tick of the period is its own.
        """
        self.number = number
        self.frameMs = frameMs
        self.period = frameMs // tickMs
        self._phase = phase
        self._table = table
        self._stores = stores
        self.rooms: dict[int, Room] = {}
        self.members = np.empty(0, np.intp)
        self.rows = np.empty(0, np.intp)
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
        self.rows = self._table.row[self.members]
        self._plan = None

    def pull(self, now: float, jitter: npt.NDArray[np.float64]) -> tuple[Frames, Sounding]:
        """
        Take the members' next frames, what is missing concealed.

        @param jitter: C{float64[n]}, seconds.
        @return: C{int16[n, s]}, and C{bool[n]}: who has sound in this frame.
        """
        return self._stores.of(self.frameMs, SAMPLE_RATE).pull(self.rows, now, jitter)

    def skip(self, frames: int, now: float) -> None:
        """
        After a stall of ours: give up what should have been mixed meanwhile.
        """
        self._stores.of(self.frameMs, SAMPLE_RATE).skip(self.rows, frames, now)

    def plan(self, sounding: npt.NDArray[np.bool_]) -> MixPlan:
        """
        @param sounding: C{bool[n]}: the members that have sound in this frame.
        """
        contributes = sounding & ~self._table.muted[self.members]
        hears = ~self._table.deaf[self.members]
        if (
            self._plan is None
            or not np.array_equal(contributes, self._contributes)
            or not np.array_equal(hears, self._hears)
        ):
            self._contributes, self._hears = contributes, hears
            self._plan = planMix(self.roomOf, contributes, hears)
        return self._plan
