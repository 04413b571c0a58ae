"""
Tones are exact and continuous, and are found again in a recording.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.levels import levels
from h323d.dsp.tones import (
    BUSY,
    DTMF,
    RINGBACK,
    Tone,
    levelsAt,
    render,
    signalToNoise,
    sines,
)


def test_aToneRenderedFrameByFrameIsTheSameAsInOnePiece() -> None:
    tone = Tone((997, 441))
    counts = (160, 80, 7, 240, 313)
    pieces = [render(tone, sum(counts[:i]), count) for i, count in enumerate(counts)]
    assert (np.concatenate(pieces) == render(tone, 0, 800)).all()


def test_aToneIsExactAfterAMonth() -> None:
    month = 8000 * 86400 * 30
    assert (render(Tone((997,)), month, 160) == render(Tone((997,)), 0, 160)).all()


def test_theLevelIsThatAskedFor() -> None:
    assert levels(render(Tone((1000,), level=-20.0), 0, 8000)[None])[0] == pytest.approx(
        -20, abs=0.01
    )


def test_tooLoudATonesIsClipped() -> None:
    assert render(Tone((1000, 1010), level=0.0), 0, 8000).max() == 32767


def test_sinesAreOneRowEach() -> None:
    rows = sines(np.array([400, 1000]), np.array([1000.0, 5000.0]), 80, 160)
    assert rows.shape == (2, 160)
    whole = sines(np.array([400, 1000]), np.array([1000.0, 5000.0]), 0, 240)
    assert (rows == whole[:, 80:]).all()
    assert np.abs(rows).max(axis=1).tolist() == [1000, 5000]


def test_cadencesPause() -> None:
    ringing = render(RINGBACK, 0, 8 * 6000).reshape(-1, 800)
    assert (np.abs(ringing).max(axis=1) > 0).tolist() == [True] * 10 + [False] * 40 + [True] * 10
    busy = render(BUSY, 0, 8000)
    assert busy[:4000].any()
    assert not busy[4000:].any()


def test_digitsHaveTheFrequenciesOfTheStandard() -> None:
    assert DTMF["1"].frequencies == (697, 1209)
    assert DTMF["D"].frequencies == (941, 1633)
    assert len(DTMF) == 16


def test_whoIsHeardIsReadFromTheSpectrum() -> None:
    party = [400 + 50 * n for n in range(12)]
    mix = sum(render(Tone((f,), level=-25.0), 77 * f, 8000).astype(int) for f in party[:11])
    found = levelsAt(np.asarray(mix, np.int16), party)
    assert found[:11] == pytest.approx([-25] * 11, abs=0.1)
    assert found[11] < -80


def test_levelsOfARecordingOfNothing() -> None:
    assert levelsAt(np.empty(0, np.int16), [400]).tolist() == [-127]
    assert levelsAt(np.zeros(800, np.int16), [400]).tolist() == [-127]


def test_aCleanToneIsPure() -> None:
    assert signalToNoise(render(Tone((1000,)), 0, 8000), 1000) > 60


@pytest.mark.parametrize("fault", ["gap", "slip", "click"])
def test_everyFaultSpoilsATone(fault: str) -> None:
    sound = render(Tone((1020,)), 0, 16000)
    if fault == "gap":
        sound[8000:8160] = 0
    elif fault == "slip":
        sound = np.delete(sound, 8000)
    else:
        sound[8000] = 32767
    assert signalToNoise(sound, 1020) < 35


def test_silenceIsNoTone() -> None:
    assert signalToNoise(np.zeros(800, np.int16), 1000) == -np.inf
