"""
Call detail records of a real server: in its file, by C{h323ctl}, and when it is told to stop.
"""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

from tests.support.disk import onDisk
from tests.support.processes import Caller, Server, control, waitFor

US, CALLER = "127.0.25.21", "127.0.25.31"
CONFIGURATION = '[cdr]\nfile = "cdr.jsonl"\ndatabase = "cdr.sqlite"\n'


def caller(directory: Path, *options: str) -> Caller:
    return Caller(
        directory, "caller", "--json", "--bind", CALLER, "--tone", "440", *options,
        f"h323:80001@{US}",
    )  # fmt: skip


def written(server: Server) -> list[dict[str, Any]]:
    file = server.state / "cdr.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_aCallIsInTheFileAndShownByTheOperatorsProgram(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        with caller(tmp_path, "--seconds", "0.5") as call:
            assert call.wait(15) == 0, call.output()
        (record,) = waitFor(lambda: written(server), 5, "the record is written")
        assert (record["outcome"], record["room"]) == ("answered", "80001")
        assert record["duration"] > 0.3
        assert record["releasedBy"] == "calling"
        assert server.ask("cdr", "1") == [record]
        shown = control(server, "cdr").stdout
        assert "NORMAL_CALL_CLEARING" in shown
        assert record["offered"] in shown


def test_aServerThatIsToldToStopWritesTheRecordsOfTheCallsThatItEnds(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server, caller(tmp_path) as call:
        waitFor(lambda: '"media"' in call.output(), 10, "the caller is in the room")
        server.signal(signal.SIGTERM)
        server.wait(10)
        (record,) = written(server)
    assert (record["outcome"], record["releasedBy"]) == ("answered", "server")
    assert "Traceback" not in server.output()


def test_aKilledServerLeavesTheRecordsOfItsCallsToTheNext(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server, caller(tmp_path) as call:
        waitFor(lambda: '"media"' in call.output(), 10, "the caller is in the room")
        file = server.state / "cdr.sqlite.underway"
        answered = "SELECT number FROM calls WHERE json_extract(detail, '$.answered') IS NOT NULL"
        waitFor(lambda: onDisk(file, answered), 5, "that it was answered is on the disk")
        server.signal(signal.SIGKILL)
        server.wait(5)
    assert written(server) == []
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        (record,) = waitFor(lambda: written(server), 10, "the record is written")
        assert (record["outcome"], record["reason"], record["cause"]) == ("lost", "serverLost", 41)
        assert (record["room"], record["ended"]) == ("80001", None)
        assert record["offered"] <= record["answered"] <= record["lastSeen"]
        assert server.ask("cdr") == [record]
        server.signal(signal.SIGTERM)
        server.wait(10)
    assert list(server.state.glob("*.underway*")) == []
    assert len(written(server)) == 1
    assert "the server died with 1 calls in progress" in server.output()
    assert "Traceback" not in server.output()
