"""
The signatures of a log's decisions: whether each is by the key that the record names, over what was
sealed with it.  So a server cannot have made up a guardian's request.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from h323d.errors import DecodeError
from h323d.values.ed25519 import SCHEME
from h323d.witness.log.chain import SEALED
from h323d.witness.log.places import Place, linesOf
from h323d.witness.log.record import Record
from h323d.witness.log.sealing import MAX_OPENING, Opening

__all__ = ["OCTETS", "Openings", "holds"]

OCTETS = "signed_octets"  # by which name they are sealed


class Openings:
    """
    What opens the seals of one log, read on as its records are.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._left = _openingsOf(place)
        self._next = next(self._left, None)

    def of(self, record: Record, name: str) -> str | None:
        """
        A value that is sealed in a record, which is not before the one that was asked about last.

        @return: C{None} if it cannot be opened any more.

        @raise DecodeError: what is said to open it does not, or is no opening.
        """
        found = None
        while self._next is not None and self._next[0] <= record.index:
            index, opening = self._next
            if (index, opening.name) == (record.index, name):
                found = opening
            self._next = next(self._left, None)
        if found is None:
            return None
        if record.data[SEALED].get(name) != found.seal:
            raise DecodeError("is not what was sealed", f"{self.place.path}: record {record.index}")
        return found.value


def _openingsOf(place: Place) -> Iterator[tuple[int, Opening]]:
    for first in place.firsts():
        path = place.openings(first)
        for line in linesOf(path, MAX_OPENING) if path.exists() else ():
            try:
                index, _, opening = Opening.read(line)
            except DecodeError as error:
                raise DecodeError(str(error), str(path)) from None
            yield index, opening


def holds(record: Record, octets: str, key: bytes) -> bool:
    """
    Whether the signature of a decision is by the key that it names.

    @param octets: what was sealed as L{OCTETS}.
    """
    try:
        proof, signed = _signed(record.data, json.loads(octets))
        verifying = Ed25519PublicKey.from_public_bytes(key)
        verifying.verify(b64decode(proof["signature"]), b64decode(signed))
    except (InvalidSignature, ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return False
    return True


def _signed(data: Mapping[str, Any], signed: list[str]) -> tuple[Mapping[str, Any], str]:
    """
    The proof that is a signature, and what it is over.
    """
    proofs = [each for each in data["proofs"] if "signature" in each]
    number = next(n for n, each in enumerate(proofs) if each["scheme"] == SCHEME)
    return proofs[number], signed[number]
