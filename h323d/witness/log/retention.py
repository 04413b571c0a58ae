"""
What is too old is removed: the openings of seals, so that nobody can be named any more, and the
records of whole files, of which the root of their subtree stays.  All else can be verified as
before.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.places import Place, keep, linesOf
from h323d.witness.log.sealing import MAX_OPENING, Opening

__all__ = ["Chosen", "eraseOpenings", "heldOpenings", "retire"]

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
    eraseOpenings(place, _Older(before))


class _Older:
    def __init__(self, before: str) -> None:
        self._before = before

    def __call__(self, index: int, timestamp: str, opening: Opening) -> bool:
        return timestamp < self._before


def eraseOpenings(place: Place, chosen: Chosen) -> int:
    """
    Erase openings for good.

    @return: how many.

    @raise OSError: it cannot be done.
    """
    directory = place.openings(0).parent
    if not directory.exists():
        return 0
    with heldOpenings(place):
        return sum(_eraseIn(path, chosen) for path in sorted(directory.glob("*.jsonl")))


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
