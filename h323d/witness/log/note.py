"""
Signed notes (C2SP signed-note) and the keys that sign them, by Ed25519.

A note is a text, an empty line, and a line for each signature.  A signature names its key, so
that notes can have several: of the log itself, and of those who cosign what it says (C2SP
tlog-cosignature).
"""

from __future__ import annotations

import enum
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from h323d.errors import DecodeError

__all__ = ["Note", "Signature", "SignatureType", "Signer", "VerifierKey", "isName", "notesIn"]

DASH = "\u2014 "  # what the line of a signature begins with
MAX_SIGNATURES = 64


class SignatureType(enum.IntEnum):
    """
    What a key signs.
    """

    ED25519 = 1
    """The text of a note."""

    COSIGNATURE = 4
    """The text, and when it was seen."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """
    A public key, by the name of whose it is.

    @ivar public: its 32 octets.
    """

    name: str
    public: bytes
    type: SignatureType = SignatureType.ED25519

    def __post_init__(self) -> None:
        if not isName(self.name):
            raise ValueError(f"a key cannot be named {self.name!r}")

    @property
    def id(self) -> bytes:
        """
        The four octets by which signatures name it.
        """
        return sha256(self.name.encode() + bytes((10, self.type)) + self.public).digest()[:4]

    def __str__(self) -> str:
        key = b64encode(bytes((self.type,)) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """
        @param text: as C{str} has it, which is the form of C2SP.

        @raise DecodeError: it is not a key.
        """
        name, _, rest = text.strip().partition("+")
        ident, _, encoded = rest.partition("+")
        octets = _decoded(encoded, "key")
        if len(octets) != 33 or octets[0] not in tuple(SignatureType):
            raise DecodeError("is not of Ed25519", "key")
        try:
            key = cls(name, octets[1:], SignatureType(octets[0]))
        except ValueError as error:
            raise DecodeError(str(error), "key.name") from None
        if key.id.hex() != ident:
            raise DecodeError("is not that of the name and the key", "key.id")
        return key

    def named(self, name: str) -> VerifierKey:
        """
        The same key under another name.
        """
        return replace(self, name=name)

    def verifies(self, text: str, signature: Signature) -> bool:
        """
        Whether it has made this signature of a note's text.
        """
        octets, signed = signature.octets, text.encode()
        if self.type is SignatureType.COSIGNATURE:
            signed = cosigned(text, int.from_bytes(octets[:8]))
            octets = octets[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(octets, signed)
        except InvalidSignature:
            return False
        return True


def isName(text: str) -> bool:
    """
    Whether a key may have this name: one line, without spaces and C{+}.
    """
    return bool(text) and text.isprintable() and not any(c.isspace() or c == "+" for c in text)


def cosigned(text: str, time: int) -> bytes:
    """
    What a cosignature is made of (C2SP tlog-cosignature, version 1).

    @param time: in seconds since 1970.
    """
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """
    A line of a note.

    @ivar keyId: of the key; C{name} is its name.
    """

    name: str
    keyId: bytes
    octets: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {b64encode(self.keyId + self.octets).decode()}\n"

    @classmethod
    def read(cls, line: str) -> Signature:
        """
        @raise DecodeError: it is not the line of a signature.
        """
        name, _, encoded = line.removesuffix("\n").removeprefix(DASH).partition(" ")
        octets = _decoded(encoded, "note.signature")
        if not line.startswith(DASH) or not isName(name) or len(octets) < 5:
            raise DecodeError("is not the line of a signature", "note.signature")
        return cls(name, octets[:4], octets[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """
    @ivar text: with the newline at its end.
    """

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @classmethod
    def read(cls, whole: str) -> Note:
        """
        @raise DecodeError: it is not a note.
        """
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise DecodeError("has no line with a signature", "note")
        signatures = lines.splitlines(keepends=True)
        if len(signatures) > MAX_SIGNATURES:
            raise DecodeError("has too many signatures", "note")
        note = cls(text + "\n", tuple(map(Signature.read, signatures)))
        if str(note) != whole:
            raise DecodeError("is not in the form of a note", "note")
        return note

    def isSignedBy(self, key: VerifierKey) -> bool:
        """
        Whether it has a signature of a key, and none that says so and is not.
        """
        own = [each for each in self.signatures if (each.name, each.keyId) == (key.name, key.id)]
        return bool(own) and all(key.verifies(self.text, each) for each in own)

    def cosignedAt(self, key: VerifierKey) -> int | None:
        """
        When a cosigner has last seen it, in seconds since 1970; C{None} if not.
        """
        own = [each for each in self.signatures if (each.name, each.keyId) == (key.name, key.id)]
        times = [int.from_bytes(each.octets[:8]) for each in own if key.verifies(self.text, each)]
        return max(times, default=None)

    def with_(self, *signatures: Signature) -> Note:
        """
        With more signatures; one that it has is not put there again.
        """
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *signatures))))


class Signer:
    """
    A private key, by the name of whose it is.

    @ivar key: its public half.
    """

    def __init__(self, key: VerifierKey, private: Ed25519PrivateKey) -> None:
        self.key = key
        self._private = private

    @classmethod
    def of(
        cls,
        name: str,
        private: Ed25519PrivateKey,
        kind: SignatureType = SignatureType.ED25519,
    ) -> Signer:
        return cls(VerifierKey(name, private.public_key().public_bytes_raw(), kind), private)

    def sign(self, text: str) -> Signature:
        """
        @param text: of a note.
        """
        return Signature(self.key.name, self.key.id, self._private.sign(text.encode()))

    def cosign(self, text: str, time: int) -> Signature:
        """
        @param text: of a checkpoint.
        @param time: now, in seconds since 1970.
        """
        octets = time.to_bytes(8) + self._private.sign(cosigned(text, time))
        return Signature(self.key.name, self.key.id, octets)


def notesIn(lines: Iterable[str]) -> Iterator[str]:
    """
    The notes of a file in which they stand one after the other, whatever there is in them.

    @param lines: with their newlines.
    """
    note: list[str] = []
    signed = False
    for line in lines:
        if signed and not line.startswith(DASH):
            yield "".join(note)
            note.clear()
        signed = line.startswith(DASH)
        note.append(line)
    if note:
        yield "".join(note)


def _decoded(text: str, path: str) -> bytes:
    try:
        octets = b64decode(text, validate=True)
    except ValueError:
        octets = b""
    if b64encode(octets).decode() != text:
        raise DecodeError("is not base64", path)
    return octets
