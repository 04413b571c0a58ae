"""
Sixteen guardians and a real server: who is called together, who comes, who is kept out, and what an
outsider finds of that in the log.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
from base64 import b64decode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from h323d.guard.keyfile import newKey
from h323d.sip.digest.algorithms import Algorithm, secretOf
from h323d.values.ed25519 import PublicKey
from tests.support.certificates import KeyKind, issue
from tests.support.guardians import entry
from tests.support.linephone import Linphone
from tests.support.processes import (
    Asterisk,
    Baresip,
    Caller,
    Process,
    Server,
    control,
    program,
    run,
    together,
    waitFor,
)
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

NETWORK = "127.0.114."
US, BARESIP, LINPHONE, ASTERISK, ELSEWHERE = (f"{NETWORK}{host}" for host in range(1, 6))
PAGES = Path(__file__).parents[2] / "docs" / "howto"
NAME, ROOM, PASSWORD = "council-1", "80001", "ofB7"
ORIGIN = "council.example/if-witness/a"
CALLED = ("called-1", "called-2", "called-3", "called-4")
BY_SIP = ("sip-1", "sip-2", "sip-3")
BY_SETUP = ("setup-1",)
PHONES = ("baresip", "linphone")
FORGED = ("forged-ras", "forged-sip", "forged-setup")
SUSPENDED, GREEDY = "suspended", "greedy"
RIGHT = {*CALLED, *BY_SIP, *BY_SETUP, *PHONES, "asterisk"}
WRONG = {*FORGED, SUSPENDED, GREEDY}
SIGNING = (*CALLED, *BY_SIP, *BY_SETUP, *FORGED, SUSPENDED, GREEDY)
START = 6.0  # seconds, after which what is signed counts


def terminalId(name: str) -> str:
    return f"if://guardian/{name}"


def named(terminal: str) -> str:
    return terminal.removeprefix("if://guardian/")


@dataclass
class House:
    """
    The server, its registry, and what everybody needs to come.

    @ivar keys: the public keys of those who sign, as the registry has them.
    @ivar refusals: why those were kept out who are not to come.
    @ivar followed: what was told of all of them while they met.
    """

    directory: Path
    server: Server
    registry: Path
    keys: dict[str, PublicKey]
    baresip: Baresip
    refusals: dict[str, str] = field(default_factory=dict)
    followed: str = ""

    def council(self) -> dict[str, dict[str, Any]]:
        return {named(each["guardian"]): each for each in self.server.ask("council", ROOM)}

    def present(self) -> set[str]:
        return {name for name, each in self.council().items() if each["state"] == "present"}

    def isRefused(self, name: str) -> bool:
        return self.council()[name]["refused"] is not None

    def telephone(self, name: str, *how: str) -> Caller:
        """
        C{h323d-call} as somebody who signs; whose key is not the registry's, forges.
        """
        return Caller(
            self.directory,
            name,
            *("--bind", f"{NETWORK}{10 + SIGNING.index(name)}", "--alias", name, "--tone", "440"),
            *("--key", str(self.directory / f"{name}.pem"), "--terminal-id", terminalId(name)),
            *("--guard", NAME, *how),
        )

    def records(self) -> list[dict[str, Any]]:
        """
        The log, as an outsider reads it.
        """
        (log,) = (self.server.state / "witness").glob("*/000000000000.jsonl")
        return [json.loads(line) for line in log.read_text().splitlines()]

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [each["data"] for each in self.records() if each["msg_type"] == kind]


class Following(Process):
    """
    Somebody who looks on, as the council meets.
    """

    def __init__(self, house: House) -> None:
        super().__init__(house.directory, "following")
        self._socket = str(house.server.socket)

    def command(self) -> Sequence[str]:
        asked = ("council", "show", "--follow", ROOM)
        return [program("h323ctl"), "--socket", self._socket, *asked]


def newHouse(directory: Path) -> House:
    directory.mkdir()
    entries, keys = [], {}
    for name in SIGNING:
        text, public = newKey()
        if name in FORGED:  # which are made with another key than the registry has
            _, public = newKey()
        (directory / f"{name}.pem").write_text(text)
        keys[name] = public
        quota = "64000" if name == GREEDY else ""
        aliases = f"[h323:{name}, 'sip:{name}@{US}']"
        told = {"public_key": str(public), "aliases": aliases, "bandwidth_quota_bps": quota}
        entries.append(entry(name, **told))
    ours = issue(directory, "ours", US)
    shown = issue(directory, "shown", BARESIP, kind=KeyKind.ED25519)
    key = hashlib.sha256(shown.publicKey).hexdigest()
    phone = {"public_key": "", "proof": "tls", "certificate": f"sha256:{key}"}
    entries.append(entry("baresip", **phone, aliases=f"'sip:b@{US}'"))
    secret = secretOf(Algorithm.SHA_256, "linphone", "h323d", PASSWORD)
    phone = {"public_key": "", "proof": "digest", "secret": f"sha256:{secret}"}
    entries.append(entry("linphone", **phone, aliases=f"'sip:linphone@{US}'"))
    address = {"public_key": "", "proof": "address", "addresses": ASTERISK}
    entries.append(entry("asterisk", **address, aliases=f"[e164:600, 'h323:asterisk-{ASTERISK}']"))
    registry = directory / "registry.yaml"
    registry.write_text("guardians:\n" + "".join(entries))
    configuration = "\n".join(
        (
            Baresip.SERVER,
            f'[sip]\ntlsPort = 5061\ncertificate = "{ours.certificate}"',
            f'privateKey = "{ours.privateKey}"\nclientCertificates = "any"',
            '[security]\ndigest = "all"',
            f'[guard]\nregistry = "{registry}"\nname = "{NAME}"\ncheckInterval = 0.5',
            f'[witness]\ndirectory = "witness"\norigin = "{ORIGIN}"',
        )
    )
    both = Path(shown.certificate).read_text() + Path(shown.privateKey).read_text()
    (directory / "both.pem").write_text(both)
    writeTone(directory / "tone.wav", 700, 60.0, 8000)
    baresip = Baresip(directory, BARESIP, "", 600, registrar=f"{US};transport=tls")
    baresip.CONFIGURATION = Baresip.CONFIGURATION + (
        f"sip_certificate {directory}/both.pem\nsip_cafile {ours.certificate}\n"
    )
    return House(directory, Server(directory, US, configuration), registry, keys, baresip)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """
    A council that has met, and its log.
    """
    house = newHouse(tmp_path_factory.mktemp("council") / "house")
    with house.server as server, ExitStack() as phones:
        waitFor(lambda: server.ask("status")["uptime"] > START, START, "signatures count")
        meet(house, phones)
        assert "Traceback" not in server.output()
        server.signal(signal.SIGTERM)
        server.wait(10)
    return house


def meet(house: House, phones: ExitStack) -> None:
    server = house.server
    waiting = ("--gatekeeper", US, "--answer")
    linphone = Linphone(house.directory / "linphone", LINPHONE, US, "linphone", password=PASSWORD)
    asterisk = Asterisk(house.directory / "asterisk", ASTERISK, US, e164="600")
    registering: list[Process] = [house.telephone(name, *waiting) for name in CALLED]
    together(phones, *registering, house.baresip, linphone, asterisk)
    waitFor(lambda: len(server.ask("registrations")) == 6, 20, "six have registered")
    done = control(server, "council", "convene", "--type", "ESCALATE", ROOM)
    assert done.returncode == 0, done.stderr
    waitFor(lambda: house.present() == {*CALLED, *PHONES}, 20, "whoever was called is there")
    following = phones.enter_context(Following(house))
    suspend(house)
    asterisk.call(f"OOH323/{ROOM}@other", "600")
    bySIP, bySetup = f"sip:{ROOM}@{US};transport=tcp", f"h323:{ROOM}@{US}"
    together(
        phones,
        *(house.telephone(name, bySIP) for name in BY_SIP),
        *(house.telephone(name, bySetup) for name in BY_SETUP),
    )
    for name, how in (
        ("forged-ras", ("--gatekeeper", US, "--answer")),
        ("forged-sip", (bySIP,)),
        ("forged-setup", (bySetup,)),
        (SUSPENDED, (bySIP,)),
        (GREEDY, (bySetup,)),
    ):
        with house.telephone(name, *how):
            waitFor(partial(house.isRefused, name), 20, f"{name} is refused")
    waitFor(lambda: house.present() == RIGHT, 20, "eleven are in the room")
    assert len(server.ask("room", ROOM)) == len(RIGHT) == 11
    house.refusals = {name: house.council()[name]["refused"] for name in WRONG}
    waitFor(
        lambda: refusedIn(following.output()) >= WRONG, 20, "who looks on knows who was refused"
    )
    waitFor(lambda: presentIn(following.output()) == RIGHT, 20, "and who has come")
    done = control(server, "council", "dismiss", ROOM)
    assert done.returncode == 0, done.stderr
    waitFor(lambda: not server.ask("rooms"), 20, "the room is closed")
    assert following.wait(10) == 0
    house.followed = following.output()


def presentIn(told: str) -> set[str]:
    return set(re.findall(r"(?m)^present +if://guardian/(\S+)", told))


def refusedIn(told: str) -> set[str]:
    return set(re.findall(r"(?m)^\w+ +if://guardian/(\S+) .*refused ", told))


def suspend(house: House) -> None:
    done = run([program("h323ctl"), "guard", "suspend", str(house.registry), terminalId(SUSPENDED)])
    assert done.returncode == 0, done.stderr
    waitFor(
        lambda: "the registry of guardians is another" in house.server.output(),
        10,
        "the registry is read",
    )


def test_exactlyTheRightElevenWereInTheRoom(house: House) -> None:
    (convened,) = house.told("council_convened")
    assert {named(each) for each in convened["guardians"]} == RIGHT | WRONG
    joined = house.told("guardian_joined")
    assert sorted(named(each["guardian"]) for each in joined) == sorted(RIGHT)
    called = {named(each["guardian"]) for each in joined if each["was_called"]}
    assert called == {*CALLED, *PHONES}
    seated = {each["leg_id"] for each in house.told("participant_joined")}
    assert seated == {each["leg_id"] for each in joined}


def test_whoLookedOnWasToldWhoCameAndWhoWasRefused(house: House) -> None:
    assert presentIn(house.followed) == RIGHT
    assert refusedIn(house.followed) >= WRONG


def test_eachOfTheOthersWasKeptOutForWhatTheyAre(house: House) -> None:
    assert house.refusals == {
        **dict.fromkeys(FORGED, "INVALID_SIGNATURE unknownKey, by who says so"),
        SUSPENDED: "NOT_REGISTERED suspended",
        GREEDY: "BANDWIDTH_EXCEEDED quota",
    }
    refused = {named(each["guardian"]) for each in house.told("guardian_refused")}
    assert refused == WRONG


def test_anOutsiderFindsTheLogIntact(house: House) -> None:
    log = house.server.state / "witness"
    done = run([program("h323d-witness"), "verify", str(log), "--key", str(log / "1" / "key.pub")])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"covers {len(house.records())}" in done.stdout
    shown = run([program("h323d-witness"), "show", str(log)]).stdout
    assert shown.count(" guardian_joined ") == len(RIGHT)


def test_whoSignedCouldNotHaveBeenMadeUp(house: House) -> None:
    admitted = {each["data"]["leg_id"]: each for each in admissions(house)}
    joined = {named(each["guardian"]): each["leg_id"] for each in house.told("guardian_joined")}
    for name in (*BY_SIP, *BY_SETUP):
        index = str(admitted[joined[name]]["index"])
        log = str(house.server.state / "witness")
        shown = json.loads(run([program("h323d-witness"), "show", log, index]).stdout)
        (proof,), opened = shown["data"]["proofs"], shown["opened"]
        (octets,) = json.loads(opened["signed_octets"])
        key = Ed25519PublicKey.from_public_bytes(house.keys[name].raw)
        key.verify(b64decode(proof["signature"]), b64decode(octets))


def admissions(house: House) -> list[dict[str, Any]]:
    """
    The records of those calls that came in and passed.
    """
    passed = [each for each in house.records() if each["msg_type"] == "application_passed"]
    return [each for each in passed if each["data"]["door"] in ("Setup", "INVITE")]


class Terminal:
    """
    Where somebody types what the pages say, beside a server that is not in the usual place.
    """

    def __init__(self, server: Server) -> None:
        self._directory = server.state
        programs = server.directory / "programs"
        programs.mkdir(parents=True)
        wrapped = programs / "h323ctl"
        wrapped.write_text(f'#!/bin/sh\nexec {program("h323ctl")} --socket {server.socket} "$@"\n')
        wrapped.chmod(0o755)
        beside = Path(program("h323d-witness")).parent
        self._environment = os.environ | {"PATH": f"{programs}:{beside}:{os.environ['PATH']}"}
        self._directory.mkdir(exist_ok=True)

    def type(self, command: str) -> str:
        done = run(["sh", "-ec", command], cwd=self._directory, env=self._environment)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


def commandsOf(page: str) -> list[str]:
    return re.findall(r"(?m)^    \$ (.+)$", (PAGES / page).read_text())


def test_theCommandsOfThePageConveneACouncil(tmp_path: Path) -> None:
    configuration = "\n".join(
        (
            f'[guard]\nregistry = "{tmp_path}/{ELSEWHERE}.state/council.yaml"\nname = "{NAME}"',
            f'[witness]\ndirectory = "witness"\norigin = "{ORIGIN}"',
            '[security]\ndigest = "all"',
        )
    )
    server = Server(tmp_path, ELSEWHERE, configuration)
    terminal, show = Terminal(server), "h323ctl council show 80001"
    *guarding, _ = commandsOf("guard-a-council.rst")  # the last suspends somebody
    for command in guarding:
        terminal.type(command)
    *convening, dismissal, verification = commandsOf("convene-a-council.rst")
    with server:
        *_, shown, councils = [terminal.type(command) for command in convening]
        assert re.findall(r"if://guardian/(\w+)", shown) == ["anna", "bert", "carol"]
        assert re.search(r"(?m)^80001 +ESCALATE ", councils)
        waitFor((server.state / "councils.json").exists, 10, "the council is kept")
        server.signal(signal.SIGKILL)
        server.wait(10)
        server.socket.unlink()  # by which it is ready
    with server, Linphone(tmp_path / "carol", LINPHONE, ELSEWHERE, "carol", password="hush"):
        assert re.search(r"(?m)^80001 +ESCALATE ", terminal.type("h323ctl councils"))
        waitFor(
            lambda: re.search(r"(?m)^if://guardian/carol +present ", terminal.type(show)),
            20,
            "who registers now is called",
        )
        terminal.type(dismissal)
        server.signal(signal.SIGTERM)
        server.wait(10)
    assert "intact" in terminal.type(verification)
