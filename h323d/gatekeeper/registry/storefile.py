"""
The SQLite file in which registrations outlive the process, and what was shown to prove them.

Everything here waits for a disk.  When to write is L{h323d.gatekeeper.registry.store}'s.

The file belongs to one process at a time: SQLite's exclusive locking keeps a
second server from it, so that two cannot believe that they have the same
endpoints.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from twisted.logger import Logger

from h323d.belongings import Belongings
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.registry.storeformat import NotARegistration, fromText, toText
from h323d.h323.security.freshness import Shown

__all__ = ["GONE", "Change", "Changes", "RegistrationFile", "StoreUnusable"]

Change = tuple[Registration | None, float | None]
"""
What became of a registration, and when it expires: C{None} and a deadline if it
was only renewed, L{GONE} if it is not registered any more.
"""

GONE: Change = (None, None)


@dataclass(slots=True)
class Changes:
    """
    What has changed since the file was written.

    @ivar registrations: by C{endpointId}.
    @ivar shown: by sender; C{None} for one that is no more.
    """

    registrations: dict[str, Change] = field(default_factory=dict)
    shown: dict[str, Shown | None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.registrations) + len(self.shown)

    def add(self, later: Changes) -> None:
        """
        Take in what has changed after these.
        """
        mine = self.registrations
        for endpointId, (registration, deadline) in later.registrations.items():
            if registration is None and deadline is not None:
                registration = mine.get(endpointId, GONE)[0]
            mine[endpointId] = (registration, deadline)
        self.shown |= later.shown


APPLICATION = 0x68333233  # "h323": tells our files from those of other programs
VERSION = 2  # of the schema below
PATIENCE = 1.0  # seconds to wait for a server that is just leaving
BATCH = 200  # rows in one statement; making their JSON holds the reactor up

_SCHEMA = f"""
    BEGIN EXCLUSIVE;
    CREATE TABLE registrations (
        endpointId TEXT PRIMARY KEY,
        registration TEXT NOT NULL  -- JSON
    ) WITHOUT ROWID;
    CREATE TABLE deadlines (  -- apart, because nearly all that is written are renewals
        endpointId TEXT PRIMARY KEY,
        deadline REAL NOT NULL  -- seconds since 1970
    ) WITHOUT ROWID;
    PRAGMA application_id = {APPLICATION};
    PRAGMA user_version = {VERSION};
    COMMIT;
