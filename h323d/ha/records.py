"""
What a leader tells whoever follows it, in the order in which it happens.

Of each turn, first its input, before it happens (L{InputRecord}); then, before anything of it
leaves, what was answered meanwhile, and a sum of all that is to leave (L{DoneRecord}).  That it is
there, and how far, a L{HeartbeatRecord} says; that an input is not to happen, as a leader has died
of it, a L{QuarantinedRecord}.  A record is of primitives alone (L{h323d.telling.primitives}), and
begins with its version.

Each has the epoch in which it was told, which is one more at each take-over.  One of an older epoch
than the last is of somebody who does not know yet that he leads no more, and is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from h323d.errors import H323dError
from h323d.telling import primitives

__all__ = [
    "VERSION",
    "Answer",
    "BadRecord",
    "DoneRecord",
    "HeartbeatRecord",
    "InputRecord",
    "QuarantinedRecord",
    "Record",
    "RecordReader",
    "Succession",
    "decode",
    "encode",
]

VERSION = 2  # of the form of records
MAX_OCTETS = 1 << 26  # of one
_MAGIC = b"h3"
_HEAD = struct.Struct(">2sBBII")  # magic, version, kind, octets that follow, their CRC


class BadRecord(H323dError):
    """
    Octets that are no record, or a record that is not the next.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What the world has answered at once.

    @ivar question: its name.
    @ivar value: the answer, or the error that it was refused with.
    """

    question: str
    value: Any  # Any: as questions have it

    def given(self) -> Any:
        """
        The value.

        @raise Exception: the answer was an error.
        """
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@dataclass(frozen=True, slots=True)
class InputRecord:
    """
    One input is about to happen.

    @ivar turn: its number; each is one more than that of the input before.
    @ivar at: when, in seconds since 1970.
    """

    turn: int
    at: float
    kind: str
    arguments: tuple[Any, ...]  # Any: as each kind has it
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class DoneRecord:
    """
    It has happened, and what comes of it is about to leave.

    @ivar sum: of all that leaves (L{h323d.telling.primitives.summed}).
    """

    turn: int
    answers: tuple[Answer, ...]
    sum: int
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class HeartbeatRecord:
    """
    How far a leader is that is there, whether something enters or not.

    @ivar turn: the last that has happened.
    """

    turn: int
    at: float
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """
    The input that was logged as a turn does not happen at all (L{h323d.ha.quarantine}).
    """

    turn: int
    epoch: int = 0


Record = InputRecord | DoneRecord | HeartbeatRecord | QuarantinedRecord


def encode(record: Record) -> bytes:
    """
    @raise h323d.telling.primitives.NotAValue: there is something in it that cannot be told.
    """
    match record:
        case InputRecord(turn, at, kind, arguments, epoch):
            return _framed(0, (epoch, turn, at, kind, arguments))
        case DoneRecord(turn, answers, total, epoch):
            told = tuple((each.question, each.value) for each in answers)
            return _framed(1, (epoch, turn, told, total))
        case HeartbeatRecord(turn, at, epoch):
            return _framed(2, (epoch, turn, at))
        case QuarantinedRecord(turn, epoch):
            return _framed(3, (epoch, turn))


def _framed(kind: int, told: tuple[Any, ...]) -> bytes:
    body = primitives.encode(told)
    return _HEAD.pack(_MAGIC, VERSION, kind, len(body), zlib.crc32(body)) + body


def _made(kind: int, told: Any) -> Record:
    match kind, told:
        case 0, (int(epoch), int(turn), float(at), str(name), tuple(arguments)):
            return InputRecord(turn, at, name, arguments, epoch)
        case 1, (int(epoch), int(turn), tuple(answers), int(total)):
            return DoneRecord(turn, tuple(Answer(*each) for each in answers), total, epoch)
        case 2, (int(epoch), int(turn), float(at)):
            return HeartbeatRecord(turn, at, epoch)
        case 3, (int(epoch), int(turn)):
            return QuarantinedRecord(turn, epoch)
    raise BadRecord(f"no record of kind {kind}")


class RecordReader:
    """
    Cuts records out of a file or stream of them.

    @ivar offset: of the octet that the next record begins with.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.offset = 0

    def feed(self, data: bytes) -> list[Record]:
        """
        @return: the records that are whole now.

        @raise BadRecord: there is something else.
        """
        return list(self.each(data))

    def each(self, data: bytes) -> Iterator[Record]:
        """
        The same, one after the other: what is whole before something else is given.
        """
        self._waiting += data
        while (record := self._next()) is not None:
            yield record

    def end(self) -> None:
        """
        Nothing more comes.

        @raise BadRecord: the last record is not whole.
        """
        if self._waiting:
            self._refuse(f"cut off after {len(self._waiting)} octets")

    def _next(self) -> Record | None:
        waiting = self._waiting
        if len(waiting) < _HEAD.size:
            return None
        magic, version, kind, octets, checksum = _HEAD.unpack_from(waiting)
        if magic != _MAGIC:
            self._refuse("no record begins here")
        if version != VERSION:
            self._refuse(f"of version {version}, and not {VERSION}")
        if octets > MAX_OCTETS:
            self._refuse(f"of {octets} octets: too long")
        whole = _HEAD.size + octets
        if len(waiting) < whole:
            return None
        body = bytes(waiting[_HEAD.size : whole])
        if zlib.crc32(body) != checksum:
            self._refuse("damaged: its sum is another")
        try:
            record = _made(kind, primitives.decode(body))
        except (primitives.Unreadable, BadRecord, TypeError) as error:
            raise BadRecord(f"record at octet {self.offset}: {error}") from error
        del waiting[:whole]
        self.offset += whole
        return record

    def _refuse(self, reason: str) -> None:
        raise BadRecord(f"record at octet {self.offset}: {reason}")


