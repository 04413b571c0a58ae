"""
C{h323d-witness prove}, C{check}, C{show}, C{consistency} and C{export}: what is in a log, for who
has not got it.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from base64 import b64encode
from pathlib import Path

from h323d.cli.witness.logs import addKey, addLog, headsFrom, keyFrom, logOf, newestNote
from h323d.errors import ConfigurationError, DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.places import Place, keep, linesOf
from h323d.witness.log.proofs import InclusionProof, Leaves, consistency, lineOf, proveInclusion
from h323d.witness.log.record import read
from h323d.witness.log.sealing import MAX_OPENING, Opening
from h323d.witness.log.tiles import export
from h323d.witness.log.tree import provesConsistency

__all__ = ["addCheck", "addConsistency", "addExport", "addProve", "addShow"]


def addProve(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.add_argument("index", type=int, help="of the record")
    addKey(parser)
    parser.add_argument("--record", type=Path, help="where to write the record itself")
    parser.set_defaults(run=_prove)


def _prove(options: Namespace) -> int:
    log = logOf(options.log, keyFrom(options.key))
    proof = proveInclusion(log.place, options.index, newestNote(log), log.key)
    if options.record is not None:
        options.record.write_bytes(lineOf(log.place, options.index) + b"\n")
    sys.stdout.write(str(proof))
    return 0


def addCheck(parser: ArgumentParser) -> None:
    parser.add_argument("proof", type=Path, help="what prove has printed")
    parser.add_argument("record", type=Path, help="the record that it is about")
    addKey(parser)
    parser.set_defaults(run=_check)


def _check(options: Namespace) -> int:
    key = keyFrom(options.key)
    line = options.record.read_bytes().removesuffix(b"\n")
    try:
        proof = InclusionProof.read(options.proof.read_text("utf-8"))
        record = read(line)
        head = proof.check(line, key)
    except (DecodeError, UnicodeDecodeError) as error:
        print(f"NOT PROVEN: {error}")
        return 1
    print(f"record {record.index}, {record.msgType} of {record.timestamp}, is one of {head}")
    return 0


def addShow(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.add_argument("index", type=int, nargs="?", help="of the record; all, if none is given")
    parser.set_defaults(run=_show)


def _show(options: Namespace) -> int:
    place = _placeOf(options.log)
    if options.index is None:
        for first in place.firsts():
            for line in linesOf(place.records(first)) if place.records(first).exists() else ():
                record = read(line.removesuffix(b"\n"))
                told = json.dumps(record.data, ensure_ascii=False)
                print(f"{record.index} {record.timestamp} {record.msgType} {told}")
        return 0
    record = read(lineOf(place, options.index))
    whole: dict[str, object] = {
        "index": record.index,
        "timestamp": record.timestamp,
        "msg_type": record.msgType,
        "data": record.data,
        "opened": _opened(place, options.index),
    }
    print(json.dumps(whole, indent=2, ensure_ascii=False))
    return 0


def _placeOf(path: Path) -> Place:
    """
    The newest log, whoever has signed it.
    """
    numbers = [int(each.name) for each in path.iterdir() if each.name.isdecimal()]
    return Place(path / str(max(numbers))) if numbers else Place(path)


def _opened(place: Place, index: int) -> dict[str, str]:
    path = place.openings(index // place.fileRecords * place.fileRecords)
    found = {}
    for line in linesOf(path, MAX_OPENING) if path.exists() else ():
        of, _, opening = Opening.read(line)
        if of == index:
            found[opening.name] = opening.value
    return found


def addConsistency(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.add_argument("checkpoint", type=Path, help="a head of it that you have kept")
    addKey(parser)
    parser.set_defaults(run=_consistency)


def _consistency(options: Namespace) -> int:
    log = logOf(options.log, keyFrom(options.key))
    _, old = headsFrom(options.checkpoint, log.key)[-1]
    now = Checkpoint.readSigned(newestNote(log), log.key)
    if old.size > now.size:
        print(f"NOT CONSISTENT: the log shows {now.size} records, and had {old.size}")
        return 1
    proof = consistency(Leaves(log.place), old.size, now.size)
    if not provesConsistency(old.size, now.size, old.root, now.root, proof):
        print(f"NOT CONSISTENT: the log of {now.size} records does not begin with {old}")
        return 1
    for each in proof:
        print(b64encode(each).decode())
    print(f"consistent: from {old.size} to {now.size} records", file=sys.stderr)
    return 0


def addExport(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.add_argument("target", type=Path, help="the directory for the tiles")
    addKey(parser)
    parser.set_defaults(run=_export)


def _export(options: Namespace) -> int:
    log = logOf(options.log, keyFrom(options.key))
    note = newestNote(log)
    head = Checkpoint.readSigned(note, log.key)
    if options.target.exists() and any(options.target.iterdir()):
        raise ConfigurationError(str(options.target), "is not empty")
    for done in export(log.place, head, options.target):
        if sys.stderr.isatty():
            print(f"\r{done:,} of {head.size:,} records", end="", file=sys.stderr, flush=True)
    keep(options.target / "checkpoint", note.encode())
    print(f"{head.size} records in {options.target}")
    return 0
