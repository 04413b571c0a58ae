"""
The log on its disk.  Everything here waits for that, and runs where it holds nobody up
(C{defer}); it is at one thing at a time.

Lines are appended, and on the disk before anybody is told so; no head covers lines that are not.
After any failure the file is read anew before it is written again: what a disk has of a write that
failed, only the disk knows.
"""

from __future__ import annotations

import fcntl
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from h323d.belongings import Belongings
from h323d.witness.log.chain import Chain, Entry
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.keys import newPrivateKey, readPrivateKey
from h323d.witness.log.note import Signer
from h323d.witness.log.places import (
    FILE_LEVEL,
    Place,
    append,
    appendTo,
    generationsIn,
    keep,
    opened,
)
from h323d.witness.log.record import timestampOf
from h323d.witness.log.recovery import Recovered, recovered, wholeHeads, wholeOpenings
from h323d.witness.log.resumption import dropWritten
from h323d.witness.log.retention import heldOpenings, retire

__all__ = ["DAY", "HEAD_RECORDS", "HEAD_SECONDS", "Disk", "Identity", "Written", "originOf"]

HEAD_RECORDS = 1000  # that a head may be behind
HEAD_SECONDS = 10.0  # likewise
DAY = 86_400.0  # seconds; and between two looks at what is too old


@dataclass(frozen=True, slots=True)
class Identity:
    """
    By which name and key a log is signed.

    @ivar origin: of the first log in a directory; of another, its number follows.
    @ivar keyFile: of the private key, which is made there if there is none.
    @ivar seed: what it is made of then.
    """

    origin: str
    keyFile: Path
    seed: bytes

    def signer(self, generation: int) -> Signer:
        """
        @raise OSError: the key can be neither read nor written.
        @raise h323d.errors.DecodeError: it is none.
        """
        if self.keyFile.exists():
            private = readPrivateKey(self.keyFile)
        else:
            private = newPrivateKey(self.keyFile, self.seed)
        return Signer.of(originOf(self.origin, generation), private)


def originOf(origin: str, generation: int) -> str:
    """
    The name of the log with a number in its directory.
    """
    return origin if generation == 1 else f"{origin}/{generation}"


@dataclass(frozen=True, slots=True)
class Written:
    """
    How far the log is on the disk.

    @ivar head: the newest, signed; C{None} if it was told of before.
    @ivar covered: how many records the newest head covers.
    """

    place: Place
    size: int
    covered: int
    head: str | None


class Disk:
    """
    Writes one log.
    """

    def __init__(
        self, directory: Path, identity: Identity, retention: float, level: int = FILE_LEVEL
    ) -> None:
        """
        @param retention: seconds that records are kept, and what opens their seals.
        @param level: of the tree, on which a file is one hash.
        """
        self._level = level
        self._directory = directory
        self._identity = identity
        self._retention = retention
        self._lock: int | None = None  # which whoever is forked holds, too
        self._open: _Open | None = None
        self._belongings = Belongings(self._leave)
        self._retired = 0.0

    def write(self, batch: deque[Entry], now: float, isLast: bool = False) -> Written:
        """
        Have all of a batch on the disk; what is, is taken out of it.

        @param now: seconds since 1970.
        @param isLast: whether the log ends with that, and has a head.

        @raise OSError: the disk is full, or failed, or may not be written to.
        @raise h323d.errors.DecodeError: the key is none.
        """
        try:
            if self._open is None:
                self._open = self._begin(now)
                dropWritten(self._open.place, batch)
            log = self._open
            log.write(batch, now)
            head = log.head(now, isLast)
            if now - self._retired >= DAY:
                retire(log.place, timestampOf(now - self._retention), log.first)
                self._retired = now
        except BaseException:
            self._leave()
            raise
        return Written(log.place, log.chain.size, log.covered, head)

    def close(self) -> None:
        """
        Write no more.
        """
        self._leave()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _leave(self) -> None:
        log, self._open = self._open, None
        if log is not None:
            log.close()

    def _begin(self, now: float) -> _Open:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._takeLock()
        generation = max(generationsIn(self._directory), default=0)
        if generation:
            log = _Open(self._placeOf(generation), self._identity.signer(generation))
            found = recovered(log.place, log.signer.key)
            if not found.lost:
                log.goOn(found, now)
                return log
            log.close()
            return self._anew(generation + 1, now, found, log.signer.key.name)
        return self._anew(1, now, None, "")

    def _anew(self, generation: int, now: float, before: Recovered | None, origin: str) -> _Open:
        """
        Begin another log.

        @param before: what is left of the one before, if it cannot go on; C{origin} was its name.
        """
        log = _Open(self._placeOf(generation), self._identity.signer(generation))
        lost = None
        if before is not None:
            head = before.head
            lost = {
                "origin": origin,
                "reason": before.lost,
                "root": None if head is None else head.root.hex(),
                "size": None if head is None else head.size,
            }
        log.begin(Entry("log_begun", timestampOf(now), {"key": str(log.signer.key), "lost": lost}))
        return log

    def _placeOf(self, generation: int) -> Place:
        return Place(self._directory / str(generation), self._level)

    def _takeLock(self) -> None:
        if self._lock is not None:
            return
        lock = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise
        self._lock = lock


