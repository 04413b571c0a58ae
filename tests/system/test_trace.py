"""
What was said in calls, and what is being said, as a real server shows it by C{h323ctl}.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import (
    Caller,
    Process,
    Server,
    control,
    program,
    run,
    runSipp,
    waitFor,
)

NETWORK = "127.0.95."
US, SIP, H323, SIPP = (f"{NETWORK}{each}" for each in (1, 20, 30, 40))
GATEKEEPER, ENDING = (f"{NETWORK}{each}" for each in (2, 3))


def call(directory: Path, address: str, target: str) -> None:
    options = ("--bind", address, "--tone", "440", "--seconds", "0.3", target)
    with Caller(directory, address, *options) as caller:
        assert caller.wait(15) == 0, caller.output()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A server that has been called by SIP, and by H.323.
    """
    directory = tmp_path_factory.mktemp("server")
    with Server(directory, US) as server:
        call(directory, SIP, f"sip:80001@{US}")
        call(directory, H323, f"h323:80001@{US}")
        yield server
        assert "Traceback" not in server.output()


def sippCalls(directory: Path, transport: str = "u1") -> None:
    runSipp(
        directory, US, "-i", SIPP, "-sn", "uac", "-s", "80002", "-m", "1", "-d", "200",
        "-t", transport, "-timeout", "60", "-timeout_error",
    )  # fmt: skip


def asked(server: Server, *arguments: str) -> str:
    done = control(server, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (SIP, ["INVITE (", "200 OK (", "ACK (", "BYE ("]),
        (H323, ["Setup", "Connect", "ReleaseComplete"]),
    ],
)
def test_theLadderOfACallIsShown(server: Server, address: str, said: list[str]) -> None:
    shown = asked(server, "trace", address)
    places = [shown.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)


