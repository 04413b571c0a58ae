"""
A guarded server, as a process: a softphone that we did not write by its password, Asterisk by its
address, C{h323d-call} by a signature on both protocols, and whoever is none of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import textwrap
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.certificates import Issued, KeyKind, issue
from tests.support.guardians import publicKey
from tests.support.linephone import Linphone
from tests.support.processes import (
    Asterisk,
    Baresip,
    Caller,
    Capture,
    Process,
    Server,
    program,
    run,
    waitFor,
)
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

NETWORK = "127.0.106."
US, BARESIP, ANNA, LINPHONE, STRANGER, ASTERISK = (f"{NETWORK}{host}" for host in range(1, 7))
PASSWORD = "ofB7"
NAME = "council-1"
G711 = 1280  # both directions, in units of 100 bit/s
ID = "if://guardian/anna"
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "guard-a-council.rst"


def h323ctl(*arguments: str) -> str:
    done = run([program("h323ctl"), *arguments])
    assert done.returncode == 0, done.stderr
    return done.stdout


class House:
    """
    A server and its registry, in which there are Anna, who signs, and two softphones.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.directory = directory
        self.registry = directory / "registry.yaml"
        self.registry.write_text("# who may come\n")
        self.key, other = directory / "anna.pem", directory / "other.pem"
        public = h323ctl("guard", "keygen", str(self.key)).split()[1]
        second = h323ctl("guard", "keygen", str(directory / "hanna.pem")).split()[1]
        h323ctl("guard", "keygen", str(other))
        self.serverKey = h323ctl("guard", "keygen", str(directory / "server.pem")).split()[1]
        self.otherKey = other
        self.add("anna", f"public_key={public}", "aliases=h323:anna")
        secret = secretOf(Algorithm.SHA_256, "hanna", "h323d", PASSWORD)
        both = ("proof=digest", f"secret=sha256:{secret}", "proof=ed25519", f"public_key={second}")
        self.add("hanna", *both, f"aliases=sip:hanna@{US}")
        self.add("dora", "proof=h235", "aliases=h323:dora")
        names = ("aliases=e164:600", f"aliases=h323:asterisk-{ASTERISK}")
        self.add("pbx", "proof=address", f"addresses={ASTERISK}", *names)
        self.ours = issue(directory, "ours", US)
        self.shown = issue(directory, "shown", BARESIP, kind=KeyKind.ED25519)
        key = f"sha256:{hashlib.sha256(self.shown.publicKey).hexdigest()}"
        byKey = ("proof=tls", f"certificate={key}")
        for phone, algorithm, more in (
            ("b", Algorithm.MD5, byKey),
            ("linphone", Algorithm.SHA_256, ()),
        ):
            kind = "md5" if algorithm is Algorithm.MD5 else "sha256"
            secret = secretOf(algorithm, phone, "h323d", PASSWORD)
            self.add(
                phone, "proof=digest", f"secret={kind}:{secret}", f"aliases=sip:{phone}@{US}", *more
            )
        configuration = "\n".join(
            (
                Baresip.SERVER,
                f'[sip]\ntlsPort = 5061\ncertificate = "{self.ours.certificate}"',
                f'privateKey = "{self.ours.privateKey}"\nclientCertificates = "any"',
                f'[h323]\ntlsPort = 1300\ncertificate = "{self.ours.certificate}"',
                f'privateKey = "{self.ours.privateKey}"',
                f'[security]\ndigest = "all"\nmd5Networks = ["{BARESIP}"]',
                f'[[security.passwords]]\nalias = "dora"\npassword = "{PASSWORD}"',
                f'[guard]\nregistry = "{self.registry}"\nname = "{NAME}"\ncheckInterval = 0.5',
                f'key = "{directory}/server.pem"',
                '[routed]\nmodel = "routedH245"\nacceptUnregistered = true',
                f'[[routing.routes]]\nname = "601"\nto = ["{STRANGER}"]',
            )
        )
        self.server = Server(directory / "server", US, configuration)

    def add(self, name: str, *fields: str) -> None:
        h323ctl("guard", "add", str(self.registry), f"if://guardian/{name}", *fields)

    def caller(self, name: str, key: Path, target: str, *more: str) -> Caller:
        """
        C{h323d-call} in Anna's name.
        """
        signs = ["--key", str(key), "--terminal-id", ID, "--guard", NAME]
        return Caller(
            self.directory, name, "--bind", ANNA, "--alias", "anna", *signs, *more, target
        )

    def inRoom(self, name: str) -> bool:
        """
        Whether somebody's call is in a room.
        """
        return any(name in str(each["calling"]) for each in self.server.ask("calls"))

    def isRegistered(self, host: str) -> bool:
        registered = self.server.ask("registrations")
        return any(host in str(each["signalling"]) for each in registered)

    def isUser(self, name: str) -> bool:
        """
        Whether a user of SIP is registered.
        """
        return any(each["user"] == name for each in self.server.ask("registrations"))

    def refusals(self) -> int:
        return self._facts("ApplicationRefused")

    def answers(self) -> int:
        return self._facts("CallAnswered")

    def ways(self) -> int:
        """
        How many were tried for routed calls.
        """
        return self._facts("CallRouted")

    def used(self) -> int | None:
        """
        What the one call is known to use, in units of 100 bit/s.
        """
        (call,) = self.server.ask("calls")
        bandwidth: int | None = call["used"]
        return bandwidth

    def failures(self) -> int:
        return self._facts("AuthenticationFailed")

    def _facts(self, name: str) -> int:
        return int(self.server.ask("status")["facts"].get(name, 0))


