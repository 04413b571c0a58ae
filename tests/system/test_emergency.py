"""
An EMERGENCY in a full room of a real server: who has to go is told why, by SIP (sipp) and by H.323; and
who declares one is C{h323d-call}, or a telephone of PJSIP's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.support.certificates import issue
from tests.support.processes import Caller, Capture, Process, Server, program, run, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.116."
US, CAROL, SIPP, ANNA, DAVE, PJSUA = (f"{NETWORK}{host}" for host in range(1, 7))
NAME = "council-1"
ID = "if://guardian/anna"
SETUP = f"h323:80001@{US}"
SCENARIOS = Path(__file__).parent / "sipp"


def h323ctl(*arguments: str) -> str:
    done = run([program("h323ctl"), *arguments])
    assert done.returncode == 0, done.stderr
    return done.stdout


class Sipp(Process):
    """
    One call of a scenario.
    """

    def command(self) -> Sequence[str]:
        return [
            program("sipp"), US, "-nostdin", "-i", SIPP, "-m", "1", "-s", "80001",
            "-sf", str(SCENARIOS / "preempted.xml"), "-timeout", "90", "-timeout_error",
        ]  # fmt: skip


class House:
    """
    A server whose rooms have two seats, Anna, who may declare an EMERGENCY, and others who are known
    by their addresses.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.directory = directory
        registry, self.key = directory / "registry.yaml", directory / "anna.pem"
        registry.write_text("guardians:\n")
        public = h323ctl("guard", "keygen", str(self.key)).split()[1]
        add = ("guard", "add", str(registry))
        may = ("may=ROUTINE", "may=ESCALATE", "may=EMERGENCY")
        h323ctl(*add, ID, f"public_key={public}", "aliases=h323:anna", *may)
        for name, host in (("carol", CAROL), ("dave", DAVE), ("sipp", SIPP)):
            names = f"aliases=h323:{name}", f"aliases=sip:{name}@{host}"
            h323ctl(*add, f"if://guardian/{name}", "proof=address", f"addresses={host}", *names)
        ours, self.shown = issue(directory, "ours", US), issue(directory, "shown", PJSUA)
        key = f"certificate=sha256:{hashlib.sha256(self.shown.publicKey).hexdigest()}"
        h323ctl(*add, "if://guardian/erna", "proof=tls", key, f"aliases=sip:500@{US}", *may)
        self.server = Server(
            directory / "server",
            US,
            f'[guard]\nregistry = "{registry}"\nname = "{NAME}"\n'
            f'[sip]\ntlsPort = 5061\ncertificate = "{ours.certificate}"\n'
            f'privateKey = "{ours.privateKey}"\nclientCertificates = "any"\n'
            f"[conference]\nmaxParticipants = 2\n[media]\ntrafficClass = {0x88}\n"
            '[routed]\nmodel = "proxied"\n',
        )

    def caller(self, name: str, host: str, *more: str) -> Caller:
        bound = ("--json", "--bind", host, "--alias", name)
        return Caller(self.directory, name, *bound, *more)

    def anna(self, target: str, *more: str) -> Caller:
        signs = ("--key", str(self.key), "--terminal-id", ID, "--guard", NAME)
        return self.caller("anna", ANNA, *signs, *more, target)

    def takesAnna(self) -> bool:
        """
        Whether her signature counts.  What is signed within 5 s of the server's start might have been
        shown to the run before.
        """
        with self.anna(SETUP) as anna:
            waitFor(lambda: self.isIn("anna") or "released" in anna.output(), 10, "an answer")
            return self.isIn("anna")

    def present(self) -> list[str]:
        return [str(each["calling"]) for each in self.server.ask("calls")]

    def causes(self) -> list[str]:
        return [str(each["causeName"]) for each in self.server.ask("cdr")]

    def isIn(self, name: str) -> bool:
        return any(name in each for each in self.present())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("emergency") / "house")
    with house.server:
        waitFor(house.takesAnna, 20, "Anna is in the room")
        waitFor(lambda: not house.present(), 10, "and leaves")
        yield house
        assert "Traceback" not in house.server.output()


def test_anESCALATECallMayNotDeclareThatItHasPersonalData(house: House) -> None:
    for target in (SETUP, f"sip:80001@{US};transport=tcp"):
        with house.anna(target, "--call-type", "ESCALATE", "--pii") as anna:
            assert anna.wait(20) != 0, anna.output()
            assert "answered" not in anna.output()
        with house.anna(target, "--call-type", "ESCALATE"):
            waitFor(lambda: house.isIn("anna"), 10, "without, Anna is in the room")
        waitFor(lambda: not house.present(), 10, "and leaves")


def test_theNewestROUTINEPartyGivesWayAndIsToldWhy(house: House, tmp_path: Path) -> None:
    before = house.causes().count("PREEMPTION")
    with Capture(tmp_path / "capture", f"{NETWORK}0/24") as capture:
        with house.caller("carol", CAROL, SETUP):
            waitFor(lambda: house.isIn("carol"), 10, "Carol is in the room")
            for target in (SETUP, f"sip:80001@{US};transport=tcp"):
                takeTheSeatOfSipp(house, target)
            takeTheSeatOfDave(house)
            askOnceTooOften(house)
            assert house.isIn("carol")
    assert house.causes().count("PREEMPTION") == before + 3
    assert capture.complaints(US) == capture.complaints(ANNA) == ""
    fields = ("-T", "fields", "-e")
    byes = capture.dissect(f"ip.src == {US} && sip.Method == BYE", *fields, "sip.Reason")
    assert byes.count("preemption;cause=1") == 2
    released = f"ip.src == {US} && ip.dst == {DAVE} && q931.message_type == 0x5a"
    assert "8" in capture.dissect(released, *fields, "q931.cause_value").split()
    assert [marks(capture, host) for host in (ANNA, CAROL)] == [{"0xb8"}, {"0x88"}]
    urgent = "h460.4.priorityValue == 0 && !h460.4.rejectReason"
    assert {ANNA, US} <= set(capture.dissect(urgent, *fields, "ip.src").split())


