"""
What phones and exchanges require of SIP beside RFC 3261, by some that we did not write: PJSIP by itself
and in an Asterisk, and sipp by scenarios of ours.

The phone plays a tone into its calls, and hears it in others of its own that they are connected with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import Asterisk, Caller, Capture, Server, runSipp, together, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.53."
US, PHONE, EXCHANGE, OTHER, SIPP, CALLER = (f"{NETWORK}{host}" for host in (1, 20, 2, 3, 51, 52))
TONE = 1004  # Hz
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
SHORTEST = 90  # seconds that a session may last
GIVEN_UP = SHORTEST * 2 / 3  # seconds without a refresh
CONFIGURATION = f"""\
[sip]
sessionExpires = {SHORTEST}
trustedNetworks = ["{EXCHANGE}", "{OTHER}"]
[media]
latchAnyHost = true
[gateway]
acceptUnregistered = true
[[routing.trunks]]
name = "other"
address = "{OTHER}"
prefixes = ["613"]
checkInterval = 0
"""
STRICT = ("PJSUA_100REL_MANDATORY", "PJSUA_SIP_TIMER_REQUIRED")
SCENARIOS = Path(__file__).parent / "sipp"


@dataclass(frozen=True)
class House:
    """
    The server, and a phone with names that it knows: I{anna} and I{bert}, who require reliable
    provisional responses and session timers, I{always}, who wants timers, I{patient}, who wants none
    that run for less than 200 seconds, and I{plain}.
    """

    server: Server
    phone: SoftPhone
    capture: Capture

    def call(self, name: str, whom: str) -> int:
        return self.phone.call(name, f"sip:{whom}@{US}")

    def rings(self, name: str, whom: str) -> tuple[int, int]:
        """
        @return: the numbers of the two ends of a call that rings.
        """
        calls = len(self.phone.calls())
        calling = self.call(name, whom)
        waitFor(lambda: len(self.phone.calls()) > calls + 1, 10, "the other rings")
        self.phone.until(calling, "who calls is told so", state="EARLY")
        return calling, calls + 1

    def hears(self, call: int) -> None:
        waitFor(lambda: self.phone.calls()[call]["level"] > HEARD, 10, "it is heard")

    def sent(self, begin: str) -> int:
        """
        How many messages with such a first line have passed.
        """
        return self.capture.file.read_bytes().count(begin.encode())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("extensions")
    with ExitStack() as stack:
        capture = Capture(directory / "capture", f"{NETWORK}0/24")
        server = Server(directory / "server", US, CONFIGURATION)
        phone = SoftPhone(directory / "phone", PHONE, TONE)
        together(stack, capture, server, phone)
        phone.register("anna", US, "PCMU", prackUse=STRICT[0], timerUse=STRICT[1])
        phone.register("bert", US, "PCMU", answer=180, prackUse=STRICT[0], timerUse=STRICT[1])
        phone.register(
            "always", US, "PCMU", timerUse="PJSUA_SIP_TIMER_ALWAYS", timerSessExpiresSec=SHORTEST
        )
        phone.register("plain", US, "PCMU", answer=180)
        phone.register(
            "patient", US, "PCMU", answer=180,
            timerUse="PJSUA_SIP_TIMER_REQUIRED", timerMinSESec=200, timerSessExpiresSec=400,
        )  # fmt: skip
        yield House(server, phone, capture)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.fixture
def house(world: House) -> Iterator[House]:
    yield world
    for call in {leg["callId"] for leg in world.server.ask("calls")}:
        world.server.ask("hangup", call)  # what a test that failed has left
    waitFor(lambda: world.server.ask("calls") == [], 10, "all calls are over")


def exchange(directory: Path, address: str = EXCHANGE, **options: str) -> Asterisk:
    """
    An Asterisk whose SIP endpoints have these options.
    """
    sip = ";".join(f"{name.removeprefix('_')}={value}" for name, value in options.items())
    return Asterisk(directory / "asterisk", address, US, ooh323="no", sip=sip)


def test_aPhoneThatRequiresTimersAndReliabilityComesIntoARoom(house: House) -> None:
    call = house.call("anna", "80001")
    house.phone.until(call, "it is answered", state="CONFIRMED")
    house.phone.hangup(call)


def test_ringingAndAnswerAreReliableOnEitherSide(house: House) -> None:
    pracks = house.sent("PRACK sip:")
    calling, called = house.rings("anna", "bert")
    waitFor(lambda: house.sent("PRACK sip:") >= pracks + 2, 10, "each 180 is acknowledged")
    house.phone.answer(called)
    for each in (calling, called):
        house.phone.until(each, "they talk", state="CONFIRMED")
        house.hears(each)
    house.phone.hangup(calling)


@pytest.mark.parametrize("caller", ["anna", "plain"])
def test_soundBeforeTheAnswerPasses(caller: str, house: House) -> None:
    calling, called = house.rings(caller, "bert")
    house.phone.answer(called, 183)
    house.hears(calling)
    house.phone.answer(called)
    for each in (calling, called):
        house.phone.until(each, "they talk", state="CONFIRMED")
    house.phone.hangup(called)


def test_aCallThatRingsReliablyIsCancelled(house: House) -> None:
    calling, called = house.rings("anna", "bert")
    house.phone.hangup(calling)
    house.phone.until(called, "it is over", state="DISCONNECTED")


def test_anUpdateIsAnswered(house: House) -> None:
    calling, called = house.rings("anna", "bert")
    house.phone.answer(called)
    house.phone.until(calling, "they talk", state="CONFIRMED")
    updates = house.sent("UPDATE sip:")
    house.phone.update(calling)
    waitFor(lambda: house.sent("UPDATE sip:") > updates, 10, "it is sent")
    house.hears(calling)
    house.phone.hangup(calling)


def test_sessionsAreRefreshedByEitherSide(house: House, tmp_path: Path) -> None:
    def refreshed() -> int:
        """
        How often somebody has refreshed a session with us: in a room, or bridged.
        """
        return house.sent("UPDATE sip:80002@") + house.sent("UPDATE sip:h323d@")

    ours, theirs = house.sent("UPDATE sip:plain@"), refreshed()
    with exchange(tmp_path, timers="always", timers_sess_expires=str(SHORTEST)) as asterisk:
        asterisk.call("PJSIP/80002@other", "600")
        room = house.call("always", "80002")
        calling, called = house.rings("always", "plain")
        house.phone.answer(called)
        for each in (room, calling, called):
            house.phone.until(each, "it is answered", state="CONFIRMED")
        waitFor(lambda: len(house.server.ask("calls")) == 4, 10, "all are there")
        began = house.server.ask("status")["uptime"]
        waitFor(
            lambda: house.server.ask("status")["uptime"] > began + GIVEN_UP + 5,
            GIVEN_UP + 10,
            "they would have been given up",
        )
        assert len(house.server.ask("calls")) == 4
        assert house.sent("UPDATE sip:plain@") > ours  # to whom we have called
        assert refreshed() > theirs + 2
        asterisk.tell("channel request hangup all")
        for each in (room, calling):
            house.phone.hangup(each)


def test_whoFindsOurSessionsTooShortIsAskedForLongerOnes(house: House) -> None:
    refusals = house.sent("SIP/2.0 422 ")
    calling, _ = house.rings("plain", "patient")
    called = len(house.phone.calls()) - 1  # what PJSIP has refused is a call to it, too
    waitFor(lambda: house.sent("SIP/2.0 422 ") > refusals, 10, "it has refused")
    waitFor(lambda: house.sent("Min-SE: 200") >= 2, 10, "we have asked for as much")
    house.phone.answer(called)
    for each in (calling, called):
        house.phone.until(each, "they talk", state="CONFIRMED")
    house.phone.hangup(calling)


def test_anExchangeThatRequiresBothCallsARoom(house: House, tmp_path: Path) -> None:
    with exchange(tmp_path, timers="required", _100rel="required") as asterisk:
        asterisk.call("PJSIP/80003@other", "600")
        waitFor(lambda: len(house.server.ask("calls")) == 1, 10, "it is in the room")
        asterisk.tell("channel request hangup all")


def test_anExchangeThatRequiresBothIsCalled(house: House, tmp_path: Path) -> None:
    pracks = house.sent("PRACK sip:")
    with exchange(tmp_path, timers="required", _100rel="required"):
        with Caller(
            tmp_path, "caller", "--json", "--bind", CALLER, f"sip:607@{EXCHANGE}"
        ) as caller:
            waitFor(lambda: '"alerting"' in caller.output(), 10, "it rings")
            waitFor(lambda: house.sent("PRACK sip:") > pracks, 10, "and that is acknowledged")
        with Caller(
            tmp_path, "again", "--json", "--bind", CALLER, "--seconds", "1", f"sip:600@{EXCHANGE}"
        ) as caller:
            assert caller.wait(15) == 0, caller.output()


def test_whoDoesNotWantToBeKnownIsKnownToExchangesThatAreTrustedAlone(
    house: House, tmp_path: Path
) -> None:
    with (
        exchange(tmp_path, send_pai="yes", trust_id_outbound="yes") as asterisk,
        exchange(tmp_path, OTHER, trust_id_inbound="yes") as other,
    ):
        asterisk.call("Local/78613@default", "600")
        waitFor(lambda: "CALLER " in other.messages(), 10, "the other exchange is called")
        assert "CALLER 4711 prohib" in other.messages()
        called = len(house.phone.calls())
        asterisk.call("Local/78plain@default", "600")
        waitFor(lambda: len(house.phone.calls()) > called, 10, "the phone rings")
        shown = house.phone.until(called, "it knows who calls", state="EARLY")["remote"]
        assert "anonymous@anonymous.invalid" in shown
        asterisk.tell("channel request hangup all")


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
@pytest.mark.parametrize(("scenario", "service"), [("timer", "80004"), ("reliable", "plain")])
def test_aPhoneOfSippGetsTheAnswersThatItExpects(
    scenario: str, service: str, transport: str, house: House, tmp_path: Path
) -> None:
    # Without -nr, what comes again over UDP does not come for it.
    runSipp(
        tmp_path, US, "-i", SIPP, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-m", "1",
        "-s", service, "-t", transport, "-timeout", "60", "-timeout_error", "-trace_err", "-nr",
    )  # fmt: skip
