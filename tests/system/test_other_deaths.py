"""
Whoever follows a protected server dies, or its keeper does, while the leader lives and people talk; and leader and
follower both die, which nobody outlives.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes import Caller, waitFor
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

NETWORK = "127.0.141."
US, SIP, H323 = (f"{NETWORK}{host}" for host in (1, 2, 3))
ROOM = 80001
RECORDS = '[cdr]\nfile = "cdr.jsonl"\n'
ENDED = "NORMAL_CALL_CLEARING"


class Talking:
    """
    Two who talk in a room of a server.
    """

    def __init__(self, server: ProtectedServer, directory: Path) -> None:
        self.server = server
        self.callers = [
            Caller(directory, name, "--bind", host, "--json", "--tone", "440", target)
            for name, host, target in (
                ("anna", SIP, f"sip:{ROOM}@{US};transport=tcp"),
                ("bert", H323, f"h323:{ROOM}@{US}"),
            )
        ]

    def packets(self) -> list[int]:
        """
        How many came, of each.
        """
        return [call["media"]["packetsReceived"] for call in self.server.ask("calls")]

    def talk(self) -> None:
        """
        For a second more.
        """
        before = self.packets()
        assert len(before) == len(self.callers)
        waitFor(lambda: min(self.packets()) > max(before) + 50, 15, "they talk")

    def hangUp(self) -> None:
        for each in self.callers:
            assert each.hangUp() == 0, each.output()
        waitFor(lambda: not self.server.ask("calls"), 10, "both have left")
        assert [each["causeName"] for each in self.server.ask("cdr")] == [ENDED] * 2
        for each in self.callers:
            assert '"packetsLost": 0' in each.output()


@contextmanager
def talking(server: ProtectedServer, directory: Path) -> Iterator[Talking]:
    """
    They do before and after, and nobody has led but who does now.
    """
    those = Talking(server, directory)
    with server, those.callers[0], those.callers[1]:
        waitFor(lambda: len(server.ask("calls")) == 2, 20, "both are there")
        server.protected()
        those.talk()
        leader = server.leader
        yield those
        those.talk()
        assert server.leader == leader
        facts = server.ask("status")["facts"]
        assert not {"TookOver", "Diverged", "InputQuarantined"} & set(facts)
        those.hangUp()
        assert "Traceback" not in server.output(), server.output()


def untilAnotherFollows(server: ProtectedServer, dead: int) -> None:
    waitFor(lambda: server.follower != dead, 30, "another follows")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP], ids=str)
def test_whoFollowsMayDieOrHang(how: signal.Signals, tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, isKept=True)
    with talking(server, tmp_path) as those:
        for deaths in range(1, 4):
            dead = server.follower
            os.kill(dead, how)
            untilAnotherFollows(server, dead)
            waitFor(lambda: server.ask("ha")["state"] == "protected", 10, "it is protected")
            those.talk()
            facts = server.ask("status")["facts"]
            assert facts["FollowerLost"] >= deaths
            with pytest.raises(ProcessLookupError):
                os.kill(dead, 0)  # nothing is left of it


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP], ids=str)
def test_theKeeperMayDieOrHang(how: signal.Signals, tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, isKept=True)
    with talking(server, tmp_path) as those:
        os.kill(server.pid, how)
        those.talk()
        if how is not signal.SIGSTOP:
            waitFor(lambda: "nobody can connect any more" in server.output(), 10, "it is said")
        os.kill(server.follower, signal.SIGKILL)
        server.protected()
        those.talk()
        if how is signal.SIGSTOP:
            os.kill(server.pid, signal.SIGCONT)


def test_aLeaderGoesOnWhoseKeeperHangs(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, isKept=True)
    those = Talking(server, tmp_path)
    with server, those.callers[0], those.callers[1]:
        waitFor(lambda: len(server.ask("calls")) == 2, 20, "both are there")
        server.protected()
        os.kill(server.pid, signal.SIGSTOP)
        server.strike()
        those.talk()
        os.kill(server.pid, signal.SIGCONT)
        with Caller(tmp_path, "carl", "--bind", f"{NETWORK}4", f"h323:{ROOM}@{US}") as caller:
            waitFor(lambda: len(server.ask("calls")) == 3, 10, "who calls is accepted")
            assert caller.hangUp() == 0, caller.output()
        waitFor(lambda: len(server.ask("calls")) == 2, 10, "he has left")


@pytest.mark.parametrize("isFirstTheFollower", [True, False])
def test_whereBothDieThatIsSaidAndTheirCallsAreRecordedAsLost(
    isFirstTheFollower: bool, tmp_path: Path
) -> None:
    server = ProtectedServer(tmp_path / "server", US, RECORDS, isKept=True)
    those = Talking(server, tmp_path)
    with server, those.callers[0], those.callers[1]:
        waitFor(lambda: len(server.ask("calls")) == 2, 20, "both are there")
        server.protected()
        those.talk()
        underway = server.state / "cdr.jsonl.underway"
        waitFor(lambda: underway.exists(), 10, "they are noted")
        those.talk()
        first, second = server.leader, server.follower
        if isFirstTheFollower:
            first, second = second, first
        os.kill(first, signal.SIGKILL)
        os.kill(second, signal.SIGKILL)
        waitFor(lambda: "nobody leads any more" in server.output(), 10, "the keeper says so")
        waitFor(lambda: server.leader not in (first, second), 20, "another is begun")
        server.protected()
        assert "has died while nobody followed, and with it its calls; 1 times" in server.output()
        assert server.ask("ha")["unprotectedDeaths"] == 1
        assert server.ask("calls") == []
        waitFor(lambda: len(server.ask("cdr")) == 2, 10, "its calls are recorded")
        records = server.ask("cdr")
        assert {(each["outcome"], each["reason"]) for each in records} == {("lost", "serverLost")}
        with Caller(tmp_path, "carl", "--bind", f"{NETWORK}4", f"h323:{ROOM}@{US}") as caller:
            waitFor(lambda: server.ask("calls"), 10, "who calls is accepted")
            assert caller.hangUp() == 0, caller.output()
