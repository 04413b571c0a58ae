"""
The log as tiles (C2SP tlog-tiles): files that any web server can serve, and that monitors of other
people's read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.places import Place, linesOf
from h323d.witness.log.tree import Frontier, leafHash, rootOf

__all__ = ["export", "tilePath"]

WIDTH = 256  # hashes of a full tile
HEIGHT = 8  # levels of the tree that a tile spans


def export(place: Place, head: Checkpoint, target: Path) -> Iterator[int]:
    """
    Write tiles and bundles of entries.  Of files whose records are removed there are no tiles of
    the lowest levels, as the log is pruned there.

    @param head: what they are tiles of.

    @return: tells after each file how many records are done.

    @raise DecodeError: records are missing, or are not those of the head.
    @raise OSError: something can be neither read nor written.
    """
    tiles, done, size = _Tiles(target), 0, head.size
    for first in place.firsts():
        if first >= size:
            break
        if first != done:
            raise DecodeError(f"records {done} to {first - 1} are missing", "log")
        if place.isRemoved(first):
            tiles.skip(place.subtreeOf(first).root, place.level)
            done += place.fileRecords
        else:
            for line in islice(linesOf(place.records(first)), size - first):
                tiles.add(line.removesuffix(b"\n"))
                done += 1
        yield done
    if done != size:
        raise DecodeError(f"records {done} to {size - 1} are missing", "log")
    if tiles.root() != head.root:
        raise DecodeError("the records are not those of the head", "log")
    tiles.close()


class _Tiles:
    """
    Writes them, as the leaves come.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._entries: list[bytes] = []
        self._levels: list[list[bytes]] = []
        self._written: list[int] = []  # of each level, how many full tiles there are
        self._bundles = 0
        self._frontier = Frontier()

    def root(self) -> bytes:
        """
        Of all that has come.
        """
        return self._frontier.root()

    def add(self, line: bytes) -> None:
        """
        @param line: a record's, without the newline.
        """
        leaf = leafHash(line)
        self._frontier.add(leaf)
        self._entries.append(len(line).to_bytes(2) + line)
        if len(self._entries) == WIDTH:
            self._writeBundle("")
            self._bundles += 1
        self._push(0, leaf)

    def skip(self, root: bytes, level: int) -> None:
        """
        Go on after records that are removed.

        @param root: of the subtree of them, whose height is C{level}.
        """
        self._frontier.add(root, level)
        self._bundles += 1 << level - HEIGHT
        place = level // HEIGHT
        for lower in range(place):
            self._levelAt(lower)
            self._written[lower] += 1 << level - HEIGHT * (lower + 1)
        self._push(place, root)

    def close(self) -> None:
        """
        Write what is not full.
        """
        if self._entries:
            self._writeBundle(f".p/{len(self._entries)}")
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._writeTile(level, f".p/{len(hashes)}")

    def _levelAt(self, level: int) -> list[bytes]:
        while len(self._levels) <= level:
            self._levels.append([])
            self._written.append(0)
        return self._levels[level]

    def _push(self, level: int, node: bytes) -> None:
        hashes = self._levelAt(level)
        hashes.append(node)
        if len(hashes) == WIDTH:
            root = rootOf(hashes)
            self._writeTile(level, "")
            self._written[level] += 1
            self._push(level + 1, root)

    def _writeTile(self, level: int, width: str) -> None:
        path = f"tile/{level}/{tilePath(self._written[level])}{width}"
        self._write(path, b"".join(self._levels[level]))
        self._levels[level].clear()

    def _writeBundle(self, width: str) -> None:
        self._write(f"tile/entries/{tilePath(self._bundles)}{width}", b"".join(self._entries))
        self._entries.clear()

    def _write(self, name: str, octets: bytes) -> None:
        path = self._target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)


def tilePath(number: int) -> str:
    """
    The index of a tile, in groups of three digits.
    """
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[each : each + 3] for each in range(0, len(digits), 3)]
    return "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])
