"""
Logs of the witness, made as the server makes them, but for files of 16 records.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from h323d.witness.log.chain import Entry
from h323d.witness.log.disk import Disk, Identity
from h323d.witness.log.keys import readPrivateKey
from h323d.witness.log.note import Signer, VerifierKey
from h323d.witness.log.places import Place
from h323d.witness.log.record import timestampOf
from h323d.witness.log.sealing import newOpening

__all__ = [
    "LEVEL",
    "ORIGIN",
    "START",
    "append",
    "entry",
    "keyOf",
    "linesIn",
    "newDisk",
    "newLog",
    "placeOf",
    "rewrite",
    "signerOf",
]

ORIGIN = "council.example/if-witness/a"
START = 1_800_000_000.0  # seconds since 1970
LEVEL = 4
DAY = 86_400.0


def entry(number: int, at: float = START) -> Entry:
    """
    What is to become a record, with a seal.
    """
    opening = newOpening("source", f"192.0.2.{number}:1719", random.Random(number))
    data = {"call": f"{number:032x}", "bps": 128_000, "granted": True}
    return Entry("admission", timestampOf(at), data, (opening,))


def newDisk(directory: Path, retention: float = 90 * DAY, level: int = LEVEL) -> Disk:
    identity = Identity(ORIGIN, directory / "key.pem", bytes(range(32)))
    return Disk(directory, identity, retention, level)


def append(disk: Disk, numbers: Iterable[int], now: float = START) -> None:
    """
    Write records, a head for every fifth.
    """
    for count, number in enumerate(numbers, 1):
        disk.write(deque([entry(number, now)]), now, isLast=count % 5 == 0)


def newLog(directory: Path, count: int, level: int = LEVEL) -> Place:
    """
    A log that begins, has C{count} records in all, and a head of all of them.
    """
    disk = newDisk(directory, level=level)
    append(disk, range(1, count))
    disk.write(deque(), START, isLast=True)
    disk.close()
    return placeOf(directory, level=level)


def placeOf(directory: Path, generation: int = 1, level: int = LEVEL) -> Place:
    return Place(directory / str(generation), level)


def keyOf(place: Place) -> VerifierKey:
    return VerifierKey.read((place.path / "key.pub").read_text())


def signerOf(directory: Path) -> Signer:
    return Signer.of(ORIGIN, readPrivateKey(directory / "key.pem"))


def linesIn(place: Place) -> list[bytes]:
    """
    All lines of a log, without their newlines.
    """
    return [
        line for first in place.firsts() for line in place.records(first).read_bytes().splitlines()
    ]


def rewrite(place: Place, lines: list[bytes]) -> None:
    """
    Have these lines in the files, as many in each as fit, and not the roots of full files.
    """
    for first in place.firsts():
        place.records(first).unlink(missing_ok=True)
        place.subtree(first).unlink(missing_ok=True)
    full = place.fileRecords
    for first in range(0, len(lines), full):
        part = lines[first : first + full]
        place.records(first).write_bytes(b"".join(each + b"\n" for each in part))
