"""
The witness's log of a real server, and what C{h323d-witness} finds in it: after calls, after a kill,
and while the disk takes nothing.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.support.processes import Caller, Server, program, run, waitFor

US, H323, SIP = "127.0.105.1", "127.0.105.2", "127.0.105.3"
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "audit-a-log.rst"
ORIGIN = "council.example/if-witness/a"
CONFIGURATION = f'[witness]\ndirectory = "witness"\norigin = "{ORIGIN}"\n'


def caller(directory: Path, target: str, bind: str, *options: str) -> Caller:
    return Caller(
        directory, f"caller-{bind}", "--json", "--bind", bind, "--tone", "440", *options, target
    )  # fmt: skip


def witness(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run([program("h323d-witness"), *arguments])


def verify(server: Server) -> subprocess.CompletedProcess[str]:
    log = server.state / "witness"
    return witness("verify", str(log), "--key", str(log / "1" / "key.pub"))


def records(server: Server) -> list[dict[str, Any]]:
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


def kinds(server: Server) -> list[str]:
    return [each["msg_type"] for each in records(server)]


def call(directory: Path, target: str, bind: str) -> None:
    with caller(directory, target, bind, "--seconds", "0.5") as each:
        assert each.wait(15) == 0, each.output()


def test_whatAServerDecidedIsVerifiedWithItsFilesAndItsKey(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        call(tmp_path, f"h323:80001@{US}", H323)
        call(tmp_path, f"sip:80001@{US}", SIP)
        figures = server.ask("status")["witness"]
        assert figures["state"] == "written"
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    told = kinds(server)
    assert told[:2] == ["log_begun", "server_started"]
    assert told[-1] == "server_stopped"
    passed = [each for each in records(server) if each["msg_type"] == "application_passed"]
    assert {"Setup", "INVITE"} <= {each["data"]["door"] for each in passed}
    for each in ("call_admitted", "participant_joined", "participant_left", "call_ended"):
        assert told.count(each) == 2
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(told)} records" in done.stdout
    assert f"covers {len(told)}" in done.stdout
    assert H323 not in (server.state / "witness" / "1" / "000000000000.jsonl").read_text()
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5] + lines[6:]))
    done = verify(server)
    assert (done.returncode, "record 5: deletion" in done.stdout) == (1, True)


def test_aKilledServerLosesNothingThatItAnswered(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        caller(tmp_path, f"sip:80001@{US}", SIP) as talking,
    ):
        waitFor(lambda: '"media"' in talking.output(), 10, "the caller is in the room")
        server.signal(signal.SIGKILL)
        server.wait(5)
        # It was answered: so there is a record of why, whatever else is lost.
        assert "application_passed" in kinds(server)
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    with path.open("ab") as file:
        file.write(b'{"data":{"and":"then the power')
    done = verify(server)
    assert done.returncode == 1
    assert "torn end" in done.stdout
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        waitFor(lambda: "log_recovered" in kinds(server), 10, "the log goes on")
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    assert kinds(server).count("server_started") == 2
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr


def test_whileTheLogCannotBeWrittenNewCallsAreRefusedAndCallsGoOn(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        caller(tmp_path, f"sip:80001@{US}", SIP) as talking,
    ):
        waitFor(lambda: '"media"' in talking.output(), 10, "the caller is in the room")
        full(server)
        with caller(tmp_path, f"h323:80001@{US}", H323, "--seconds", "0.5") as refused:
            assert refused.wait(15) != 0
        assert server.ask("status")["witness"]["state"] == "cannot be written"
        assert server.ask("status")["participants"] == 1
        relieve(server)
        waitFor(
            lambda: server.ask("status")["witness"]["state"] == "written", 15, "it is written again"
        )
        call(tmp_path, f"h323:80001@{US}", H323)
        assert server.ask("status")["witness"]["lost"] == 0
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    assert {"witness_failed", "witness_recovered"} <= set(kinds(server))
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr


def commands() -> list[str]:
    """
    Those of the page for auditors, in their order.
    """
    lines = (line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    "))
    return [line for line in lines if line.startswith(("h323d-witness ", "cp "))]


def test_theCommandsOfThePageForAuditorsDoWhatItSays(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        call(tmp_path, f"sip:80001@{US}", SIP)
        server.signal(signal.SIGTERM)
        server.wait(10)
    assert len(commands()) == 12
    key = (server.state / "witness" / "1" / "key.pub").read_text()
    (server.state / "council.pub").write_text(key)
    beside = Path(program("h323d-witness")).parent
    for each in commands():
        here = each.replace("/srv/www/log", "tiles")
        shell = f'PATH="{beside}:$PATH"; {here}'
        done = run(["sh", "-c", shell], cwd=server.state)
        assert done.returncode == 0, f"{each}: {done.stdout}{done.stderr}"
    assert (server.state / "tiles" / "checkpoint").exists()


def full(server: Server) -> None:
    """
    As if the disk was full: no file of the process may grow.
    """
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def relieve(server: Server) -> None:
    everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, everything)