"""
# Came later, and is apart from the schema, so that a program of before takes the file as it is.
_SHOWN = """
    CREATE TABLE IF NOT EXISTS shown (
        sender TEXT PRIMARY KEY,
        latest INTEGER NOT NULL,
        ahead INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ended (at INTEGER PRIMARY KEY);  -- a row, if in order
"""
# Each takes many rows, as JSON: at the beginning and the end of each statement threads take
# turns, and with one for every row, that cost the reactor more than the rows did.
_KEEP = """
    REPLACE INTO registrations
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
"""
_PROLONG = """
    REPLACE INTO deadlines
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
"""
_FORGET = (
    "DELETE FROM registrations WHERE endpointId IN (SELECT value FROM json_each(?))",
    "DELETE FROM deadlines WHERE endpointId IN (SELECT value FROM json_each(?))",
)
_SHOW = """
    REPLACE INTO shown
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
    FROM json_each(?)
"""
_UNSHOW = "DELETE FROM shown WHERE sender IN (SELECT value FROM json_each(?))"
_END = "INSERT INTO ended VALUES (1)"
_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
# A crash of the process loses nothing; one of the machine, the last second.
_SYNCHRONOUS = "PRAGMA synchronous = NORMAL"
_COMPANIONS = ("-wal", "-shm", "-journal")


class StoreUnusable(Exception):
    """
    The file cannot be used; the text says why.
    """


class _OfAnotherVersion(Exception):
    """
    The file is ours, but from another version of the program.
    """


class RegistrationFile:
    """
    An open file.
    """

    _log = Logger()

    def __init__(self, path: Path) -> None:
        """
        Open the file, and make it if there is none.

        One that is broken, or from a version that had another schema, is set
        aside under another name.

        @raise StoreUnusable: it cannot be made, read or written, or belongs to
            another server or another program.
        """
        self._path = path
        self._belongings = Belongings(self.close)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._opened: sqlite3.Connection | None = self._open()
        except OSError as error:
            raise StoreUnusable(f"{path}: {error.strerror}") from error
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            reason = "another server has it" if busy else str(error)
            raise StoreUnusable(f"{path}: {reason}") from error

    @property
    def _connection(self) -> sqlite3.Connection:
        """
        @raise sqlite3.Error: it was closed, and cannot be opened again.
        """
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def load(self) -> Iterator[tuple[str, Registration | None, float]]:
        """
        All that was kept: identifiers, registrations and deadlines; C{None}
        for a registration that cannot be read.

        @raise sqlite3.Error: the disk failed.
        """
        rows = self._connection.execute(
            "SELECT endpointId, registration, deadline FROM registrations NATURAL JOIN deadlines"
        )
        for endpointId, text, deadline in rows:
            try:
                yield endpointId, fromText(text), deadline
            except NotARegistration:
                yield endpointId, None, deadline

    def loadShown(self) -> dict[str, Shown]:
        """
        What was shown, by sender.

        @raise sqlite3.Error: the disk failed.
        """
        rows = self._connection.execute("SELECT sender, latest, ahead FROM shown")
        return {sender: Shown(latest, ahead) for sender, latest, ahead in rows}

    def begin(self) -> bool:
        """
        Note that what follows is not all written down, until L{write} says so.

        @return: whether all of the run before is.

        @raise sqlite3.Error: the disk failed.
        """
        # That must not come back when the machine crashes.
        self._connection.execute("PRAGMA synchronous = FULL")
        with self._connection as transaction:
            ended = transaction.execute("DELETE FROM ended").rowcount
        self._connection.execute(_SYNCHRONOUS)
        return ended > 0

    def write(self, changes: Changes, last: bool = False) -> None:
        """
        Keep all of these changes, or none.

        @param last: there will be no others: the file knows all.

        @raise sqlite3.Error: the disk is full, or failed.
        """
        registrations = changes.registrations.items()
        gone = [endpointId for endpointId, (_, deadline) in registrations if deadline is None]
        kept = [
            (endpointId, toText(registration))
            for endpointId, (registration, _) in registrations
            if registration is not None
        ]
        deadlines = [
            (endpointId, deadline)
            for endpointId, (_, deadline) in registrations
            if deadline is not None
        ]
        senders = [sender for sender, shown in changes.shown.items() if shown is None]
        shows = [(sender, *shown) for sender, shown in changes.shown.items() if shown is not None]
        with self._connection as transaction:
            for statement in _FORGET:
                _executeBatches(transaction, statement, gone)
            _executeBatches(transaction, _KEEP, kept)
            _executeBatches(transaction, _PROLONG, deadlines)
            _executeBatches(transaction, _UNSHOW, senders)
            _executeBatches(transaction, _SHOW, shows)
            if last:
                transaction.execute(_END)

    def close(self) -> None:
        """
        Give the file back; it is taken again if there is more to write.
        """
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in _BROKEN:
                raise
            self._setAside("broken", str(error))
        except _OfAnotherVersion as error:
            self._setAside("other-version", str(error))
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        # One thread at a time uses it, though not always the same.
        connection = sqlite3.connect(self._path, timeout=PATIENCE, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._prepare(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_SYNCHRONOUS)
            connection.executescript(_SHOWN)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application == 0 and tables == 0:
            connection.executescript(_SCHEMA)
            return
        if application != APPLICATION:
            raise StoreUnusable(f"{self._path}: is a database of another program")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise _OfAnotherVersion(f"version {version} of it, where {VERSION} is known")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _corrupt(verdict)

    def _setAside(self, why: str, reason: str) -> None:
        aside = _freeName(self._path.with_name(f"{self._path.name}.{why}"))
        for companion in ("", *_COMPANIONS):
            file = self._path.with_name(self._path.name + companion)
            if file.exists():
                file.rename(aside.with_name(aside.name + companion))
        self._log.error(
            "the kept registrations cannot be used, and are now in {aside}: {reason}",
            aside=str(aside),
            reason=reason,
        )


def _executeBatches(
    transaction: sqlite3.Connection, statement: str, rows: Sequence[object]
) -> None:
    for first in range(0, len(rows), BATCH):
        transaction.execute(statement, (json.dumps(rows[first : first + BATCH]),))


def _corrupt(verdict: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _freeName(path: Path) -> Path:
    name, number = path.name, 1
    while path.exists():
        number += 1
        path = path.with_name(f"{name}-{number}")
    return path
