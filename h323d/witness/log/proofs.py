"""
Proofs of single records and of heads, for who has not got the log: in the form of C2SP tlog-proof,
and in that which a witness is given (C2SP tlog-witness).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import VerifierKey
from h323d.witness.log.places import Place, linesOf
from h323d.witness.log.tree import (
    consistencyProof,
    inclusionProof,
    leafHash,
    nodeHash,
    provesInclusion,
    rootOf,
)

__all__ = ["AddCheckpoint", "InclusionProof", "Leaves", "consistency", "lineOf", "proveInclusion"]

FORM = "c2sp.org/tlog-proof@v1"
SMALL = 64  # records of a range whose root is not worth remembering
MAX_HASHES = 63  # of a proof that a witness is sent
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


class Leaves:
    """
    The hashes of ranges of a log's records (L{h323d.witness.log.tree.Ranges}).  Of the file that it
    was asked about last it remembers what it has read, and the roots of the larger subtrees: who
    asks again as the log grows, has only what is new read.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open(-1)

    def _open(self, file: int) -> None:
        self._file = file
        self._leaves: list[bytes] = []
        self._octets = 0
        self._roots: dict[tuple[int, int], bytes] = {}

    def __call__(self, first: int, end: int, /) -> bytes:
        """
        @raise DecodeError: records of it are missing, or removed.
        @raise OSError: it cannot be read.
        """
        full, count = self._place.fileRecords, end - first
        if count == full and self._place.subtree(first).exists():
            return self._place.subtreeOf(first).root
        if count <= min(SMALL, full):
            return rootOf(self._within(first, end))
        known = self._roots.get((first, end))
        if known is None:
            middle = first + (1 << (count - 1).bit_length() - 1)
            known = nodeHash(self(first, middle), self(middle, end))
            if count.bit_count() == 1 and first // full * full == self._file:
                self._roots[first, end] = known
        return known

    def _within(self, first: int, end: int) -> list[bytes]:
        file = first - first % self._place.fileRecords
        if file != self._file:
            if self._place.isRemoved(file):
                raise DecodeError(f"the records from {file} on are removed", "log")
            self._open(file)
        if len(self._leaves) < end - file:
            self._readOn()
        leaves = self._leaves[first - file : end - file]
        if len(leaves) != end - first:
            raise DecodeError(f"there are no records {first + len(leaves)} to {end - 1}", "log")
        return leaves

    def _readOn(self) -> None:
        for line in linesOf(self._place.records(self._file), start=self._octets):
            if not line.endswith(b"\n"):
                break  # it is being written
            self._leaves.append(leafHash(line[:-1]))
            self._octets += len(line)


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """
    That a record is in the log of a head.

    @ivar note: the head, signed.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        return f"{FORM}\nindex {self.index}\n{_hashLines(self.hashes)}\n{self.note}"

    @classmethod
    def read(cls, text: str) -> InclusionProof:
        """
        @raise DecodeError: it is none.
        """
        head, gap, note = text.partition("\n\n")
        form, _, rest = head.partition("\n")
        lines = rest.split("\n")
        if lines[0].startswith("extra "):
            del lines[0]
        word, _, index = lines[0].partition(" ")
        if not gap or form != FORM or word != "index" or not (index.isascii() and index.isdigit()):
            raise DecodeError(f"is not a proof in the form of {FORM}", "proof")
        return cls(int(index), tuple(map(_hashOf, lines[1:])), note)

    def check(self, line: bytes, key: VerifierKey) -> Checkpoint:
        """
        See what it proves.

        @param line: the record's, without the newline.
        @param key: the log's.

        @return: the head of the log that the record is in.

        @raise DecodeError: it does not prove that.
        """
        head = Checkpoint.readSigned(self.note, key)
        leaf = leafHash(line)
        if not provesInclusion(self.index, head.size, leaf, self.hashes, head.root):
            raise DecodeError(f"does not show that this is record {self.index}", "proof")
        return head


def proveInclusion(place: Place, index: int, note: str, key: VerifierKey) -> InclusionProof:
    """
    @param note: a head of the log, signed.
    @param key: the log's.

    @raise DecodeError: there is no such record, or the log is not that of the head.
    @raise OSError: it cannot be read.
    """
    size = Checkpoint.readSigned(note, key).size
    if not 0 <= index < size:
        raise DecodeError(f"the head has {size} records, and none that is {index}", "index")
    hashes = inclusionProof(index, size, Leaves(place))
    proof = InclusionProof(index, tuple(hashes), note)
    proof.check(lineOf(place, index), key)
    return proof


def lineOf(place: Place, index: int) -> bytes:
    """
    A record's line, without the newline.

    @raise DecodeError: there is none.
    @raise OSError: it cannot be read.
    """
    first = index // place.fileRecords * place.fileRecords
    if place.isRemoved(first):
        raise DecodeError(f"record {index} is removed", "log")
    for number, line in enumerate(linesOf(place.records(first)), first):
        if number == index:
            return line.removesuffix(b"\n")
    raise DecodeError(f"there is no record {index}", "log")


def consistency(leaves: Leaves, old: int, size: int) -> list[bytes]:
    """
    The proof that a log, when it had C{size} records, began with all that it had before.

    @raise DecodeError: records that it takes are missing, or removed.
    @raise OSError: it cannot be read.
    """
    return consistencyProof(old, size, leaves)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """
    What a witness is sent (C2SP tlog-witness, add-checkpoint).

    @ivar old: the size of the head that it has cosigned last; 0 for none.
    @ivar proof: that the log went on from there.
    @ivar note: the head, signed.
    """

    old: int
    proof: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        return f"old {self.old}\n{_hashLines(self.proof)}\n{self.note}"

    @classmethod
    def read(cls, text: str) -> AddCheckpoint:
        """
        @raise DecodeError: it is not in that form.
        """
        head, gap, note = text.partition("\n\n")
        old, *hashes = head.split("\n")
        match = _OLD.fullmatch(old)
        if not gap or match is None:
            raise DecodeError("has no line of the old size, or no empty line", "add-checkpoint")
        if len(hashes) > MAX_HASHES:
            raise DecodeError(f"has more than {MAX_HASHES} hashes", "add-checkpoint")
        return cls(int(match[1]), tuple(map(_hashOf, hashes)), note)


def _hashLines(hashes: Sequence[bytes]) -> str:
    return "".join(b64encode(each).decode() + "\n" for each in hashes)


def _hashOf(text: str) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise DecodeError("has a line that is no hash", "proof")
    return found
