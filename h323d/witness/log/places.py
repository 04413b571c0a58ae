"""
Where the log lies: a directory for each origin, in it a file for each 65,536 records, and beside
that its heads and its openings.

A file is named for the index of its first record.  As many records are a perfect subtree, which is
kept beside the file once it is full: when the records themselves are old enough to be removed, the
rest of the log can be verified as before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.record import MAX_LINE, canonical, read
from h323d.witness.log.tree import leafHash, rootOf

__all__ = [
    "FILE_LEVEL",
    "Place",
    "Subtree",
    "append",
    "appendTo",
    "generationsIn",
    "keep",
    "linesOf",
    "opened",
]

FILE_LEVEL = 16
"""A full file is a perfect subtree of this height, which has 65,536 leaves."""


@dataclass(frozen=True, slots=True)
class Subtree:
    """
    A whole file in a few words.

    @ivar root: of the tree of its records.
    @ivar hash: of its last record, which the next file's first one names.
    @ivar timestamp: of its last record.
    """

    first: int
    root: bytes
    hash: str
    timestamp: str

    def line(self) -> bytes:
        return canonical(
            {
                "first": self.first,
                "hash": self.hash,
                "root": self.root.hex(),
                "timestamp": self.timestamp,
            }
        )

    @classmethod
    def read(cls, line: bytes) -> Subtree:
        """
        @raise DecodeError: it is none.
        """
        try:
            told = json.loads(line)
            found = cls(
                int(told["first"]),
                bytes.fromhex(told["root"]),
                str(told["hash"]),
                str(told["timestamp"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DecodeError("is not that of a file", "subtree") from None
        if len(found.root) != 32 or found.line() != line.rstrip(b"\n"):
            raise DecodeError("is not that of a file", "subtree")
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """
    The directory of one origin.

    @ivar level: of the tree, on which a file is one hash.
    """

    path: Path
    level: int = FILE_LEVEL

    @property
    def fileRecords(self) -> int:
        """
        How many records a full file has.
        """
        return 1 << self.level

    def records(self, first: int) -> Path:
        return self.path / f"{first:012}.jsonl"

    def heads(self, first: int) -> Path:
        """
        The heads that end in a file, in their order.
        """
        return self.path / f"{first:012}.heads"

    def subtree(self, first: int) -> Path:
        return self.path / f"{first:012}.root"

    def openings(self, first: int) -> Path:
        return self.path / "openings" / f"{first:012}.jsonl"

    def torn(self, size: int) -> Path:
        """
        What was cut off when the log had C{size} records.
        """
        return self.path / "torn" / f"{size:012}"

    @property
    def checkpoint(self) -> Path:
        """
        The newest head.
        """
        return self.path / "checkpoint"

    @property
    def cosigned(self) -> Path:
        """
        Where the newest head is that each cosigner has signed.
        """
        return self.path / "cosigned"

    def firsts(self) -> list[int]:
        """
        The first records of all files, in their order; those that are removed, too.
        """
        names = {each.stem for each in self.path.glob("*.jsonl")}
        names |= {each.stem for each in self.path.glob("*.root")}
        return sorted(int(each) for each in names if each.isdecimal())

    def isRemoved(self, first: int) -> bool:
        """
        Whether the records of a file are removed, and only their root is left.
        """
        return not self.records(first).exists() and self.subtree(first).exists()

    def subtreeOf(self, first: int) -> Subtree:
        """
        A whole file in short, from beside it or from itself.

        @raise DecodeError: it is not whole.
        @raise OSError: it cannot be read.
        """
        if self.subtree(first).exists():
            return Subtree.read(self.subtree(first).read_bytes())
        leaves, last = [], b""
        for line in linesOf(self.records(first)):
            leaves.append(leafHash(line.rstrip(b"\n")))
            last = line
        if len(leaves) != self.fileRecords:
            raise DecodeError(f"has {len(leaves)} records, not {self.fileRecords}", f"{first:012}")
        record = read(last.rstrip(b"\n"))
        return Subtree(first, rootOf(leaves), record.hash, record.timestamp)


def generationsIn(directory: Path) -> list[int]:
    """
    The origins that began in a directory, by their numbers.
    """
    if not directory.is_dir():
        return []
    return sorted(
        int(each.name)
        for each in directory.iterdir()
        if each.name.isdecimal() and not each.name.startswith("0") and each.is_dir()
    )


def linesOf(path: Path, longest: int = MAX_LINE, start: int = 0) -> Iterator[bytes]:
    """
    The lines of a file, with their newlines, however long it makes them.

    @param longest: octets that one may have; more are told as several.
    @param start: the octet at which the first begins.
    """
    with path.open("rb", buffering=1 << 18) as file:
        file.seek(start)
        while line := file.readline(longest + 2):
            yield line


def keep(path: Path, octets: bytes) -> None:
    """
    Have a file with this content, and nothing else, on the disk.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        while octets:
            octets = octets[os.write(file, octets) :]
        os.fsync(file)
    finally:
        os.close(file)
    beside.rename(path)
    syncDirectory(path.parent)


def opened(path: Path) -> int:
    """
    A file that is appended to, of which the name is on the disk, too.
    """
    isNew = not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if isNew:
        syncDirectory(path.parent)
    return file


def appendTo(file: int, lines: Sequence[bytes]) -> None:
    """
    Have these lines at the end of a file and on the disk, or none of them.

    @param lines: without their newlines.
    """
    size, octets = os.fstat(file).st_size, b"\n".join((*lines, b""))
    try:
        while octets:
            octets = octets[os.write(file, octets) :]
        os.fdatasync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def append(path: Path, lines: Sequence[bytes]) -> None:
    """
    L{appendTo} a file by its name.
    """
    file = opened(path)
    try:
        appendTo(file, lines)
    finally:
        os.close(file)


def syncDirectory(path: Path) -> None:
    """
    Have the names in a directory on the disk, too.
    """
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
