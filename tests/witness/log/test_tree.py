"""
The Merkle tree of RFC 9162.
"""

from __future__ import annotations

from hashlib import sha256

import pytest

from h323d.witness.log.tree import (
    EMPTY,
    Frontier,
    consistencyProof,
    inclusionProof,
    leafHash,
    nodeHash,
    provesConsistency,
    provesInclusion,
    rootOf,
)

LEAVES = [leafHash(b"%d" % number) for number in range(40)]


def root(first: int, end: int) -> bytes:
    return rootOf(LEAVES[first:end])


def byDefinition(leaves: list[bytes]) -> bytes:
    """
    MTH, as the RFC defines it.
    """
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + byDefinition(leaves[:half]) + byDefinition(leaves[half:])).digest()


def test_theRootIsThatOfTheDefinition() -> None:
    assert rootOf([]) == EMPTY
    for size in range(len(LEAVES)):
        assert rootOf(LEAVES[:size]) == byDefinition(LEAVES[:size])


def test_aFrontierHasAHashForEachOneBitOfItsSize() -> None:
    frontier = Frontier()
    for size, each in enumerate(LEAVES):
        assert len(frontier.hashes) == size.bit_count()
        frontier.add(each)


def test_aPerfectSubtreeIsAddedAsOne() -> None:
    frontier = Frontier()
    frontier.add(root(0, 16), 4)
    frontier.add(root(16, 32), 4)
    assert frontier.rootWith(root(32, 40)) == root(0, 40)
    for each in LEAVES[32:40]:
        frontier.add(each)
    assert (frontier.size, frontier.root()) == (40, root(0, 40))


def test_aCopyGoesOnByItself() -> None:
    one = Frontier()
    other = one.copy()
    one.add(LEAVES[0])
    assert (other.size, other.root()) == (0, EMPTY)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 39, 40])
def test_eachLeafIsProvenToBeInATree(size: int) -> None:
    for index in range(size):
        proof = inclusionProof(index, size, root)
        assert provesInclusion(index, size, LEAVES[index], proof, root(0, size))
        others = [other for other in range(size) if other != index]
        assert not any(
            provesInclusion(other, size, LEAVES[index], proof, root(0, size)) for other in others
        )


def test_aProofOfInclusionWithTooMuchOrTooLittleProvesNothing() -> None:
    proof = inclusionProof(5, 40, root)
    assert not provesInclusion(5, 40, LEAVES[5], proof[:-1], root(0, 40))
    assert not provesInclusion(5, 40, LEAVES[5], [*proof, EMPTY], root(0, 40))
    assert not provesInclusion(40, 40, LEAVES[5], proof, root(0, 40))
    assert not provesInclusion(-1, 40, LEAVES[5], proof, root(0, 40))


def test_everyTreeIsProvenToBeginWithEverySmallerOne() -> None:
    for size in range(1, 41):
        for old in range(size + 1):
            proof = consistencyProof(old, size, root)
            assert provesConsistency(old, size, root(0, old), root(0, size), proof)


def test_anotherTreeIsNotProvenToBeginWithIt() -> None:
    for old in range(1, 40):
        proof = consistencyProof(old, 40, root)
        assert not provesConsistency(old, 40, leafHash(b"?"), root(0, 40), proof)
        assert not provesConsistency(old, 40, root(0, old), leafHash(b"?"), proof)
        assert not provesConsistency(old, 40, root(0, old), root(0, 40), [*proof, EMPTY])
        assert not provesConsistency(old, 40, root(0, old), root(0, 40), proof[:-1])
    assert not provesConsistency(3, 2, root(0, 3), root(0, 2), [])


def test_aLeafIsNotTakenForANode() -> None:
    assert nodeHash(LEAVES[0], LEAVES[1]) != leafHash(LEAVES[0] + LEAVES[1])