def dora(directory: Path, password: str) -> Caller:
    """
    One who proves it by H.235.1.
    """
    file = directory / "dora.txt"
    file.write_text(password)
    known = ("--gatekeeper", US, "--gatekeeper-password-file", str(file))
    return Caller(directory, "dora", "--bind", ANNA, "--alias", "dora", *known, "80001")


def baresip(directory: Path, password: str) -> Baresip:
    """
    One by a digest of MD5.
    """
    writeTone(directory / "tone.wav", 700, 60.0)
    account = f";auth_pass={password}"
    return Baresip(directory, BARESIP, f"sip:80004@{US}", 60, registrar=US, account=account)


def linphone(directory: Path, password: str) -> Linphone:
    """
    One by a digest of SHA-256.
    """
    return Linphone(directory / "linphone", LINPHONE, US, "linphone", password=password)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("guard")
    house = House(directory / "house")
    with Capture(directory / "capture", f"{NETWORK}0/24") as capture:
        with house.server:
            yield house
            assert "Traceback" not in house.server.output()
            assert secretOf(Algorithm.MD5, "b", "h323d", PASSWORD) not in house.server.output()
    assert capture.complaints(US) == capture.complaints(ANNA) == ""


def test_aSignatureOpensTheDoorByH323(house: House) -> None:
    # What is signed within 5 s of the server's start might have been shown to the run before.
    def joined() -> bool:
        known = ("--guard-key", house.serverKey, "--gatekeeper", US)
        with house.caller("h323", house.key, "80001", *known) as caller:
            waitFor(
                lambda: house.inRoom("anna") or "not registered" in caller.output(), 10, "answer"
            )
            return house.inRoom("anna")

    waitFor(joined, 20, "Anna is in the room")
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_aServerOfAnotherKeyIsNotBelieved(house: House) -> None:
    other = ("--guard-key", str(publicKey("council")), "--gatekeeper", US)
    with house.caller("doubting", house.key, "80001", *other) as caller:
        assert caller.wait(30) != 0
        assert "registrationConfirm is signed by another key than the server's" in caller.output()
        assert not house.inRoom("anna")


def test_aSignatureOpensTheDoorBySIP(house: House) -> None:
    with house.caller("sip", house.key, f"sip:80002@{US};transport=tcp") as caller:
        waitFor(lambda: house.inRoom("anna"), 10, "Anna is in the room")
        caller.hangUp()
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_whoHasAPasswordTooRegistersBySIPWithASignature(house: House) -> None:
    key = str(house.directory / "hanna.pem")
    signs = ("--key", key, "--terminal-id", "if://guardian/hanna", "--guard", NAME)
    known = ("--alias", "hanna", "--registrar", f"sip:{US};transport=tcp")
    before, called = house.failures(), f"sip:80002@{US};transport=tcp"
    with Caller(house.directory, "hanna", "--bind", ANNA, *known, *signs, called) as caller:
        waitFor(lambda: house.inRoom("hanna"), 10, "Hanna is in the room")
        assert house.isUser("hanna")
        caller.hangUp()
    waitFor(lambda: not house.isUser("hanna"), 10, "and is not registered any more")
    assert house.failures() == before  # nobody has asked for a password


def test_aSetupTakesOverWhatItsARQHasProvenByAPassword(house: House, tmp_path: Path) -> None:
    with dora(tmp_path, PASSWORD):
        waitFor(lambda: house.inRoom("dora"), 20, "Dora is in the room")
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_aSignatureOpensTheDoorByASetupAlone(house: House) -> None:
    with house.caller("setup", house.key, f"h323:80001@{US}"):
        waitFor(lambda: house.inRoom("anna"), 10, "Anna is in the room")
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


