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

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from twisted.logger import Logger

from h323d.ha import records
from h323d.ha.records import BadRecord, HeartbeatRecord, InputRecord, Record, RecordReader
from h323d.telling.primitives import NotAValue

__all__ = ["PIECES", "SUFFIX", "Recorder", "begins", "lastFlight", "read"]

SUFFIX = ".h3log"
PIECES = 8  # that all that is kept is in, at least, when it is as large as it may be
_CHUNK = 1 << 16  # octets that are read at once
_CANNOT = "the flight recorder has ended: {reason}"


class Recorder:
    """
    Writes what is logged (L{h323d.ha.leading.Log}).

    A disk that takes no more ends it, and so does what cannot be told; and that ends nothing else.
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

    def note(self, record: Record) -> None:
        """
        Write it.
        """
        if self._isOver or isinstance(record, HeartbeatRecord):
            return
        try:
            octets = records.encode(record)
            if self._piece is None or self._written + len(octets) > self._limit // PIECES:
                self._begin()
            assert self._piece is not None
            self._written += os.write(self._piece, octets)
        except (OSError, NotAValue) as error:
            self._log.error(_CANNOT, reason=str(error))
            self.close()

    def close(self) -> None:
        """
        Write no more.
        """
        self._isOver = True
        if self._piece is not None:
            os.close(self._piece)
            self._piece = None

    def _begin(self) -> None:
        if self._piece is not None:
            os.close(self._piece)
            self._piece = None
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        pieces = _pieces(self._directory)
        number = int(pieces[-1].stem) + 1 if pieces else 1
        path = self._directory / f"{number:08}{SUFFIX}"
        self._piece = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._written = 0
        self._discard(pieces)

    def _discard(self, pieces: list[Path]) -> None:
        left = self._limit - self._limit // PIECES
        for each in reversed(pieces):
            left -= each.stat().st_size
            if left < 0:
                each.unlink(missing_ok=True)


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
