"""
Whether a log is what was signed: whatever is done to it is noticed, and told by its name and by the
record where it was done.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.faults import Fault, Kind
from h323d.witness.log.note import notesIn
from h323d.witness.log.places import Place
from h323d.witness.log.record import GENESIS, canonical, read, written
from h323d.witness.log.verdict import verify
from tests.support.witnesslogs import (
    START,
    append,
    entry,
    keyOf,
    linesIn,
    newDisk,
    newLog,
    placeOf,
    rewrite,
    signerOf,
)

COUNT = 40  # records, in files of 16
CASES = 3000  # of one changed bit
FULL = 16

Files = list[list[bytes]]
"""The lines of each file, without their newlines."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return newLog(tmp_path_factory.mktemp("log"), COUNT)


@pytest.fixture
def copy(log: Place, tmp_path: Path) -> Place:
    return copied(log, tmp_path)


def copied(log: Place, directory: Path) -> Place:
    shutil.copytree(log.path.parent, directory / "log")
    return placeOf(directory / "log")


def filesOf(place: Place) -> Files:
    return [place.records(first).read_bytes().splitlines() for first in place.firsts()]


def keepFiles(place: Place, files: Files) -> None:
    for first in place.firsts():
        place.records(first).unlink()
        if first >= len(files) * FULL:
            place.subtree(first).unlink(missing_ok=True)
    for number, lines in enumerate(files):
        octets = b"".join(each + b"\n" for each in lines)
        place.records(number * FULL).write_bytes(octets)


def faultsOf(place: Place) -> tuple[Fault, ...]:
    return verify(place, keyOf(place)).faults


def firstOf(place: Place) -> tuple[Kind, int]:
    first = faultsOf(place)[0]
    return first.kind, first.record


def after(log: Place, change: Callable[[Files], None]) -> tuple[Kind, int]:
    """
    What is told of a log whose files are changed.
    """
    with TemporaryDirectory() as directory:
        place = copied(log, Path(directory))
        files = filesOf(place)
        change(files)
        keepFiles(place, files)
        return firstOf(place)


def headsOf(place: Place) -> list[int]:
    return [
        Checkpoint.readSigned(note, keyOf(place)).size
        for first in place.firsts()
        for note in notesIn(place.heads(first).read_text().splitlines(keepends=True))
    ]


def edited(line: bytes, isHashed: bool) -> bytes:
    """
    With another number in it, and the hash that belongs to that if it is so wanted.
    """
    members = json.loads(line)
    members["data"]["bps"] = 1
    if isHashed:
        del members["hash"]
        members["hash"] = sha256(canonical(members)).hexdigest()
    return canonical(members)


def hashedAnew(lines: list[bytes], start: int) -> list[bytes]:
    """
    As who has not got the key would cover up a change.
    """
    done, prevHash = lines[:start], read(lines[start - 1]).hash if start else GENESIS
    for index, line in enumerate(lines[start:], start):
        told = json.loads(line)
        anew, prevHash = written(index, told["msg_type"], told["timestamp"], told["data"], prevHash)
        done.append(anew)
    return done


anyRecord = st.integers(0, COUNT - 1)
few = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_aLogThatNobodyTouchedIsIntact(log: Place) -> None:
    verdict = verify(log, keyOf(log))
    assert verdict.isIntact
    assert (verdict.size, verdict.covered, verdict.openings) == (COUNT, COUNT, COUNT - 1)
    assert verdict.heads == len(headsOf(log)) + 1  # with that which it shows