def decode(data: bytes) -> Record:
    """
    @param data: one record.

    @raise BadRecord: it is not.
    """
    reader = RecordReader()
    records = reader.feed(data)
    reader.end()
    if len(records) != 1:
        raise BadRecord(f"{len(records)} records, and not one")
    return records[0]


class Succession:
    """
    That each record is the next.

    @ivar turn: the last that was begun.
    @ivar epoch: of the last record.
    @ivar isDone: whether that turn has happened.
    """

    def __init__(self, turn: int = 0, epoch: int = 0) -> None:
        """
        @param turn: the last that has happened before.
        @param epoch: in which it has.
        """
        self.turn = turn
        self.epoch = epoch
        self.isDone = True

    def take(self, record: Record) -> None:
        """
        @raise BadRecord: another is due.
        """
        if record.epoch < self.epoch:
            self._refuse(f"a record of epoch {record.epoch} in epoch {self.epoch}")
        self._takeTurn(record)
        self.epoch = record.epoch

    def _takeTurn(self, record: Record) -> None:
        match record:
            case InputRecord(turn) if not self.isDone:
                self._refuse(f"the input of turn {turn} before turn {self.turn} is done")
            case InputRecord(turn) if turn != self.turn + 1:
                self._refuse(f"the input of turn {turn} after turn {self.turn}")
            case InputRecord(turn):
                self.turn, self.isDone = turn, False
            case DoneRecord(turn) | QuarantinedRecord(turn) if self.isDone or turn != self.turn:
                where = f"after turn {self.turn}" if self.isDone else f"in turn {self.turn}"
                self._refuse(f"the end of turn {turn} {where}")
            case DoneRecord() | QuarantinedRecord():
                self.isDone = True
            case HeartbeatRecord(turn) if not self.isDone or turn != self.turn:
                self._refuse(f"a heartbeat of turn {turn} where turn {self.turn} is the last")

    def _refuse(self, reason: str) -> None:
        raise BadRecord(f"out of order: {reason}")
