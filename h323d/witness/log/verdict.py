"""
Whether a whole log is what was signed: its files, inspected one by one, put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.faults import Fault, Kind
from h323d.witness.log.inspection import Head, Inspected, inspect
from h323d.witness.log.note import VerifierKey
from h323d.witness.log.places import Place
from h323d.witness.log.record import GENESIS
from h323d.witness.log.tree import Frontier

__all__ = ["Verdict", "Verification", "verify"]


_ASIDE = (Kind.OPENING, Kind.HEAD)  # what says nothing of the records
_AT_THE_END = (*_ASIDE, Kind.TORN)  # what does not explain that records are missing


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    @ivar size: how many records there are, one following from the other.
    @ivar removed: of how many of them only the roots of their files are left.
    @ivar heads: how many signed heads are of these records.
    @ivar covered: how many records the newest of them covers.
    @ivar openings: how many seals can be opened.
    @ivar faults: what is wrong, first with the records, in their order; empty if nothing is.
    """

    size: int
    removed: int
    heads: int
    covered: int
    openings: int
    faults: tuple[Fault, ...]

    @property
    def isIntact(self) -> bool:
        return not self.faults


class Verification:
    """
    Takes the files in their order.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._frontier = Frontier()
        self._hash = GENESIS
        self._isWhole = True  # so that there is a tree of all that came so far
        self._size = self._removed = self._openings = 0
        self._faults: list[Fault] = []
        self._heads: list[tuple[Head, bytes | None]] = []  # with what the root is there

    def add(self, file: Inspected) -> None:
        """
        @param file: the next.
        """
        full = self._place.fileRecords
        expected = -(-self._size // full) * full
        if file.first < expected:
            self._fault(Kind.INSERTION, file.first, "a file begins there that should not")
            return
        if file.first > self._size:
            missing = f"records {self._size} to {file.first - 1} are missing"
            self._fault(Kind.DELETION, self._size, missing)
        elif file.isRemoved and self._removed < self._size:
            self._fault(Kind.DELETION, file.first, "they are removed, and older ones are not")
        elif file.count and not file.isRemoved and file.prevHash != self._hash:
            before, told = file.first - 1, f"it is not the one that record {file.first} follows"
            self._fault(Kind.EDIT, max(before, 0), told)
        self._heads += [(each, self._rootAt(each)) for each in file.heads]
        self._faults += file.faults
        self._isWhole = self._isWhole and all(each.kind in _ASIDE for each in file.faults)
        if self._isWhole and file.count == full:
            self._frontier.add(Frontier(full, file.hashes).root(), self._place.level)
        self._size = file.first + file.count
        self._removed += file.count if file.isRemoved else 0
        self._openings += file.openings
        self._hash = file.hash

    def _fault(self, kind: Kind, record: int, detail: str) -> None:
        if self._isWhole or kind is Kind.DELETION:
            self._faults.append(Fault(kind, record, detail))
        self._isWhole = False

    def _rootAt(self, head: Head) -> bytes | None:
        if head.within is None or not self._isWhole:
            return None
        return self._frontier.rootWith(head.within)

    def verdict(self, others: Sequence[Head] = ()) -> Verdict:
        """
        @param others: heads that may be of no file that there is.
        """
        good = [head for head, root in self._heads if root == head.checkpoint.root]
        if not self._isExplained():
            self._faults += self._headFaults(good)
        covered = max((head.checkpoint.size for head in good), default=0)
        sizes = [head.checkpoint.size for head, _ in self._heads] + [
            each.checkpoint.size for each in others
        ]
        if max(sizes, default=0) > self._size and not self._isExplained():
            told = f"there are {self._size} records, and a signed head is of {max(sizes)}"
            self._faults.append(Fault(Kind.TRUNCATION, self._size, told))
        if not sizes:
            self._faults.append(Fault(Kind.HEAD, 0, "no head is signed"))
        faults = tuple(sorted(self._faults, key=_weight))
        return Verdict(self._size, self._removed, len(good), covered, self._openings, faults)

    def _isExplained(self) -> bool:
        """
        Whether it is known already why heads are not of these records.
        """
        return any(each.kind not in _AT_THE_END for each in self._faults)

    def _headFaults(self, good: Sequence[Head]) -> Iterator[Fault]:
        """
        The first head that is not of these records, and of two of one size.
        """
        wrong = [
            head for head, root in self._heads if root is not None and root != head.checkpoint.root
        ]
        if not wrong:
            return
        kept, own = [[h for h in wrong if h.isKept is each] for each in (True, False)]
        if own:
            size, since = own[0].checkpoint.size, _last(good, own[0])
            told = (
                f"records {since} to {size - 1} are not those of the head of {size} that is signed"
            )
            isSigned = any(each.checkpoint.size >= size for each in good if not each.isKept)
            yield Fault(Kind.FORK if isSigned else Kind.REHASH, since, told)
        if kept:
            size, since = kept[0].checkpoint.size, _last(good, kept[0])
            told = f"a head of {size} that somebody kept is signed, and not of these records"
            yield Fault(Kind.FORK, since, told)


def _last(good: Sequence[Head], wrong: Head) -> int:
    """
    The last size before a head for which there is one, of the same kind, that is right.
    """
    sizes = [each.checkpoint.size for each in good if each.isKept is wrong.isKept]
    return max((each for each in sizes if each < wrong.checkpoint.size), default=0)


def _weight(fault: Fault) -> tuple[bool, int]:
    """
    What is wrong with the records comes before what is beside them.
    """
    return fault.kind in _ASIDE, fault.record


Each = Callable[..., Iterable[Inspected]]
"""
As C{map}: applies a function to one after the other, in this process or in several.
"""


def verify(
    place: Place,
    key: VerifierKey,
    kept: Sequence[Checkpoint] = (),
    told: Callable[[int], object] = bool,
    each: Each = map,
) -> Verdict:
    """
    Verify a log.

    @param key: the log's.
    @param kept: heads that somebody else has kept.
    @param told: called with how many records are done, now and then.
    @param each: does what is to be done with each file.

    @raise OSError: it cannot be read.
    """
    verification, faults = Verification(place), list[Fault]()
    others = [Head(head, isKept=True) for head in kept]
    try:
        newest = Checkpoint.readSigned(place.checkpoint.read_text("utf-8"), key)
        others.append(Head(newest))
    except FileNotFoundError:
        pass
    except (DecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(Kind.HEAD, 0, f"the newest head is none: {error}"))
    firsts = place.firsts()
    for file in each(inspect, repeat(place), firsts, repeat(key), repeat(others)):
        verification.add(file)
        told(file.first + file.count)
    verdict = verification.verdict(others)
    return replace(verdict, faults=(*verdict.faults, *faults))
