"""
What was said in calls, as a real server shows it by C{h323ctl}.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Caller, Server, control, program, run, runSipp

NETWORK = "127.0.95."
US, SIP, H323, SIPP = (f"{NETWORK}{each}" for each in (1, 20, 30, 40))


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
    runSipp(
        tmp_path, US, "-i", SIPP, "-sn", "uac", "-s", "80002", "-m", "1", "-d", "200",
        "-t", transport, "-timeout", "60", "-timeout_error",
    )  # fmt: skip
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
