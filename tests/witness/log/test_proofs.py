"""
Proofs for who has not got the log.
"""

from __future__ import annotations

from base64 import b64decode
from collections import deque
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.proofs import (
    AddCheckpoint,
    InclusionProof,
    Leaves,
    consistency,
    lineOf,
    proveInclusion,
)
from h323d.witness.log.tree import leafHash, provesConsistency, rootOf
from tests.support.witnesslogs import START, entry, keyOf, linesIn, newDisk, newLog, placeOf


def test_eachRecordIsProvenToBeInTheLogOfAHead(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    note, lines = place.checkpoint.read_text(), linesIn(place)
    for index, line in enumerate(lines):
        proof = InclusionProof.read(str(proveInclusion(place, index, note, keyOf(place))))
        assert proof.check(line, keyOf(place)).size == 40
        with pytest.raises(DecodeError, match=f"does not show that this is record {index}"):
            proof.check(lines[index - 1], keyOf(place))


def test_aProofHasTheFormThatOthersRead(tmp_path: Path) -> None:
    place = newLog(tmp_path, 3)
    note = place.checkpoint.read_text()
    text = str(proveInclusion(place, 2, note, keyOf(place)))
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert text.endswith("=\n\n" + note)
    assert InclusionProof.read(text.replace("@v1\n", "@v1\nextra AAAA\n")).index == 2


def test_aProofOfTheOnlyRecordHasNoHashes(tmp_path: Path) -> None:
    place = newLog(tmp_path, 1)
    proof = proveInclusion(place, 0, place.checkpoint.read_text(), keyOf(place))
    assert InclusionProof.read(str(proof)) == proof
    assert proof.hashes == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\nindex 1\n",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex x\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\n?\n\nnote",
    ],
)
def test_whatIsNoProofIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        InclusionProof.read(text)


def test_whatIsNotThereIsNotProven(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    note, key = place.checkpoint.read_text(), keyOf(place)
    with pytest.raises(DecodeError, match="has 40 records, and none that is 40"):
        proveInclusion(place, 40, note, key)
    place.records(0).unlink()
    with pytest.raises(DecodeError, match="removed"):
        proveInclusion(place, 3, note, key)
    assert proveInclusion(place, 20, note, key).index == 20
    with pytest.raises(DecodeError, match="there is no record 40"):
        lineOf(place, 40)


def test_aLogThatIsChangedProvesNothing(tmp_path: Path) -> None:
    place = newLog(tmp_path, 10)
    path = place.records(0)
    path.write_bytes(path.read_bytes().replace(b"128000", b"128001", 1))
    with pytest.raises(DecodeError, match="does not show"):
        proveInclusion(place, 5, place.checkpoint.read_text(), keyOf(place))


def test_theLogIsProvenToBeginWithWhatItWas(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    leaves = list(map(leafHash, linesIn(place)))
    for old in range(41):
        proof = consistency(Leaves(place), old, 40)
        assert provesConsistency(old, 40, rootOf(leaves[:old]), rootOf(leaves), proof)


def test_whatIsReadOnceIsNotReadAgainAsTheLogGrows(tmp_path: Path) -> None:
    disk = newDisk(tmp_path, level=16)
    disk.write(deque(map(entry, range(200))), START)
    place, leaves = placeOf(tmp_path, level=16), []
    ranges = Leaves(place)
    for _ in range(3):
        disk.write(deque(map(entry, range(150))), START)
        lines = linesIn(place)
        leaves = list(map(leafHash, lines))
        for first, end in ((0, 128), (0, len(lines)), (64, 200), (128, len(lines))):
            assert ranges(first, end) == rootOf(leaves[first:end])
    disk.close()
    path = place.records(0)
    path.write_bytes(b"?" * 100 + path.read_bytes()[100:])
    assert ranges(0, len(leaves)) == rootOf(leaves)


def test_aWitnessIsSentTheProofAndTheHead(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    note = place.checkpoint.read_text()
    sent = str(AddCheckpoint(16, tuple(consistency(Leaves(place), 16, 20)), note))
    first, *hashes = sent.partition("\n\n")[0].split("\n")
    assert (first, len(hashes)) == ("old 16", 1)
    assert sent.endswith("=\n\n" + note)
    assert AddCheckpoint.read(sent) == AddCheckpoint(16, tuple(map(b64decode, hashes)), note)
    assert str(AddCheckpoint(0, (), note)) == "old 0\n\n" + note
    assert Checkpoint.readSigned(sent.partition("\n\n")[2], keyOf(place)).size == 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 1\n",
        "old 01\n\nhead",
        "old -1\n\nhead",
        "old " + "9" * 17 + "\n\nhead",
        "new 1\n\nhead",
        "old 1\nAAAA\n\nhead",
        "old 1\n" + "!" * 44 + "\n\nhead",
        "old 1\n" + ("A" * 43 + "=\n") * 64 + "\nhead",
    ],
)
def test_whatAWitnessCannotReadIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        AddCheckpoint.read(text)
