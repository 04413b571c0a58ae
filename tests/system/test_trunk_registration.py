"""
Our registration with servers that we did not write: Asterisk, which wants a password, calls us
by it, and is called; and Kamailio, which passes calls on, by two sockets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.kamailio import Kamailio
from tests.support.processes import Asterisk, Caller, Capture, Server, control, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import heardFor

pytestmark = pytest.mark.interop

US, ASTERISK, CALLER, REGISTRAR, PHONE, HERE = (f"127.0.94.{host}" for host in range(1, 7))
OUR_TONE, MILLIWATT = 440, 1004
# Of Asterisk's user test, whose password is its name.
SECRET = secretOf(Algorithm.MD5, "test", "asterisk", "test")
CONFIGURATION = f"""\
[security]
digest = "all"

[[routing.trunks]]
name = "asterisk"
address = "{ASTERISK}"
prefixes = ["6"]
checkInterval = 1
transport = "{{transport}}"
user = "test"
realm = "asterisk"
md5 = "{SECRET}"
register = true

[[routing.rewrites]]
name = "test"
to = "80001"
"""
BEHIND = f"""
[[routing.trunks]]
name = "registrar"
address = "{REGISTRAR}"
prefixes = ["7"]
checkInterval = 1
user = "test"
realm = "none"
md5 = "{SECRET}"
register = true

[[routing.rewrites]]
name = "test"
to = "80001"
"""


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """
    Dissects what the server has sent, when all is over.
    """
    with Capture(tmp_path_factory.mktemp("capture"), "127.0.94.0/24") as capture:
        yield capture
    assert capture.complaints(US) == ""


@pytest.fixture(scope="module")
def asterisk(capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    with Asterisk(tmp_path_factory.mktemp("asterisk"), ASTERISK, US, ooh323="no") as asterisk:
        yield asterisk


@pytest.fixture(scope="module", params=["udp", "tcp"])
def transport(request: pytest.FixtureRequest) -> str:
    """
    By which we register, and are called.
    """
    return str(request.param)


@pytest.fixture(scope="module")
def server(
    transport: str, asterisk: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """
    Is registered with Asterisk, and not any more when it has stopped.
    """
    configuration = CONFIGURATION.format(transport=transport)
    with Server(tmp_path_factory.mktemp("server"), US, configuration) as server:
        waitFor(lambda: trunkOf(server)["registration"] == "registered", 20, "it is registered")
        yield server
        assert "Traceback" not in server.output()
        assert SECRET not in server.output()
    assert contacts(asterisk) == []


def trunkOf(server: Server) -> dict[str, Any]:
    (trunk,) = server.ask("trunks")
    return dict(trunk)


def contacts(asterisk: Asterisk) -> list[str]:
    """
    Where Asterisk believes its user test to be.
    """
    lines = asterisk.tell("pjsip show contacts").splitlines()
    return [line for line in lines if "test/sip:" in line]


def test_asteriskRegistersUs(server: Server, asterisk: Asterisk, transport: str) -> None:
    (contact,) = contacts(asterisk)
    assert f"test/sip:test@{US}:5060" in contact
    assert ("transport=tcp" in contact) is (transport == "tcp")
    assert 0 < trunkOf(server)["expires"] <= 3600
    assert server.ask("status")["facts"]["TrunkRegistered"] == 1
    assert "registered" in control(server, "trunks").stdout


@pytest.mark.parametrize("channel", ["PJSIP/test", "PJSIP/80001@test"], ids=["user", "number"])
def test_asteriskCallsUsByTheRegistration(channel: str, server: Server, asterisk: Asterisk) -> None:
    asterisk.call(channel, "600")
    waitFor(lambda: len(server.ask("rooms")) == 1, 10, "it is in the room")
    (room,) = server.ask("rooms")
    assert room["room"] == "80001"
    asterisk.tell("channel request hangup all")
    waitFor(lambda: server.ask("calls") == [], 10, "its BYE is taken")


def test_weCallAsterisk(server: Server, tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    with Caller(
        tmp_path, "caller", "--json", "--bind", CALLER, "--alias", "test", "--gatekeeper", US,
        "--tone", str(OUR_TONE), "--record", str(heard), "--seconds", "3", "601",
    ) as caller:  # fmt: skip
        assert caller.wait(20) == 0, caller.output()
    waitFor(lambda: server.ask("calls") == [], 10, "the call is over")
    assert heardFor(heard, (OUR_TONE, MILLIWATT), 1.5) == [MILLIWATT]


def test_whoIsRegisteredWithAKamailioIsCalledThereAndCallsUs(tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", HERE) as capture,
        Kamailio(tmp_path / "kamailio", REGISTRAR, HERE, 2, "-registrar"),
        Server(tmp_path / "server", HERE, BEHIND) as server,
        SoftPhone(tmp_path / "phone", PHONE, MILLIWATT) as phone,
    ):
        phone.register("7001", REGISTRAR, "PCMU")
        waitFor(lambda: trunkOf(server)["registration"] == "registered", 20, "we are registered")
        with Caller(
            tmp_path, "caller", "--json", "--bind", CALLER, "--alias", "1001", "--gatekeeper", HERE,
            "--tone", str(OUR_TONE), "7001",
        ) as caller:  # fmt: skip
            phone.until(0, "it is called", state="CONFIRMED", media="active")
            phone.change(0, hold=True)
            phone.until(0, "its hold is answered", media="holds")
            phone.change(0)
            phone.until(0, "its resuming is answered", media="active")
            assert caller.hangUp() == 0, caller.output()
            phone.until(0, "our BYE arrives", state="DISCONNECTED")
        phone.call("7001", f"sip:test@{REGISTRAR}")
        waitFor(lambda: server.ask("rooms"), 10, "it is in the room")
        server.ask("hangup", "80001")
        phone.until(1, "our BYE arrives", state="DISCONNECTED")
    assert capture.complaints(HERE) == ""
    query = f'ip.src == {HERE} && sip.Method == "ACK"'
    routes = capture.dissect(query, "-T", "fields", "-e", "sip.Route").split()
    assert routes[0].count("sip:") == 2


def test_theConnectionByWhichAKamailioHasRegisteredUsIsKept(tmp_path: Path) -> None:
    configuration = BEHIND.replace("checkInterval = 1", 'checkInterval = 0\ntransport = "tcp"')
    with (
        Capture(tmp_path / "capture", HERE) as capture,
        Kamailio(tmp_path / "kamailio", REGISTRAR, HERE, 2, "-registrar"),
        Server(tmp_path / "server", HERE, f"[sip]\nidleTimeout = 2\n{configuration}") as server,
    ):
        waitFor(lambda: trunkOf(server)["registration"] == "registered", 20, "we are registered")

        def answered() -> int:
            query = f"ip.src == {REGISTRAR} && tcp.payload == 0d:0a"
            return len(capture.dissect(query).splitlines())

        waitFor(lambda: answered() > 2, 20, "our empty lines are answered", every=1.0)
        assert trunkOf(server)["registration"] == "registered"
    opened = capture.dissect(f"ip.src == {HERE} && tcp.flags.syn == 1 && tcp.flags.ack == 0")
    assert len(opened.splitlines()) == 1
