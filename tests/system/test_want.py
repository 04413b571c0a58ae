"""
A protected server that lacks something: memory, processes, descriptors, room on its disk.  No call ends by
that, and as soon as there is enough again it is protected again.
"""

from __future__ import annotations

import functools
import os
import resource
import signal
import socket
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.disk import onDisk
from tests.support.processes import BUSY, Caller, run, waitFor
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
        assert server.ask("cdr")[0]["causeName"] == "NORMAL_CALL_CLEARING"


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
        waitFor(lambda: server.leader != leader, 10, "another says that it leads")
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


FEW = textwrap.dedent("""
    import errno
    import os

    real = os.fork

    def fork():
        crowded = os.path.join(os.path.dirname(__file__), "crowded")
        if os.path.exists(crowded):
            with open(crowded, "a") as attempts:
                attempts.write(".")
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return real()

    os.fork = fork
""")
"""
As long as there is a file C{crowded}, there may be no more processes; it has a point for each that
was tried to begin.
"""


def test_whereThereMayBeNoMoreProcessesNobodyFollowsUntilThereMay(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, preloaded=FEW)
    with calling(server, tmp_path):
        crowded = server.directory / "crowded"
        crowded.touch()
        os.kill(server.follower, signal.SIGKILL)
        told = "nobody follows, 0 turns behind: Resource temporarily unavailable"
        waitFor(lambda: told in server.output(), 10, "none can begin")
        assert not server.ask("ha")["protected"]
        joined = len(server.followers())
        waitFor(lambda: len(crowded.read_text()) > 1, 10, "it is tried once more")
        crowded.unlink()
        waitFor(lambda: len(server.followers()) > joined, 10, "another follows")
        waitFor(lambda: server.ask("ha")["protected"], 10, "it is protected")
        assert server.output().count(told) == 1
        assert "TookOver" not in server.ask("status")["facts"]


def limitDescriptors(pid: int) -> None:
    """
    Let a process open no descriptors more.
    """
    used = {int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir()}
    lowest = min(set(range(len(used) + 1)) - used)
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest, hard))


def test_whoFollowsAndHasNoDescriptorsLeftIsReplaced(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US)
    with calling(server, tmp_path):
        limitDescriptors(server.follower)
        target = f"h323:{ROOM}@{US}"
        with Caller(tmp_path, "bert", "--bind", f"{NETWORK}11", target) as caller:
            waitFor(lambda: len(server.followers()) > 1, 10, "another follows")
            waitFor(lambda: len(server.ask("calls")) == 2, 10, "both are there")
            server.strike()
            assert caller.hangUp() == 0, caller.output()
            waitFor(lambda: len(server.ask("calls")) == 1, 10, "one has left")
        assert "Diverged" not in server.ask("status")["facts"]


def test_whoLeadsAndHasNoDescriptorsLeftTurnsCallersAway(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, isKept=True)
    with calling(server, tmp_path):
        leader = server.leader
        soft, hard = resource.prlimit(leader, resource.RLIMIT_NOFILE)
        limitDescriptors(leader)
        target = f"h323:{ROOM}@{US}"
        with Caller(tmp_path, "bert", "--bind", f"{NETWORK}11", target) as refused:
            waitFor(lambda: "file descriptors run out" in server.output(), 10, "it is said")
            resource.prlimit(leader, resource.RLIMIT_NOFILE, (soft, hard))
            refused.wait(20)
        assert server.leader == leader
        with Caller(tmp_path, "carl", "--bind", f"{NETWORK}12", target) as caller:
            waitFor(lambda: len(server.ask("calls")) == 2, 10, "he is there")
            assert caller.hangUp() == 0, caller.output()
        waitFor(lambda: len(server.ask("calls")) == 1, 10, "he has left")
        assert "Traceback" not in server.output()


KEPT = '[cdr]\ndatabase = "cdr.sqlite"\n'


@contextmanager
def smallDisk(path: Path) -> Iterator[Callable[[bool], None]]:
    """
    A disk of two megabytes, in memory.

    @return: has it full, or not.
    """
    path.mkdir(parents=True, exist_ok=True)
    mounted = run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(path)])
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted: {mounted.stderr.strip()}")
    try:
        yield functools.partial(fill, path / "filler")
    finally:
        run(["umount", "--lazy", str(path)])


def fill(file: Path, isFull: bool) -> None:
    if not isFull:
        file.unlink()
        return
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


def test_aFullDiskEndsNoCallAndNoProtection(tmp_path: Path) -> None:
    server = ProtectedServer(tmp_path / "server", US, KEPT)
    server.configuration += 'recorder = "flight"\n'
    brief = ("--bind", f"{NETWORK}11", "--seconds", "0.3", f"h323:{ROOM}@{US}")
    with smallDisk(server.state) as haveFull, calling(server, tmp_path):
        with Caller(tmp_path, "before", *brief) as caller:
            assert caller.wait(20) == 0
        haveFull(True)
        with Caller(tmp_path, "bert", *brief) as caller:
            assert caller.wait(20) == 0
        waitFor(lambda: "the flight recorder writes nothing" in server.output(), 10, "it is said")
        told = "call detail records cannot be kept"
        waitFor(lambda: told in server.output(), 20, "so is that")
        server.strike()
        server.protected()
        with Caller(tmp_path, "carl", *brief) as caller:
            assert caller.wait(20) == 0
        haveFull(False)
        records = server.state / "cdr.sqlite"
        waitFor(lambda: len(onDisk(records, "SELECT callId FROM cdr")) == 3, 30, "all are kept")

        def goesOn() -> bool:
            with Caller(tmp_path, "dora", *brief) as caller:
                return caller.wait(20) == 0 and "recorder goes on" in server.output()

        waitFor(goesOn, 30, "so are turns")
        facts = server.ask("status")["facts"]
        assert (facts["TookOver"], "Diverged" in facts) == (1, False)
        assert "Traceback" not in server.output(), server.output()
        for call in server.ask("cdr"):
            assert call["causeName"] == "NORMAL_CALL_CLEARING"


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
