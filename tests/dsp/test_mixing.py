"""
N-1 mixing: who hears what, exactly.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.dsp.mixing import SILENCE, mix, planMix


def frames(*values: int) -> npt.NDArray[np.int16]:
    """One row per value, constant over a frame of four samples."""
    return np.repeat(np.array(values, np.int16)[:, None], 4, axis=1)


def heard(samples: npt.NDArray[np.int16], rooms: list[int], contributes: list[bool]) -> list[int]:
    plan = planMix(np.array(rooms), np.array(contributes, bool))
    mixes = mix(samples, plan)
    assert len(mixes) == plan.mixCount
    return [int(mixes[index, 0]) for index in plan.mixOf]


def test_everyoneHearsTheOthersOfTheirOwnRoom() -> None:
    samples = frames(1, 2, 4, 10, 20)
    assert heard(samples, [7, 7, 7, 9, 9], [True] * 5) == [6, 5, 3, 20, 10]


def test_aPartyAloneHearsSilence() -> None:
    assert heard(frames(5), [0], [True]) == [0]


def test_listenersShareOneMix() -> None:
    samples = frames(1, 2, 4, 8)
    plan = planMix(np.array([1, 1, 1, 1]), np.array([True, False, False, True]))
    assert plan.mixOf[1] == plan.mixOf[2]
    assert plan.mixCount == 4  # silence, the listeners', and two talkers'
    assert heard(samples, [1] * 4, [True, False, False, True]) == [8, 9, 9, 1]


def test_theOnlyTalkerHearsTheCommonSilence() -> None:
    plan = planMix(np.array([1, 1]), np.array([True, False]))
    assert plan.mixOf[0] == SILENCE
    assert heard(frames(3, 5), [1, 1], [True, False]) == [0, 3]


def test_aRoomWhereNobodyTalksIsSilent() -> None:
    assert heard(frames(1, 2, 3), [0, 0, 1], [False] * 3) == [0, 0, 0]


def test_theDeafenedHearSilenceAndAreStillHeard() -> None:
    plan = planMix(
        np.array([0, 0, 0]), np.array([True, True, False]), np.array([False, True, False])
    )
    mixes = mix(frames(1, 2, 4), plan)
    assert mixes[plan.mixOf][:, 0].tolist() == [0, 1, 0]
    assert plan.mixCount == 2


def test_nobodyAtAll() -> None:
    plan = planMix(np.empty(0, int), np.empty(0, bool))
    assert mix(np.empty((0, 160), np.int16), plan).shape == (1, 160)


def test_loudRoomsClipInsteadOfWrapping() -> None:
    samples = frames(30000, 30000, 30000, -30000, -30000, -30000)
    assert heard(samples, [0, 0, 0, 1, 1, 1], [True] * 6) == [32767] * 3 + [-32768] * 3


def test_clippingDoesNotSpoilTheOwnSoundsSubtraction() -> None:
    assert heard(frames(30000, 30000, 1), [0] * 3, [True] * 3) == [30001, 30001, 32767]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.integers(-32768, 32767)),
        max_size=30,
    )
)
def test_mixingAgreesWithAddingUpOneByOne(
    members: list[tuple[int, bool, int]],
) -> None:
    members.sort(key=lambda member: member[0])
    expected = [
        max(
            -32768,
            min(
                32767,
                sum(
                    value
                    for j, (other, talks, value) in enumerate(members)
                    if other == room and talks and i != j
                ),
            ),
        )
        for i, (room, _, _) in enumerate(members)
    ]
    actual = heard(
        frames(*(value for _, _, value in members)).reshape(len(members), 4),
        [room for room, _, _ in members],
        [talks for _, talks, _ in members],
    )
    assert actual == expected
