"""
One file of a log, inspected by itself: whether its records follow from each other, and what their
tree is at each of its heads.  How the files go together is seen by L{h323d.witness.log.verdict}.

Files can be inspected at the same time, in any order.  Of a file nothing is held but a line and the
frontier of a tree.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from h323d.errors import DecodeError
from h323d.witness.log.chain import SEALED
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.faults import Fault, Kind
from h323d.witness.log.note import VerifierKey, notesIn
from h323d.witness.log.places import Place, Subtree, linesOf
from h323d.witness.log.record import Record, read
from h323d.witness.log.sealing import MAX_OPENING, Opening
from h323d.witness.log.tree import Frontier, leafHash

__all__ = ["Head", "Inspected", "inspect"]


@dataclass(frozen=True, slots=True)
class Head:
    """
    A signed head.

    @ivar within: the root of the file's records that it covers; C{None} if there are not as many,
        or they do not follow from each other so far.
    @ivar isKept: whether somebody else has kept it, and the log does not show it.
    """

    checkpoint: Checkpoint
    within: bytes | None = None
    isKept: bool = False


@dataclass(frozen=True, slots=True)
class Inspected:
    """
    A file.

    @ivar count: how many records follow from each other, from the first on.
    @ivar prevHash: what the first names as the hash of the one before.
    @ivar hash: of the last of them.
    @ivar hashes: of the frontier of their tree.
    @ivar openings: how many seals can be opened.
    @ivar isRemoved: whether only the root is left of it.
    """

    first: int
    count: int
    prevHash: str
    hash: str
    hashes: tuple[bytes, ...]
    heads: tuple[Head, ...]
    faults: tuple[Fault, ...]
    openings: int = 0
    isRemoved: bool = False


def inspect(place: Place, first: int, key: VerifierKey, others: Sequence[Head] = ()) -> Inspected:
    """
    @param first: the first record of the file.
    @param key: of the log.
    @param others: heads beside those that the file has; those that are of another are left out.

    @raise OSError: it cannot be read.
    """
    heads, faults = _headsOf(place, first, key)
    end = first + place.fileRecords
    heads += [each for each in others if first < each.checkpoint.size <= end]
    if place.isRemoved(first):
        return _removed(place, first, heads, faults)
    walk = _Walk(place, first, {each.checkpoint.size for each in heads})
    walk.run()
    found = walk.faults + faults
    if walk.count == place.fileRecords and place.subtree(first).exists():
        found += _besideOf(place, first, walk)
    return Inspected(
        first,
        walk.count,
        walk.firstPrevHash,
        walk.hash,
        tuple(walk.frontier.hashes),
        tuple(replace(each, within=walk.roots.get(each.checkpoint.size)) for each in heads),
        tuple(found),
        walk.opened,
    )


def _removed(place: Place, first: int, heads: list[Head], faults: list[Fault]) -> Inspected:
    try:
        subtree = Subtree.read(place.subtree(first).read_bytes())
    except DecodeError as error:
        faults.append(Fault(Kind.EDIT, first, f"the root of records that are removed {error}"))
        return Inspected(first, 0, "", "", (), (), tuple(faults), isRemoved=True)
    end = first + place.fileRecords
    last = [replace(each, within=subtree.root) for each in heads if each.checkpoint.size == end]
    return Inspected(
        first,
        place.fileRecords,
        "",
        subtree.hash,
        (subtree.root,),
        tuple(last),
        tuple(faults),
        isRemoved=True,
    )


def _besideOf(place: Place, first: int, walk: _Walk) -> list[Fault]:
    try:
        subtree = Subtree.read(place.subtree(first).read_bytes())
    except DecodeError as error:
        return [Fault(Kind.HEAD, first, f"the root beside the file {error}")]
    if subtree == Subtree(first, walk.frontier.root(), walk.hash, walk.timestamp):
        return []
    return [Fault(Kind.HEAD, first, "the root beside the file is not that of its records")]


def _headsOf(place: Place, first: int, key: VerifierKey) -> tuple[list[Head], list[Fault]]:
    path = place.heads(first)
    if not path.exists():
        return [], []
    heads, faults, last = list[Head](), list[Fault](), first
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        for note in notesIn(lines):
            try:
                head = Checkpoint.readSigned(note, key)
                if not first < head.size <= first + place.fileRecords:
                    raise DecodeError(f"is of another file: {head.size}", "checkpoint.size")
            except (DecodeError, UnicodeEncodeError) as error:
                kind = Kind.HEAD if note.endswith("\n") else Kind.TORN
                reason = error.reason if isinstance(error, UnicodeEncodeError) else str(error)
                faults.append(Fault(kind, last, f"the next head is none: {reason}"))
            else:
                heads.append(Head(head))
                last = head.size
    return heads, faults


class _Walk:
    """
    Goes through a file to the first record that is not what it should be, and says what is wrong
    with that by what comes after it.
    """

    def __init__(self, place: Place, first: int, sizes: set[int]) -> None:
        """
        @param sizes: where C{roots} are wanted.
        """
        self._first = first
        self._end = first + place.fileRecords
        self._lines = _Lines(linesOf(place.records(first)))
        self._openings = _Openings(place, first)
        self._sizes = sizes
        self.count = 0
        self.firstPrevHash = self.hash = self.timestamp = ""
        self.frontier = Frontier()
        self.roots: dict[int, bytes] = {}
        self.faults: list[Fault] = []

    @property
    def opened(self) -> int:
        return self._openings.opened

    def run(self) -> None:
        while (line := self._lines.take()) is not None:
            try:
                record = read(_body(line))
            except DecodeError as error:
                self.faults.append(self._unreadable(line, error))
                return
            if self._next == self._end or not self._follows(record):
                self.faults.append(self._misplaced(record))
                return
            self._goOn(record, line)
        self.faults += self._openings.faults

    @property
    def _next(self) -> int:
        return self._first + self.count

    def _follows(self, record: Record) -> bool:
        return record.index == self._next and (not self.count or record.prevHash == self.hash)

    def _goOn(self, record: Record, line: bytes) -> None:
        if not self.count:
            self.firstPrevHash = record.prevHash
        self._openings.compare(record)
        self.hash, self.timestamp = record.hash, record.timestamp
        self.count += 1
        self.frontier.add(leafHash(line[:-1]))
        if self._next in self._sizes:
            self.roots[self._next] = self.frontier.root()

    def _unreadable(self, line: bytes, error: DecodeError) -> Fault:
        if self._next == self._end:
            return Fault(Kind.INSERTION, self._next, "the file has no room for one more")
        following = self._lines.peek()
        if following is None and not line.endswith(b"\n"):
            return Fault(Kind.TORN, self._next, "its end is missing")
        record = _recordOf(following)
        if record is not None and self._follows(record):
            return Fault(Kind.INSERTION, self._next, f"what stands there is no record: {error}")
        return Fault(Kind.EDIT, self._next, str(error))

    def _misplaced(self, record: Record) -> Fault:
        following = _recordOf(self._lines.peek())
        if record.index == self._next and self._next < self._end:
            return self._unlinked(record, following)
        at = None if following is None else following.index - self._next
        if at == 1:
            return Fault(Kind.EDIT, self._next, f"says that it is {record.index}")
        if record.index < self._next or self._next == self._end:
            twice = record.index if record.index == self._next - 1 else self._next
            return Fault(Kind.INSERTION, twice, f"record {record.index} stands there once more")
        rest = self._lines.rest()
        if self._next in rest and (record.index in rest or record.index >= self._end):
            return Fault(Kind.INSERTION, self._next, f"record {record.index} stands there, too")
        if self._next in rest:
            return Fault(Kind.ORDER, self._next, f"record {record.index} stands before it")
        missing = f"records {self._next} to {record.index - 1} are missing"
        return Fault(Kind.DELETION, self._next, missing)

    def _unlinked(self, record: Record, following: Record | None) -> Fault:
        """
        A record has the right index, and another predecessor.
        """
        if following is not None and following.index == record.index:
            return Fault(Kind.INSERTION, record.index, "it stands there twice")
        if following is not None and following.prevHash != record.hash:
            return Fault(Kind.EDIT, record.index, f"it does not follow record {record.index - 1}")
        before = record.index - 1
        return Fault(Kind.EDIT, before, f"it is not the one that record {record.index} follows")


def _body(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise DecodeError("its end is missing", "record")
    return line[:-1]


def _recordOf(line: bytes | None) -> Record | None:
    try:
        return None if line is None else read(_body(line))
    except DecodeError:
        return None


class _Lines:
    """
    Lines, and what comes after them.
    """

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._ahead: deque[bytes] = deque()

    def take(self) -> bytes | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def peek(self) -> bytes | None:
        if not self._ahead:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[0]

    def rest(self) -> frozenset[int]:
        """
        The indexes of the records that come; after this, none do.
        """
        records = map(_recordOf, iter(self.take, None))
        return frozenset(each.index for each in records if each is not None)


class _Openings:
    """
    What opens seals, beside the records that have them.

    @ivar opened: how many seals are open.
    """

    def __init__(self, place: Place, first: int) -> None:
        path = place.openings(first)
        self._lines = linesOf(path, MAX_OPENING) if path.exists() else iter(())
        self._first = first
        self.opened = 0
        self.faults: list[Fault] = []
        self._waiting = self._take(first)

    def compare(self, record: Record) -> None:
        while self._waiting is not None and self._waiting[0] <= record.index:
            index, timestamp, opening = self._waiting
            sealed = record.data.get(SEALED)
            seal = sealed.get(opening.name) if isinstance(sealed, dict) else None
            if (index, timestamp, opening.seal) == (record.index, record.timestamp, seal):
                self.opened += 1
            else:
                told = f"{opening.name!r} is not what is sealed there"
                self.faults.append(Fault(Kind.OPENING, index, told))
            self._waiting = self._take(record.index)

    def _take(self, near: int) -> tuple[int, str, Opening] | None:
        for line in self._lines:
            try:
                return Opening.read(line)
            except DecodeError as error:
                self.faults.append(Fault(Kind.OPENING, near, f"near it, {error}"))
        return None
