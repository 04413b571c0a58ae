"""
Trunks that we did not write: sipp, which refuses every call or takes it, and Kamailio, which passes
it on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kamailio import Kamailio
from tests.support.processes import Caller, Capture, Process, Server, control, program, waitFor
from tests.support.sound import heardFor

pytestmark = pytest.mark.interop

US, FIRST, SECOND = "127.0.77.1", "127.0.77.2", "127.0.77.3"
CALLER, CALLED = "127.0.77.4", "127.0.77.5"
NUMBER = "0049301234"
OUR_TONE, THEIR_TONE = 440, 700
SCENARIOS = Path(__file__).parent / "sipp"
TRUNK = """
[[routing.trunks]]
name = "{name}"
address = "{address}"
priority = {priority}
checkInterval = {interval}
failures = 2
"""


def configuration(*trunks: str) -> str:
    return "\n".join(("[gateway]", "wayTimeout = 1.0", *trunks))


def trunk(name: str, address: str, priority: int = 0, interval: int = 0) -> str:
    return TRUNK.format(name=name, address=address, priority=priority, interval=interval)


class Sipp(Process):
    """
    sipp as a server that plays one of our scenarios with each call.
    """

    def __init__(self, directory: Path, address: str, scenario: str) -> None:
        super().__init__(directory / address, f"sipp-{address}")
        self._address = address
        self._scenario = scenario

    def command(self) -> list[str]:
        return [
            program("sipp"), "-nostdin", "-i", self._address, "-p", "5060", "-trace_err",
            "-sf", str(SCENARIOS / f"{self._scenario}.xml"),
        ]  # fmt: skip

    def ready(self) -> bool:
        octets = bytes(map(int, reversed(self._address.split("."))))
        return f"{octets.hex().upper()}:13C4" in Path("/proc/net/udp").read_text()


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    """
    Dissects what the server has sent, when the test is over.
    """
    with Capture(tmp_path / "capture", "127.0.77.0/24") as capture:
        yield capture
    assert capture.complaints(US) == ""


def call(directory: Path, name: str, *arguments: str) -> Caller:
    """
    Somebody registered by H.323 calls the number.
    """
    return Caller(
        directory, name, "--json", "--bind", CALLER, "--alias", "1001", "--gatekeeper", US,
        "--tone", str(OUR_TONE), "--seconds", "2", *arguments, NUMBER,
    )  # fmt: skip


def trunksOf(server: Server) -> dict[str, Any]:
    return {each["trunk"]: each for each in server.ask("trunks")}


def test_aCallGoesOnWhereTheFirstTrunkRefusesEveryOne(tmp_path: Path, capture: Capture) -> None:
    configured = configuration(trunk("first", FIRST), trunk("second", SECOND, 1))
    with (
        Server(tmp_path / "server", US, configured) as server,
        Sipp(tmp_path, FIRST, "answer_503"),
        Sipp(tmp_path, SECOND, "answer"),
    ):
        for number in range(3):
            with call(tmp_path, f"call{number}") as caller:
                assert caller.wait(20) == 0, caller.output()
            waitFor(lambda: server.ask("calls") == [], 5, "the call is over")
        trunks = trunksOf(server)
        assert (trunks["first"]["state"], trunks["first"]["lastCause"]) == (
            "down",
            "TEMPORARY_FAILURE",
        )
        assert (trunks["second"]["state"], trunks["second"]["calls"]) == ("up", 0)
        assert server.ask("status")["facts"]["TrunkDown"] == 1
        assert "first" in control(server, "trunks").stdout
        route = server.ask("route", NUMBER)
        assert [each["trunk"] for each in route["destinations"]] == ["second", "first"]
        assert "Traceback" not in server.output()
    # The third call did not go there any more.
    invites = capture.dissect(f'ip.dst == {FIRST} && sip.Method == "INVITE"', "-T", "fields",
                              "-e", "sip.Call-ID")  # fmt: skip
    assert len(set(invites.split())) == 2


def test_aCallGoesOnWhereNobodyIsAtTheFirstTrunk(tmp_path: Path, capture: Capture) -> None:
    configured = configuration(trunk("first", FIRST), trunk("second", SECOND, 1))
    with (
        Server(tmp_path / "server", US, configured) as server,
        Sipp(tmp_path, SECOND, "answer"),
        call(tmp_path, "caller") as caller,
    ):
        assert caller.wait(20) == 0, caller.output()
        assert trunksOf(server)["first"]["reason"] == "no answer to a call"


def test_theyHearEachOtherOverAProxyThatIsATrunk(tmp_path: Path, capture: Capture) -> None:
    heard = tmp_path / "heard.wav"
    called = Caller(
        tmp_path, "called", "--json", "--bind", CALLED, "--answer", "--tone", str(THEIR_TONE),
        "--record", str(tmp_path / "called.wav"), "--sip-port", "5060",
    )  # fmt: skip
    with (
        called,
        Kamailio(tmp_path / "kamailio", FIRST, CALLED, 1),
        Server(tmp_path / "server", US, configuration(trunk("proxy", FIRST, interval=1))) as server,
    ):
        waitFor(lambda: trunksOf(server)["proxy"]["state"] == "up", 10, "the trunk is there")
        with call(tmp_path, "caller", "--record", str(heard), "--seconds", "4") as caller:
            assert caller.wait(20) == 0, caller.output()
        waitFor(lambda: server.ask("calls") == [], 5, "the call is over")
    assert heardFor(heard, (OUR_TONE, THEIR_TONE), 1.5) == [THEIR_TONE]
    assert heardFor(tmp_path / "called.wav", (OUR_TONE, THEIR_TONE), 1.5) == [OUR_TONE]


@pytest.mark.parametrize(("address", "answered"), [(FIRST, True), (SECOND, False)])
def test_whoCallsFromATrunkReachesWhoIsRegistered(
    address: str, answered: bool, tmp_path: Path, capture: Capture
) -> None:
    called = Caller(
        tmp_path, "called", "--json", "--bind", CALLED, "--alias", "1002", "--gatekeeper", US,
        "--answer", "--h323-port", "1720",
    )  # fmt: skip
    with Server(tmp_path / "server", US, configuration(trunk("first", FIRST))) as server, called:
        waitFor(lambda: server.ask("registrations"), 10, "it registers")
        caller = Caller(
            tmp_path, "caller", "--json", "--bind", address, "--seconds", "1", f"sip:1002@{US}"
        )
        with caller:
            assert caller.wait(20) == (0 if answered else 1), caller.output()
        told = [
            json.loads(line)["event"] for line in caller.output().splitlines() if line[:1] == "{"
        ]
        assert ("answered" in told) is answered
