"""
Digest as telephones and servers do it that we did not write: each registers with a password, and
those that can call a room in its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.linephone import Linphone
from tests.support.processes import (
    Asterisk,
    Baresip,
    Caller,
    Capture,
    Server,
    runSipp,
    waitFor,
)
from tests.support.softphone import SoftPhone
from tests.support.sound import heardFor, writeTone

pytestmark = pytest.mark.interop

US, BARESIP, PJSUA, LINPHONE, ASTERISK, SIPP, GUEST = (f"127.0.78.{host}" for host in range(1, 8))
PASSWORD = "ofB7"
USERS = ("b", "pj", "linphone", "opus", "G729", "sipp")
SCENARIOS = Path(__file__).parent / "sipp"


def entry(name: str) -> str:
    sha256, md5 = (secretOf(each, name, "h323d", PASSWORD) for each in Algorithm)
    return f'[[security.users]]\nname = "{name}"\nsha256 = "{sha256}"\nmd5 = "{md5}"\n'


def trunk() -> str:
    """
    Asterisk, which takes calls of its user test alone.
    """
    md5 = secretOf(Algorithm.MD5, "test", "asterisk", "test")
    return (
        f'[[routing.trunks]]\nname = "asterisk"\naddress = "{ASTERISK}"\nprefixes = ["6"]\n'
        f'checkInterval = 0\nuser = "test"\nrealm = "asterisk"\nmd5 = "{md5}"\n'
    )


CONFIGURATION = "\n".join(
    (
        Baresip.SERVER,
        f'[security]\ndigest = "all"\nmd5Networks = ["{BARESIP}", "{SIPP}"]',
        *map(entry, USERS),
        trunk(),
    )
)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """
    Dissects what the server has sent, when all is over.
    """
    with Capture(tmp_path_factory.mktemp("capture"), "127.0.78.0/24") as capture:
        yield capture
    assert capture.complaints(US) == ""


@pytest.fixture(scope="module")
def server(capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    One for all; when they are done, what it has written is looked through for secrets.
    """
    with Server(tmp_path_factory.mktemp("server"), US, CONFIGURATION) as server:
        yield server
        assert "Traceback" not in server.output()
        for algorithm in Algorithm:
            for name in USERS:
                assert secretOf(algorithm, name, "h323d", PASSWORD) not in server.output()


def registered(server: Server, user: str) -> dict[str, Any]:
    """
    Wait until a user has registered, and has proved to be it.
    """

    def found() -> list[dict[str, Any]]:
        return [each for each in server.ask("registrations") if each["user"] == user]

    (registration,) = waitFor(found, 10, f"{user} registers")
    return dict(registration)


def called(server: Server, user: str) -> bool:
    """
    Whether somebody is in a room whose call it is.
    """
    return any(user in each["calling"] for each in server.ask("calls"))


def failures(server: Server) -> int:
    return int(server.ask("status")["facts"].get("AuthenticationFailed", 0))


def test_baresipIsAskedForMD5(server: Server, tmp_path: Path) -> None:
    directory = tmp_path / "baresip"
    directory.mkdir()
    writeTone(directory / "tone.wav", 700, 60.0)
    phone = Baresip(
        directory, BARESIP, f"sip:80001@{US}", 60, registrar=US, account=f";auth_pass={PASSWORD}"
    )
    with phone:
        assert registered(server, "b")["product"].startswith("baresip")
        waitFor(lambda: called(server, "b"), 10, "it is in the room")
    waitFor(lambda: not server.ask("calls"), 10, "its BYE is taken")


def test_pjsuaShowsSHA256AndCallsAgainAndAgain(server: Server, tmp_path: Path) -> None:
    with SoftPhone(tmp_path / "pjsua", PJSUA, 700) as phone:
        phone.register("pj", US, "PCMU", password=PASSWORD)
        registered(server, "pj")
        for _ in range(3):
            call = phone.call("pj", f"sip:80002@{US}")
            phone.until(call, "it is in the room", state="CONFIRMED")
            phone.hangup(call)
            waitFor(lambda: not called(server, "pj"), 10, "its BYE is taken")


def test_linphoneRegisters(server: Server, tmp_path: Path) -> None:
    with Linphone(tmp_path / "linphone", LINPHONE, US, "linphone", password=PASSWORD):
        registered(server, "linphone")


def test_asteriskRegistersAndCalls(server: Server, tmp_path: Path) -> None:
    asterisk = Asterisk(
        tmp_path / "asterisk", ASTERISK, US, registrar=US, password=PASSWORD, ooh323="no"
    )
    with asterisk:
        for name in ("opus", "G729"):
            registered(server, name)
        asterisk.call("PJSIP/80003@opus", "600")
        waitFor(lambda: called(server, "opus"), 10, "it is in the room")
        asterisk.tell("channel request hangup all")
        waitFor(lambda: not called(server, "opus"), 10, "its BYE is taken")


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_sippRegistersAsItselfAndAsNobodyElse(
    transport: str, server: Server, tmp_path: Path
) -> None:
    runSipp(
        tmp_path, US, "-i", SIPP, "-sf", str(SCENARIOS / "digest.xml"), "-m", "1", "-s", "sipp",
        "-au", "sipp", "-ap", PASSWORD, "-t", transport, "-timeout", "60", "-timeout_error",
        "-trace_err",
    )  # fmt: skip


def test_sippIsNotLetInWithAnotherPassword(server: Server, tmp_path: Path) -> None:
    before = failures(server)
    with pytest.raises(AssertionError):
        runSipp(
            tmp_path, US, "-i", SIPP, "-sf", str(SCENARIOS / "digest.xml"), "-m", "1", "-s",
            "sipp", "-au", "sipp", "-ap", "other", "-timeout", "20", "-timeout_error",
        )  # fmt: skip
    assert failures(server) == before + 1


def test_aGuestIsNotLetIn(server: Server, tmp_path: Path) -> None:
    with Caller(tmp_path, "guest", "--json", "--bind", GUEST, f"sip:80001@{US}") as guest:
        assert guest.wait(20) == 1
    told = [json.loads(line) for line in guest.output().splitlines() if line[:1] == "{"]
    assert not any(each["event"] == "answered" for each in told)


def test_asteriskAsATrunkIsShownOurPassword(
    server: Server, capture: Capture, tmp_path: Path
) -> None:
    """
    It knows by From whose password to ask for, so the caller has its user's name.
    """
    recording = tmp_path / "heard.wav"
    with Asterisk(tmp_path / "asterisk", ASTERISK, US, ooh323="no") as asterisk:
        with Caller(
            tmp_path, "caller", "--json", "--bind", GUEST, "--alias", "test", "--gatekeeper", US,
            "--tone", "440", "--record", str(recording), "--seconds", "3", "600",
        ) as caller:  # fmt: skip
            assert caller.wait(20) == 0, caller.output()
        waitFor(lambda: not server.ask("calls"), 10, "the call is over")
        assert "0 active channels" in asterisk.tell("core show channels")
    assert heardFor(recording, (440, 700), 1.5) == [440]
    query = f'ip.dst == {ASTERISK} && sip.Method == "INVITE" && sip.auth.username'
    shown = capture.dissect(query, "-T", "fields", "-e", "sip.auth.username")
    assert [each.strip('"') for each in shown.split()] == ["test"]
