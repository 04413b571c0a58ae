"""
The rooms that are mixed in one batch.

All rooms that share a rate, a frame length and a phase on the tick's grid form a L{MixGroup}, mixed
in one go; members whose sound is of another rate are brought to the rooms', and back.  Which room
is in which group is decided by L{h323d.media.audio.rooms}.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.mixing import MixPlan, planMix
from h323d.media.audio.buffers import Frames, Sounding, SoundStores
from h323d.media.audio.rates import Rates
from h323d.media.audio.sending import Mixes
from h323d.media.audio.table import PortTable

__all__ = ["GroupForm", "Hearing", "MixGroup", "LocalParty", "MixedRoom"]

_TO_COME = 6  # members that every room is taken to have
_FEW = 6  # members of a room at most, who are all mixed, however softly they speak

Slots = npt.NDArray[np.intp]
Samples = npt.NDArray[np.int16]
_Part = tuple[int, npt.NDArray[np.intp]]  # a rate, and positions of members


@dataclass(slots=True)
class LocalParty:
    """
    A local party: its slot, and what it plays and hears.
    """

    slot: int
    source: ISampleSource | None
    sink: ISampleSink | None

    @property
    def listens(self) -> bool:
        """
        Whether it is somebody who hears the others, and not just something that is played to them.
        """
        return self.sink is not None


@dataclass(slots=True)
class MixedRoom:
    """
    @ivar index: the room's row in tables.
    @ivar number: the mixer's.
    @ivar slots: its members, ports and local parties, in order of arrival.
    @ivar parties: the local ones, by slot.
    @ivar lowerSince: seconds: since when a lower rate would do; infinite while none does.
    @ivar passes: whether the packets of two may go on as they come, unmixed.
    @ivar passing: whether they do.
    @ivar copied: whether they do as they are.
    """

    index: int
    number: int
    group: MixGroup
    slots: list[int] = field(default_factory=list)
    parties: dict[int, LocalParty] = field(default_factory=dict)
    lowerSince: float = float("inf")
    passes: bool = False
    passing: bool = False
    copied: bool = False


class GroupForm(NamedTuple):
    """
    @ivar sampleRate: that its rooms are mixed at, Hz.
    @ivar frameMs: milliseconds of sound in a frame.
    @ivar phase: which tick of the period is its own.
    """

    sampleRate: int
    frameMs: int
    phase: int


@dataclass(slots=True)
class Hearing:
    """
    What is to be sent to members whose sound is of one rate.

    @ivar members: C{intp[n]}: slots.
    @ivar pausing: C{bool[n]}: those that are sent digits instead; C{None}: nobody is.
    """

    members: Slots
    mixes: Mixes
    pausing: npt.NDArray[np.bool_] | None


class MixGroup:
    """
    The rooms that are mixed in one batch.

    @ivar number: its index among the groups.
    @ivar frameMs: milliseconds of sound in a frame.
    @ivar sampleRate: that it is mixed at, Hz.
    @ivar period: ticks between two frames.
    @ivar rooms: by index.
    @ivar members: C{intp[n]}: slots, by room.
    @ivar roomOf: C{int64[n]}: the index of each member's room, ascending.
    @ivar parties: position in C{members} of each local party.
    @ivar crowded: C{intp[k]}: positions in C{members} of those in rooms of many.
    """

    def __init__(
        self,
        number: int,
        form: GroupForm,
        tickMs: int,
        table: PortTable,
        stores: SoundStores,
        rates: Rates,
    ) -> None:
        self.number = number
        self.frameMs = form.frameMs
        self.sampleRate = form.sampleRate
        self.period = form.frameMs // tickMs
        self._phase = form.phase
        self._table = table
        self._stores = stores
        self._rates = rates
        self.rooms: dict[int, MixedRoom] = {}
        self.members = np.empty(0, np.intp)
        self._rows = np.empty(0, np.intp)
        self._said: list[_Part] = []
        self._heard: list[_Part] = []
        self.roomOf = np.empty(0, np.int64)
        self.parties: list[tuple[int, LocalParty]] = []
        self.crowded = np.empty(0, np.intp)
        self._plan: MixPlan | None = None
        self._premises = b"", b"", b""  # of the plan: who sounds, is muted, is deaf

    def load(self) -> int:
        """
        How many members its rooms have, or will have: a new room is soon joined.
        """
        mixed = (room for room in self.rooms.values() if not room.passing)
        return sum(max(len(room.slots), _TO_COME) for room in mixed)

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
        inOrder = (self.rooms[index] for index in sorted(self.rooms))
        rooms = [room for room in inOrder if not room.passing]
        self.members = np.array([slot for room in rooms for slot in room.slots], np.intp)
        counts = [len(room.slots) for room in rooms]
        self.roomOf = np.repeat([room.index for room in rooms], counts).astype(np.int64)
        self.crowded = np.flatnonzero(np.repeat(np.array(counts, np.intp) > _FEW, counts))
        positions = {slot: position for position, slot in enumerate(self.members.tolist())}
        self.parties = [
            (positions[slot], party) for room in rooms for slot, party in room.parties.items()
        ]
        self._rows = self._table.row[self.members]
        remote = np.flatnonzero(~self._table.local[self.members])
        self._said = _byRate(self._table.sampleRate[self.members], remote)
        self._heard = _byRate(self._table.sendRate[self.members], np.arange(len(self.members)))
        self._plan = None

    def pull(self, now: float, jitter: npt.NDArray[np.float64]) -> tuple[Frames, Sounding]:
        """
        Take the members' next frames at the group's rate, what is missing concealed; those of local
        parties, for whom nothing comes, are silent.

        @param jitter: C{float64[n]}, seconds.
        @return: C{int16[n, s]}, and C{bool[n]}: who has sound in this frame.
        """
        if self._isUniform(self._said):
            store = self._stores.of(self.frameMs, self.sampleRate)
            return store.pull(self._rows, now, jitter)
        count = len(self.members)
        frames = np.zeros((count, self.sampleRate * self.frameMs // 1000), np.int16)
        sounding = np.zeros(count, bool)
        for rate, at in self._said:
            store = self._stores.of(self.frameMs, rate)
            said, sounding[at] = store.pull(self._rows[at], now, jitter[at])
            frames[at] = self._rates.say(self.members[at], said, rate, self.sampleRate)
        return frames, sounding

    def _isUniform(self, parts: list[_Part]) -> bool:
        """
        Whether there is sound of all members, and of the group's own rate.
        """
        if len(parts) != 1:
            return False
        rate, at = parts[0]
        return rate == self.sampleRate and len(at) == len(self.members)

    def skip(self, frames: int, now: float) -> None:
        """
        After a stall of ours: give up what should have been mixed meanwhile.
        """
        for rate, at in self._said:
            self._stores.of(self.frameMs, rate).skip(self._rows[at], frames, now)

    def hearings(
        self,
        mixes: Samples,
        plan: MixPlan,
        clock: int,
        pausing: npt.NDArray[np.bool_] | None,
    ) -> list[Hearing]:
        """
        Bring the mixes to the rates of those who hear them.

        @param mixes: C{int16[m, s]}.
        @param clock: of the plane at the start of this frame, milliseconds.
        @param pausing: C{bool[n]}: those that are sent digits instead.
        """
        if self._isUniform(self._heard):
            whole = Mixes(mixes, plan.mixOf, self.frameMs, 1 + len(plan.shared))
            return [Hearing(self.members, whole, pausing)]
        result = []
        for rate, at in self._heard:
            members, heard, of = self.members[at], mixes, plan.mixOf[at]
            shared = 1 + len(plan.shared)
            if rate != self.sampleRate:
                shared = len(np.unique(of[of < shared]))
                heard, of = self._rates.ofMixes(self.sampleRate, rate).resample(
                    mixes,
                    of,
                    len(plan.shared),
                    members,
                    self.roomOf[at],
                    (clock, clock + self.frameMs),
                )
            paused = None if pausing is None else pausing[at]
            result.append(Hearing(members, Mixes(heard, of, self.frameMs, shared), paused))
        return result

    def plan(self, sounding: npt.NDArray[np.bool_]) -> MixPlan:
        """
        @param sounding: C{bool[n]}: the members that have sound in this frame.
        """
        muted, deaf = self._table.muted[self.members], self._table.deaf[self.members]
        premises = sounding.tobytes(), muted.tobytes(), deaf.tobytes()
        if self._plan is None or premises != self._premises:
            self._premises = premises
            self._plan = planMix(self.roomOf, sounding & ~muted, ~deaf)
        return self._plan


def _byRate(rates: npt.NDArray[np.int64], positions: npt.NDArray[np.intp]) -> list[_Part]:
    """
    @param rates: C{int64[n]}, Hz.
    @param positions: C{intp[k]}: those that count.
    @return: which of them are of each rate.
    """
    counted = rates[positions]
    if len(counted) and (counted == counted[0]).all():
        return [(int(counted[0]), positions)]  # nearly always, and much cheaper to find
    return [(rate, positions[counted == rate]) for rate in np.unique(counted).tolist()]