@pytest.mark.parametrize("byH323", [True, False])
@pytest.mark.parametrize("isAnna", [True, False])
def test_whomTheServerCallsSignsTheAnswer(house: House, byH323: bool, isAnna: bool) -> None:
    before = house.refusals()
    names = (f"answering-{byH323}-{isAnna}-{each}" for each in count())
    key = house.key if isAnna else house.otherKey
    there = f"h323:anna@{ANNA}:1730" if byH323 else f"sip:anna@{ANNA}:5070;transport=tcp"

    def isHeard() -> bool:
        media = [each["media"] for each in house.server.ask("calls") if each.get("media")]
        return any(each["packetsSent"] > 25 for each in media)

    def talked() -> bool:
        ports = ("--sip-port", "5070", "--h323-port", "1730")
        with house.caller(next(names), key, "--answer", *ports) as callee:
            waitFor(lambda: "listening" in callee.output(), 10, "it takes calls")
            house.server.ask("call", "80001", there)
            waitFor(lambda: isHeard() or "released" in callee.output(), 10, "it ends, or not")
            return isHeard()

    # As above, what is signed within 5 s of the server's start does not count.
    if isAnna:
        waitFor(talked, 20, "she talks")
    else:
        assert not talked()
        assert house.refusals() > before
    waitFor(lambda: not house.server.ask("calls"), 10, "and nobody is in the room")


@pytest.mark.parametrize(
    ("target", "more"),
    [
        (f"h323:80001@{US}", ()),
        (f"sip:80002@{US};transport=tcp", ()),
        (f"sip:80002@{US}", ()),
        ("80001", ("--gatekeeper", US)),
    ],
)
def test_anotherKeyDoesNot(house: House, target: str, more: tuple[str, ...]) -> None:
    before = house.refusals()
    with house.caller("other", house.otherKey, target, *more) as caller:
        waitFor(lambda: house.refusals() > before, 10, "it is refused")
        assert not house.inRoom("anna")
        caller.stop()


@pytest.mark.parametrize("isTheirs", [True, False])
def test_theKeyOfACertificateOpensTheDoorByH323(
    house: House, tmp_path: Path, isTheirs: bool
) -> None:
    shown = house.shown if isTheirs else issue(tmp_path, "other", BARESIP, kind=KeyKind.ED25519)
    before = house.refusals()
    more = ("--tls", "--tls-certificate", shown.certificate, "--tls-private-key", shown.privateKey)
    arguments = ("--bind", BARESIP, "--alias", "b", *more, f"h323:80007@{US}:1300")
    with Caller(house.directory, f"tls-{isTheirs}", *arguments) as caller:
        if isTheirs:  # who has the name of a user, and is none, has none
            waitFor(lambda: BARESIP in str(house.server.ask("calls")), 10, "it is in the room")
            caller.hangUp()
        else:
            waitFor(lambda: house.refusals() > before, 10, "it is refused")
            assert house.server.ask("calls") == []
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_aStrangerIsToldNoMore(house: House) -> None:
    for name, target in (("one", f"h323:80003@{US}"), ("two", f"sip:80003@{US}")):
        caller = Caller(house.directory, name, "--bind", STRANGER, target)
        with caller:
            assert caller.wait(20) != 0
            assert "answered" not in caller.output()


@pytest.mark.parametrize(
    ("phone", "name"), [(dora, "dora"), (baresip, "b"), (linphone, "linphone")]
)
def test_anotherPasswordDoesNot(
    house: House, tmp_path: Path, phone: Callable[[Path, str], Process], name: str
) -> None:
    before = house.failures()
    with phone(tmp_path, "other"):
        waitFor(lambda: house.failures() > before, 10, "it is refused")
        registered = house.server.ask("registrations")
        assert not any(name in (each["user"], *each["aliases"]) for each in registered)
        assert house.server.ask("calls") == []


def test_linphoneRegistersByItsPassword(house: House, tmp_path: Path) -> None:
    with linphone(tmp_path, PASSWORD):
        waitFor(
            lambda: any(each["user"] == "linphone" for each in house.server.ask("registrations")),
            10,
            "linphone registers",
        )


