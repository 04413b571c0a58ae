"""
What is recorded of a flight, and what of it is found again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.logger import LogEvent, capturedLogs, formatEvent

from h323d.ha.recorder import PAUSE, PIECES, SUFFIX, Recorder, begins, lastFlight, read
from h323d.ha.records import BadRecord, DoneRecord, HeartbeatRecord, InputRecord, Record, encode

LARGE = 1 << 20  # octets: more than all that is written here


def turns(*numbers: int, epoch: int = 0, octets: int = 10) -> list[Record]:
    """
    The records of turns.
    """
    return [
        record
        for number in numbers
        for record in (
            InputRecord(number, 1.0, "datagram", (bytes(octets),), epoch),
            DoneRecord(number, (), 0, epoch),
        )
    ]


def record(directory: Path, recorded: list[Record], limit: int = LARGE) -> None:
    """
    As somebody who leads for a while.
    """
    recorder = Recorder(directory, limit)
    for each in recorded:
        recorder.note(each)
    recorder.close()


def found(path: Path) -> list[Record]:
    return list(read(lastFlight(path)))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "flight"


def test_whatIsRecordedIsReadAgainButHeartbeats(directory: Path) -> None:
    record(directory, [*turns(1, 2), HeartbeatRecord(2, 5.0), *turns(3)])
    assert found(directory) == turns(1, 2, 3)


def test_onlyItsOwnerMayReadIt(directory: Path) -> None:
    record(directory, turns(1))
    (piece,) = directory.iterdir()
    assert stat.S_IMODE(piece.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_whoTakesOverGoesOnInAPieceOfItsOwn(directory: Path) -> None:
    record(directory, turns(1, 2))
    record(directory, turns(3, epoch=1))
    assert found(directory) == [*turns(1, 2), *turns(3, epoch=1)]
    assert len(list(directory.iterdir())) == 2


@pytest.mark.parametrize(
    ("alone", "instead"),
    [
        (turns(3)[:1], turns(3, epoch=1)),
        (turns(3)[1:], turns(3, epoch=1)[1:]),
    ],
    ids=["an input", "an end"],
)
def test_whatNobodyKnewOfIsReplacedByWhatCameInstead(
    directory: Path, alone: list[Record], instead: list[Record]
) -> None:
    common = [*turns(1, 2), *(turns(3)[:1] if isinstance(alone[0], DoneRecord) else [])]
    record(directory, [*common, *alone])
    record(directory, [*instead, *turns(4, epoch=1)])
    assert found(directory) == [*common, *instead, *turns(4, epoch=1)]


def test_anInputThatWasKnownIsFinishedInTheNextEpoch(directory: Path) -> None:
    record(directory, [*turns(1), *turns(2)[:1]])
    record(directory, turns(2, epoch=1)[1:])
    assert found(directory) == [*turns(1), *turns(2)[:1], *turns(2, epoch=1)[1:]]


def test_theLastFlightIsRead(directory: Path) -> None:
    record(directory, turns(1, 2, 3))
    record(directory, turns(1, 2))
    record(directory, turns(3, epoch=1))
    assert found(directory) == [*turns(1, 2), *turns(3, epoch=1)]


def test_theOldestIsThrownAwayWhereThereIsTooMuch(directory: Path) -> None:
    limit = 8000  # octets
    record(directory, turns(*range(1, 200)), limit)
    assert sum(each.stat().st_size for each in directory.iterdir()) <= limit
    assert len(list(directory.iterdir())) >= PIECES - 1
    kept = found(directory)
    assert not begins(kept[0])
    assert kept[-1] == turns(199)[-1]
    numbers = [each.turn for each in kept if isinstance(each, InputRecord)]
    assert numbers == list(range(numbers[0], 200))


def test_aRecordThatIsLargerThanAPieceIsWrittenWhole(directory: Path) -> None:
    recorded = turns(1, octets=5000)
    record(directory, recorded, limit=8000)
    assert found(directory) == recorded


def test_aRecordThatDeathHasCutOffIsLeftOut(directory: Path) -> None:
    record(directory, turns(1, 2))
    (piece,) = directory.iterdir()
    piece.write_bytes(piece.read_bytes()[:-1])
    assert found(directory) == turns(1, 2)[:-1]


def test_whatIsDamagedIsToldWithItsPlaceAndWhatIsBeforeIsRead(directory: Path) -> None:
    record(directory, turns(1, 2))
    (piece,) = directory.iterdir()
    octets = bytearray(piece.read_bytes())
    octets[-1] ^= 1
    piece.write_bytes(octets)
    at = len(octets) - len(encode(turns(2)[1]))
    whole = list[Record]()
    with pytest.raises(BadRecord, match=rf"00000001\{SUFFIX}: record at octet {at}: damaged"):
        whole.extend(read(lastFlight(directory)))
    assert whole == turns(1, 2)[:-1]


def test_oneFileCanBeRead(directory: Path) -> None:
    record(directory, turns(1, 2))
    (piece,) = directory.iterdir()
    assert found(piece) == turns(1, 2)


def test_whereNothingIsRecordedThatIsSaid(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="nothing is recorded there"):
        lastFlight(tmp_path)


@pytest.fixture
def caught() -> Iterator[Sequence[LogEvent]]:
    with capturedLogs() as events:
        yield events


def texts(events: Sequence[LogEvent]) -> list[str]:
    return [formatEvent(each) for each in events]


class Disk:
    """
    Takes a part of what is written, as often as it is told.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = os.write
        self.isFull = False
        monkeypatch.setattr(os, "write", self.write)

    def write(self, descriptor: int, octets: bytes) -> int:
        return self._real(descriptor, octets[: len(octets) // 2] if self.isFull else octets)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def later(record: Record, seconds: float) -> Record:
    return replace(record, at=record.at + seconds) if isinstance(record, InputRecord) else record


@pytest.mark.parametrize("before", [3, 4], ids=["amid a turn", "between turns"])
def test_whereADiskIsFullAWhileIsMissingAndThenItGoesOn(
    directory: Path, disk: Disk, before: int, caught: Sequence[LogEvent]
) -> None:
    recorder = Recorder(directory, LARGE)
    recorded = turns(*range(1, 8))
    for each in recorded[:before]:
        recorder.note(each)
    disk.isFull = True
    for each in recorded[before:8]:
        recorder.note(each)
    disk.isFull = False
    recorder.note(recorded[8])  # that is too soon
    recorder.note(recorded[9])
    for each in recorded[10:]:
        recorder.note(later(each, PAUSE))
    recorder.close()
    first, second = sorted(directory.iterdir())
    assert found(first) == recorded[:before]
    assert found(second) == [later(each, PAUSE) for each in recorded[10:]]
    assert texts(caught) == [
        f"the flight recorder writes nothing from turn {(before + 2) // 2} on, and tries again"
        " every 10 s: No space left on device",
        "the flight recorder goes on with turn 6; from turn"
        f" {(before + 2) // 2} on they are missing",
    ]


def test_aDiskThatStaysFullIsTriedAgainAndLeavesNothingBehind(
    directory: Path, disk: Disk, caught: Sequence[LogEvent]
) -> None:
    recorder = Recorder(directory, LARGE)
    disk.isFull = True
    for number, each in enumerate(turns(1, 2, 3)):
        recorder.note(later(each, number * PAUSE))
    recorder.close()
    assert list(directory.iterdir()) == []
    assert len(caught) == 1


def test_aDiskThatTakesNothingEndsNothingElse(directory: Path) -> None:
    directory.write_text("no directory")
    recorder = Recorder(directory, LARGE)
    for each in turns(1, 2):
        recorder.note(each)
    recorder.close()
    assert directory.read_text() == "no directory"


def test_aServerBeginsWithItsFirstTurn() -> None:
    first, second, *_ = turns(1, 2)
    assert [begins(each) for each in (first, second, replace(first, epoch=1))] == [
        True,
        False,
        False,
    ]
