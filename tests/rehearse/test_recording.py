"""
What is heard is kept, with its time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from h323d.rehearse.marker import ACCURACY, RATE, SLOT, Voice, find, position
from h323d.rehearse.recording import HOLE, Recorder, load

PIECE = 160


def piece(number: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(PIECE, number, np.int16)


def test_whatIsHeardIsReadAgain(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "party")
    for number in range(5):
        recorder.hear(100 + 0.02 * number, piece(number), RATE)
    recorder.close()
    recording = load(tmp_path / "party")
    assert recording.samples.tolist() == [n for n in range(5) for _ in range(PIECE)]
    assert recording.stamps.at(np.array([0.0, 160.5, 799.0])) == pytest.approx(
        [100, 100.0200625, 100.099875]
    )


def test_aTimeIsThatOfThePieceWhateverTheOthersAre(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "party")
    for at in (100.0, 100.05, 100.04):
        recorder.hear(at, piece(1), RATE)
    recorder.close()
    places = np.array([0.0, PIECE, 2 * PIECE])
    assert load(tmp_path / "party").stamps.at(places).tolist() == [100.0, 100.05, 100.04]


def test_whatIsLostIsSilence(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "party")
    recorder.hear(100, piece(1), RATE)
    recorder.hear(100.06, piece(2), RATE, missing=2 * PIECE)
    recorder.close()
    recording = load(tmp_path / "party")
    assert recording.samples.tolist() == [1] * PIECE + [0] * 2 * PIECE + [2] * PIECE
    assert recording.stamps.at(np.array([3.0 * PIECE])) == pytest.approx([100.06])


def test_aPauseIsSilenceAndALatePacketIsNot(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "party")
    recorder.hear(100, piece(1), RATE)
    recorder.hear(100.02 + 0.9 * HOLE, piece(2), RATE)
    recorder.hear(101, piece(3), RATE)
    recorder.close()
    samples = load(tmp_path / "party").samples
    assert np.flatnonzero(samples == 2)[0] == PIECE
    assert np.flatnonzero(samples == 3)[0] / RATE == pytest.approx(1 - 0.9 * HOLE, abs=0.001)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_atEveryRateAMarkerIsHeardWhenItCame(tmp_path: Path, rate: int) -> None:
    recorder, began = Recorder(tmp_path / "party"), 5000.2
    count = rate // 50
    sound = Voice(0, 2).render(position(began, rate), 8 * rate, rate)
    for number, samples in enumerate(sound.reshape(-1, count)):
        recorder.hear(began + 0.02 * number, samples, rate)
    recorder.close()
    recording = load(tmp_path / "party")
    times = recording.stamps.at(find(recording.samples, 2).places)
    assert len(times) == 20
    cycle = 2 * SLOT
    assert np.abs((times + cycle / 2) % cycle - cycle / 2).max() < ACCURACY / 4


def test_whoeverWasKilledLeavesWhatCameToTheDisk(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "party")
    for number in range(5):
        recorder.hear(100 + 0.02 * number, piece(number), RATE)
    recorder.close()
    for ending, octets in ((".pcm", 2 * 3 * PIECE + 1), (".times", 16 * 5 - 3)):
        path = (tmp_path / "party").with_suffix(ending)
        path.write_bytes(path.read_bytes()[:octets])
    recording = load(tmp_path / "party")
    assert len(recording.samples) == 3 * PIECE
    assert recording.stamps.begins.tolist() == [0, PIECE, 2 * PIECE, 3 * PIECE]


def test_nothingAtAllMayHaveCome(tmp_path: Path) -> None:
    Recorder(tmp_path / "party").close()
    recording = load(tmp_path / "party")
    assert len(recording.samples) == len(recording.stamps.at(np.zeros(0))) == 0


def test_whatIsNotThereCannotBeRead(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="party"):
        load(tmp_path / "party")