def marks(capture: Capture, host: str) -> set[str]:
    """
    How what is said to somebody is marked for the network.
    """
    sound = f"ip.src == {US} && ip.dst == {host} && udp.srcport >= 16384 && !icmp"
    return set(capture.dissect(sound, "-T", "fields", "-e", "ip.dsfield").split())


def tells(process: Process, what: str) -> bool:
    return what in process.output()


def takeTheSeatOfSipp(house: House, target: str) -> None:
    with Sipp(house.directory, "sipp") as sipp:
        waitFor(lambda: house.isIn("sipp"), 10, "the room is full")
        with house.anna(target, "--call-type", "EMERGENCY") as anna:
            assert sipp.wait(20) == 0, sipp.output()
            waitFor(lambda: house.isIn("anna"), 10, "Anna has the seat")
            anna.hangUp()
    waitFor(lambda: len(house.present()) == 1, 10, "and leaves")


def takeTheSeatOfDave(house: House) -> None:
    with house.caller("dave", DAVE, SETUP) as dave:
        waitFor(lambda: house.isIn("dave"), 10, "the room is full")
        with house.anna(SETUP, "--call-type", "EMERGENCY"):
            waitFor(lambda: "PREEMPTION" in dave.output(), 10, "Dave is told why")
    waitFor(lambda: len(house.present()) == 1, 10, "both are gone")


def askOnceTooOften(house: House) -> None:
    with house.caller("dave", DAVE, SETUP):
        waitFor(lambda: house.isIn("dave"), 10, "the room is full")
        with house.anna(SETUP, "--call-type", "EMERGENCY") as anna:
            waitFor(lambda: "USER_BUSY" in anna.output(), 10, "three an hour are enough")
        assert house.isIn("dave")


def test_aStockPhoneDeclaresItByResourcePriority(house: House) -> None:
    before = house.causes().count("PREEMPTION")
    shown = house.shown.certificate, house.shown.privateKey
    with ExitStack() as stack:
        phone = stack.enter_context(SoftPhone(house.directory / "pjsua", PJSUA, 700, shown))
        phone.register("500", f"{US};transport=tls", "PCMU")
        for name, host in (("carol", CAROL), ("dave", DAVE)):
            caller = stack.enter_context(house.caller(name, host, SETUP))
            waitFor(partial(house.isIn, name), 10, f"{name} is in the room")
        room = f"sip:80001@{US}:5061;transport=tls"
        phone.call("500", room, **{"Resource-Priority": "dsn.flash"})
        waitFor(lambda: phone.calls()[0].get("status") == 486, 10, "the room is full")
        phone.call("500", room, **{"Resource-Priority": "wps.3, esnet.1"})
        waitFor(lambda: house.isIn("500"), 10, "Erna has the seat")
        waitFor(lambda: "PREEMPTION" in caller.output(), 10, "Dave is told why")
    waitFor(lambda: house.causes().count("PREEMPTION") == before + 1, 10, "it is on record")


def test_anEMERGENCYGoesOnAsOneAndTheSoundOfBothIsMarked(house: House, tmp_path: Path) -> None:
    shown = house.shown.certificate, house.shown.privateKey
    answer = ("--answer", "--seconds", "5")
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", f"{NETWORK}0/24"))
        phone = stack.enter_context(SoftPhone(house.directory / "pjsua-on", PJSUA, 700, shown))
        phone.register("500", f"{US};transport=tls", "PCMU")
        bySIP = ("--registrar", f"sip:{US}", "--sip-port", "5060")
        carol = stack.enter_context(house.caller("carol", CAROL, *answer, *bySIP))
        dave = stack.enter_context(house.caller("dave", DAVE, *answer, "--gatekeeper", US))
        for callee in (carol, dave):
            waitFor(partial(tells, callee, "registered"), 20, "they can be called")
        urgent = {"Resource-Priority": "esnet.1"}
        phone.call("500", f"sip:dave@{US}:5061;transport=tls", **urgent)
        with house.anna("carol", "--gatekeeper", US, "--call-type", "EMERGENCY") as anna:
            for each in (carol, dave, anna):
                waitFor(partial(tells, each, "released"), 20, "they have talked")
    fields = ("-T", "fields", "-e")
    for host in (PJSUA, DAVE, ANNA, CAROL):
        assert marks(capture, host) == {"0xb8"}
    urgently = f"ip.src == {US} && ip.dst == {DAVE} && h460.4.priorityValue == 0"
    assert capture.dissect(urgently, *fields, "ip.dst").split()
    said = f"ip.src == {US} && ip.dst == {CAROL} && sip.Method == INVITE"
    assert "ets.0" in capture.dissect(said, *fields, "sip.msg_hdr")


def test_theSoundOfAProxiedEMERGENCYIsMarked(house: House, tmp_path: Path) -> None:
    answer = ("--answer", "--seconds", "2", "--gatekeeper", US)
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", f"{NETWORK}0/24"))
        dave = stack.enter_context(house.caller("dave-proxied", DAVE, *answer, "--alias", "dave"))
        waitFor(partial(tells, dave, "registered"), 20, "Dave can be called")
        with house.anna("dave", "--gatekeeper", US, "--call-type", "EMERGENCY") as anna:
            for each in (dave, anna):
                waitFor(partial(tells, each, "released"), 20, "they have talked")
    assert marks(capture, DAVE) == marks(capture, ANNA) == {"0xb8"}