@few
@given(at=anyRecord, isHashed=st.booleans())
def test_anEditIsTold(log: Place, at: int, isHashed: bool) -> None:
    def change(files: Files) -> None:
        files[at // FULL][at % FULL] = edited(files[at // FULL][at % FULL], isHashed)

    if isHashed and at == COUNT - 1:  # nothing follows it, but it is signed
        assert after(log, change) == (Kind.REHASH, headsOf(log)[-2])
    else:
        assert after(log, change) == (Kind.EDIT, at)


@few
@given(at=anyRecord)
def test_aDeletionIsTold(log: Place, at: int) -> None:
    def change(files: Files) -> None:
        del files[at // FULL][at % FULL]

    kind = Kind.TRUNCATION if at == COUNT - 1 else Kind.DELETION
    assert after(log, change) == (kind, at)


@few
@given(first=st.integers(0, 20), count=st.integers(1, 19))
def test_theDeletionOfManyIsTold(log: Place, first: int, count: int) -> None:
    def change(files: Files) -> None:
        for index in reversed(range(first, first + count)):
            del files[index // FULL][index % FULL]

    assert after(log, change) == (Kind.DELETION, first)


def test_theDeletionOfAFileIsTold(copy: Place) -> None:
    copy.records(16).unlink()
    copy.subtree(16).unlink()
    assert firstOf(copy) == (Kind.DELETION, 16)


def test_theRemovalOfAFileThatIsNotTheOldestIsTold(copy: Place) -> None:
    copy.records(16).unlink()
    assert firstOf(copy) == (Kind.DELETION, 16)


@few
@given(at=st.integers(1, COUNT - 1), which=anyRecord)
def test_theInsertionOfAnotherRecordIsTold(log: Place, at: int, which: int) -> None:
    def change(files: Files) -> None:
        line = files[which // FULL][which % FULL]
        files[at // FULL].insert(at % FULL, line)

    kind, record = after(log, change)
    assert kind is Kind.INSERTION
    assert record == (at - 1 if which == at - 1 and at % FULL else at)


@few
@given(at=anyRecord)
def test_theInsertionOfARecordThatFollowsIsTold(log: Place, at: int) -> None:
    def change(files: Files) -> None:
        before = read(files[(at - 1) // FULL][(at - 1) % FULL]).hash if at else GENESIS
        line, _ = written(at, "admission", "2027-01-15T08:00:00.000Z", {}, before)
        files[at // FULL].insert(at % FULL, line)

    assert after(log, change) == (Kind.INSERTION, at)


@few
@given(at=anyRecord, junk=st.binary(min_size=1).filter(lambda octets: b"\n" not in octets))
def test_theInsertionOfNonsenseIsTold(log: Place, at: int, junk: bytes) -> None:
    def change(files: Files) -> None:
        files[at // FULL].insert(at % FULL, junk.replace(b"\r", b""))

    assert after(log, change) == (Kind.INSERTION, at)


@few
@given(at=anyRecord)
def test_aChangedOrderIsTold(log: Place, at: int) -> None:
    if at % FULL == FULL - 1 or at == COUNT - 1:
        at -= 1

    def change(files: Files) -> None:
        lines, place = files[at // FULL], at % FULL
        lines[place : place + 2] = lines[place], lines[place + 1]
        lines.insert(place, lines.pop(place + 1))

    assert after(log, change) == (Kind.ORDER, at)


@few
@given(size=st.integers(0, COUNT - 1))
def test_aTruncationIsTold(log: Place, size: int) -> None:
    def change(files: Files) -> None:
        del files[size // FULL][size % FULL :]
        del files[size // FULL + 1 :]

    assert after(log, change) == (Kind.TRUNCATION, size)


def test_aLogOfWhichNothingIsLeftButTheHeadIsTruncated(copy: Place) -> None:
    for first in copy.firsts():
        copy.records(first).unlink()
        copy.subtree(first).unlink(missing_ok=True)
    assert firstOf(copy) == (Kind.TRUNCATION, 0)


@few
@given(data=st.data())
def test_aTornEndIsTold(log: Place, data: st.DataObject) -> None:
    last = linesIn(log)[-1]
    cut = data.draw(st.integers(1, len(last)))
    with TemporaryDirectory() as directory:
        place = copied(log, Path(directory))
        path = place.records(32)
        path.write_bytes(path.read_bytes()[:-cut])
        kinds = {fault.kind for fault in faultsOf(place)}
        assert firstOf(place) == (Kind.TORN, COUNT - 1)
        assert kinds == {Kind.TORN, Kind.TRUNCATION}  # as a head covers it


def test_aTornEndThatNoHeadCoversIsNotTruncated(copy: Place) -> None:
    with copy.records(32).open("ab") as file:
        file.write(linesIn(copy)[-1][:50])
    assert [(each.kind, each.record) for each in faultsOf(copy)] == [(Kind.TORN, COUNT)]


@few
@given(at=anyRecord)
def test_aReHashWithoutTheKeyIsTold(log: Place, at: int) -> None:
    lines = linesIn(log)
    lines[at] = edited(lines[at], False)
    with TemporaryDirectory() as directory:
        place = copied(log, Path(directory))
        rewrite(place, hashedAnew(lines, at))
        since = max((size for size in headsOf(log) if size <= at), default=0)
        assert firstOf(place) == (Kind.REHASH, since)


def test_theRootBesideAFileIsComparedWithIt(copy: Place) -> None:
    lines = linesIn(copy)
    roots = copy.subtree(0).read_bytes()
    lines[3] = edited(lines[3], False)
    rewrite(copy, hashedAnew(lines, 3))
    copy.subtree(0).write_bytes(roots)
    assert {each.kind for each in faultsOf(copy)} == {Kind.REHASH, Kind.HEAD}


# Forks.


def otherHistory(directory: Path) -> Place:
    """
    A log by the same key, that has gone another way since the twentieth record.
    """
    disk = newDisk(directory)
    append(disk, range(1, 21))
    append(disk, range(100, 130))
    disk.close()
    return placeOf(directory)


def test_twoSignedHistoriesAreToldOfByAHeadThatSomebodyKept(log: Place, tmp_path: Path) -> None:
    other = otherHistory(tmp_path)
    assert verify(other, keyOf(other)).isIntact
    kept = [
        Checkpoint.readSigned(note, keyOf(other))
        for first in other.firsts()
        for note in notesIn(other.heads(first).open())
    ]
    early, late = ([each for each in kept if each.size == size] for size in (21, 36))
    assert verify(log, keyOf(log), early).isIntact
    (fault,) = verify(log, keyOf(log), early + late).faults
    assert (fault.kind, fault.record) == (Kind.FORK, 21)


def test_aHeadThatSomebodyKeptOfMoreThanThereIsTellsOfATruncation(
    log: Place, tmp_path: Path
) -> None:
    other = otherHistory(tmp_path)
    head = Checkpoint.readSigned(other.checkpoint.read_text(), keyOf(other))
    (fault,) = verify(log, keyOf(log), [head]).faults
    assert (fault.kind, fault.record) == (Kind.TRUNCATION, COUNT)


def test_twoHeadsOfOneSizeAreAFork(copy: Place) -> None:
    other = Checkpoint(keyOf(copy).name, 36, bytes(32))
    heads = list(notesIn(copy.heads(32).open()))
    heads.append(str(other.signed(signerOf(copy.path.parent))))
    copy.heads(32).write_text("".join(heads))
    (fault,) = faultsOf(copy)
    assert (fault.kind, fault.record) == (Kind.FORK, 32)


# Heads and what stands beside the records.


def test_aLogWithoutAnyHeadIsNotIntact(copy: Place) -> None:
    copy.checkpoint.unlink()
    for first in copy.firsts():
        copy.heads(first).unlink()
    assert firstOf(copy) == (Kind.HEAD, 0)


def test_aHeadThatAnotherHasSignedIsTold(copy: Place, tmp_path: Path) -> None:
    text = copy.checkpoint.read_text().replace("\n40\n", "\n41\n")
    copy.checkpoint.write_text(text)
    assert firstOf(copy) == (Kind.HEAD, 0)


def test_theKeyOfAnotherVerifiesNothing(log: Place, tmp_path: Path) -> None:
    other = newLog(tmp_path, 2)
    (tmp_path / "key.pem").unlink()
    key = keyOf(other)
    wrong = type(key)(key.name, bytes(32))
    assert {each.kind for each in verify(log, wrong).faults} == {Kind.HEAD}


def test_whatDoesNotOpenItsSealIsTold(copy: Place) -> None:
    lines = copy.openings(16).read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"192.0.2", b"192.0.3")
    copy.openings(16).write_bytes(b"".join(lines))
    (fault,) = faultsOf(copy)
    assert (fault.kind, fault.record) == (Kind.OPENING, 19)


def test_anOpeningOfARecordThatHasNoSealIsTold(copy: Place) -> None:
    spare = entry(9).openings[0].line(0, "2027-01-15T08:00:00.000Z") + b"\n"
    copy.openings(0).write_bytes(spare + copy.openings(0).read_bytes())
    assert firstOf(copy) == (Kind.OPENING, 0)


def test_oneChangedBitIsNoticedWhereverItIs(tmp_path: Path) -> None:
    copy = newLog(tmp_path, 18)
    skipped = {"key.pub", "lock"}  # the key is the reader's own
    files = [
        each for each in sorted(copy.path.rglob("*")) if each.is_file() and each.name not in skipped
    ]
    sizes = [each.stat().st_size for each in files]
    rng, unnoticed, key = random.Random(1), [], keyOf(copy)
    for _ in range(CASES):
        (path,) = rng.choices(files, sizes)
        before = path.read_bytes()
        place, bit = rng.randrange(len(before)), rng.randrange(8)
        octets = bytearray(before)
        octets[place] ^= 1 << bit
        path.write_bytes(octets)
        if verify(copy, key).isIntact:
            unnoticed.append((path.name, place, bit))
        path.write_bytes(before)
    assert unnoticed == []


def test_afterTimeSomethingElseIsStillTold(tmp_path: Path) -> None:
    disk = newDisk(tmp_path, retention=100.0)
    append(disk, range(40))
    append(disk, range(20), START + 200_000)
    disk.close()
    place = placeOf(tmp_path)
    assert place.isRemoved(0)
    root = place.subtree(0).read_bytes()
    other = newLog(tmp_path / "other", 40).subtree(0).read_bytes()
    place.subtree(0).write_bytes(other)
    assert firstOf(place)[0] in (Kind.REHASH, Kind.EDIT)
    place.subtree(0).write_bytes(root[:40])
    assert firstOf(place) == (Kind.EDIT, 0)
