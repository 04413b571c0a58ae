"""
A server that a keeper listens for, and whose leading process is killed while people call.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.processes import BUSY, RUN, program, run, waitFor
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

US = "127.0.55.1"
CALLERS = tuple(f"127.0.55.{n}" for n in range(11, 15))
SEED = 7
DEATHS = 25
OPTIONS = (
    "OPTIONS sip:{us} SIP/2.0\r\n"
    "Via: SIP/2.0/TCP {host}:5060;rport;branch=z9hG4bK{call}\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:anybody@{host}>;tag={call}\r\n"
    "To: <sip:{us}>\r\n"
    "Call-ID: {call}@{host}\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


class Caller:
    """
    Calls again and again, until it is told to stop.

    @ivar answers: the first line of each that it was given.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self.isToStop = False
        self.answers: list[str] = []

    def call(self) -> None:
        while not self.isToStop:
            self.answers.append(self._ask(len(self.answers)))

    def _ask(self, call: int) -> str:
        here = (self._host, 0)
        with socket.create_connection((US, 5060), RUN * BUSY, here) as connection:
            asked = OPTIONS.format(us=US, host=self._host, call=f"{SEED}x{call}")
            connection.sendall(asked.encode())
            heard = b""
            while b"\r\n" not in heard:
                more = connection.recv(1000)
                if not more:
                    return "nothing"
                heard += more
        return heard.partition(b"\r\n")[0].decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProtectedServer]:
    trusted = "[security]\ntrunks = [" + ", ".join(f'"{each}"' for each in CALLERS) + "]\n"
    with ProtectedServer(tmp_path_factory.mktemp("kept"), US, trusted, isKept=True) as started:
        yield started


def descriptors(server: ProtectedServer) -> list[int]:
    """
    How many whoever leads has open, whoever follows, and the keeper.
    """
    processes = server.leader, server.followers()[-1], server.pid
    return [len(os.listdir(f"/proc/{pid}/fd")) for pid in processes]


def count(callers: list[Caller]) -> int:
    return sum(len(each.answers) for each in callers)


def areAnswered(callers: list[Caller], least: int) -> bool:
    return count(callers) >= least


def test_everybodyIsAnsweredWhoeverDies(server: ProtectedServer) -> None:
    rng = random.Random(SEED)
    server.protected()
    told = f"h323d-keeper: process {server.leader} leads"
    waitFor(lambda: told in server.output(), RUN, "the keeper knows who leads")
    before = descriptors(server)
    callers = [Caller(each) for each in CALLERS]
    with ThreadPoolExecutor(len(callers)) as pool:
        calling = [pool.submit(each.call) for each in callers]
        try:
            for _ in range(DEATHS):
                server.protected()
                answered = count(callers) + rng.randrange(1, 30)
                isReached = functools.partial(areAnswered, callers, answered)
                waitFor(isReached, RUN, "they are answered", every=0.001)
                server.strike()
        finally:
            for caller in callers:
                caller.isToStop = True
        for each in calling:
            each.result()
    answers = {answer for each in callers for answer in each.answers}
    assert answers == {"SIP/2.0 200 OK"}, server.output()[-3000:]
    server.protected()
    waitFor(lambda: descriptors(server) == before, RUN, "no descriptor is left open")
    told = server.output()
    assert told.count("was ended by SIGKILL") >= DEATHS, "the keeper has said how each has ended"
    assert "nobody leads any more" not in told
    assert "Traceback" not in told


def test_whereNobodyIsLeftAServerIsBegunAnewAndListensWhereTheOtherDid(
    server: ProtectedServer,
) -> None:
    server.protected()
    first = server.leader
    for pid in server.followers()[-1], first:
        os.kill(pid, signal.SIGKILL)
    with socket.create_connection((US, 5060), RUN * BUSY):
        waitFor(lambda: server.leader != first, RUN, "another leads")
    assert "nobody leads any more; a server is begun anew" in server.output()


def test_whoIsToldToEndHasAllEnd(server: ProtectedServer) -> None:
    server.protected()
    leader = server.leader
    server.signal(signal.SIGTERM)
    assert server.wait(RUN) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)
    assert not server.socket.exists()


def test_aServerThatIsNotFollowedIsNotBegunByAKeeper() -> None:
    server = [program("twistd"), "-n", "--pidfile=", "h323d", "--bind", US]
    done = run([program("h323d-keeper"), *server])
    assert done.returncode == 1
    assert "h323d: ha.enabled: has to be true where a keeper begins a server" in done.stderr
