"""
What is recorded of a flight, and what of it is found again.
"""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.ha.recorder import PIECES, SUFFIX, Recorder, begins, lastFlight, read
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


def test_aDiskThatTakesNothingEndsTheRecordingAndNothingElse(directory: Path) -> None:
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
