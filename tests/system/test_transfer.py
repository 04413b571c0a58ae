"""
C{h323ctl transfer}: one side of a routed call between real processes is sent to somebody else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import Asterisk, Caller, Capture, Server, control, waitFor
from tests.support.sound import heardFor

US = "127.0.34.1"
HOSTS = {"1000": "127.0.34.2", "2000": "127.0.34.3", "3000": "127.0.34.4"}
TONES = {"1000": 440, "2000": 700, "3000": 1400}  # Hz, of who says it
ROUTED = '[routed]\nmodel = "routed"\n'


def party(directory: Path, alias: str, *arguments: str) -> Caller:
    """
    A telephone that is registered as C{alias}, says its tone, and records.
    """
    return Caller(
        directory, alias, "--json", "--bind", HOSTS[alias], "--alias", alias, "--gatekeeper", US,
        "--h323-port", "1720", "--tone", str(TONES[alias]),
        "--record", str(directory / f"{alias}.wav"), *arguments,
    )  # fmt: skip


def told(caller: Caller, what: str, times: int = 1) -> None:
    """
    Wait until a caller tells something.
    """
    waitFor(lambda: caller.output().count(f'"{what}"') >= times, 10, f"{caller.name} tells {what}")


def talk(server: Server) -> None:
    """
    Let a second and a half pass.
    """
    began = server.ask("status")["uptime"]
    waitFor(lambda: server.ask("status")["uptime"] > began + 1.5, 10, "they talk")


def heardBy(directory: Path, alias: str) -> set[int]:
    return set(heardFor(directory / f"{alias}.wav", tuple(TONES.values()), 0.7))


@pytest.mark.parametrize("start", [(), ("--no-fast-start",), ("--no-tunnelling",)])
def test_whoIsTransferredHearsTheOneAndThenTheOther(start: tuple[str, ...], tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", "127.0.34.0/24") as capture,
        Server(tmp_path / "server", US, ROUTED) as server,
        party(tmp_path, "2000", "--answer") as bob,
        party(tmp_path, "3000", "--answer") as carol,
    ):
        waitFor(lambda: len(server.ask("registrations")) == 2, 10, "two register")
        with party(tmp_path, "1000", *start, "2000") as alice:
            told(alice, "media")
            talk(server)
            (call,) = server.ask("calls")
            wrong = control(server, "transfer", call["callId"], "nemo")
            assert (wrong.returncode, wrong.stderr) == (1, "h323ctl: nobody is called nemo\n")
            assert control(server, "transfer", call["callId"], "3000").returncode == 0
            told(alice, "answered", 2)
            assert bob.wait(10) == 0, bob.output()
            talk(server)
            (call,) = server.ask("calls")
            assert call["called"] == ["3000"]
            assert control(server, "hangup", call["callId"]).returncode == 0
            assert alice.wait(10) == 0, alice.output()
            assert carol.wait(10) == 0, carol.output()
        waitFor(lambda: len(server.ask("cdr")) == 2, 10, "both calls have a record")
        records = server.ask("cdr")
        assert [each["outcome"] for each in records] == ["answered", "answered"]
        assert server.ask("status")["admissions"] == 0
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""
    assert heardBy(tmp_path, "1000") == {TONES["2000"], TONES["3000"]}
    assert heardBy(tmp_path, "2000") == heardBy(tmp_path, "3000") == {TONES["1000"]}


def test_whoDoesNotLetItselfBeTransferredTalksOn(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, ROUTED) as server,
        party(tmp_path, "2000", "--answer") as bob,
    ):
        waitFor(lambda: server.ask("registrations"), 10, "one registers")
        with party(tmp_path, "1000", "--transfers", "0", "--seconds", "3", "2000") as alice:
            told(alice, "media")
            (call,) = server.ask("calls")
            assert control(server, "transfer", call["callId"], "80001").returncode == 0
            told(alice, "notTransferred")
            assert alice.wait(10) == 0, alice.output()
            assert bob.wait(10) == 0, bob.output()
        (record,) = server.ask("cdr")
    assert record["duration"] > 2.5


@pytest.mark.interop
def test_asteriskIsTransferredThroughUs(tmp_path: Path) -> None:
    # Its signalling is: in the second call it sends no sound, whoever it has called.  If it is
    # registered, it asks to be admitted to the second call, and then does not make it.
    with (
        Server(tmp_path / "server", US, ROUTED + "acceptUnregistered = true\n") as server,
        Asterisk(tmp_path / "asterisk", "127.0.34.5", US) as asterisk,
        party(tmp_path, "2000", "--answer") as bob,
        party(tmp_path, "3000", "--answer") as carol,
    ):
        waitFor(lambda: len(server.ask("registrations")) == 2, 10, "two register")
        asterisk.call("OOH323/2000@other", "600")
        told(bob, "media")
        (call,) = server.ask("calls")
        assert control(server, "transfer", call["callId"], "3000").returncode == 0
        assert bob.wait(15) == 0, bob.output()
        told(carol, "media")
        (second,) = server.ask("calls")
        assert control(server, "hangup", second["callId"]).returncode == 0
        assert carol.wait(10) == 0, carol.output()
        waitFor(lambda: len(server.ask("cdr")) == 2, 10, "both calls have a record")
        (first,) = [each for each in server.ask("cdr") if each["callId"] == call["callId"]]
        assert (first["outcome"], first["cause"]) == ("answered", 23)
