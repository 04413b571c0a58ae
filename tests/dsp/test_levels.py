"""
Levels, speech activity, and who has the floor.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.levels import SILENT, ActiveSpeakers, SpeechActivity, levels

ONE = np.zeros(1, np.intp)


def test_levelsOfKnownSignals() -> None:
    time = np.arange(800) / 8000
    square = np.where(np.arange(800) % 8 < 4, 32767, -32767)
    sine = 32767 * np.sin(2 * np.pi * 1000 * time)
    rows = np.stack([square, sine, sine / 10, 0 * sine]).astype(np.int16)
    assert levels(rows) == pytest.approx([0, -3.01, -23.01, SILENT], abs=0.01)


def test_fullNegativeScaleIsNotOverZero() -> None:
    assert levels(np.full((1, 160), -32768, np.int16))[0] == 0


def test_activityBeginsAtOnceAndHangsOver() -> None:
    activity = SpeechActivity(1, frame=0.02, threshold=-50, hangover=0.1)
    loud, quiet = np.array([-20.0], np.float32), np.array([-70.0], np.float32)
    assert not activity.update(ONE, quiet)[0]
    assert activity.update(ONE, loud)[0]
    after = [bool(activity.update(ONE, quiet)[0]) for _ in range(6)]
    assert after == [True] * 4 + [False] * 2


def test_aToneIsNeverTakenForNoise() -> None:
    activity = SpeechActivity(1)
    level = np.array([-30.0], np.float32)
    assert all(activity.update(ONE, level)[0] for _ in range(5000))


def speak(
    speakers: ActiveSpeakers, rooms: list[int], level: list[float], seconds: float, start: float
) -> list[tuple[float, int, int]]:
    """@return: changes, C{(seconds, room, speaker)}."""
    changes: list[tuple[float, int, int]] = []
    for number in range(round(seconds / 0.02)):
        now = start + number * 0.02
        loudness = np.array(level, np.float32)
        changed = speakers.update(
            np.arange(len(rooms)), np.array(rooms), loudness, loudness > -60, now
        )
        changes.extend((now, int(room), int(speakers.speaker[room])) for room in changed)
    return changes


def test_theFirstWhoTalksHasTheFloor() -> None:
    speakers = ActiveSpeakers(4, 8)
    changes = speak(speakers, [3, 3, 5, 5], [-100, -25, -25, -100], 1.0, 0.0)
    assert [(room, who) for _, room, who in changes] == [(3, 1), (5, 2)]
    assert speakers.speaker[[3, 5]].tolist() == [1, 2]


def test_theFloorIsTakenByTalkingLouderForAWhile() -> None:
    speakers = ActiveSpeakers(2, 1)
    speak(speakers, [0, 0], [-30, -100], 1.0, 0.0)
    (change,) = speak(speakers, [0, 0], [-100, -30], 2.0, 1.0)
    assert change[2] == 1
    assert 1.3 <= change[0] <= 1.8


def test_aCoughDoesNotTakeTheFloor() -> None:
    speakers = ActiveSpeakers(2, 1)
    speak(speakers, [0, 0], [-30, -100], 1.0, 0.0)
    assert speak(speakers, [0, 0], [-30, -10], 0.2, 1.0) == []
    assert speak(speakers, [0, 0], [-30, -100], 1.0, 1.2) == []


def test_twoWhoTalkAlikeDoNotAlternate() -> None:
    speakers = ActiveSpeakers(2, 1)
    speak(speakers, [0, 0], [-30, -100], 1.0, 0.0)
    for turn in range(20):
        level = [-30.0, -28.0] if turn % 2 else [-28.0, -30.0]
        assert speak(speakers, [0, 0], level, 0.2, 1 + turn * 0.2) == []


def test_theFloorIsFreeAfterASilence() -> None:
    speakers = ActiveSpeakers(2, 1)
    speak(speakers, [0, 0], [-30, -100], 1.0, 0.0)
    (change,) = speak(speakers, [0, 0], [-100, -100], 3.0, 1.0)
    assert change[2] == -1
    assert change[0] == pytest.approx(0.98 + 2.0, abs=0.03)


def test_whoLeavesHasNoFloor() -> None:
    speakers = ActiveSpeakers(2, 1)
    speak(speakers, [0, 0], [-30, -100], 1.0, 0.0)
    speakers.resetStream(0)
    assert speakers.speaker[0] == -1
    speak(speakers, [0, 0], [-100, -40], 0.5, 1.0)
    assert speakers.speaker[0] == 1


def test_noStreams() -> None:
    speakers = ActiveSpeakers(1, 1)
    nothing = np.empty(0, np.intp)
    assert not speakers.update(
        nothing, nothing, np.empty(0, np.float32), np.empty(0, bool), 0.0
    ).size
