"""
The Merkle tree over the records (RFC 9162, section 2.1): a leaf is a record's line.

A L{Frontier} grows with the log and knows the root; proofs are made of the hashes of ranges, which
whoever has the leaves can tell, and are verified by who has a head and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

__all__ = [
    "EMPTY",
    "Frontier",
    "Ranges",
    "consistencyProof",
    "inclusionProof",
    "leafHash",
    "nodeHash",
    "provesConsistency",
    "provesInclusion",
    "rootOf",
]

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""


def leafHash(line: bytes) -> bytes:
    return sha256(b"\0" + line).digest()


def nodeHash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """
    The roots of the perfect subtrees that a tree is made of, the largest first: all that it takes
    to go on, and 20 hashes for a million leaves.

    @ivar size: how many leaves there are.
    @ivar hashes: one for each one-bit of C{size}.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def copy(self) -> Frontier:
        return Frontier(self.size, self.hashes)

    def add(self, leaf: bytes, level: int = 0) -> None:
        """
        @param leaf: the hash of a leaf, or the root of a perfect subtree of C{2 ** level} leaves,
            which can only follow a multiple of as many.
        """
        rest, hashes = self.size >> level, self.hashes
        while rest & 1:
            leaf = nodeHash(hashes.pop(), leaf)
            rest >>= 1
        hashes.append(leaf)
        self.size += 1 << level

    def root(self) -> bytes:
        return self.rootWith(None)

    def rootWith(self, right: bytes | None) -> bytes:
        """
        The root of a tree of all this, and of what comes to the right of it.

        @param right: the root of that; C{None} if nothing does.
        """
        for left in reversed(self.hashes):
            right = left if right is None else nodeHash(left, right)
        return EMPTY if right is None else right


def rootOf(leaves: Sequence[bytes]) -> bytes:
    """
    @param leaves: their hashes.
    """
    frontier = Frontier()
    for each in leaves:
        frontier.add(each)
    return frontier.root()


class Ranges(Protocol):
    """
    Who knows the leaves.
    """

    def __call__(self, first: int, end: int, /) -> bytes:
        """The root of a tree of the leaves from C{first} to before C{end}."""


def inclusionProof(index: int, size: int, ranges: Ranges) -> list[bytes]:
    """
    That a leaf is in a tree (RFC 9162, 2.1.3.1): what is beside its way to the root, from below.
    """
    first, end, path = 0, size, list[bytes]()
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(ranges(middle, end))
            end = middle
        else:
            path.append(ranges(first, middle))
            first = middle
    return path[::-1]


def consistencyProof(old: int, size: int, ranges: Ranges) -> list[bytes]:
    """
    That a tree begins with all of a smaller one (RFC 9162, 2.1.4.1); empty where there is nothing
    to prove.
    """
    if old in (0, size):
        return []
    first, end, path = 0, size, list[bytes]()
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(ranges(middle, end))
            end = middle
        else:
            path.append(ranges(first, middle))
            first = middle
    if first:
        path.append(ranges(first, end))
    return path[::-1]


def _split(count: int) -> int:
    """
    The largest power of two that is less than C{count}.
    """
    return 1 << (count - 1).bit_length() - 1


def provesInclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """
    Whether a proof shows that a leaf is in the tree of a root (RFC 9162, 2.1.3.2).

    @param leaf: its hash.
    """
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    for each in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            leaf = nodeHash(each, leaf)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            leaf = nodeHash(leaf, each)
        place, last = place >> 1, last >> 1
    return last == 0 and leaf == root


def provesConsistency(
    old: int, size: int, oldRoot: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """
    Whether a proof shows that the tree of C{root} begins with that of C{oldRoot} (RFC 9162,
    2.1.4.2).
    """
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and oldRoot == (root if old else EMPTY)
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, oldRoot)
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = other = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            one, other = nodeHash(each, one), nodeHash(each, other)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            other = nodeHash(other, each)
        place, last = place >> 1, last >> 1
    return last == 0 and one == oldRoot and other == root