class _Open:
    """
    A log that is being written.

    @ivar place: where; C{signer} signs its heads.
    @ivar covered: how many records the newest head covers.
    """

    def __init__(self, place: Place, signer: Signer) -> None:
        self.place = place
        self.signer = signer
        self.chain = Chain()
        self.covered = 0
        self._headAt = 0.0
        self._own: deque[Entry] = deque()
        self._files: dict[Path, int] = {}

    @property
    def first(self) -> int:
        """
        Of the file that the next record goes to.
        """
        return self.chain.size - self.chain.size % self.place.fileRecords

    def begin(self, entry: Entry) -> None:
        """
        @param entry: tells of that.
        """
        self.place.path.mkdir(mode=0o700, exist_ok=True)
        keep(self.place.path / "key.pub", f"{self.signer.key}\n".encode())
        self._own.append(entry)

    def goOn(self, found: Recovered, now: float) -> None:
        """
        Go on where it was left.
        """
        self.chain = found.chain
        self.covered = 0 if found.head is None else found.head.size
        if found.torn:
            digest = sha256(found.torn).hexdigest()
            torn = self.place.torn(self.chain.size)
            keep(torn, found.torn)
            os.truncate(self.place.records(found.first), found.octets)
            told = {"file": torn.name, "octets": len(found.torn), "sha256": digest}
            self._own.append(Entry("log_recovered", timestampOf(now), told))
        heads, openings = self.place.heads(found.first), self.place.openings(found.first)
        if heads.exists():
            os.truncate(heads, wholeHeads(heads.read_bytes()))
        if openings.exists():
            os.truncate(openings, wholeOpenings(openings.read_bytes(), self.chain.size))
        if self.chain.size and not self.chain.size % self.place.fileRecords:
            self._finish(found.first, now)

    def write(self, batch: deque[Entry], now: float) -> None:
        while source := self._own or batch:
            self._append(source)
            if not self.chain.size % self.place.fileRecords:
                self._finish(self.chain.size - self.place.fileRecords, now)

    def _append(self, source: deque[Entry]) -> None:
        first, chain = self.first, self.chain.copy()
        entries = list(islice(source, self.place.fileRecords - chain.size % self.place.fileRecords))
        openings = [
            each.line(chain.size + number, entry.timestamp)
            for number, entry in enumerate(entries)
            for each in entry.openings
        ]
        lines = [chain.write(entry) for entry in entries]
        if openings:
            with heldOpenings(self.place):
                append(self.place.openings(first), openings)
        self._keep(self.place.records(first), lines)
        self.chain = chain
        for _ in entries:
            source.popleft()

    def head(self, now: float, atOnce: bool) -> str | None:
        """
        Sign a head, if it is time for one.

        @return: C{None} if it is not.
        """
        size = self.chain.size
        isDue = size - self.covered >= HEAD_RECORDS or now - self._headAt >= HEAD_SECONDS
        if size == self.covered or not (isDue or atOnce):
            return None
        return self._sign((size - 1) // self.place.fileRecords * self.place.fileRecords, now)

    def _sign(self, first: int, now: float) -> str:
        """
        @param first: of the file that the head ends in.
        """
        checkpoint = Checkpoint(self.signer.key.name, self.chain.size, self.chain.frontier.root())
        note = str(checkpoint.signed(self.signer))
        self._keep(self.place.heads(first), [note.encode().removesuffix(b"\n")])
        keep(self.place.checkpoint, note.encode())
        self.covered, self._headAt = checkpoint.size, now
        return note

    def _finish(self, first: int, now: float) -> None:
        """
        A file is full.
        """
        subtree = self.place.subtreeOf(first)
        if not self.place.subtree(first).exists():
            keep(self.place.subtree(first), subtree.line() + b"\n")
        if self.covered < self.chain.size:
            self._sign(first, now)
        self.close()

    def _keep(self, path: Path, lines: Sequence[bytes]) -> None:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = opened(path)
        appendTo(file, lines)

    def close(self) -> None:
        """
        Close the files; they are opened again when there is more to write.
        """
        for file in self._files.values():
            os.close(file)
        self._files.clear()
