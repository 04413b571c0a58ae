"""
The file that keeps calls in progress: an SQLite database of its own.

It is not the one that the records go to: that is read, copied and perhaps damaged
by others, while this one is the server's alone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.logger import Logger

from h323d.belongings import Belongings
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.witness.cdr import CallDetail, Outcome

__all__ = ["SERVER_LOST", "UnderwayFile"]

SERVER_LOST = "serverLost"  # the reason in the record of a call whose server died
PATIENCE = 1.0  # seconds to wait for a server that is just leaving
VERSION = 1  # of the schema below

_SCHEMA = f"""
    BEGIN EXCLUSIVE;
    CREATE TABLE calls (number INTEGER PRIMARY KEY, detail TEXT NOT NULL);
    CREATE TABLE life (only INTEGER PRIMARY KEY, seen REAL NOT NULL);
    PRAGMA user_version = {VERSION};
    COMMIT;
"""
_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_COMPANIONS = ("", "-wal", "-shm", "-journal")
_TEXTS = (
    "callId",
    "callIdentifier",
    "conferenceId",
    "protocol",
    "model",
    "callingEndpoint",
    "calledEndpoint",
    "room",
)
_NUMBERS = ("bandwidth", "admissions")


class _NotOurs(sqlite3.DatabaseError):
    """
    A database of another program, or of another version.
    """


class UnderwayFile:
    """
    A L{h323d.witness.underway.JournalFile}.  It is opened when it is needed, and
    again after it failed; one that is broken is set aside under another name.
    """

    _log = Logger()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._belongings = Belongings(self._close)
        self._connection: sqlite3.Connection | None = None

    def load(self) -> tuple[int, list[tuple[int, CallDetail]]]:
        try:
            connection = self._open()
            seen = connection.execute("SELECT seen FROM life").fetchone()
            rows = connection.execute("SELECT number, detail FROM calls").fetchall()
        except sqlite3.Error:
            self._close()
            raise
        found, unreadable = [], []
        for number, text in rows:
            try:
                found.append((number, _fromText(text, None if seen is None else seen[0])))
            except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
                unreadable.append(number)
        if unreadable:
            self._log.error(
                "{count} calls in {path} cannot be read, and are lost",
                count=len(unreadable),
                path=str(self._path),
            )
            self.write(0.0 if seen is None else float(seen[0]), (), unreadable)
        return max((number for number, _ in rows), default=0), found

    def write(
        self, alive: float, calls: Sequence[tuple[int, CallDetail]], over: Sequence[int]
    ) -> None:
        try:
            with self._open() as transaction:
                transaction.executemany(
                    "DELETE FROM calls WHERE number = ?", [(number,) for number in over]
                )
                transaction.executemany(
                    "REPLACE INTO calls VALUES (?, ?)",
                    [(number, _toText(detail)) for number, detail in calls],
                )
                transaction.execute("REPLACE INTO life VALUES (1, ?)", (alive,))
        except sqlite3.Error:
            self._close()
            raise

    def remove(self) -> None:
        self._close()
        for companion in _COMPANIONS:
            self._path.with_name(self._path.name + companion).unlink(missing_ok=True)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = self._connect()
            except sqlite3.DatabaseError as error:
                broken = getattr(error, "sqlite_errorcode", None) in _BROKEN
                if not broken and not isinstance(error, _NotOurs):
                    raise
                self._setAside(str(error))
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        # One thread at a time uses it, though not always the same.
        connection = sqlite3.connect(self._path, timeout=PATIENCE, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._prepare(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _prepare(connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not version and not tables:
            connection.executescript(_SCHEMA)
        elif version != VERSION:
            raise _NotOurs(f"version {version} of it, where {VERSION} is known")
        else:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise _NotOurs(verdict)

    def _setAside(self, reason: str) -> None:
        name, number = f"{self._path.name}.broken", 1
        while self._path.with_name(name).exists():
            number += 1
            name = f"{self._path.name}.broken-{number}"
        for companion in _COMPANIONS:
            file = self._path.with_name(self._path.name + companion)
            if file.exists():
                file.rename(file.with_name(name + companion))
        self._log.error(
            "the calls in progress in {path} cannot be read, and are now in {aside}: {reason}",
            path=str(self._path),
            aside=name,
            reason=reason,
        )


def _toText(detail: CallDetail) -> str:
    told: dict[str, Any] = {name: getattr(detail, name) for name in (*_TEXTS, *_NUMBERS)}
    told["offered"], told["answered"] = detail.offered, detail.answered
    told["ended"], told["outcome"] = detail.ended, detail.outcome.value
    told["cause"], told["releasedBy"] = detail.cause, detail.releasedBy
    told["reason"], told["encoding"] = detail.reason, detail.encoding
    told["calling"] = [[each.kind.value, each.value] for each in detail.calling]
    told["called"] = [[each.kind.value, each.value] for each in detail.called]
    told["callingPeer"] = _place(detail.callingPeer)
    told["calledPeer"] = _place(detail.calledPeer)
    return json.dumps(told, separators=(",", ":"))


def _place(address: TransportAddress | None) -> list[object] | None:
    return None if address is None else [address.host, address.port]


def _fromText(text: str, seen: float | None) -> CallDetail:
    """
    @param seen: when the process was alive last.

    @return: the record of a call whose server died.

    @raise ValueError: or C{KeyError}, C{TypeError}, ...: it is not what L{_toText} makes.
    """
    told = json.loads(text)
    texts = {name: str(told[name]) for name in _TEXTS}
    numbers = {name: int(told[name]) for name in _NUMBERS}
    offered = float(told["offered"])
    ended = _moment(told["ended"])
    lost = ended is None  # otherwise only its endpoints had not disengaged yet
    return CallDetail(
        **texts,  # type: ignore[arg-type]  # the names are not seen through
        **numbers,  # type: ignore[arg-type]  # likewise
        outcome=Outcome.LOST if lost else Outcome(told["outcome"]),
        offered=offered,
        answered=_moment(told["answered"]),
        ended=ended,
        calling=_parties(told["calling"]),
        called=_parties(told["called"]),
        callingPeer=_address(told["callingPeer"]),
        calledPeer=_address(told["calledPeer"]),
        cause=Cause.TEMPORARY_FAILURE if lost else _cause(told["cause"]),
        releasedBy="server" if lost else str(told["releasedBy"]),
        reason=SERVER_LOST if lost else str(told["reason"]),
        encoding=str(told.get("encoding", "")),  # which older files have not
        lastSeen=max(float(seen), offered) if lost and seen is not None else None,
    )


def _moment(told: Any) -> float | None:  # Any: what JSON had
    return None if told is None else float(told)


def _cause(told: Any) -> Cause | None:  # Any: what JSON had
    return None if told is None else Cause(told)


def _parties(told: Any) -> tuple[PartyAddress, ...]:  # Any: what JSON had
    return tuple(PartyAddress(AddressKind(kind), str(value)) for kind, value in told)


def _address(told: Any) -> TransportAddress | None:  # Any: what JSON had
    return None if told is None else TransportAddress(str(told[0]), int(told[1]))
