"""
Call detail records as rows of an SQLite database.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from h323d.belongings import Belongings
from h323d.witness.cdr import CallDetail

__all__ = ["Database"]

PATIENCE = 5.0  # seconds to wait for somebody who reads

_COLUMNS = {
    "callId": "TEXT NOT NULL",
    "callIdentifier": "TEXT NOT NULL",
    "conferenceId": "TEXT NOT NULL",
    "protocol": "TEXT NOT NULL",
    "model": "TEXT NOT NULL",
    "outcome": "TEXT NOT NULL",
    "offered": "TEXT NOT NULL",
    "answered": "TEXT",
    "ended": "TEXT",
    "duration": "REAL",
    "calling": "TEXT NOT NULL",
    "called": "TEXT NOT NULL",
    "callingPeer": "TEXT",
    "calledPeer": "TEXT",
    "callingEndpoint": "TEXT NOT NULL",
    "calledEndpoint": "TEXT NOT NULL",
    "room": "TEXT NOT NULL",
    "cause": "INTEGER",
    "causeName": "TEXT",
    "releasedBy": "TEXT NOT NULL",
    "reason": "TEXT NOT NULL",
    "bandwidth": "INTEGER NOT NULL",
    "admissions": "INTEGER NOT NULL",
    "lastSeen": "TEXT",
    "encoding": "TEXT",
    "packetsReceived": "INTEGER",
    "packetsLost": "INTEGER",
    "concealed": "INTEGER",
    "jitter": "REAL",
    "remoteLost": "REAL",
    "mosReceived": "REAL",
    "mosReceivedLowest": "REAL",
    "mosSent": "REAL",
    "mosSentLowest": "REAL",
    "quality": "TEXT",
    "count": "INTEGER",
}
_TABLE = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_VALUES = {name: f"?{number}" for number, name in enumerate(_COLUMNS, 1)}
# No two records are the same: one that is there is of a batch that was written before whoever
# asked for it died.
_SAME = " AND ".join(f"{name} IS {value}" for name, value in _VALUES.items())
_INSERT = (
    f"INSERT INTO cdr ({', '.join(_COLUMNS)}) SELECT {', '.join(_VALUES.values())} "
    f"WHERE NOT EXISTS (SELECT 1 FROM cdr WHERE {_SAME})"
)
# Columns that older databases have not; none of them is NOT NULL.
_LATER = (
    "lastSeen",
    "encoding",
    "packetsReceived",
    "packetsLost",
    "concealed",
    "jitter",
    "remoteLost",
    "mosReceived",
    "mosReceivedLowest",
    "mosSent",
    "mosSentLowest",
    "quality",
    "count",
)


class Database:
    """
    A L{h323d.witness.spool.Sink}.  The database is opened with the first
    record, and again after it failed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._belongings = Belongings(self.close)
        self._connection: sqlite3.Connection | None = None

    def write(self, records: Sequence[CallDetail]) -> None:
        """
        Insert a row for each, in one transaction.
        """
        if self._connection is None:
            self._connection = self._open()
        try:
            with self._connection as transaction:
                transaction.executemany(_INSERT, [_row(each) for each in records])
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        # One thread at a time uses it, though not always the same.
        connection = sqlite3.connect(self._path, timeout=PATIENCE, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"CREATE TABLE IF NOT EXISTS cdr ({_TABLE})")
            _addColumns(connection)
            connection.execute("CREATE INDEX IF NOT EXISTS cdrByTime ON cdr (offered)")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _addColumns(connection: sqlite3.Connection) -> None:
    there = {row[1] for row in connection.execute("PRAGMA table_info(cdr)")}
    for name in _LATER:
        if name not in there:
            connection.execute(f"ALTER TABLE cdr ADD COLUMN {name} {_COLUMNS[name]}")


def _row(record: CallDetail) -> tuple[Any, ...]:
    told = record.told()
    return tuple(_cell(told[name]) for name in _COLUMNS)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, str):
        # What a peer made of surrogates would be no text to SQLite.
        return value.encode("utf-8", "backslashreplace").decode()
    return value
