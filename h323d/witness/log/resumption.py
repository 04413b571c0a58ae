"""
What is on the disk already of records that are to be written: where a process dies that was writing
them, whoever goes on for it has them to write, too.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from h323d.errors import DecodeError, EncodeError
from h323d.witness.log.chain import Entry
from h323d.witness.log.places import Place, linesOf
from h323d.witness.log.record import canonical, read

__all__ = ["dropWritten"]

_FILES = 2  # that what was written last may be in

_Told = tuple[str, str, bytes]


def dropWritten(place: Place, batch: deque[Entry]) -> None:
    """
    Take out of a batch what the log ends with: as many of its first entries as are the last
    records.  No two entries are the same.

    @param place: of a log that is whole.

    @raise OSError: it cannot be read.
    """
    last = _lastOf(place, len(batch))
    for count in range(min(len(last), len(batch)), 0, -1):
        if last[-count:] == [_toldBy(each) for each in islice(batch, count)]:
            for _ in range(count):
                batch.popleft()
            return


def _lastOf(place: Place, most: int) -> list[_Told]:
    files = [place.records(first) for first in place.firsts()[-_FILES:]]
    lines = deque((line for each in files if each.exists() for line in linesOf(each)), most)
    try:
        records = [read(each.removesuffix(b"\n")) for each in lines]
    except DecodeError:  # which whoever verifies it finds out
        return []
    return [(each.msgType, each.timestamp, canonical(each.data)) for each in records]


def _toldBy(entry: Entry) -> _Told:
    try:
        return entry.msgType, entry.timestamp, canonical(entry.whole())
    except EncodeError:
        return entry.msgType, entry.timestamp, b""  # it is not there as it was
