"""
The log as it grows: each record names the hash of the one before it, and the tree has a leaf for
each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from h323d.errors import DecodeError, EncodeError
from h323d.witness.log.record import GENESIS, Data, Record, written
from h323d.witness.log.sealing import Opening
from h323d.witness.log.tree import Frontier, leafHash

__all__ = ["NOT_RECORDED", "SEALED", "Chain", "Entry"]

SEALED = "sealed"  # the member of C{data} with the seals
NOT_RECORDED = "not_recorded"
"""The type of a record in the place of one that could not be written as it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What is to become a record.

    @ivar openings: of the personal data that belongs to it.
    """

    msgType: str
    timestamp: str
    data: Data
    openings: tuple[Opening, ...] = ()

    def whole(self) -> Data:
        """
        The record's data, with the seals of the openings.
        """
        if not self.openings:
            return self.data
        seals: Mapping[str, str] = {each.name: each.seal for each in self.openings}
        return {**self.data, SEALED: seals}


class Chain:
    """
    Where the log has got to.

    @ivar prevHash: what the next record names.
    @ivar frontier: of the tree.
    """

    __slots__ = ("frontier", "prevHash")

    def __init__(self, prevHash: str = GENESIS, frontier: Frontier | None = None) -> None:
        self.prevHash = prevHash
        self.frontier = Frontier() if frontier is None else frontier

    @property
    def size(self) -> int:
        return self.frontier.size

    def copy(self) -> Chain:
        return Chain(self.prevHash, self.frontier.copy())

    def write(self, entry: Entry) -> bytes:
        """
        Go on by one record.  A log with a gap would be worse than one that says that something
        could not be said: of an entry that is no record's, the record tells that.

        @return: its line, without the newline.
        """
        try:
            line, own = written(
                self.size, entry.msgType, entry.timestamp, entry.whole(), self.prevHash
            )
        except EncodeError as error:
            told = {"msg_type": entry.msgType, "reason": error.reason}
            line, own = written(self.size, NOT_RECORDED, entry.timestamp, told, self.prevHash)
        self._goOn(line, own)
        return line

    def follow(self, record: Record, line: bytes) -> None:
        """
        Go on by a record that has been read.

        @raise DecodeError: it is not the next.
        """
        if record.index != self.size:
            raise DecodeError(f"is {record.index}, not {self.size}", "record.index")
        if record.prevHash != self.prevHash:
            raise DecodeError("is not the hash of the one before", "record.prev_hash")
        self._goOn(line, record.hash)

    def _goOn(self, line: bytes, own: str) -> None:
        self.frontier.add(leafHash(line))
        self.prevHash = own
