"""
Checkpoints (C2SP tlog-checkpoint): what the log's head was, signed.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from h323d.errors import DecodeError
from h323d.witness.log.note import Note, Signer, VerifierKey

__all__ = ["Checkpoint"]

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    @ivar origin: of which log.
    @ivar size: how many records it had.
    @ivar root: of the tree of them.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def __str__(self) -> str:
        return f"{self.size} records of {self.origin}, {b64encode(self.root).decode()}"

    def signed(self, signer: Signer) -> Note:
        return Note(self.text, (signer.sign(self.text),))

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """
        @param text: of a note; lines that follow the three are somebody's extensions.

        @raise DecodeError: it is not a checkpoint.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise DecodeError("has not the lines of a checkpoint", "checkpoint")
        root = b64decode(match[3])
        if b64encode(root).decode() != match[3]:
            raise DecodeError("is not base64", "checkpoint.root")
        return cls(match[1], int(match[2]), root)

    @classmethod
    def readSigned(cls, whole: str, key: VerifierKey) -> Checkpoint:
        """
        @param whole: a signed note.
        @param key: the log's.

        @raise DecodeError: it is not a checkpoint of that log, or the key has not signed it.
        """
        note = Note.read(whole)
        checkpoint = cls.read(note.text)
        if checkpoint.origin != key.name:
            raise DecodeError(f"is of {checkpoint.origin}, not {key.name}", "checkpoint.origin")
        if not note.isSignedBy(key):
            raise DecodeError(f"is not signed by the key of {key.name}", "checkpoint")
        return checkpoint
