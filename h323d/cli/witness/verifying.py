"""
C{h323d-witness verify}: whether a log is what its server has signed.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from h323d.cli.witness.logs import Log, addKey, addLog, headsFrom, keyFrom, logsOf
from h323d.errors import ConfigurationError, DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.faults import Fault, Kind
from h323d.witness.log.note import Note, VerifierKey
from h323d.witness.log.places import linesOf
from h323d.witness.log.record import read, timestampOf
from h323d.witness.log.verdict import Verdict, verify

__all__ = ["addVerify"]

PERIOD = 0.5  # seconds between two tellings of how far it is


def addVerify(parser: ArgumentParser) -> None:
    addLog(parser)
    addKey(parser)
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="heads that you have kept"
    )
    parser.add_argument(
        "--cosigner", action="append", default=[], help="the key of who has to have cosigned it"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many files at the same time"
    )
    parser.add_argument("--quiet", action="store_true", help="do not tell how far it is")
    parser.set_defaults(run=_verify)


def _verify(options: Namespace) -> int:
    key = keyFrom(options.key)
    cosigners = [keyFrom(each) for each in options.cosigner]
    logs = logsOf(options.log, key)
    for path in options.checkpoint:
        if not any(_kept(path, log) for log in logs):
            raise ConfigurationError(str(path), f"has no head of {key.name}, or another, too")
    verdicts = [
        _verifyOne(log, options, cosigners, _lostOf(logs[number + 1 : number + 2], log))
        for number, log in enumerate(logs)
    ]
    return 0 if all(each.isIntact for each in verdicts) else 1


def _kept(path: Path, log: Log) -> list[Checkpoint]:
    """
    The heads of a file, if they are of this log; of others, they are looked at with those.

    @raise ConfigurationError: the file cannot be read.
    """
    if not path.is_file():
        raise ConfigurationError(str(path), "there is no such file")
    try:
        return [head for _, head in headsFrom(path, log.key)]
    except ConfigurationError:
        return []


def _lostOf(following: Sequence[Log], log: Log) -> list[Checkpoint]:
    """
    The head of a log that the one after it says is lost.
    """
    for each in following:
        try:
            line = next(linesOf(each.place.records(0)))
            lost = read(line.rstrip(b"\n")).data["lost"]
            return [Checkpoint(log.key.name, lost["size"], bytes.fromhex(lost["root"]))]
        except (OSError, StopIteration, DecodeError, KeyError, TypeError, ValueError):
            return []  # that log's own verdict says what is wrong there
    return []


def _verifyOne(
    log: Log, options: Namespace, cosigners: Sequence[VerifierKey], lost: Sequence[Checkpoint]
) -> Verdict:
    print(f"log {log.key.name} in {log.place.path}")
    kept = [*lost, *(head for path in options.checkpoint for head in _kept(path, log))]
    cosigned, missing = _cosigned(log, options.checkpoint, cosigners)
    progress = _Progress(not options.quiet and sys.stderr.isatty())
    if options.jobs > 1 and len(log.place.firsts()) > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            verdict = verify(log.place, log.key, kept + cosigned, progress.told, pool.map)
    else:
        verdict = verify(log.place, log.key, kept + cosigned, progress.told)
    progress.done()
    verdict = replace(verdict, faults=(*verdict.faults, *missing))
    _tell(verdict)
    return verdict


def _cosigned(
    log: Log, paths: Sequence[Path], cosigners: Sequence[VerifierKey]
) -> tuple[list[Checkpoint], list[Fault]]:
    """
    What each of the cosigners has seen last; and a fault for each that has seen nothing.
    """
    beside = sorted(log.place.cosigned.glob("*")) if log.place.cosigned.is_dir() else []
    heads = [
        each
        for path in (*beside, log.place.checkpoint, *paths)
        if path.is_file()
        for each in _readable(path, log.key)
    ]
    found, missing = list[Checkpoint](), list[Fault]()
    for cosigner in cosigners:
        seen = [(head, time) for note, head in heads if (time := note.cosignedAt(cosigner))]
        if not seen:
            missing.append(Fault(Kind.HEAD, 0, f"no head is cosigned by {cosigner.name}"))
            continue
        head, when = max(seen, key=lambda each: each[0].size)
        print(f"  {cosigner.name} cosigned {head.size} records at {timestampOf(when)}")
        found.append(head)
    return found, missing


def _readable(path: Path, key: VerifierKey) -> list[tuple[Note, Checkpoint]]:
    try:
        return headsFrom(path, key)
    except ConfigurationError:
        return []


def _tell(verdict: Verdict) -> None:
    print(f"  {verdict.size} records, {verdict.heads} heads; the newest covers {verdict.covered}")
    if verdict.removed:
        print(f"  records 0 to {verdict.removed - 1} are removed: of their files there are roots")
    if verdict.openings:
        print(f"  {verdict.openings} seals can be opened")
    for each in verdict.faults:
        print(f"  {each}")
    print("intact" if verdict.isIntact else "NOT INTACT")


class _Progress:
    """
    Tells how far it is, where somebody looks.
    """

    def __init__(self, isTold: bool) -> None:
        self._isTold = isTold
        self._began = self._last = time.monotonic()

    def told(self, records: int) -> None:
        now = time.monotonic()
        if self._isTold and now - self._last >= PERIOD:
            self._last = now
            rate = records / (now - self._began)
            print(f"\r  {records:,} records, {rate:,.0f}/s ", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        if self._isTold and self._last > self._began:
            print(file=sys.stderr)
