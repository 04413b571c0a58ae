"""
A protected server that has much to do while its leading process is killed: H.323 calls that it routes or relays, those who
register and ask, many calls of sipp, and fifty deaths, after which nothing has piled up.
"""

from __future__ import annotations

import re
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from h323d.sip.digest.algorithms import Algorithm, responseOf, secretOf
from tests.support.flows import untilHeard
from tests.support.processes import BUSY, Caller, Capture, runSipp, together, waitFor
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

NETWORK = "127.0.134."
US, SIPP, ONE, OTHER = (f"{NETWORK}{host}" for host in (1, 2, 5, 6))
SLOW = ("--no-fast-start", "--no-tunnelling")
SCENARIOS = Path(__file__).parent / "sipp"
PASSWORD = "ofB7"
BRIEF = 3  # seconds, for which somebody registers
ENDED = "NORMAL_CALL_CLEARING"
G711 = 1280  # both directions, in units of 100 bit/s
ROOM = 80001
DEATHS, SETTLED = 50, 10
MORE_MEMORY = 4 << 20  # octets, from when it has settled to the last death

Begin = Callable[[str], tuple[ProtectedServer, Capture]]


def entry(name: str) -> str:
    sha256, md5 = (secretOf(each, name, "h323d", PASSWORD) for each in Algorithm)
    return f'[[security.users]]\nname = "{name}"\nsha256 = "{sha256}"\nmd5 = "{md5}"\n'


DIGEST = f'[security]\ndigest = "all"\nmd5Networks = ["{SIPP}"]\n{entry("b")}{entry("sipp")}'


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Begin]:
    """
    Begins a protected server with a configuration; when the test is over, nobody may have found
    anything wrong with what it did.
    """
    with ExitStack() as stack:
        capture = Capture(tmp_path / "capture", f"{NETWORK}0/24")
        servers: list[ProtectedServer] = []

        def begin(configuration: str) -> tuple[ProtectedServer, Capture]:
            server = ProtectedServer(tmp_path / "server", US, configuration, isKept=True)
            servers.append(server)
            together(stack, capture, server)
            return server, capture

        yield begin
        (server,) = servers
        assert not {"Diverged", "InputQuarantined"} & set(server.ask("status")["facts"])
        assert "Traceback" not in server.output(), server.output()
    assert capture.complaints(US) == ""


def facts(server: ProtectedServer, kind: str) -> int:
    return int(server.ask("status")["facts"].get(kind, 0))


def untilTold(server: ProtectedServer, kind: str, count: int) -> None:
    waitFor(lambda: facts(server, kind) >= count, 10, f"{count} of {kind}", 0.2)


@pytest.mark.parametrize(
    ("model", "start"), [("routed", ()), ("routedH245", SLOW), ("proxied", SLOW)]
)
def test_aRoutedCallGoesOnToItsEnd(model: str, start: tuple[str, ...], serve: Begin) -> None:
    server, capture = serve(f'[routed]\nmodel = "{model}"\n')
    registered = ("--gatekeeper", US, "--json", *start)
    other = Caller(
        server.directory, "other", *registered, "--bind", OTHER, "--alias", "600", "--answer",
        "--tone", "700",
    )  # fmt: skip
    one = Caller(
        server.directory,
        "one",
        *registered,
        "--bind",
        ONE,
        "--alias",
        "500",
        "--tone",
        "440",
        "600",
    )
    with ExitStack() as stack:
        server.protected()
        stack.enter_context(other)
        server.strike()
        waitFor(lambda: server.ask("registrations"), 10, "it is registered")
        stack.enter_context(one)
        waitFor(lambda: '"calling"' in one.output(), 10, "it calls")
        server.strike()
        waitFor(lambda: '"answered"' in one.output(), 10, "it is answered")
        for _ in range(2):
            server.strike()
        untilHeard(capture, ONE, 700)
        untilHeard(capture, OTHER, 440)
        (call,) = server.ask("calls")
        assert call["used"] == G711
        status = server.ask("status")
        assert (status["registrations"], status["admissions"], status["routed"]) == (2, 2, 1)
        server.protected()
        other.signal(signal.SIGTERM)
        server.strike()
        assert one.wait(10) == 0, one.output()
        assert other.wait(10) == 0, other.output()
        waitFor(lambda: not server.ask("calls"), 10, "the call is over")
        waitFor(lambda: not server.ask("registrations"), 10, "both have left")
        (record,) = server.ask("cdr")
        told = tuple(record[each] for each in ("outcome", "causeName", "releasedBy", "admissions"))
        assert told == ("answered", "NORMAL_CALL_CLEARING", "called", 2)
        status = server.ask("status")
        assert (status["admissions"], status["bandwidth"], status["routed"]) == (0, 0, 0)
        assert status["facts"]["EndpointRegistered"] == 2


