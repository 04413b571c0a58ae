"""
Records on all their ways: memory, file, database, and the calls in progress beside them.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import execute
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.events.calls import CallEnded, CallOffered
from h323d.keeping import BEHIND
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.witness.assembly import LINGER
from h323d.witness.config import LoggedCalls
from h323d.witness.records import UNDERWAY, CallRecords

PEER = TransportAddress("10.0.0.2", 1720)


class Server:
    """
    What tells facts, and the records that are kept of it.
    """

    def __init__(self, file: Path | None, database: Path | None, recent: int = 3) -> None:
        self.clock, self.events = Clock(), EventBus()
        self.clock.advance(1_700_000_000.0)
        self.records = CallRecords(
            self.clock, self.events, execute, file, database, recent, LoggedCalls.NONE
        )

    def offer(self, number: int) -> None:
        ids = CallID(f"c{number}"), LegID(f"l{number}")
        now = self.clock.seconds()
        self.events.publish(CallOffered(now, *ids, "sip", PEER, "", ""))

    def end(self, number: int) -> None:
        ids = CallID(f"c{number}"), LegID(f"l{number}")
        cause = Cause.NORMAL_CALL_CLEARING
        self.events.publish(CallEnded(self.clock.seconds(), *ids, cause, "calling"))
        self.clock.advance(LINGER)

    def latest(self, count: int = 10) -> list[str]:
        return [each["callId"] for each in self.records.latest(count)]

    def close(self) -> None:
        closed: list[Any] = []
        self.records.close().addCallback(closed.append)
        self.clock.advance(BEHIND)
        assert closed == [None]
        assert self.clock.getDelayedCalls() == []


def lines(file: Path) -> list[str]:
    return [json.loads(line)["callId"] for line in file.read_bytes().splitlines()]


def rows(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT callId FROM cdr ORDER BY rowid")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cdr.jsonl"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cdr.sqlite"


def test_theLastAreInMemoryTheNewestFirst() -> None:
    server = Server(None, None)
    for number in range(5):
        server.offer(number)
        server.end(number)
    assert server.latest() == ["c4", "c3", "c2"]
    assert server.latest(1) == ["c4"]
    server.close()


def test_eachIsWrittenToTheFileAndToTheDatabase(file: Path, database: Path) -> None:
    server = Server(file, database)
    for number in (1, 2):
        server.offer(number)
        server.end(number)
    server.clock.advance(BEHIND)
    assert lines(file) == rows(database) == ["c1", "c2"]
    server.close()


@pytest.mark.parametrize("which", ["file", "database"])
def test_callsInProgressAreKeptBesideThem(which: str, file: Path, database: Path) -> None:
    server = Server(file if which == "file" else None, database if which == "database" else None)
    server.offer(1)
    server.clock.advance(BEHIND)
    kept = file if which == "file" else database
    beside = kept.with_name(kept.name + UNDERWAY)
    assert beside.exists()
    server.close()
    assert not beside.exists()


def test_atTheEndACallThatIsNotOverHasItsRecordToo(file: Path) -> None:
    server = Server(file, None)
    server.offer(1)
    server.close()
    assert lines(file) == ["c1"]


def test_withoutPlacesNothingIsWritten(tmp_path: Path) -> None:
    server = Server(None, None)
    server.offer(1)
    server.end(1)
    server.close()
    assert list(tmp_path.iterdir()) == []
