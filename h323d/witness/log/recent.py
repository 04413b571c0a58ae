"""
What a log was last told, read from its files backwards: for a server that starts, and has to know
what it did a moment ago.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import Note
from h323d.witness.log.places import Place, generationsIn
from h323d.witness.log.record import GENESIS, Record, read

__all__ = ["Recent", "recent"]

CHUNK = 1 << 16  # octets that are read at a time


@dataclass(frozen=True, slots=True)
class Recent:
    """
    @ivar since: from when on everything that was told is in it, in seconds since 1970.
    @ivar records: the last first.
    """

    since: float
    records: tuple[Record, ...]


def recent(directory: Path, since: float) -> Recent | None:
    """
    What was told from a time on; from when the log began, if that was later.  The server has
    died since, perhaps: an end that is torn has never been answered.

    @param directory: of a server's log.
    @param since: seconds since 1970.

    @return: C{None} if that is not known: there is no log, or something in it is missing.

    @raise OSError: it cannot be read.
    """
    generations = generationsIn(directory)
    if not generations:
        return None
    found: list[Record] = []
    place = Place(directory / str(generations[-1]))
    try:
        for record in _backwards(place):
            if not found and record.index + 1 < _covered(place):
                return None  # records are lost that were signed
            if found and (record.index + 1, record.hash) != (found[-1].index, found[-1].prevHash):
                return None
            at = datetime.fromisoformat(record.timestamp).timestamp()
            if at < since:
                return Recent(since, tuple(found))
            found.append(record)
    except (DecodeError, ValueError):
        return None
    if not found or found[-1].prevHash != GENESIS:
        return None
    return Recent(at, tuple(found))


def _covered(place: Place) -> int:
    """
    How many records the newest head is of.
    """
    if not place.checkpoint.exists():
        return 0
    return Checkpoint.read(Note.read(place.checkpoint.read_text("utf-8")).text).size


def _backwards(place: Place) -> Iterator[Record]:
    """
    The records of a log, the last first; what is torn at its end is left out.
    """
    isTorn = True  # perhaps
    for first in reversed(place.firsts()):
        if place.isRemoved(first):
            return
        for line in _linesBackwards(place.records(first)):
            try:
                yield read(line)
            except DecodeError:
                if not isTorn:
                    raise
            else:
                isTorn = False


def _linesBackwards(path: Path) -> Iterator[bytes]:
    """
    The lines of a file, the last first, without their newlines; a last one that has none is left
    out.
    """
    with path.open("rb") as file:
        end, rest = file.seek(0, os.SEEK_END), b""
        isWhole = False  # whether what torn end there is has been passed
        while end:
            start = max(0, end - CHUNK)
            file.seek(start)
            octets = file.read(end - start)
            if not isWhole:
                last = octets.rfind(b"\n")
                isWhole, octets = last >= 0, octets[: max(0, last)]
            rest, *lines = (octets + rest).split(b"\n")
            yield from reversed(lines)
            end = start
        if rest:
            yield rest
