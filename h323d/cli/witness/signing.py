"""
C{h323d-witness cosign}, C{keygen} and C{erase}: what only who holds a key, or the files, can do.
"""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from h323d.cli.witness.logs import addKey, addLog, keyFrom, logOf, newestNote
from h323d.errors import ConfigurationError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.cosigning import Cosigned, NotCosigned
from h323d.witness.log.keys import SEED, newPrivateKey, readPrivateKey
from h323d.witness.log.note import Note, SignatureType, Signer, isName
from h323d.witness.log.places import Place, generationsIn
from h323d.witness.log.proofs import Leaves, consistency
from h323d.witness.log.retention import eraseOpenings
from h323d.witness.log.sealing import Opening

__all__ = ["addCosign", "addCosigner", "addErase", "addKeygen", "cosignerFrom"]


def addKeygen(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where the private key is to be")
    parser.add_argument("--name", required=True, help="whose it is, as in example.org/log")
    parser.add_argument("--cosigner", action="store_true", help="it cosigns the heads of others")
    parser.set_defaults(run=_keygen)


def _keygen(options: Namespace) -> int:
    _checkName(options.name)
    private = newPrivateKey(options.file, os.urandom(SEED))
    kind = SignatureType.COSIGNATURE if options.cosigner else SignatureType.ED25519
    print(Signer.of(options.name, private, kind).key)
    return 0


def _checkName(name: str) -> None:
    if not isName(name):
        raise ConfigurationError("--name", f"{name!r} has a space or a +, or is empty")


def addCosign(parser: ArgumentParser) -> None:
    addLog(parser)
    addKey(parser)
    addCosigner(parser)
    parser.add_argument(
        "--state", type=Path, required=True, help="where you keep what you cosigned last"
    )
    parser.set_defaults(run=_cosign)


def addCosigner(parser: ArgumentParser) -> None:
    """
    Take the key of who cosigns.
    """
    parser.add_argument("--name", required=True, help="your name, as your key has it")
    parser.add_argument("--private", type=Path, required=True, help="your private key")


def cosignerFrom(options: Namespace) -> Signer:
    """
    @raise ConfigurationError: the name is none.
    @raise DecodeError: the file has no such key.
    @raise OSError: it cannot be read.
    """
    _checkName(options.name)
    return Signer.of(options.name, readPrivateKey(options.private), SignatureType.COSIGNATURE)


def _cosign(options: Namespace) -> int:
    signer = cosignerFrom(options)
    log = logOf(options.log, keyFrom(options.key))
    note = Note.read(newestNote(log))
    size = Checkpoint.readSigned(str(note), log.key).size
    cosigned = Cosigned(options.state, log.key, signer)
    old = cosigned.last.size
    proof = consistency(Leaves(log.place), old, size) if old < size else []
    try:
        cosignature = cosigned.cosign(note, proof, int(time.time()))
    except NotCosigned as error:
        print(f"NOT COSIGNED: {error}")
        return 1
    print(note.with_(cosignature), end="")
    return 0


def addErase(parser: ArgumentParser) -> None:
    addLog(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--before", help="all of records before this time (RFC 3339, UTC)")
    which.add_argument("--record", type=int, help="all of the record with this index")
    which.add_argument("--value", help="all in which this text is")
    parser.set_defaults(run=_erase)


def _erase(options: Namespace) -> int:
    chosen = _Chosen(options)
    places = [Place(options.log / str(each)) for each in generationsIn(options.log)]
    erased = sum(eraseOpenings(each, chosen) for each in places or [Place(options.log)])
    print(f"{erased} seals can never be opened again")
    return 0


class _Chosen:
    def __init__(self, options: Namespace) -> None:
        self._before: str | None = options.before
        self._record: int | None = options.record
        self._value: str = options.value or ""

    def __call__(self, index: int, timestamp: str, opening: Opening) -> bool:
        if self._before is not None:
            return timestamp < self._before
        if self._record is not None:
            return index == self._record
        return self._value in opening.value
