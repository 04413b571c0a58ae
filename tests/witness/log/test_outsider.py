"""
What others find in a log: a verifier that was written from the documentation alone, and libraries
that we did not write.
"""

from __future__ import annotations

import json
import random
import re
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.witness.log.chain import Entry
from h323d.witness.log.disk import Disk, Identity
from h323d.witness.log.places import Place
from h323d.witness.log.proofs import Leaves, consistency, proveInclusion
from h323d.witness.log.record import canonical
from h323d.witness.log.sealing import newOpening
from h323d.witness.log.tree import Frontier, leafHash, rootOf
from tests.support.outsider import (
    Unproven,
    checkOpening,
    checkRecords,
    consistencyPath,
    headOf,
    includes,
    merkleRoot,
)
from tests.support.witnesslogs import keyOf, linesIn, newLog

rfc8785 = pytest.importorskip("rfc8785", reason="rfc8785 is not installed")
pymerkle = pytest.importorskip("pymerkle", reason="pymerkle is not installed")

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "witness-format.rst"
WHEN = "2027-01-15T08:00:0{}.000Z"

text = st.text(st.characters(exclude_categories=["Cs"]))
name = st.text(alphabet=st.characters(max_codepoint=126))
whole = st.integers(1 - 2**53, 2**53 - 1)
value = st.recursive(
    st.none() | st.booleans() | whole | text,
    lambda inner: st.lists(inner) | st.dictionaries(name, inner),
    max_leaves=10,
)


@settings(max_examples=500)
@given(value)
def test_theCanonicalFormIsThatOfOthers(told: Any) -> None:
    assert canonical(told) == rfc8785.dumps(told)


def otherTree(lines: list[bytes]) -> Any:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for line in lines:
        tree.append_entry(line)
    return tree


def rootIn(tree: Any, size: int) -> bytes:
    root = (tree.get_root if hasattr(tree, "get_root") else tree.get_state)(size)
    assert isinstance(root, bytes)
    return root


def test_theRootsAreThoseOfOthers() -> None:
    lines = [b"%d" % number for number in range(70)]
    tree, frontier = otherTree(lines), Frontier()
    for size, line in enumerate(lines, 1):
        frontier.add(leafHash(line))
        assert frontier.root() == rootIn(tree, size) == merkleRoot(lines[:size])


def test_theProofsAreThoseOfOthers(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    lines, note = linesIn(place), place.checkpoint.read_text()
    tree = otherTree(lines)
    for index in range(40):
        theirs = tree.prove_inclusion(index + 1, 40).serialize()["path"]
        ours = proveInclusion(place, index, note, keyOf(place)).hashes
        assert sorted(each.hex() for each in ours) == sorted(besideTheLeaf(theirs, lines[index]))


def test_theProofsOfConsistencyAreThoseOfTheDefinition(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    lines = linesIn(place)
    for old in range(1, 41):
        assert consistency(Leaves(place), old, 40) == consistencyPath(old, lines)


def besideTheLeaf(path: list[str], line: bytes) -> list[str]:
    """
    Their path, in which the leaf itself stands, too.
    """
    rest = list(path)
    rest.remove(leafHash(line).hex())
    return rest


def test_anOutsiderFindsALogIntact(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    lines, key = linesIn(place), str(keyOf(place))
    records = checkRecords(lines)
    origin, size, root = headOf(place.checkpoint.read_text(), key)
    assert (origin, size, root) == (keyOf(place).name, 40, merkleRoot(lines))
    openings = [
        checkOpening(line, records)
        for first in place.firsts()
        for line in place.openings(first).read_bytes().splitlines()
    ]
    assert openings == [f"192.0.2.{number}:1719" for number in range(1, 40)]


def test_anOutsiderChecksWhatIsProven(tmp_path: Path) -> None:
    place = newLog(tmp_path, 21)
    lines, key = linesIn(place), keyOf(place)
    note = place.checkpoint.read_text()
    for index in range(21):
        proof = str(proveInclusion(place, index, note, key))
        assert includes(proof, lines[index], str(key)) == index
        with pytest.raises(Unproven):
            includes(proof, lines[index - 1], str(key))


# The example of the page.


def example(directory: Path) -> Place:
    """
    The log that the page shows.
    """
    identity = Identity("council.example/if-witness/a", directory / "key", bytes(range(32)))
    disk = Disk(directory, identity, 1e9)
    opening = newOpening("source", "192.0.2.31:1719", random.Random(1))
    disk.write(
        deque(
            [
                Entry("server_started", WHEN.format(0), {"version": "0.1.0"}),
                Entry("registered", WHEN.format(1), {"endpoint": "ep1"}, (opening,)),
                Entry("server_stopped", WHEN.format(2), {}),
            ]
        ),
        1_800_000_000.0,
        isLast=True,
    )
    disk.close()
    return Place(directory / "1")


def blocks() -> list[str]:
    """
    The literal blocks of the page.
    """
    found = re.findall(r"^\.\. code-block:: none\n\n((?:(?: {4}.*)?\n)+)", PAGE.read_text(), re.M)
    return [
        "".join(line[4:] or "\n" for line in each.splitlines(keepends=True)).strip("\n")
        for each in found
    ]


def test_theExampleOfThePageIsALogAsTheServerWritesIt(tmp_path: Path) -> None:
    place = example(tmp_path)
    shown = blocks()
    assert place.records(0).read_text().rstrip("\n") in shown
    assert place.checkpoint.read_text().rstrip("\n") in shown
    assert (place.path / "key.pub").read_text().rstrip("\n") in shown
    assert place.openings(0).read_text().rstrip("\n") in shown


def test_anOutsiderFindsTheExampleOfThePageIntact() -> None:
    shown = blocks()
    lines = next(each for each in shown if each.startswith('{"data"')).encode().splitlines()
    key = next(each for each in shown if re.fullmatch(r"\S+\+[0-9a-f]{8}\+\S+", each))
    note = next(each for each in shown if "\n\n\u2014 " in each)
    opening = next(each for each in shown if each.startswith('{"index"'))
    records = checkRecords(lines)
    assert headOf(note + "\n", key)[1:] == (4, merkleRoot(lines))
    assert checkOpening(opening.encode(), records) == "192.0.2.31:1719"
    assert f"``{rootOf(list(map(leafHash, lines))).hex()}``" in PAGE.read_text()
    assert json.loads(lines[0])["msg_type"] == "log_begun"
