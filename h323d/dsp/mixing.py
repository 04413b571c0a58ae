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


@dataclass(slots=True)
class MixPlan:
    """
    Which rows are summed, and which mix each row hears.

    @ivar contributors: C{intp[c]}: rows that are heard, sorted by room.
    @ivar starts: C{intp[k]}: where in C{contributors} each heard room begins.
    @ivar roomOf: C{intp[c]}: index of each contributor's room in C{starts}.
    @ivar shared: C{intp[l]}: the rooms (indices in C{starts}) that have listeners.
    @ivar personal: C{intp[p]}: the positions in C{contributors} that get a mix of their
        own, because others contribute too.
    @ivar mixOf: C{intp[n]}: for each row, the index of the mix it hears; those are
        ordered: L{SILENCE}, the C{shared}, the C{personal}.
    """

    contributors: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    roomOf: npt.NDArray[np.intp]
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
    starts = np.cumsum(talkersIn[heard]) - talkersIn[heard]

    listening = ~contributes & heard[room]
    hearsOthers = talkersIn[room[contributors]] > 1
    if hears is not None:
        listening &= hears
        hearsOthers &= hears[contributors]
    hasListeners = np.zeros(len(starts), bool)
    hasListeners[denseToHeard[room[listening]]] = True
    shared = np.flatnonzero(hasListeners)
    personal = np.flatnonzero(hearsOthers)

    mixOf = np.full(count, SILENCE, np.intp)
    mixOf[listening] = np.cumsum(hasListeners)[denseToHeard[room[listening]]]
    mixOf[contributors[personal]] = 1 + len(shared) + np.arange(len(personal))
    return MixPlan(contributors, starts, roomOf, shared, personal, mixOf)


def mix(
    samples: npt.NDArray[np.int16],
    plan: MixPlan,
    gains: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.int16]:
    """
    Sum each room, subtract each contributor's own sound, clip to 16 bits.

    @param samples: C{int16[n, s]}, one frame a row, rows ordered as for L{planMix}.
    @param gains: C{float32[n]}, a factor for each row's sound, 0 to 128; C{None}: all 1.
    @return: C{int16[m, s]}, the distinct mixes; row C{plan.mixOf[i]} is what row C{i} hears.
    """
    width = samples.shape[1]
    result = np.zeros((plan.mixCount, width), np.int16)
    if not plan.contributors.size:
        return result
    own = samples.take(plan.contributors, axis=0).astype(np.int32)
    if gains is not None:
        _amplify(own, gains[plan.contributors])
    total = np.add.reduceat(own, plan.starts, axis=0)
    sharedEnd = 1 + len(plan.shared)
    _clipInto(result[1:sharedEnd], total.take(plan.shared, axis=0))
    if plan.personal.size:
        if len(plan.personal) == len(own):
            rest = total.take(plan.roomOf, axis=0)
            rest -= own
        else:
            rest = total.take(plan.roomOf[plan.personal], axis=0)
            rest -= own.take(plan.personal, axis=0)
        _clipInto(result[sharedEnd:], rest)
    return result


def _amplify(samples: npt.NDArray[np.int32], factors: npt.NDArray[np.float32]) -> None:
    """
    Multiply the rows whose factor is not 1, in place.
    """
    rows = np.flatnonzero(factors != 1.0)
    if rows.size:
        samples[rows] = np.rint(samples[rows] * factors[rows, None]).astype(np.int32)


def _clipInto(target: npt.NDArray[np.int16], sums: npt.NDArray[np.int32]) -> None:
    """
    @param target: C{int16[k, s]}, overwritten.
    @param sums: C{int32[k, s]}, spoilt.
    """
    np.clip(sums, _MINIMUM, _MAXIMUM, out=sums)
    np.copyto(target, sums, casting="unsafe")
