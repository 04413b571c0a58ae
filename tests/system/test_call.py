"""
C{h323d-call} as a person uses it: what it says when nobody answers, and what goes where.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Caller, Server, program, run, waitFor

US, CALLER, SILENT = "127.0.38.1", "127.0.38.2", "127.0.38.3"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    configuration = '[[conference.rooms]]\nname = "council room"\n'
    with Server(tmp_path_factory.mktemp("server"), US, configuration) as server:
        yield server
        assert "Traceback" not in server.output()


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run([program("h323d-call"), "--bind", CALLER, *arguments])


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_aCallerAndARoomMayHaveNamesWithSpaces(
    protocol: str, server: Server, tmp_path: Path
) -> None:
    target = f"{protocol}:council room@{US}"
    with Caller(
        tmp_path, "caller", "--bind", CALLER, "--alias", "Bob Brown", "--tone", "440", target
    ):
        (room,) = waitFor(lambda: server.ask("rooms"), 20, "the caller is in the room")
    assert room["room"] == "council room"
    assert [each["name"] for each in room["participants"]] == ["Bob Brown"]
    waitFor(lambda: server.ask("rooms") == [], 20, "the room is closed")


def test_whatIsLoggedStandsBesideTheJSONAndNotInIt(server: Server) -> None:
    done = call("--json", "--verbose", "--seconds", "0.2", f"sip:80001@{US}")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert events[0] == "listening"
    assert events[-1] == "summary"
    assert "Main loop terminated" in done.stderr


@pytest.mark.parametrize("target", [f"sip:80001@{SILENT}:9", f"h323:80001@{SILENT}:9"])
def test_whoDoesNotAnswerIsToldOfAndIsAwaitedFurther(target: str, tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as streams:
        datagrams.bind((SILENT, 9))
        streams.bind((SILENT, 9))
        streams.listen()
        with Caller(tmp_path, "caller", "--bind", CALLER, target) as caller:
            waitFor(lambda: "no answer yet from " in caller.output(), 20, "it says so")
            assert f"{SILENT}:9; still trying" in caller.output()
            assert "released" not in caller.output()


def test_aGatekeeperThatDoesNotAnswerIsToldOf(tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((SILENT, 1719))
        with Caller(
            tmp_path, "caller", "--bind", CALLER, "--gatekeeper", SILENT, "80001"
        ) as caller:
            waitFor(lambda: "no answer yet from " in caller.output(), 20, "it says so")
            assert f"no answer yet from the gatekeeper {SILENT}" in caller.output()


def test_whoAnswersAtOnceIsNotWaitedFor(server: Server) -> None:
    done = call("--seconds", "1.5", f"h323:80001@{US}")
    assert (done.returncode, done.stderr) == (0, "")


def test_allCodecsAreMeasuredAgainstEachOther() -> None:
    done = call("--matrix", "--codec", "PCMU,G722")
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.split()[:3] for line in done.stdout.splitlines()[2:]]
    formats = ("PCMU/8000", "G722/8000")
    assert told == [[one, "h323", other] for one in formats for other in formats]