def test_wiresharkOpensTheCapture(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "all.pcap"
    assert asked(server, "trace", "-", "--pcap", str(file)) == ""
    command = [program("tshark"), "-n", "-r", str(file), "-T", "fields"]
    dissected = run([*command, "-e", "_ws.col.Protocol", "-e", "_ws.malformed"]).stdout
    assert {"SIP/SDP", "SIP", "H.225.0"} <= set(dissected.split())
    assert "alformed" not in dissected


def test_theSIPMessagesOfACallAreExported(server: Server) -> None:
    log = asked(server, "export", "sip-logs", "--since", "1h", "--call", SIP)
    assert f"INVITE sip:80001@{US}" in log
    assert "m=audio" in log
    assert H323 not in log
    assert asked(server, "export", "sip-logs", "--since", "2099-01-01T00:00") == ""


def test_whatCannotBeDoneIsSaid(server: Server, tmp_path: Path) -> None:
    assert "no signalling is kept of nobody" in control(server, "trace", "nobody").stderr
    nowhere = control(server, "trace", SIP, "--pcap", str(tmp_path / "no" / "a.pcap"))
    assert (nowhere.returncode, "No such file" in nowhere.stderr) == (1, True)
    assert "not yesterday" in control(server, "export", "sip-logs", "--since", "yesterday").stderr


@pytest.mark.interop
@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_aCallOfSippIsShownWhole(server: Server, tmp_path: Path, transport: str) -> None:
    sippCalls(tmp_path, transport)
    rows = server.ask("trace", SIPP)
    over = [row["what"] for row in rows if row["what"].startswith("INVITE")]
    assert set(over) == {"INVITE (1) + SDP"}
    last = [row["what"].partition(" (")[0] for row in rows[-5:]]
    assert [each for each in last if each != "180 Ringing"][-4:] == [
        "200 OK",
        "ACK",
        "BYE",
        "200 OK",
    ]


class Follower(Process):
    """
    C{h323ctl trace --follow}, by somebody who waits.
    """

    def __init__(self, directory: Path, server: Server, *arguments: str) -> None:
        super().__init__(directory, "follower")
        self._server = server
        self._arguments = arguments

    def command(self) -> list[str]:
        socket = ["--socket", str(self._server.socket)]
        return [program("h323ctl"), *socket, "trace", *self._arguments, "--follow"]

    def waitFor(self, *said: str) -> None:
        """
        Wait until all of it has been printed.
        """
        waitFor(lambda: all(each in self.output() for each in said), 10, f"{said} in the ladder")

    def interrupt(self) -> int:
        """
        @return: the exit status after Ctrl-C.
        """
        self.signal(signal.SIGINT)
        return self.wait(5)


@pytest.fixture
def caller(server: Server, tmp_path: Path) -> Iterator[Caller]:
    """
    Somebody who has called by H.323, and stays.
    """
    options = ("--bind", H323, "--tone", "440", "--seconds", "600", f"h323:80001@{US}")
    with Caller(tmp_path, H323, *options) as caller:
        waitFor(lambda: callsOf(server), 10, "the call")
        yield caller


def callsOf(server: Server) -> list[Any]:
    return [each for each in server.ask("calls") if each["state"] == "active"]


@pytest.mark.interop
@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_anAddressIsFollowedFromBeforeItsFirstCall(
    server: Server, tmp_path: Path, transport: str
) -> None:
    with Follower(tmp_path, server, SIPP, "0") as follower:
        follower.waitFor("time")
        sippCalls(tmp_path, transport)
        follower.waitFor("INVITE (1) + SDP", "ACK (1)", "BYE (2)", "200 OK (2 BYE)")
        assert follower.interrupt() == 0
        assert "Traceback" not in follower.output()


def test_followingACallEndsWithIt(server: Server, caller: Caller, tmp_path: Path) -> None:
    (call,) = callsOf(server)
    with Follower(tmp_path, server, call["callId"], "--json") as follower:
        follower.waitFor("Setup", "Connect")
        caller.hangUp()
        assert follower.wait(10) == 0
        rows = [json.loads(line) for line in follower.output().splitlines()]
    assert rows[0]["what"].startswith("Setup")
    assert rows[-1]["what"].startswith("ReleaseComplete")


@pytest.mark.interop
def test_wiresharkOpensTheCaptureWhileItGrows(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "growing.pcap"

    def methods() -> set[str]:
        command = [program("tshark"), "-n", "-r", str(file), "-T", "fields", "-e", "sip.Method"]
        done = run(command)
        assert (done.returncode, "cut short" in done.stderr) == (0, False)
        return set(done.stdout.split())

    with Follower(tmp_path, server, SIPP, "0", "--pcap", str(file)) as follower:
        waitFor(file.exists, 10, "the capture")
        assert methods() == set()
        sippCalls(tmp_path)
        waitFor(lambda: methods() == {"INVITE", "ACK", "BYE"}, 10, "the call in the capture")
        assert follower.interrupt() == 0
        assert follower.output() == ""


def test_aServerThatEndsEndsWhoFollows(tmp_path: Path) -> None:
    with (
        Server(tmp_path, ENDING) as server,
        Follower(tmp_path, server, "-") as follower,
    ):
        follower.waitFor("time")
        server.stop()
        assert follower.wait(10) == 1
        assert "closed the connection" in follower.output()


@pytest.fixture(scope="module")
def gatekeeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A gatekeeper that wants proof, and has been called by way of it.
    """
    directory = tmp_path_factory.mktemp("gatekeeper")
    (directory / "anna").write_text("correct horse\n")
    secured = f'''
[security]
h2351 = "required"

[[security.passwords]]
alias = "anna"
passwordFile = "{directory / "anna"}"
'''
    options = (
        "--bind", H323, "--tone", "440", "--seconds", "0.3", "--gatekeeper", GATEKEEPER,
        "--alias", "anna", "--gatekeeper-password-file", str(directory / "anna"), "80001",
    )  # fmt: skip
    with Server(directory, GATEKEEPER, secured) as server:
        with Caller(directory, "anna", *options) as caller:
            assert caller.wait(15) == 0, caller.output()
        yield server


def test_theLadderOfACallHasItsAdmission(gatekeeper: Server) -> None:
    (record,) = gatekeeper.ask("cdr")
    said = [row["what"].partition(" (")[0] for row in gatekeeper.ask("trace", record["callId"])]
    places = [said.index(each) for each in ("ARQ", "ACF", "Setup", "Connect", "DRQ", "DCF")]
    assert places == sorted(places)


def test_theLadderOfAnAddressHasItsRegistration(gatekeeper: Server) -> None:
    said = [row["what"].partition(" (")[0] for row in gatekeeper.ask("trace", H323)]
    assert [each for each in said if each in ("RRQ", "RCF", "URQ", "UCF")][:2] == ["RRQ", "RCF"]


def test_wiresharkReadsTheRASThatHasNoTokensAnyMore(gatekeeper: Server, tmp_path: Path) -> None:
    file = tmp_path / "ras.pcap"
    done = control(gatekeeper, "trace", H323, "--pcap", str(file))
    assert done.returncode == 0, done.stderr
    command = [program("tshark"), "-n", "-r", str(file), "-Y", "h225.RasMessage", "-T", "fields"]
    fields = ("h225.RasMessage", "h225.cryptoTokens", "_ws.malformed")
    shown = run([*command, *(word for each in fields for word in ("-e", each))]).stdout
    rows = [line.split("\t") for line in shown.splitlines()]
    assert len(rows) >= 6
    assert {(row[1], row[2]) for row in rows} <= {("", ""), ("0", "")}
