"""
Personal data, sealed: a record has a digest of it, and the value itself, with the chance that went
into the digest, lies beside the log.  When that is erased, the record stays provable and nobody
can find out any more what it was of, not even by trying all telephone numbers.
"""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from h323d.errors import DecodeError
from h323d.witness.log.record import canonical, cleaned

__all__ = ["MAX_OPENING", "SALT", "Opening", "newOpening"]

SALT = 16  # octets
MAX_VALUE = 131_072  # characters of what is sealed
MAX_OPENING = 8 * MAX_VALUE  # octets of its line

_MEMBERS = {"index": int, "name": str, "salt": str, "timestamp": str, "value": str}


@dataclass(frozen=True, slots=True)
class Opening:
    """
    What opens one seal.

    @ivar name: of the seal, in C{data.sealed}.
    @ivar value: what was sealed.
    """

    name: str
    salt: bytes
    value: str

    @property
    def seal(self) -> str:
        """
        What the record has in the place of the value.
        """
        return _text(sha256(self.salt + self.value.encode()).digest())

    def line(self, index: int, timestamp: str) -> bytes:
        """
        As it is kept, without the newline.

        @param index: of its record; C{timestamp} likewise.
        """
        return canonical(
            {
                "index": index,
                "name": self.name,
                "salt": _text(self.salt),
                "timestamp": timestamp,
                "value": self.value,
            }
        )

    @classmethod
    def read(cls, line: bytes) -> tuple[int, str, Opening]:
        """
        @param line: with its newline or without.

        @return: the index and the timestamp of its record, and the opening.

        @raise DecodeError: it is none, or not in its canonical form.
        """
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            raise DecodeError("is not JSON", "opening") from None
        if not isinstance(told, dict) or {k: type(told[k]) for k in told} != _MEMBERS:
            raise DecodeError("has not the five members of an opening", "opening")
        try:
            salt = urlsafe_b64decode(told["salt"] + "==")
            (told["value"] + told["name"] + told["timestamp"]).encode()
        except ValueError:
            raise DecodeError("is not what was sealed", "opening") from None
        found = cls(told["name"], salt, told["value"])
        if found.line(told["index"], told["timestamp"]) != line.removesuffix(b"\n"):
            raise DecodeError("is not in its canonical form", "opening")
        return told["index"], told["timestamp"], found


def newOpening(name: str, value: str, rng: random.Random) -> Opening:
    """
    Seal a value, of at most L{MAX_VALUE} characters.
    """
    return Opening(name, rng.randbytes(SALT), cleaned(value)[:MAX_VALUE])


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")
