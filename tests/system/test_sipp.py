"""
sipp, a SIP load generator that we did not write, by its own scenario and by ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import (
    Caller,
    Process,
    Server,
    isBound,
    program,
    runSipp,
    waitFor,
)

pytestmark = pytest.mark.interop

NETWORK = "127.0.44."
US, THEM, CALLER = f"{NETWORK}51", f"{NETWORK}52", f"{NETWORK}53"
SCENARIOS = Path(__file__).parent / "sipp"
CONFIGURATION = '[[conference.rooms]]\nname = "cell"\naliases = ["1"]\nmaxParticipants = 1\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), US, CONFIGURATION) as server:
        yield server
        assert "Traceback" not in server.output()


def call(directory: Path, scenario: str, *options: str, service: str = "80001") -> str:
    """
    Run one of our scenarios once against the server; it fails unless every message is as it
    says.
    """
    file = str(SCENARIOS / f"{scenario}.xml")
    return runSipp(
        directory, US, "-i", THEM, "-sf", file, "-m", "1", "-s", service, "-timeout", "60",
        "-timeout_error", "-trace_err", *options,
    )  # fmt: skip


def facts(server: Server) -> dict[str, int]:
    found: dict[str, int] = server.ask("status")["facts"]
    return found


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_fiftyCallsAtTwentyFiveASecond(transport: str, server: Server, tmp_path: Path) -> None:
    before = facts(server).get("ParticipantJoined", 0)
    runSipp(
        tmp_path, US, "-i", THEM, "-sn", "uac", "-s", "80002", "-m", "50", "-r", "25", "-d", "500",
        "-t", transport, "-timeout", "60", "-timeout_error",
    )  # fmt: skip
    assert facts(server)["ParticipantJoined"] == before + 50
    waitFor(lambda: server.ask("calls") == [], 5, "all calls are over")


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
@pytest.mark.parametrize(
    "scenario", ["delayed_offer", "hold", "update", "info", "options", "register"]
)
def test_aPhoneOfSippGetsTheAnswersThatItExpects(
    scenario: str, transport: str, server: Server, tmp_path: Path
) -> None:
    call(tmp_path, scenario, "-t", transport)
    waitFor(lambda: server.ask("calls") == [], 5, "the call is over")


def test_aDigitByINFOIsAFact(server: Server, tmp_path: Path) -> None:
    before = facts(server).get("DigitReceived", 0)
    call(tmp_path, "info")
    assert facts(server)["DigitReceived"] == before + 1


def test_aFullRoomIsBusy(server: Server, tmp_path: Path) -> None:
    with Caller(tmp_path, "first", "--bind", CALLER, f"sip:1@{US}") as first:
        waitFor(lambda: "media" in first.output(), 10, "the room is full")
        call(tmp_path, "refused_486", service="1")


def test_anOfferWithNothingInCommonIsNotAcceptable(server: Server, tmp_path: Path) -> None:
    call(tmp_path, "refused_488")


def test_aNumberThatNobodyHasIsNotFound(server: Server, tmp_path: Path) -> None:
    call(tmp_path, "refused_404", service="5")


def test_threeHundredPhonesComeRenewAndLeave(server: Server, tmp_path: Path) -> None:
    before = facts(server).get("EndpointUnregistered", 0)
    call(tmp_path, "register", "-m", "300", "-r", "100", "-timeout", "90", service="4")
    assert facts(server)["EndpointUnregistered"] == before + 300
    assert server.ask("registrations") == []


def test_aRoomsNumberCannotBeRegistered(server: Server, tmp_path: Path) -> None:
    call(tmp_path, "refused_403", service="80001")
    assert server.ask("registrations") == []


class Callee(Process):
    """
    sipp as the called party of one call, by a scenario of ours, or of its own.
    """

    def __init__(self, directory: Path, scenario: str) -> None:
        super().__init__(directory, "sipp")
        self.scenario = scenario

    def command(self) -> list[str]:
        file = SCENARIOS / f"{self.scenario}.xml"
        plays = ("-sf", str(file)) if file.exists() else ("-sn", self.scenario)
        return [
            program("sipp"), "-nostdin", "-i", THEM, "-p", "5060", "-m", "1", "-timeout", "60",
            "-timeout_error", "-trace_err", *plays,
        ]  # fmt: skip

    def ready(self) -> bool:
        return isBound(THEM, 5060)


def events(caller: Caller) -> list[str]:
    return [
        str(json.loads(line)["event"])
        for line in caller.output().splitlines()
        if line.startswith("{")
    ]


def calling(directory: Path, *arguments: str) -> Caller:
    return Caller(
        directory, "caller", "--json", "--bind", CALLER, "--tone", "440", *arguments,
        f"sip:anna@{THEM}",
    )  # fmt: skip


def test_weFollowACallThroughRingingAndEarlyMediaToItsEnd(tmp_path: Path) -> None:
    with Callee(tmp_path, "answer") as callee, calling(tmp_path, "--seconds", "1") as caller:
        assert caller.wait(15) == 0, caller.output()
        assert callee.wait(5) == 0, callee.output()
    told = [each for each in events(caller) if each in ("alerting", "answered", "released")]
    assert told == ["alerting", "answered", "released"]  # by the 180 alone: a 183 is progress


@pytest.mark.parametrize("scenario", ["3pcc-A", "3pcc-B"])
def test_weCallEitherSideOfItsCallsByAThird(scenario: str, tmp_path: Path) -> None:
    with Callee(tmp_path, scenario) as callee, calling(tmp_path, "--seconds", "0.2") as caller:
        assert caller.wait(15) == 0, caller.output()
        assert callee.wait(10) == 0, callee.output()


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (302, "REDIRECTION_TO_NEW_DESTINATION"),
        (404, "UNALLOCATED_NUMBER"),
        (486, "USER_BUSY"),
        (603, "CALL_REJECTED"),
    ],
)
def test_aRefusalBecomesACause(status: int, cause: str, tmp_path: Path) -> None:
    callee, caller = Callee(tmp_path, f"answer_{status}"), calling(tmp_path, "--transfers", "0")
    with callee, caller:
        assert caller.wait(15) == 1, caller.output()
        assert callee.wait(5) == 0, callee.output()
    assert f'"cause": "{cause}"' in caller.output()
    assert "answered" not in events(caller)


def test_whoGivesUpWhileItRingsCancels(tmp_path: Path) -> None:
    with Callee(tmp_path, "cancelled") as callee, calling(tmp_path) as caller:
        waitFor(lambda: "alerting" in events(caller), 10, "it rings")
        caller.stop()
        assert callee.wait(10) == 0, callee.output()


# What it has of scenarios of its own.  Not branchs: it waits for a REGISTER and an INVITE of one Call-ID, which
# only branchc sends.

TWIN = 28444  # the port, of all addresses, by which a pair of them talks
ITS_OWN = {
    "regexp": (f"{NETWORK}61",),
    "uac_pcap": (f"{NETWORK}62",),
    "branchc": (f"{NETWORK}63",),
    "3pcc-C-B": (f"{NETWORK}64", "-3pcc", f"{NETWORK}64:{TWIN}"),
    "3pcc-C-A": (f"{NETWORK}65", "-3pcc", f"{NETWORK}64:{TWIN}"),
}
RECORDINGS = Path("/usr/share/sip-tester")  # where Debian has those that uac_pcap plays
HOME = f"{NETWORK}66"
AT_HOME = f"""
[sip]
domains = ["nnl.cym", "CA.cym.com", "{HOME}"]
[routing]
domains = ["nnl.cym", "CA.cym.com"]
[[routing.rewrites]]
name = "ua2"
to = "80001"
"""


class Its(Process):
    """
    sipp, which calls once by a scenario of its own.
    """

    def __init__(self, directory: Path, scenario: str) -> None:
        super().__init__(directory / scenario, scenario)
        self._scenario = scenario

    def command(self) -> list[str]:
        self.directory.mkdir()
        (self.directory / "pcap").symlink_to(RECORDINGS)
        address, *more = ITS_OWN[self._scenario]
        return [
            program("sipp"), HOME, "-nostdin", "-i", address, "-sn", self._scenario, "-s", "80001",
            "-m", "1", "-timeout", "90", "-timeout_error", "-trace_err", *more,
        ]  # fmt: skip

    def ready(self) -> bool:
        """
        Whether the other half of a pair can be started.
        """
        address, *more = ITS_OWN[self._scenario]
        return f"{address}:{TWIN}" not in more or isBound("0.0.0.0", TWIN, "tcp")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("home"), HOME, AT_HOME) as home:
        yield home
        assert "Traceback" not in home.output()


@pytest.fixture(scope="module", autouse=True)
def own(home: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Its]]:
    """
    They take seconds, so they call while the other tests go on.
    """
    directory = tmp_path_factory.mktemp("its")
    with ExitStack() as stack:
        yield {name: stack.enter_context(Its(directory, name)) for name in ITS_OWN}


@pytest.mark.parametrize("scenario", [each for each in ITS_OWN if each != "uac_pcap"])
def test_itsOwnScenariosEndWell(scenario: str, own: dict[str, Its]) -> None:
    assert own[scenario].wait(20) == 0, own[scenario].output()


def test_itsRecordingsAreHeard(home: Server, own: dict[str, Its]) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip("sipp's recordings are not where Debian has them")
    assert own["uac_pcap"].wait(20) == 0, own["uac_pcap"].output()
    found = facts(home)
    assert found["DigitReceived"] == 1
    assert found["ActiveSpeakerChanged"] >= 1
