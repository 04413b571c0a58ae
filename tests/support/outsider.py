"""
A verifier by somebody else: written from C{docs/reference/witness-format.rst} alone, the long way
round, with other people's libraries, and without a line of the server's.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = [
    "Unproven",
    "checkOpening",
    "checkRecords",
    "consistencyPath",
    "headOf",
    "includes",
    "merkleRoot",
]


class Unproven(Exception):
    """
    It is not as the format says.
    """


def require(condition: bool, what: str) -> None:
    if not condition:
        raise Unproven(what)


def checkRecords(lines: list[bytes]) -> list[dict[str, Any]]:
    """
    Section "Records": each is canonical, has its own hash, and follows the one before.
    """
    rfc8785: Any = importlib.import_module("rfc8785")  # which may be missing
    records, before = [], "0" * 64
    for number, line in enumerate(lines):
        record = json.loads(line)
        require(rfc8785.dumps(record) == line, f"{number}: not canonical")
        require(
            sorted(record) == ["data", "hash", "index", "msg_type", "prev_hash", "timestamp"],
            f"{number}: members",
        )
        rest = {name: record[name] for name in record if name != "hash"}
        digest = hashlib.sha256(rfc8785.dumps(rest)).hexdigest()
        require(record["hash"] == digest, f"{number}: hash")
        require(record["index"] == number, f"{number}: index")
        require(record["prev_hash"] == before, f"{number}: prev_hash")
        before = digest
        records.append(record)
    return records


def merkleRoot(lines: list[bytes]) -> bytes:
    """
    Section "The tree", by its definition.
    """
    if not lines:
        return hashlib.sha256().digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\x00" + lines[0]).digest()
    k = 1
    while 2 * k < len(lines):
        k = 2 * k
    both = merkleRoot(lines[:k]) + merkleRoot(lines[k:])
    return hashlib.sha256(b"\x01" + both).digest()


def headOf(note: str, vkey: str) -> tuple[str, int, bytes]:
    """
    Section "Heads": the origin, size and root of a checkpoint that the key has signed.
    """
    name, ident, encoded = vkey.strip().split("+", 2)
    octets = base64.b64decode(encoded)
    require(octets[0] == 1, "not an Ed25519 key")
    hashed = hashlib.sha256(name.encode() + b"\n" + octets).hexdigest()
    require(hashed[:8] == ident, "the key's identifier")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root, *_ = text.split("\n")
    for line in signatures.splitlines():
        dash, signer, blob = line.split(" ")
        signature = base64.b64decode(blob)
        if (dash, signer, signature[:4].hex()) != ("\u2014", name, ident):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(octets[1:]).verify(signature[4:], text.encode())
        except InvalidSignature:
            raise Unproven("the signature") from None
        require(origin == name, "the origin")
        return origin, int(size), base64.b64decode(root)
    raise Unproven("no signature by the key")


def checkOpening(line: bytes, records: list[dict[str, Any]]) -> str:
    """
    Section "Sealed data": what was sealed.
    """
    opening = json.loads(line)
    salt = base64.urlsafe_b64decode(opening["salt"] + "==")
    digest = hashlib.sha256(salt + opening["value"].encode()).digest()
    seal = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    require(records[opening["index"]]["data"]["sealed"][opening["name"]] == seal, "the seal")
    value: str = opening["value"]
    return value


def includes(proof: str, line: bytes, vkey: str) -> int:
    """
    Section "Proofs": the index of a record in the tree of a signed head.
    """
    head, note = proof.split("\n\n", 1)
    form, index, *path = head.split("\n")
    require(form == "c2sp.org/tlog-proof@v1", "the form")
    _, size, root = headOf(note, vkey)
    number = int(index.removeprefix("index "))
    found = climb(number, size, hashlib.sha256(b"\x00" + line).digest(), path)
    require(found == root, "the proof")
    return number


def climb(index: int, size: int, leaf: bytes, path: list[str]) -> bytes:
    """
    From a leaf up to the root, from the top down.
    """
    if size == 1:
        require(not path, "too long")
        return leaf
    k = 1
    while 2 * k < size:
        k = 2 * k
    require(bool(path), "too short")
    beside = base64.b64decode(path[-1])
    if index < k:
        both = climb(index, k, leaf, path[:-1]) + beside
    else:
        both = beside + climb(index - k, size - k, leaf, path[:-1])
    return hashlib.sha256(b"\x01" + both).digest()


def consistencyPath(old: int, lines: list[bytes], isWhole: bool = True) -> list[bytes]:
    """
    The proof that the tree of all lines begins with that of the first ones, as RFC 9162 defines it.
    """
    if old == len(lines):
        return [] if isWhole else [merkleRoot(lines)]
    k = 1
    while 2 * k < len(lines):
        k = 2 * k
    if old <= k:
        return [*consistencyPath(old, lines[:k], isWhole), merkleRoot(lines[k:])]
    return [*consistencyPath(old - k, lines[k:], False), merkleRoot(lines[:k])]
