"""
The flight recorder: what a leader logs, kept in files for a desk, where it can be done once more.

A directory holds it in pieces.  Each start of a server begins a piece, and so does each who takes
over; the oldest are thrown away when all together are too large.  What is kept from a start on can
be replayed (L{h323d.ha.replaying}); what has lost its beginning can be read, turn by turn, and no
more.

It is written before whoever follows is told.  So a leader that dies may have written one record
that nobody knew of; whoever takes over writes what came instead, in the next epoch.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from twisted.logger import Logger

from h323d.ha import records
from h323d.ha.records import BadRecord, HeartbeatRecord, InputRecord, Record, RecordReader
from h323d.telling.primitives import NotAValue

__all__ = ["PAUSE", "PIECES", "SUFFIX", "Recorder", "begins", "lastFlight", "read"]

SUFFIX = ".h3log"
PIECES = 8  # that all that is kept is in, at least, when it is as large as it may be
_CHUNK = 1 << 16  # octets that are read at once
PAUSE = 10.0  # seconds until a disk that took no more is tried again
_CANNOT = (
    "the flight recorder writes nothing from turn {turn} on, and tries again every {seconds:g} s:"
    " {reason}"
)
_GOES_ON = "the flight recorder goes on with turn {turn}; from turn {first} on they are missing"


@dataclass(slots=True)
class _Gap:
    """
    What is missing, as the disk does not take it.

    @ivar first: the turn of which something is.
    @ivar until: when it is tried again, in the time of turns.
    """

    first: int
    until: float = 0.0


class Recorder:
    """
    Writes what is logged (L{h323d.ha.leading.Log}).

    A disk that takes no more is tried again after a while; what was to be written meanwhile is
    missing, and what comes then is in a piece of its own.  Nothing else ends by that.
    """

    _log = Logger()

    def __init__(self, directory: Path, limit: int) -> None:
        """
        @param directory: made if it is not there; nobody but its owner may look into it, as it
            holds all that is said, and all that the server knows.
        @param limit: octets in all.
        """
        self._directory = directory
        self._limit = limit
        self._piece: int | None = None
        self._written = 0
        self._isOver = False
        self._path = directory
        self._at = 0.0  # of the last turn
        self._gap: _Gap | None = None

    def note(self, record: Record) -> None:
        """
        Write it.
        """
        if self._isOver or isinstance(record, HeartbeatRecord):
            return
        if isinstance(record, InputRecord):
            self._at = record.at
        gap = self._gap
        if gap is not None and (self._at < gap.until or not isinstance(record, InputRecord)):
            return
        try:
            self._write(records.encode(record))
        except (OSError, NotAValue, MemoryError) as error:
            self._fail(record, error)
            return
        if gap is not None:
            self._log.warn(_GOES_ON, first=gap.first, turn=record.turn)
            self._gap = None

    def close(self) -> None:
        """
        Write no more.
        """
        self._isOver = True
        self._end()

    def _write(self, octets: bytes) -> None:
        if self._piece is None or self._written + len(octets) > self._limit // PIECES:
            self._begin()
        assert self._piece is not None
        if os.write(self._piece, octets) < len(octets):  # who reads leaves out what is not whole
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._written += len(octets)

    def _fail(self, record: Record, error: Exception) -> None:
        if self._gap is None:
            self._log.error(_CANNOT, turn=record.turn, seconds=PAUSE, reason=_reasonOf(error))
            self._gap = _Gap(record.turn)
        self._gap.until = self._at + PAUSE
        self._end()

    def _begin(self) -> None:
        self._end()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        pieces = _pieces(self._directory)
        number = int(pieces[-1].stem) + 1 if pieces else 1
        path = self._directory / f"{number:08}{SUFFIX}"
        self._piece = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._path, self._written = path, 0
        self._discard(pieces)

    def _end(self) -> None:
        piece, self._piece = self._piece, None
        if piece is not None:
            os.close(piece)
            if not self._written:  # the disk takes no more, and each attempt would leave one
                self._path.unlink(missing_ok=True)

    def _discard(self, pieces: list[Path]) -> None:
        left = self._limit - self._limit // PIECES
        for each in reversed(pieces):
            left -= each.stat().st_size
            if left < 0:
                each.unlink(missing_ok=True)


def _reasonOf(error: Exception) -> str:
    told = error.strerror if isinstance(error, OSError) else str(error)
    return told or type(error).__name__


def _pieces(directory: Path) -> list[Path]:
    return sorted(each for each in directory.glob(f"*{SUFFIX}") if each.stem.isdigit())


def begins(record: Record) -> bool:
    """
    Whether a server has begun with it.
    """
    return isinstance(record, InputRecord) and record.turn == 1 and not record.epoch


def lastFlight(path: Path) -> tuple[Path, ...]:
    """
    @param path: a directory that was recorded in, or one file.

    @return: the pieces since a server has begun the last time; all, if its beginning is not there.

    @raise BadRecord: there is none.
    @raise OSError: they cannot be read.
    """
    if not path.is_dir():
        return (path,)
    pieces = _pieces(path)
    if not pieces:
        raise BadRecord(f"{path}: nothing is recorded there")
    for index in reversed(range(len(pieces))):
        first = next(_of(pieces[index]), None)
        if first is not None and begins(first):
            return tuple(pieces[index:])
    return tuple(pieces)


def read(pieces: Sequence[Path]) -> Iterator[Record]:
    """
    All records of a flight, in order.

    @raise BadRecord: there is something else, and where; all before was given.  A record that is
        cut off by the death of who wrote it is no such thing.
    """
    return _valid(record for piece in pieces for record in _of(piece))


def _of(piece: Path) -> Iterator[Record]:
    reader = RecordReader()
    with piece.open("rb") as file:
        try:
            while data := file.read(_CHUNK):
                yield from reader.each(data)
        except BadRecord as error:
            raise BadRecord(f"{piece.name}: {error}") from error


def _valid(recorded: Iterable[Record]) -> Iterator[Record]:
    """
    Leave out what somebody wrote whom nobody heard any more.
    """
    held: Record | None = None
    try:
        for each in recorded:
            if held is not None and not _replaces(each, held):
                yield held
            held = each
    except BadRecord:
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held


def _replaces(record: Record, before: Record) -> bool:
    """
    Whether a record is what happened instead of another, of which only its writer knew.
    """
    isInstead = isinstance(record, InputRecord) == isinstance(before, InputRecord)
    return isInstead and record.turn == before.turn and record.epoch > before.epoch
