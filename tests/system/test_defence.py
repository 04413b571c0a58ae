"""
Scanners, as their tools work, against a real server: they are slowed and banned, while a telephone
is in a call, and another registers.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.processes import (
    BUSY,
    RUN,
    Baresip,
    Server,
    control,
    program,
    run,
    runSipp,
    waitFor,
)
from tests.support.softphone import SoftPhone
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

NETWORK = "127.0.99."
US, BARESIP, PJSUA, SCANNER, SWEEPER, LAN, GUESSER, CALLER, ASKER = (
    f"{NETWORK}{host}" for host in range(1, 10)
)
PASSWORD = "ofB7"
SCENARIOS = Path(__file__).parent / "sipp"
OPTIONS = (
    "OPTIONS sip:100@{us} SIP/2.0\r\n"
    "Via: SIP/2.0/{transport} {scanner}:5060;branch=z9hG4bK-4242;rport\r\n"
    "Max-Forwards: 70\r\n"
    'To: "sipvicious"<sip:100@1.1.1.1>\r\n'
    'From: "sipvicious"<sip:100@1.1.1.1>;tag=6137\r\n'
    "Call-ID: 8734\r\nCSeq: 1 OPTIONS\r\nContact: <sip:100@{scanner}:5060>\r\n"
    "User-Agent: friendly-scanner\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"
)
"""
Of svmap: what says that it is one, and the rest of the same form.
"""


def entry(name: str) -> str:
    sha256, md5 = (secretOf(each, name, "h323d", PASSWORD) for each in Algorithm)
    return f'[[security.users]]\nname = "{name}"\nsha256 = "{sha256}"\nmd5 = "{md5}"\n'


CONFIGURATION = "\n".join(
    (
        Baresip.SERVER,
        "[defence]\nrequestBurst = 20\nrequestRate = 5\nfailureBurst = 6\nfailureRate = 2",
        f'unforged = ["{LAN}"]',
        f'[security]\nmd5Networks = ["{BARESIP}", "{GUESSER}"]',
        entry("b"),
        entry("pj"),
    )
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), US, CONFIGURATION) as server:
        yield server
        assert "Traceback" not in server.output()


@pytest.fixture(scope="module", autouse=True)
def phone(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baresip]:
    """
    A telephone that is in a call all the time.
    """
    directory = tmp_path_factory.mktemp("baresip")
    writeTone(directory / "tone.wav", 700, 600.0)
    phone = Baresip(
        directory, BARESIP, f"sip:80001@{US}", 600, registrar=US, account=f";auth_pass={PASSWORD}"
    )
    with phone:
        waitFor(lambda: heard(server), 10, "it is heard")
        yield phone


def heard(server: Server) -> int:
    """
    How many packets of the telephone have been heard.
    """
    media = [call["media"] for call in server.ask("calls") if call.get("media")]
    return int(media[0]["packetsReceived"]) if media else 0


def isUndisturbed(server: Server) -> None:
    before = heard(server)
    waitFor(lambda: heard(server) > before + 50, 10, "the telephone is heard still")


def ban(server: Server, source: str) -> dict[str, Any] | None:
    """
    The one of an address, if there is one.
    """
    return next((dict(each) for each in server.ask("bans") if each["source"] == source), None)


def attack(directory: Path, scenario: str, scanner: str, *options: str) -> None:
    """
    Run sipp until it has failed.
    """
    with pytest.raises(AssertionError):
        runSipp(
            directory, US, "-i", scanner, "-sf", str(SCENARIOS / scenario), "-nd",
            "-timeout", "60", *options, seconds=2 * RUN,
        )  # fmt: skip


def test_svmapFindsNobodyOverUDP(server: Server) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as scanner:
        scanner.bind((SCANNER, 5060))
        refused = server.ask("status")["turnedAway"]
        text = OPTIONS.format(us=US, scanner=SCANNER, transport="UDP")
        scanner.sendto(text.encode(), (US, 5060))
        waitFor(lambda: server.ask("status")["turnedAway"] > refused, 10, "it is turned away")
        scanner.setblocking(False)
        with pytest.raises(BlockingIOError):
            scanner.recv(4096)
    assert ban(server, SCANNER) is None
    isUndisturbed(server)


def test_svmapIsBannedOverTCP(server: Server) -> None:
    text = OPTIONS.format(us=US, scanner=SCANNER, transport="TCP").encode()
    with socket.socket() as scanner:
        scanner.settimeout(RUN * BUSY)
        scanner.bind((SCANNER, 0))
        scanner.connect((US, 5060))
        scanner.sendall(text)
        waitFor(lambda: ban(server, SCANNER), 10, "it is banned")
        scanner.sendall(text)
        assert scanner.recv(4096) == b""
    found = ban(server, SCANNER)
    assert found is not None
    assert found["reason"] == "scanner"
    assert server.ask("status")["facts"]["SourceBanned"] >= 1
    isUndisturbed(server)


def test_aSweepOfOptionsIsSlowedOverUDP(server: Server, tmp_path: Path) -> None:
    attack(tmp_path, "options.xml", SWEEPER, "-s", "100", "-m", "60", "-r", "60")
    assert ban(server, SWEEPER) is None
    assert server.ask("status")["facts"]["SourceRefused"] >= 1
    isUndisturbed(server)


def test_inANetworkThatNobodyForgesItIsBanned(server: Server, tmp_path: Path) -> None:
    attack(tmp_path, "options.xml", LAN, "-s", "100", "-m", "200", "-r", "30")
    found = waitFor(lambda: ban(server, LAN), 10, "it is banned")
    assert found["reason"] == "requests"
    isUndisturbed(server)


def test_guessesOfAPasswordAreSlowedAndBannedWhileOthersRegister(
    server: Server, tmp_path: Path
) -> None:
    guess = ("-s", "pj", "-au", "pj", "-ap", "guess", "-r", "20")
    attack(tmp_path, "guesses.xml", GUESSER, *guess, "-m", "150")
    found = waitFor(lambda: ban(server, GUESSER), 10, "it is banned")
    assert found["reason"] == "failures"
    assert found["counted"] > 0
    with SoftPhone(tmp_path / "pjsua", PJSUA, 700) as other:
        other.register("pj", US, "PCMU", password=PASSWORD)
        waitFor(lambda: server.ask("registrations", "pj"), 10, "the user is not locked out")
    isUndisturbed(server)


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_aSweepOfNumbersIsBanned(server: Server, tmp_path: Path, transport: str) -> None:
    attack(tmp_path, "numbers.xml", CALLER, "-s", "x", "-m", "150", "-r", "20", "-t", transport)
    found = waitFor(lambda: ban(server, CALLER), 10, "it is banned")
    assert found["reason"] == "failures"
    isUndisturbed(server)
    assert control(server, "bans", "remove", CALLER).returncode == 0


def test_anOperatorBansAndLetsInAgain(server: Server) -> None:
    asking = [program("sipsak"), "-k", ASKER, "-s", f"sip:80001@{US}", "--timer-t1=100"]
    assert run(asking).returncode == 0
    assert control(server, "bans", "add", ASKER, "600").returncode == 0
    assert run(asking).returncode != 0
    shown = control(server, "bans").stdout
    assert ASKER in shown
    assert "operator" in shown
    assert control(server, "bans", "remove", ASKER).returncode == 0
    assert run(asking).returncode == 0
    assert "is not banned" in control(server, "bans", "remove", ASKER).stderr


def test_theCallOfWhoIsBannedGoesOnUntilItHangsUp(server: Server, phone: Baresip) -> None:
    assert control(server, "bans", "add", BARESIP).returncode == 0
    isUndisturbed(server)
    phone.tell("hangup")
    waitFor(lambda: not server.ask("calls"), 10, "its BYE is taken")
    assert control(server, "bans", "remove", BARESIP).returncode == 0  # or it waits as it leaves
