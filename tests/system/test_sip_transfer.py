"""
SIP phones that we did not write transfer each other through us, before and after they have asked.

Each plays a tone of its own, and hears something only while somebody talks to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import Asterisk, Baresip, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import writeTone
from tests.system.test_baresip import tellTo

pytestmark = pytest.mark.interop

NETWORK = "127.0.52."
US = f"{NETWORK}1"
TONES = {"anna": 440, "boss": 700, "carol": 1400}  # Hz
HOSTS = {"anna": f"{NETWORK}11", "boss": f"{NETWORK}12", "carol": f"{NETWORK}13"}
ASTERISK, BARESIP = f"{NETWORK}21", f"{NETWORK}22"
CONFIGURATION = f"""{Baresip.SERVER}
[gateway]
acceptUnregistered = true

[[routing.trunks]]
name = "asterisk"
address = "{ASTERISK}"
prefixes = ["600"]
"""
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0


@dataclass(frozen=True)
class World:
    """
    Anna is in a call with the boss, and Carol is there.
    """

    server: Server
    capture: Capture
    phones: dict[str, SoftPhone]

    def hears(self, name: str, call: int = 0) -> None:
        phone = self.phones[name]

        def heard() -> bool:
            return any(each["level"] > HEARD for each in phone.calls()[call : call + 1])

        waitFor(heard, 10, f"{name} hears somebody")

    def over(self, name: str, call: int = 0) -> None:
        self.phones[name].until(call, f"{name}'s call {call} is over", state="DISCONNECTED")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", f"{NETWORK}0/24"))
        server = stack.enter_context(Server(tmp_path / "server", US, CONFIGURATION))
        phones = {name: SoftPhone(tmp_path / name, HOSTS[name], TONES[name]) for name in TONES}
        together(stack, *phones.values())
        for name, phone in phones.items():
            phone.register(name, US, "PCMU")
        world = World(server, capture, phones)
        phones["anna"].call("anna", f"sip:boss@{US}")
        world.hears("anna")
        world.hears("boss")
        yield world
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


def joined(world: World) -> None:
    """
    Anna and Carol talk, and the boss is in no call.
    """
    waitFor(lambda: len(world.server.ask("calls")) == 2, 10, "two are in a call")
    world.over("boss")
    world.hears("anna")
    world.hears("carol")
    world.phones["carol"].hangup(0)
    world.over("anna")
    waitFor(lambda: world.server.ask("calls") == [], 5, "nothing is left")


def test_whoIsSentOnTalksToWhomTheyWereSentTo(world: World) -> None:
    world.phones["boss"].transfer(0, f"sip:carol@{US}")
    joined(world)
    assert world.phones["boss"].calls()[0]["transfer"] == 200


@pytest.mark.parametrize("holds", [False, True])
def test_whoWasAskedIsJoinedWithWhoWaits(world: World, holds: bool) -> None:
    boss = world.phones["boss"]
    if holds:
        boss.change(0, hold=True)
        boss.until(0, "it holds", media="holds")
    boss.call("boss", f"sip:carol@{US}")
    world.hears("carol")
    boss.transfer(0, other=1)
    joined(world)
    assert boss.calls()[0]["transfer"] == 200
    world.over("boss", 1)


def test_whoHasAskedInARoomGivesTheirSeat(world: World) -> None:
    boss, carol = world.phones["boss"], world.phones["carol"]
    carol.call("carol", f"sip:80001@{US}")
    boss.call("boss", f"sip:80001@{US}")
    boss.until(1, "it is in the room", state="CONFIRMED")
    boss.transfer(0, other=1)
    world.over("boss", 0)
    world.over("boss", 1)
    world.hears("anna")
    world.hears("carol")
    (room,) = world.server.ask("rooms")
    assert len(room["participants"]) == 2


def test_whoIsSentToAnAsteriskHearsItsEcho(world: World, tmp_path: Path) -> None:
    boss = world.phones["boss"]
    with Asterisk(tmp_path / "asterisk", ASTERISK, US):
        boss.transfer(0, f"sip:600@{US}")
        boss.until(0, "it is answered", transfer=200)
        world.over("boss")
        world.hears("anna")
        world.phones["anna"].hangup(0)


def test_whoTalksWithAnAsteriskIsSentOnByIt(world: World, tmp_path: Path) -> None:
    world.phones["boss"].hangup(0)
    world.over("anna")
    with Asterisk(tmp_path / "asterisk", ASTERISK, US) as asterisk:
        asterisk.call("PJSIP/anna@other", "614")
        world.hears("carol")
        world.hears("anna", 1)
        waitFor(lambda: "0 active channels" in asterisk.tell("core show channels"), 10, "it left")
        assert len(world.server.ask("calls")) == 2


def test_baresipSendsOnWhoItTalksWith(world: World, tmp_path: Path) -> None:
    world.phones["boss"].hangup(0)
    directory = tmp_path / "baresip"
    directory.mkdir()
    writeTone(directory / "tone.wav", 1000, 300.0)
    with Baresip(directory, BARESIP, "", 300, registrar=US):
        waitFor(lambda: len(world.server.ask("registrations")) == 4, 10, "it registers")
        world.phones["anna"].call("anna", f"sip:b@{US}")
        world.hears("anna", 1)
        tellTo(BARESIP, "transfer", f"sip:carol@{US}")
        world.hears("carol")
        world.hears("anna", 1)
        waitFor(lambda: len(world.server.ask("calls")) == 2, 10, "it is hung up on")


def test_whoTransfersToNobodyIsToldAndTalksOn(world: World) -> None:
    boss = world.phones["boss"]
    boss.transfer(0, f"sip:nobody@{US}")
    boss.until(0, "it is told", transfer=404)
    world.hears("anna")
    world.hears("boss")