@pytest.mark.parametrize(("more", "dial"), [({"gk": US}, "80006"), ({}, "80006@other")])
def test_asteriskJoinsByWhereItIs(
    house: House, tmp_path: Path, more: dict[str, str], dial: str
) -> None:
    with Asterisk(tmp_path, ASTERISK, US, e164="600", **more) as asterisk:
        if more:
            waitFor(lambda: house.isRegistered(ASTERISK), 20, "Asterisk registers")
        asterisk.call(f"OOH323/{dial}", "600")
        waitFor(lambda: house.inRoom("600"), 20, "it is in the room")
        asterisk.tell("channel request hangup all")
        waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_asteriskAnswersARoutedCallWhereItIsAndNobodyDoesElsewhere(
    house: House, tmp_path: Path
) -> None:
    def answered(target: str) -> bool:
        before = house.answers()
        with house.caller("anna", house.key, f"h323:{target}@{US}") as caller:
            waitFor(
                lambda: house.answers() > before or "released" in caller.output(), 10, "an answer"
            )
            if house.answers() == before:
                return False
            waitFor(lambda: house.used() == G711, 10, "the channels are judged")
            caller.hangUp()
        return True

    with (
        Asterisk(tmp_path / "one", ASTERISK, US, e164="600", gk=US),
        Asterisk(tmp_path / "other", STRANGER, US, e164="601"),
    ):
        waitFor(lambda: house.isRegistered(ASTERISK), 20, "Asterisk registers")
        # As above, what is signed within 5 s of the server's start does not count.
        waitFor(lambda: answered("600"), 20, "Asterisk answers")
        waitFor(lambda: not house.server.ask("calls"), 10, "and is left")
        before, ways = house.refusals(), house.ways()
        assert not answered("601")
        assert (house.refusals(), house.ways()) == (before + 1, ways + 1)
        waitFor(lambda: not house.server.ask("calls"), 10, "and nobody is in a call")


@pytest.mark.parametrize("more", [{"gk": US}, {}])
def test_asteriskThatIsElsewhereIsNobody(
    house: House, tmp_path: Path, more: dict[str, str]
) -> None:
    before = house.refusals()
    with Asterisk(tmp_path, STRANGER, US, e164="600", **more) as asterisk:
        if not more:
            asterisk.call("OOH323/80006@other", "600")
        waitFor(lambda: house.refusals() > before, 20, "it is refused")
        assert not house.isRegistered(STRANGER)
        assert not house.inRoom("600")


class SecurePhone(Baresip):
    """
    One that shows a certificate of its own, and knows no password.
    """

    def __init__(self, directory: Path, shown: Issued, believed: Issued) -> None:
        writeTone(directory / "tone.wav", 700, 60.0, 8000)
        both = Path(shown.certificate).read_text() + Path(shown.privateKey).read_text()
        (directory / "both.pem").write_text(both)
        over = f"{US};transport=tls"
        super().__init__(directory, BARESIP, f"sip:80005@{over}", 60, registrar=over)
        self.CONFIGURATION = Baresip.CONFIGURATION + (
            f"sip_certificate {directory}/both.pem\nsip_cafile {believed.certificate}\n"
        )


def test_baresipJoinsByTheKeyOfItsCertificate(house: House, tmp_path: Path) -> None:
    with SecurePhone(tmp_path, house.shown, house.ours):
        waitFor(lambda: house.inRoom("b@"), 20, "it is in the room")
    waitFor(lambda: not house.server.ask("calls"), 10, "and leaves")


def test_anotherCertificateProvesNothing(house: House, tmp_path: Path) -> None:
    other = issue(tmp_path, "other", BARESIP, kind=KeyKind.ED25519)
    with SecurePhone(tmp_path, other, house.ours) as phone:
        # So it says where it is asked for a password by SHA-256, which it does not know.
        waitFor(lambda: "Function not implemented" in phone.output(), 20, "it is asked")
        assert not house.inRoom("b@")


def test_theCommandsOfThePageMakeAGuardedServer(tmp_path: Path) -> None:
    page = PAGE.read_text()
    commands = re.findall(r"(?m)^    \$ (.+)$", page)
    path = f"{Path(program('h323ctl')).parent}:{os.environ['PATH']}"
    for command in commands:
        done = run(["sh", "-ec", command], cwd=tmp_path, env=os.environ | {"PATH": path})
        assert done.returncode == 0, f"{command}: {done.stderr}"
    rows = json.loads(h323ctl("guard", "list", str(tmp_path / "council.yaml"), "--json"))
    assert [(each["terminal_id"], each["status"]) for each in rows] == [
        ("if://guardian/anna", "active"),
        ("if://guardian/bert", "active"),
        ("if://guardian/carol", "suspended"),
    ]
    block = page.partition(".. code-block:: toml\n")[2].partition("\n#.")[0]
    configuration = re.sub(r'"(\S+\.(?:yaml|pem))"', rf'"{tmp_path}/\1"', textwrap.dedent(block))
    with Server(tmp_path / "server", f"{NETWORK}9", configuration) as server:
        assert server.ask("registrations") == []


def test_baresipJoinsByItsPasswordAndIsOutWhenItIsRevoked(house: House, tmp_path: Path) -> None:
    with baresip(tmp_path, PASSWORD):
        waitFor(lambda: house.inRoom("b@"), 10, "it is in the room")
        h323ctl("guard", "revoke", str(house.registry), "if://guardian/b")
        waitFor(lambda: not house.inRoom("b@"), 10, "it is out")
        waitFor(
            lambda: not any(each["user"] == "b" for each in house.server.ask("registrations")),
            10,
            "and registered no more",
        )
    assert re.search(r"(?m)^# who may come$", house.registry.read_text())
