"""
What is too old is removed: the openings of seals, so that nobody can be named any more, and the
records of whole files, of which the root of their subtree stays.  All else can be verified as
before.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.places import Place, keep, linesOf
from h323d.witness.log.sealing import MAX_OPENING, Opening

__all__ = ["Chosen", "eraseOpenings", "heldOpenings", "retire"]

_TIMESTAMP = re.compile(rb'"timestamp":"([^"]*)","value":"')  # of the line of an opening

Chosen = Callable[[int, str, Opening], bool]
"""
Whether to erase an opening, by the index and the timestamp of its record.
"""


def retire(place: Place, before: str, last: int) -> None:
    """
    Remove what is older than a timestamp.

    @param last: the first record of the file that is being written, which is left.

    @raise OSError: it cannot be removed.
    """
    for first in place.firsts():
        if first >= last or place.isRemoved(first):
            continue
        subtree = place.subtreeOf(first)
        if subtree.timestamp >= before:
            break
        if not place.subtree(first).exists():
            keep(place.subtree(first), subtree.line() + b"\n")
        place.records(first).unlink()
    for path in _filesOf(place):
        with heldOpenings(place):
            if not _cut(path, before.encode()):
                break


def _filesOf(place: Place) -> list[Path]:
    """
    The files of openings, in their order.
    """
    directory = place.openings(0).parent
    return sorted(directory.glob("*.jsonl")) if directory.exists() else []


def _cut(path: Path, before: bytes) -> bool:
    """
    Erase the openings that a file begins with and that are too old.  Whoever is to be let in waits
    for this, so that it does not look at more of a line than it has to.

    @return: whether that was all of the file.
    """
    old = 0
    for line in linesOf(path, MAX_OPENING):
        timestamp = _TIMESTAMP.search(line)
        if timestamp is None or timestamp[1] >= before:
            break
        old += len(line)
    else:
        path.unlink()
        return True
    if old:
        keep(path, path.read_bytes()[old:])
    return False


def eraseOpenings(place: Place, chosen: Chosen) -> int:
    """
    Erase openings for good.

    @return: how many.

    @raise OSError: it cannot be done.
    """
    files = _filesOf(place)
    if not files:
        return 0
    with heldOpenings(place):
        return sum(_eraseIn(path, chosen) for path in files)


@contextmanager
def heldOpenings(place: Place) -> Iterator[None]:
    """
    For C{with}: nobody else, in whatever process, is at the openings.
    """
    path = place.openings(0).with_name("lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _eraseIn(path: Path, chosen: Chosen) -> int:
    erased, kept = 0, []
    for line in linesOf(path, MAX_OPENING):
        try:
            if line.endswith(b"\n") and chosen(*Opening.read(line)):
                erased += 1
                continue
        except DecodeError:
            pass  # whatever it is, it is not what was chosen
        kept.append(line)
    if erased and kept:
        keep(path, b"".join(kept))
    elif erased:
        path.unlink()
    return erased
