"""
Trunks that we did not write: sipp, which refuses every call or takes it, and Kamailio, which passes
it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.kamailio import Kamailio
from tests.support.processes import (
    Caller,
    Capture,
    Process,
    Server,
    control,
    isBound,
    program,
    together,
    waitFor,
)
from tests.support.sound import heardFor
from tests.system.test_baresip import haveSpoken

pytestmark = pytest.mark.interop

US, REFUSING, ANSWERING, PROXY = (f"127.0.77.{host}" for host in (1, 2, 3, 4))
ABSENT, CALLER, CALLED, ELSEWHERE = (f"127.0.77.{host}" for host in (5, 6, 7, 8))
REFUSED, UNHEARD, PASSED = (
    "001",
    "002",
    "003",
)  # what is called, by what the first trunk for it does
OUR_TONE, THEIR_TONE = 440, 700
SCENARIOS = Path(__file__).parent / "sipp"
TRUNK = """
[[routing.trunks]]
name = "{name}"
address = "{address}"
prefixes = {prefixes}
priority = {priority}
checkInterval = {interval}
failures = 1
"""


def trunk(
    name: str, address: str, prefixes: list[str], priority: int = 0, interval: int = 0
) -> str:
    return TRUNK.format(
        name=name, address=address, prefixes=prefixes, priority=priority, interval=interval
    )


CONFIGURATION = "\n".join(
    (
        "[gateway]",
        "wayTimeout = 1.0",
        trunk("refusing", REFUSING, [REFUSED]),
        trunk("absent", ABSENT, [UNHEARD]),
        trunk("answering", ANSWERING, [REFUSED, UNHEARD], 1),
        trunk("proxy", PROXY, [PASSED], interval=1),
    )
)


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
        return isBound(self._address, 5060)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """
    Dissects what the server has sent, when all is over.
    """
    with Capture(tmp_path_factory.mktemp("capture"), "127.0.77.0/24") as capture:
        yield capture
    assert capture.complaints(US) == ""


@pytest.fixture(scope="module")
def server(capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("trunks")
    server = Server(directory / "server", US, CONFIGURATION)
    with ExitStack() as stack:
        together(
            stack,
            server,
            Sipp(directory, REFUSING, "answer_503"),
            Sipp(directory, ANSWERING, "answer"),
            Kamailio(directory / "kamailio", PROXY, CALLED, 1),
        )
        yield server
        assert "Traceback" not in server.output()


def call(directory: Path, number: str, *arguments: str) -> Caller:
    """
    Somebody registered by H.323 calls a number.
    """
    return Caller(
        directory, "caller", "--json", "--bind", CALLER, "--alias", "1001", "--gatekeeper", US,
        "--tone", str(OUR_TONE), *arguments, number,
    )  # fmt: skip


def answered(caller: Caller) -> None:
    """
    Wait until a caller is answered, and let it hang up.
    """
    waitFor(lambda: '"answered"' in caller.output(), 20, "an answer")
    assert caller.hangUp() == 0, caller.output()


def trunksOf(server: Server) -> dict[str, Any]:
    return {each["trunk"]: each for each in server.ask("trunks")}


def test_aCallGoesOnWhereTheFirstTrunkRefusesEveryOne(
    tmp_path: Path, server: Server, capture: Capture
) -> None:
    down = server.ask("status")["facts"].get("TrunkDown", 0)
    for number in range(2):
        with call(tmp_path / str(number), REFUSED) as caller:
            answered(caller)
        waitFor(lambda: server.ask("calls") == [], 5, "the call is over")
    trunks = trunksOf(server)
    assert (trunks["refusing"]["state"], trunks["refusing"]["lastCause"]) == (
        "down",
        "TEMPORARY_FAILURE",
    )
    assert (trunks["answering"]["state"], trunks["answering"]["calls"]) == ("up", 0)
    assert server.ask("status")["facts"]["TrunkDown"] > down
    assert "refusing" in control(server, "trunks").stdout
    route = server.ask("route", REFUSED)
    assert [each["trunk"] for each in route["destinations"]] == ["answering", "refusing"]
    # The second call did not go there any more.
    invites = capture.dissect(f'ip.dst == {REFUSING} && sip.Method == "INVITE"', "-T", "fields",
                              "-e", "sip.Call-ID")  # fmt: skip
    assert len(set(invites.split())) == 1


def test_aCallGoesOnWhereNobodyIsAtTheFirstTrunk(tmp_path: Path, server: Server) -> None:
    with call(tmp_path, UNHEARD) as caller:
        answered(caller)
    assert trunksOf(server)["absent"]["reason"] == "no answer to a call"


def test_theyHearEachOtherOverAProxyThatIsATrunk(tmp_path: Path, server: Server) -> None:
    heard = tmp_path / "heard.wav"
    called = Caller(
        tmp_path, "called", "--json", "--bind", CALLED, "--answer", "--tone", str(THEIR_TONE),
        "--record", str(tmp_path / "called.wav"), "--sip-port", "5060",
    )  # fmt: skip
    with called:
        waitFor(lambda: trunksOf(server)["proxy"]["state"] == "up", 10, "the trunk is there")
        with call(tmp_path, PASSED, "--record", str(heard)) as caller:
            waitFor(lambda: len(server.ask("calls")) == 2, 10, "both are in the call")
            waitFor(lambda: haveSpoken(server, 100), 10, "both have spoken for two seconds")
            assert caller.hangUp() == 0, caller.output()
        waitFor(lambda: server.ask("calls") == [], 5, "the call is over")
    assert heardFor(heard, (OUR_TONE, THEIR_TONE), 1.5) == [THEIR_TONE]
    assert heardFor(tmp_path / "called.wav", (OUR_TONE, THEIR_TONE), 1.5) == [OUR_TONE]


@pytest.fixture(scope="module")
def registered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    called = Caller(
        tmp_path_factory.mktemp("called"), "called", "--json", "--bind", CALLED, "--alias", "1002",
        "--gatekeeper", US, "--answer", "--h323-port", "1720",
    )  # fmt: skip
    with called:
        waitFor(lambda: server.ask("registrations"), 10, "it registers")
        yield


def test_whoCallsFromATrunkReachesWhoIsRegistered(tmp_path: Path, registered: None) -> None:
    with Caller(tmp_path, "caller", "--json", "--bind", ABSENT, f"sip:1002@{US}") as caller:
        answered(caller)


def test_whoCallsFromElsewhereDoesNot(tmp_path: Path, registered: None) -> None:
    with Caller(tmp_path, "caller", "--json", "--bind", ELSEWHERE, f"sip:1002@{US}") as caller:
        assert caller.wait(20) == 1, caller.output()
    assert '"answered"' not in caller.output()