class User:
    """
    A SIP user agent that shows a nonce as often as a test wants.
    """

    def __init__(self, address: str, name: str) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((address, 5060))
        self._socket.settimeout(2 * BUSY)
        self._address = address
        self._name = name
        self._count = 0

    def close(self) -> None:
        self._socket.close()

    def register(self, nonce: str, count: int = 1, password: str = PASSWORD) -> str:
        """
        @param nonce: empty shows none.
        @param count: how often it has been shown by now.

        @return: the answer.
        """
        self.send(nonce, count, password)
        return self.answer()

    def answer(self) -> str:
        """
        The one to what was asked last: those to what was asked before may come once more.
        """
        while f"CSeq: {self._count} " not in (answer := self._socket.recv(65536).decode()):
            pass
        return answer

    def send(self, nonce: str, count: int = 1, password: str = PASSWORD) -> None:
        self._count += 1
        uri, shown, nc = f"sip:{US}", "", f"{count:08x}"
        if nonce:
            secret = secretOf(Algorithm.SHA_256, self._name, "h323d", password)
            response = responseOf(Algorithm.SHA_256, secret, nonce, nc, "c", "REGISTER", uri)
            shown = (
                f'Authorization: Digest username="{self._name}", realm="h323d", nonce="{nonce}", '
                f'uri="{uri}", response="{response}", algorithm=SHA-256, qop=auth, nc={nc}, '
                'cnonce="c"\r\n'
            )
        self._socket.sendto(
            (
                f"REGISTER {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self._address};branch=z9hG4bK{self._name}{self._count}\r\n"
                f"From: <sip:{self._name}@{US}>;tag=1\r\nTo: <sip:{self._name}@{US}>\r\n"
                f"Call-ID: {self._name}\r\nCSeq: {self._count} REGISTER\r\n"
                f"Contact: <sip:{self._name}@{self._address}>;expires={BRIEF}\r\n"
                f"{shown}Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            ).encode(),
            (US, 5060),
        )


def nonceIn(answer: str) -> str:
    (nonce,) = re.findall(r'nonce="([^"]+)"', answer)
    return str(nonce)


def test_aPasswordIsProvedOnceAndWhoIsRegisteredIsSoForAsLongAsBefore(serve: Begin) -> None:
    server, _ = serve(f"[sip]\nminExpires = 1\n{DIGEST}")
    server.protected()
    with closing(User(ONE, "b")) as user:
        nonce = nonceIn(user.register(""))
        server.strike()
        assert user.register(nonce, password="other").startswith("SIP/2.0 401")
        nonce = nonceIn(user.register(""))
        server.protected()
        user.send(nonce)
        server.strike()
        assert user.answer().startswith("SIP/2.0 200")
        assert user.register(nonce).startswith("SIP/2.0 401")
        server.strike()
        assert user.register(nonce).startswith("SIP/2.0 401")
        assert user.register(nonce, 2).startswith("SIP/2.0 200")
        server.strike()
        (registration,) = server.ask("registrations")
        assert (registration["user"], registration["timeToLive"]) == ("b", BRIEF)
        waitFor(lambda: not server.ask("registrations"), BRIEF + 20, "its time is over")
    told = server.ask("status")["facts"]
    assert told["AuthenticationFailed"] == 3, told
    assert told["EndpointRegistered"] == told["EndpointUnregistered"] == 1


def test_manyRegisterWhileTheServerDies(serve: Begin, tmp_path: Path) -> None:
    server, _ = serve(f"{DIGEST}[gatekeeper]\ntimeToLive = 10\n")
    scenario = str(SCENARIOS / "digest.xml")
    options = ("-i", SIPP, "-s", "sipp", "-au", "sipp", "-ap", PASSWORD, "-timeout", "60")
    endpoints = [
        Caller(
            server.directory, f"endpoint{index}", "--bind", f"{NETWORK}{20 + index}", "--gatekeeper",
            US, "--alias", f"50{index}", "--answer",
        )
        for index in range(4)
    ]  # fmt: skip
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        server.protected()
        done = pool.submit(
            runSipp, tmp_path, US, *options, "-sf", scenario, "-t", "t1", "-m", "40", "-r", "10",
            "-timeout_error",
        )  # fmt: skip
        for each in endpoints:
            stack.enter_context(each)
            server.strike()
        done.result()
        waitFor(lambda: len(server.ask("registrations")) == len(endpoints), 10, "all are there")
        for each in endpoints:
            each.hangUp()
        waitFor(lambda: not server.ask("registrations"), 10, "all have left")


@dataclass(frozen=True)
class Held:
    """
    What a process holds.

    @ivar memory: resident, octets.
    """

    descriptors: int
    threads: int
    memory: int

    @classmethod
    def by(cls, pid: int) -> Held:
        status = Path(f"/proc/{pid}/status").read_text()
        threads, kilobytes = (
            int(re.findall(rf"^{each}:\s+(\d+)", status, re.MULTILINE)[0])
            for each in ("Threads", "VmRSS")
        )
        return cls(len(list(Path(f"/proc/{pid}/fd").iterdir())), threads, kilobytes << 10)


def children(pid: int) -> dict[int, str]:
    """
    @return: the state of each child of a process, as C{proc(5)} has it.
    """
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid:
                found[int(file.parent.name)] = state
    return found


def test_nothingPilesUpInFiftyDeaths(
    serve: Begin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, _ = serve("")
    targets = (f"sip:{ROOM}@{US}", f"sip:{ROOM}@{US};transport=tcp", f"h323:{ROOM}@{US}")
    callers = [
        Caller(tmp_path, f"caller{index}", "--bind", f"{NETWORK}{30 + index}", "--json", target)
        for index, target in enumerate(targets)
    ]
    with ExitStack() as stack:
        together(stack, *callers)
        waitFor(lambda: all('"media"' in each.output() for each in callers), 10, "all are there")
        held = {}
        for death in range(1, DEATHS + 1):
            server.strike()
            server.protected()
            held[death] = Held.by(server.leader)
        early, late = held[SETTLED], held[DEATHS]
        with capsys.disabled():
            print(f"\nafter {SETTLED} deaths {early}, after {DEATHS} {late}")
        assert late.threads <= early.threads
        assert late.descriptors <= early.descriptors
        assert late.memory - early.memory < MORE_MEMORY
        waitFor(lambda: "Z" not in children(server.leader).values(), 10, "it has no dead child")
        waitFor(lambda: "Z" not in children(server.pid).values(), 10, "nor has the keeper")
        assert len(server.ask("calls")) == len(callers)
        assert all(each.hangUp() == 0 for each in callers)
        waitFor(lambda: not server.ask("calls"), 10, "all have left")
        assert Counter(each["causeName"] for each in server.ask("cdr")) == {ENDED: len(callers)}


def test_noCallOfManyFailsWhileTheServerDies(serve: Begin, tmp_path: Path) -> None:
    server, _ = serve("")
    options = (US, "-i", SIPP, "-sn", "uac", "-s", str(ROOM), "-d", "500", "-timeout", "60")
    with ThreadPoolExecutor(2) as pool:
        server.protected()
        load = [
            pool.submit(
                runSipp, tmp_path / way, *options, "-t", way, "-p", port, "-m", "40", "-r", "5",
                "-timeout_error",
            )
            for way, port in (("u1", "5060"), ("t1", "5070"))
        ]  # fmt: skip
        for count in (15, 35, 55):
            untilTold(server, "ParticipantJoined", count)
            server.strike()
        for each in load:
            each.result()
    assert facts(server, "ParticipantJoined") == 80
    waitFor(lambda: not server.ask("calls"), 10, "all calls are over")
    assert facts(server, "CallEnded") == 80
    assert facts(server, "TookOver") == 3
