"""
Trunks that are domains, with servers that we did not write: some are dead, and the others are sipp,
or Asterisk, which we register with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.nameserver import PORT, NameServer
from tests.support.processes import Asterisk, Caller, Capture, Server, control, together, waitFor
from tests.system.test_trunks import Sipp

pytestmark = pytest.mark.interop

NETWORK = "127.0.101."
US, DEAD, REFUSING, ANSWERING, ASTERISK, NAMES, CALLER, LEAVING = (
    f"{NETWORK}{each}" for each in range(50, 58)
)
ZONE = (
    'SRV("_sip._udp.carrier.test", 1, 0, 5060, "dead.carrier.test")',
    'SRV("_sip._udp.carrier.test", 2, 0, 5060, "refusing.carrier.test")',
    'SRV("_sip._udp.carrier.test", 3, 0, 5060, "answering.carrier.test")',
    'SRV("_sip._udp.pbx.carrier.test", 1, 0, 5060, "dead.carrier.test")',
    'SRV("_sip._udp.pbx.carrier.test", 2, 0, 5060, "asterisk.carrier.test")',
    'SRV("_h323cs._tcp.isdn.carrier.test", 1, 0, 1720, "dead.carrier.test")',
    'SRV("_h323cs._tcp.isdn.carrier.test", 2, 0, 1720, "asterisk.carrier.test")',
    f'A("dead.carrier.test", "{DEAD}")',
    f'A("refusing.carrier.test", "{REFUSING}")',
    f'A("answering.carrier.test", "{ANSWERING}")',
    f'A("asterisk.carrier.test", "{ASTERISK}")',
)
SECRET = secretOf(Algorithm.MD5, "test", "asterisk", "test")
SECOND = secretOf(Algorithm.MD5, "second", "asterisk", "second")
TRUNKS = ("carrier", "pbx", "second", "isdn")
CONFIGURATION = f"""\
[security]
digest = "all"

[[routing.trunks]]
name = "carrier"
address = "carrier.test"
prefixes = ["0"]
checkInterval = 0

[[routing.trunks]]
name = "pbx"
address = "pbx.carrier.test"
prefixes = ["6"]
checkInterval = 1
user = "test"
realm = "asterisk"
md5 = "{SECRET}"
register = true

[[routing.trunks]]
name = "second"
address = "pbx.carrier.test"
prefixes = ["4"]
strip = 1
checkInterval = 1
user = "second"
realm = "asterisk"
md5 = "{SECOND}"
register = true

[[routing.trunks]]
name = "isdn"
address = "isdn.carrier.test"
protocol = "h323"
prefixes = ["5"]
strip = 1
checkInterval = 1

[[routing.rewrites]]
name = "test"
to = "80001"

