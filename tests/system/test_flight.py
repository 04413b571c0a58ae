"""
A protected server of real processes is recorded, dies, is handed over, and is replayed at a desk; and
what it dies of, it does not do again.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import stat
import textwrap
from pathlib import Path

import pytest

from tests.support.processes import Caller, program, run, waitFor
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

US = "127.0.132.1"
CALLER = "127.0.132.2"
ROOM = 80001


def replay(flight: Path, *options: str) -> str:
    """
    What is told at a desk.
    """
    done = run([program("h323ctl"), "ha", "replay", str(flight), *options], 60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_aFlightIsReplayedToTheFactsThatItHad(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path, US)
    server.configuration += 'recorder = "flight"\n'
    with server:
        server.protected()
        caller = Caller(tmp_path, "anna", "--bind", CALLER, f"sip:{ROOM}@{US};transport=tcp")
        with caller:
            waitFor(lambda: server.ask("calls"), 20, "the call is there")
            server.strike(signal.SIGSEGV)
            server.protected()
            leader = server.leader
            assert server.ask("ha", "switchover")["protected"]
            waitFor(lambda: server.leader != leader, 20, "another leads")
            server.protected()
            waitFor(lambda: server.ask("ha")["state"] == "protected", 10, "it is protected")
            (call,) = server.ask("calls")
            assert caller.hangUp() == 0, caller.output()
            waitFor(lambda: not server.ask("calls"), 10, "the call is over")
        status = server.ask("status")
        assert server.ask("ha")["lastTakeOver"] == "handed over"
        flight = server.state / "flight"
        assert stat.S_IMODE(flight.stat().st_mode) == 0o700
        os.kill(server.leader, signal.SIGTERM)
        waitFor(lambda: "Server Shut Down" in server.output(), 20, "it ends")
        assert "Traceback" not in server.output(), server.output()
    assert json.loads((server.state / "serving.json").read_text()) == {
        "serving": False,
        "deaths": 0,
    }
    assert len(list(flight.iterdir())) == 3  # of whoever led
    steps = [json.loads(line) for line in replay(flight, "--json").splitlines()]
    assert [each["turn"] for each in steps] == list(range(1, len(steps) + 1))
    facts = [re.sub(r"\(.*", "", fact) for each in steps for fact in each["facts"]]
    for name, count in status["facts"].items():
        assert facts.count(name) >= count, name
    assert facts.count("TookOver") == 2
    (answered,) = (
        each["turn"]
        for each in steps
        if any(fact.startswith("CallAnswered(") for fact in each["facts"])
    )
    told = json.loads(replay(flight, "--until", str(answered), "--ask", "calls", "--json"))
    assert [each["callId"] for each in told] == [call["callId"]]


class Fragile(ProtectedServer):
    """
    One that a decoder ends, or holds up for ever, where it reads a certain word.
    """

    def __init__(self, directory: Path, address: str) -> None:
        super().__init__(directory, address, preloaded=DEADLY)

    def poison(self, stranger: socket.socket, word: bytes) -> None:
        """
        Have the leader die of what a stranger sends, and wait until another leads.
        """
        self.protected()
        leader = self.leader
        stranger.sendto(POISON % word, (US, 5060))
        waitFor(lambda: self.leader != leader, 20, "another leads")


DEADLY = textwrap.dedent("""
    import ctypes
    import time

    from h323d.sip import flows

    real = flows.parse

    def parse(data):
        if b"poison" in data:
            ctypes.string_at(0)
        if b"tarpit" in data:
            time.sleep(3600)
        return real(data)

    flows.parse = parse
""")
POISON = b"OPTIONS sip:%s@127.0.132.1 SIP/2.0\r\n\r\n"
DEATHS = ((b"poison", "crashed"), (b"tarpit", "hung"), (b"poison", "crashed"))


def test_whatAServerCrashesOfOrHangsWithEndsNobodysCall(tmp_path: Path) -> None:
    server = Fragile(tmp_path, US)
    with server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        server.protected()
        with Caller(tmp_path, "anna", "--bind", CALLER, f"sip:{ROOM}@{US}") as caller:
            waitFor(lambda: server.ask("calls"), 20, "the call is there")
            for deaths, (word, why) in enumerate(DEATHS, start=1):
                server.poison(stranger, word)
                facts = server.ask("status")["facts"]
                assert facts["InputQuarantined"] == deaths, server.output()
                assert server.ask("ha")["lastTakeOver"] == why
                assert len(server.ask("calls")) == 1
            assert caller.hangUp() == 0, caller.output()
    assert len(list((server.state / "quarantine").iterdir())) == len(DEATHS)


def test_nobodyFollowsWhereThereAreNoDescriptorsLeftUntilThereAre(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path, US)
    with server:
        server.protected()
        leader = server.leader
        soft, hard = resource.prlimit(leader, resource.RLIMIT_NOFILE)
        used = len(list(Path(f"/proc/{leader}/fd").iterdir()))
        resource.prlimit(leader, resource.RLIMIT_NOFILE, (used - 1, hard))
        os.kill(server.follower, signal.SIGKILL)
        waitFor(lambda: "Too many open files" in server.output(), 20, "none is left")
        resource.prlimit(leader, resource.RLIMIT_NOFILE, (soft, hard))
        waitFor(lambda: server.ask("ha")["state"] == "protected", 10, "it is protected")
        facts = server.ask("status")["facts"]
        assert (facts["FollowerJoined"], "TookOver" in facts) == (2, False)
        assert facts["FollowerLost"] >= 2
        assert "Traceback" not in server.output(), server.output()
