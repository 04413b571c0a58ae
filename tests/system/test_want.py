"""
A protected server that lacks something: memory, processes, descriptors, room on its disk.  No call ends by
that, and as soon as there is enough again it is protected again.
"""

from __future__ import annotations

import resource
import socket
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes import BUSY, Caller, waitFor
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

NETWORK = "127.0.140."
US, CALLER, STRANGER = (f"{NETWORK}{host}" for host in (1, 2, 3))
ROOM = 80001
TRUSTED = f'[security]\ntrunks = ["{STRANGER}"]\n'
NOBODY = "SIP/2.0 404 Not Found"


class Stranger:
    """
    Asks a server by UDP.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((STRANGER, 5060))
        self._socket.settimeout(2 * BUSY)
        self._asked = 0

    def ask(self, word: str) -> str:
        """
        @return: the first line of the answer.
        """
        self.send(word)
        while f"CSeq: {self._asked} " not in (answer := self._socket.recv(65536).decode()):
            pass
        return answer.partition("\r\n")[0]

    def send(self, word: str, body: bytes = b"") -> None:
        self._asked += 1
        self._socket.sendto(
            (
                f"OPTIONS sip:{word}@{US} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {STRANGER};branch=z9hG4bK{self._asked}\r\n"
                f"From: <sip:s@{STRANGER}>;tag=1\r\nTo: <sip:{word}@{US}>\r\n"
                f"Call-ID: {self._asked}\r\nCSeq: {self._asked} OPTIONS\r\n"
                f"Max-Forwards: 70\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body,
            (US, 5060),
        )

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    made = Stranger()
    yield made
    made.close()


@contextmanager
def calling(server: ProtectedServer, directory: Path) -> Iterator[None]:
    """
    A call by TCP that is there before and after, and ends well.
    """
    target = f"sip:{ROOM}@{US};transport=tcp"
    with server, Caller(directory, "anna", "--bind", CALLER, "--tone", "440", target) as caller:
        waitFor(lambda: server.ask("calls"), 20, "the call is there")
        server.protected()
        yield
        server.protected()
        (call,) = server.ask("calls")
        before = call["media"]["packetsReceived"]

        def isHeard() -> bool:
            (call,) = server.ask("calls")
            return bool(call["media"]["packetsReceived"] > before + 50)

        waitFor(isHeard, 10, "it is heard still")
        assert caller.hangUp() == 0, caller.output()
        waitFor(lambda: not server.ask("calls"), 10, "the call is over")
        (record,) = server.ask("cdr")
        assert record["causeName"] == "NORMAL_CALL_CLEARING"


HUNGRY = textwrap.dedent("""
    import os

    from h323d.sip import flows

    real, first = flows.parse, os.getpid()

    def parse(data):
        if b"glutton" in data or (b"hungry" in data and os.getpid() == first):
            raise MemoryError
        return real(data)

    flows.parse = parse
""")
"""
There is no memory to read what is for a glutton, and, in the process that leads first, what is for
somebody hungry.
"""


def test_whatThereIsNoMemoryForIsDoneByTheOther(tmp_path: Path, stranger: Stranger) -> None:
    server = ProtectedServer(tmp_path / "server", US, preloaded=HUNGRY)
    with calling(server, tmp_path):
        leader = server.leader
        assert stranger.ask("hungry") == NOBODY
        assert server.leader != leader
        facts = server.ask("status")["facts"]
        assert facts["TookOver"] == 1
        assert not {"Diverged", "InputQuarantined"} & set(facts)
        assert server.ask("ha")["lastTakeOver"] == "killed"
        assert "there was no memory; another goes on" in server.output()


def test_whatThereIsNeverMemoryForEndsNobodyTwice(tmp_path: Path, stranger: Stranger) -> None:
    server = ProtectedServer(tmp_path / "server", US, preloaded=HUNGRY)
    with calling(server, tmp_path):
        leader = server.leader
        stranger.send("glutton")
        waitFor(lambda: server.leader != leader, 10, "another leads")
        assert stranger.ask("anybody") == NOBODY
        facts = server.ask("status")["facts"]
        assert facts["TookOver"] == 1
        assert "Diverged" not in facts
        assert "there was no memory, and nobody follows who could go on" in server.output()


def limitMemory(pid: int, more: int) -> None:
    """
    Let a process have only so much more than it has, in octets.
    """
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    size = pages * resource.getpagesize() + more
    resource.prlimit(pid, resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def test_whoeverComesToTheLimitOfItsMemoryIsSucceeded(tmp_path: Path, stranger: Stranger) -> None:
    server = ProtectedServer(tmp_path / "server", US, TRUSTED)
    with calling(server, tmp_path):
        leader = server.leader
        limitMemory(leader, 0)

        def isSucceeded() -> bool:
            for _ in range(20):
                stranger.send(
                    "anybody", bytes(20_000)
                )  # which is kept for as long as it may come again
            return server.leader != leader

        waitFor(isSucceeded, 20, "another leads")
        assert stranger.ask("anybody") == NOBODY
        facts = server.ask("status")["facts"]
        assert facts["TookOver"] == 1
        assert not {"Diverged", "InputQuarantined"} & set(facts)
        assert "there was no memory; another goes on" in server.output()