[[routing.rewrites]]
name = "second"
to = "80003"
"""


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """
    Dissects what the server has sent, when all is over.
    """
    with Capture(tmp_path_factory.mktemp("capture"), f"{NETWORK}0/24") as capture:
        yield capture
    assert capture.complaints(US) == ""


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    with Asterisk(tmp_path_factory.mktemp("asterisk"), ASTERISK, US) as asterisk:
        yield asterisk


@pytest.fixture(scope="module")
def server(
    capture: Capture, asterisk: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """
    Has found both trunks.
    """
    directory = tmp_path_factory.mktemp("trunks")
    configuration = f'[routing]\ndnsServers = ["{NAMES}:{PORT}"]\n\n{CONFIGURATION}'
    with ExitStack() as stack:
        stack.enter_context(NameServer(directory / "names", NAMES, "carrier.test", ZONE))
        server = Server(directory / "server", US, configuration)
        together(
            stack,
            server,
            Sipp(directory, REFUSING, "answer_503"),
            Sipp(directory, ANSWERING, "answer"),
        )
        waitFor(lambda: all(trunkOf(server, each)["targets"] for each in TRUNKS), 10,
                "all are found")  # fmt: skip
        yield server
        assert "Traceback" not in server.output()
        assert not any(each in server.output() for each in (SECRET, SECOND))


def trunkOf(server: Server, name: str) -> dict[str, Any]:
    """
    @return: C{targets} are empty while they are not found.
    """
    (trunk,) = (each for each in server.ask("trunks") if each["trunk"] == name)
    return {"targets": [], **trunk}


def call(directory: Path, server: Server, number: str, alias: str = "1001") -> None:
    """
    Somebody registered by H.323 calls a number, and is answered.
    """
    options = ("--bind", CALLER, "--alias", alias, "--gatekeeper", US, "--seconds", "0.5")
    with Caller(directory, "caller", *options, "--tone", "440", number) as caller:
        assert caller.wait(20) == 0, caller.output()
    waitFor(lambda: server.ask("calls") == [], 10, "the call is over")


def test_aCallGoesOnToTheServerOfADomainThatTakesIt(server: Server, tmp_path: Path) -> None:
    with Capture(tmp_path / "capture", US) as capture:
        for number in range(2):
            call(tmp_path / str(number), server, "0301234")
    states = {each.split(":")[0]: each for each in trunkOf(server, "carrier")["targets"]}
    assert "failing: no answer to a call" in states[DEAD]
    assert "failing: a call: TEMPORARY_FAILURE" in states[REFUSING]
    assert "failing" not in states[ANSWERING]
    assert trunkOf(server, "carrier")["address"] == f"{ANSWERING}:5060"
    assert "failing: no answer to a call" in control(server, "--wide", "trunks").stdout
    query = (
        f'ip.src == {US} && sip.Method == "INVITE" && sip.r-uri contains "carrier.test" && !icmp'
    )
    fields = ("-e", "sip.Call-ID", "-e", "ip.dst")
    lines = capture.dissect(query, "-T", "fields", *fields).splitlines()
    hops = dict.fromkeys(tuple(line.split("\t")) for line in lines)
    # Of the second call, those that have failed come last.
    assert [hop for _, hop in hops] == [DEAD, REFUSING, ANSWERING, ANSWERING]


def test_theServerThatIsThereHasUsRegistered(server: Server, asterisk: Asterisk) -> None:
    waitFor(lambda: trunkOf(server, "pbx")["registration"] == "registered", 20, "it is registered")
    assert f"test/sip:test@{US}:5060" in asterisk.tell("pjsip show contacts")
    waitFor(lambda: trunkOf(server, "pbx")["state"] == "up", 10, "a server answers")
    dead, alive = trunkOf(server, "pbx")["targets"]
    assert (dead.partition(" ")[0], alive) == (f"{DEAD}:5060", f"{ASTERISK}:5060 udp up")
    waitFor(lambda: "failing: no answer" in trunkOf(server, "pbx")["targets"][0], 10, "one is dead")


def test_itCallsUsByTheRegistrationAndWeCallIt(
    server: Server, asterisk: Asterisk, tmp_path: Path
) -> None:
    waitFor(lambda: trunkOf(server, "pbx")["registration"] == "registered", 20, "it is registered")
    asterisk.call("PJSIP/test", "600")
    waitFor(lambda: len(server.ask("rooms")) == 1, 10, "it is in the room")
    assert [each["room"] for each in server.ask("rooms")] == ["80001"]
    asterisk.tell("channel request hangup all")
    waitFor(lambda: server.ask("calls") == [], 10, "its BYE is taken")
    call(tmp_path, server, "601")


def test_twoAccountsWithItAreToldApart(server: Server, asterisk: Asterisk, tmp_path: Path) -> None:
    waitFor(lambda: trunkOf(server, "second")["registration"] == "registered", 20, "registered")
    asterisk.call("PJSIP/second", "600")
    waitFor(lambda: len(server.ask("rooms")) == 1, 10, "it is in the room")
    assert [each["room"] for each in server.ask("rooms")] == ["80003"]
    asterisk.tell("channel request hangup all")
    waitFor(lambda: server.ask("calls") == [], 10, "its BYE is taken")
    # Asterisk knows by From who calls, and wants the password of that one.
    call(tmp_path / "second", server, "4601", "second")
    call(tmp_path / "first", server, "601", "test")


def test_anH323DomainIsCalledAtTheServerThatIsThere(server: Server, tmp_path: Path) -> None:
    waitFor(lambda: trunkOf(server, "isdn")["state"] == "up", 20, "a server answers")
    call(tmp_path, server, "5601")
    dead, alive = trunkOf(server, "isdn")["targets"]
    assert dead.startswith(f"{DEAD}:1720 failing: no connection")
    assert alive == f"{ASTERISK}:1720 up"


def test_whatWasShownOnceIsShownAgainBeforeItAsks(asterisk: Asterisk, tmp_path: Path) -> None:
    (_, _, pbx) = CONFIGURATION.partition('[[routing.trunks]]\nname = "pbx"')
    account = pbx.partition("[[routing.trunks]]")[0].replace("pbx.carrier.test", ASTERISK)
    configuration = f'[[routing.trunks]]\nname = "pbx"{account}'
    with (
        Capture(tmp_path / "capture", LEAVING) as capture,
        Server(tmp_path / "server", LEAVING, configuration) as server,
    ):
        waitFor(lambda: trunkOf(server, "pbx")["registration"] == "registered", 20, "registered")
    assert LEAVING not in asterisk.tell("pjsip show contacts")
    query = f"ip.addr == {LEAVING} && sip.CSeq.method == REGISTER && sip.Status-Code"
    statuses = capture.dissect(query, "-T", "fields", "-e", "sip.Status-Code").split()
    assert statuses == ["401", "200", "200"]
