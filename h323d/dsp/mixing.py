"""
Everyone hears everyone else: N-1 mixing for all rooms in one batch.

A room's members who contribute (they talk, and are not muted) each hear the sum of the
others; all who only listen hear the same sum, so that it is mixed and encoded once.
A L{MixPlan} holds what depends only on who is in which room and who contributes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["SILENCE", "MixPlan", "mix", "planMix"]

SILENCE = 0  # index of the mix that holds nothing; there is always one
_MINIMUM = np.int32(-32768)
_MAXIMUM = np.int32(32767)
_ROWS_AT_ONCE = 128  # keeps what is computed in between in the cache


@dataclass(slots=True)
class MixPlan:
    """
    Which rows are summed, and which mix each row hears.

    @ivar contributors: C{intp[c]}: rows that are heard, sorted by room.
    @ivar roomOf: C{intp[c]}: the number of each contributor's room, of 0 to C{k - 1}.
    @ivar sums: rooms by how many contribute: the room numbers C{intp[r]}, and positions in
        C{contributors}, C{intp[r, size]}.  Rooms of one size are summed in one go, which is
        several times as fast as C{np.add.reduceat}.
    @ivar shared: C{intp[l]}: the numbers of the rooms that have listeners.
    @ivar personal: C{intp[p]}: the positions in C{contributors} that get a mix of their
        own, because others contribute too.
    @ivar mixOf: C{intp[n]}: for each row, the index of the mix it hears; those are
        ordered: L{SILENCE}, the C{shared}, the C{personal}.
    """

    contributors: npt.NDArray[np.intp]
    roomOf: npt.NDArray[np.intp]
    sums: tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], ...]
    shared: npt.NDArray[np.intp]
    personal: npt.NDArray[np.intp]
    mixOf: npt.NDArray[np.intp]

    @property
    def mixCount(self) -> int:
        """
        How many distinct mixes there are, silence included.
        """
        return 1 + len(self.shared) + len(self.personal)


def planMix(
    rooms: npt.NDArray[np.integer],
    contributes: npt.NDArray[np.bool_],
    hears: npt.NDArray[np.bool_] | None = None,
) -> MixPlan:
    """
    Work out who hears what.  Cheap enough for every tick.

    @param rooms: C{int[n]}: the room of each row, in ascending order; any numbers.
    @param contributes: C{bool[n]}: talks, and may be heard.
    @param hears: C{bool[n]}: gets a mix rather than silence; C{None}: everyone does.
    """
    count = len(rooms)
    first = np.ones(count, bool)
    first[1:] = rooms[1:] != rooms[:-1]
    room = np.cumsum(first) - 1  # dense: 0, 0, 0, 1, 1, ...
    contributors = np.flatnonzero(contributes)
    talkersIn = np.bincount(room[contributors], minlength=int(first.sum()))
    heard = talkersIn > 0
    denseToHeard = np.cumsum(heard) - 1
    roomOf = denseToHeard[room[contributors]]
    sizes = talkersIn[heard]

    listening = ~contributes & heard[room]
    hearsOthers = talkersIn[room[contributors]] > 1
    if hears is not None:
        listening &= hears
        hearsOthers &= hears[contributors]
    hasListeners = np.zeros(len(sizes), bool)
    hasListeners[denseToHeard[room[listening]]] = True
    shared = np.flatnonzero(hasListeners)
    personal = np.flatnonzero(hearsOthers)

    mixOf = np.full(count, SILENCE, np.intp)
    mixOf[listening] = np.cumsum(hasListeners)[denseToHeard[room[listening]]]
    mixOf[contributors[personal]] = 1 + len(shared) + np.arange(len(personal))
    return MixPlan(contributors, roomOf, _bySize(sizes), shared, personal, mixOf)


def _bySize(
    sizes: npt.NDArray[np.intp],
) -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], ...]:
    """
    @param sizes: C{intp[k]}: how many contribute in each room.
    @return: L{MixPlan.sums}.
    """
    starts = np.cumsum(sizes) - sizes
    sums = []
    for size in np.unique(sizes).tolist():
        rooms = np.flatnonzero(sizes == size)
        sums.append((rooms, starts[rooms][:, None] + np.arange(size)))
    return tuple(sums)


def mix(samples: npt.NDArray[np.int16], plan: MixPlan) -> npt.NDArray[np.int16]:
    """
    Sum each room, subtract each contributor's own sound, clip to 16 bits.

    @param samples: C{int16[n, s]}, one frame a row, rows ordered as for L{planMix}.
    @return: C{int16[m, s]}, the distinct mixes; row C{plan.mixOf[i]} is what row C{i} hears.
    """
    width = samples.shape[1]
    result = np.zeros((plan.mixCount, width), np.int16)
    if not plan.contributors.size:
        return result
    own = samples.take(plan.contributors, axis=0).astype(np.int32)
    total = _sumRooms(own, plan)
    sharedEnd = 1 + len(plan.shared)
    _clipInto(result[1:sharedEnd], total.take(plan.shared, axis=0))
    for start in range(0, len(plan.personal), _ROWS_AT_ONCE):
        rows = plan.personal[start : start + _ROWS_AT_ONCE]
        rest = total.take(plan.roomOf[rows], axis=0)
        rest -= own.take(rows, axis=0)
        at = sharedEnd + start
        _clipInto(result[at : at + len(rows)], rest)
    return result


def _sumRooms(own: npt.NDArray[np.int32], plan: MixPlan) -> npt.NDArray[np.int32]:
    """
    @param own: C{int32[c, s]}: the contributors' frames.
    @return: C{int32[k, s]}: the sum of each room.
    """
    width = own.shape[1]
    if len(plan.sums) == 1:  # all rooms are of one size, and lie in order
        rooms, positions = plan.sums[0]
        whole: npt.NDArray[np.int32] = np.add.reduce(
            own.reshape(len(rooms), positions.shape[1], width), axis=1
        )
        return whole
    total = np.empty((sum(len(rooms) for rooms, _ in plan.sums), width), np.int32)
    for rooms, positions in plan.sums:
        total[rooms] = np.add.reduce(own[positions], axis=1)
    return total


def _clipInto(target: npt.NDArray[np.int16], sums: npt.NDArray[np.int32]) -> None:
    """
    @param target: C{int16[k, s]}, overwritten.
    @param sums: C{int32[k, s]}, spoilt.
    """
    np.clip(sums, _MINIMUM, _MAXIMUM, out=sums)
    np.copyto(target, sums, casting="unsafe")
