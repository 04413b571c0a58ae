"""
Conferences by phone: phones that we did not write in rooms, and what is decided there.

Each plays a tone of its own, and hears something only while somebody else is heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.processes import Asterisk, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.98."
US = f"{NETWORK}1"
TONES = {"anna": 440, "bert": 700, "carol": 1400}  # Hz
HOSTS = {"anna": f"{NETWORK}11", "bert": f"{NETWORK}12", "carol": f"{NETWORK}13"}
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
ASTERISK = f"{NETWORK}21"
CONFIGURATION = """
[conference]
pinPause = 0.0
pinFailures = 3

[[conference.rooms]]
name = "council"
aliases = ["801"]
moderators = ["anna"]

[[conference.rooms]]
name = "closed"
aliases = ["802"]
pin = "4711"
moderatorPin = "900913"
members = ["carol"]
"""


@dataclass(frozen=True)
class World:
    """
    A server, and three phones that are registered.
    """

    server: Server
    capture: Capture
    phones: dict[str, SoftPhone]

    def enters(self, name: str, room: str = "801") -> None:
        phone = self.phones[name]
        phone.until(phone.call(name, f"sip:{room}@{US}"), f"{name} is in a call", state="CONFIRMED")

    def hears(self, name: str, something: bool = True) -> None:
        phone = self.phones[name]

        def found() -> bool:
            return any((each["level"] > HEARD) is something for each in phone.calls()[-1:])

        waitFor(found, 10, f"{name} hears {'somebody' if something else 'nobody'}")

    def decide(self, *words: str, room: str = "801") -> dict[str, tuple[str, str]]:
        """
        Of who is in a room then, by name: the role, and the voice.
        """
        rows = self.server.ask("room", room, *words)
        return {row["name"]: (row["role"], row["voice"]) for row in rows}

    def hasEntered(self, count: int) -> bool:
        """
        Whether so many PINs have been entered.
        """
        return bool(self.server.ask("status")["facts"].get("PINEntered") == count)

    def byes(self) -> list[str]:
        """
        The reasons of those that we have sent.
        """
        query = f'sip.Method == "BYE" && ip.src == {US}'
        return self.capture.dissect(query, "-T", "fields", "-e", "sip.Reason").split("\n")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", f"{NETWORK}0/24"))
        server = stack.enter_context(Server(tmp_path / "server", US, CONFIGURATION))
        phones = {name: SoftPhone(tmp_path / name, HOSTS[name], TONES[name]) for name in TONES}
        together(stack, *phones.values())
        for name, phone in phones.items():
            phone.register(name, US, "PCMU")
        yield World(server, capture, phones)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


def test_theOperatorDecidesWhoIsHeardAndWhoIsThere(world: World) -> None:
    world.enters("anna")
    world.enters("bert")
    world.hears("anna")
    world.hears("bert")
    assert world.decide("mute", "all") == {
        "anna": ("moderator", "open"),
        "bert": ("participant", "muted"),
    }
    world.hears("anna", False)
    world.hears("bert")
    world.decide("unmute", "bert")
    world.hears("anna")
    world.decide("lock")
    phone = world.phones["carol"]
    phone.until(phone.call("carol", f"sip:801@{US}"), "carol is refused", status=486)
    world.decide("invite", "carol")
    waitFor(lambda: len(world.decide()) == 3, 10, "carol is there, who is invited")
    assert world.decide("kick", "bert").keys() == {"anna", f"sip:carol@{US}"}
    world.phones["bert"].until(0, "bert is put out", state="DISCONNECTED")
    world.hears("carol")
    world.server.ask("hangup", "council")
    world.phones["anna"].until(0, "nobody is there", state="DISCONNECTED")
    world.capture.stop()
    assert "Q.850;cause=21" in world.byes()


def test_aCallOfTwoGoesOnInARoomWhereOthersJoinThem(world: World) -> None:
    world.phones["anna"].call("anna", f"sip:bert@{US}")
    world.hears("anna")
    world.hears("bert")
    (callId,) = {each["callId"] for each in world.server.ask("calls")}
    assert len(world.decide("merge", callId)) == 2
    world.enters("carol")
    world.hears("carol")
    world.phones["bert"].hangup(0)
    waitFor(lambda: len(world.decide()) == 2, 10, "bert has left")
    world.hears("anna")
    world.hears("carol")


@pytest.mark.parametrize("method", ["rfc4733", "info"])
def test_whoEntersThePinIsInTheRoomAndHeardNowhereBefore(world: World, method: str) -> None:
    world.enters("carol", "802")  # a member
    world.enters("anna", "802")
    world.hears("anna")  # the prompt
    world.hears("anna", False)  # when that is over, nothing of the room
    world.hears("carol", False)
    world.phones["anna"].press(0, "4711#", method)
    world.hears("anna")
    world.hears("carol")
    world.enters("bert", "802")
    world.phones["bert"].press(0, "99*900913#", method)
    waitFor(lambda: len(world.decide(room="802")) == 3, 10, "bert is there")
    assert world.decide(room="802") == {
        "carol": ("participant", "open"),
        "anna": ("participant", "open"),
        "bert": ("moderator", "open"),
    }


def test_whoDoesNotIsTurnedAwayAndThenNotAskedAnyMore(world: World) -> None:
    world.enters("anna", "802")
    for entered in range(1, 4):
        world.phones["anna"].press(0, "0000#")
        waitFor(partial(world.hasEntered, entered), 10, "it is heard, and wrong")
    world.phones["anna"].until(0, "anna is turned away", state="DISCONNECTED")
    phone = world.phones["anna"]
    phone.until(phone.call("anna", f"sip:802@{US}"), "anna is not asked any more", status=403)
    (last, first) = world.server.ask("cdr", "2")
    assert (first["reason"], last["reason"]) == ("wrongPIN", "wrongPINs")
    world.capture.stop()
    assert "Q.850;cause=21" in world.byes()


def test_keysDecideInTheRoomAndAreHeardByNobody(world: World) -> None:
    anna, bert = world.phones["anna"], world.phones["bert"]
    world.enters("anna")
    world.enters("bert")
    world.hears("anna")
    bert.press(0, "*6")
    waitFor(lambda: world.decide()["bert"][1] == "muted itself", 10, "bert has muted himself")
    world.hears("anna", False)
    bert.press(0, "*1")
    world.hears("anna")
    bert.press(0, "*2*9")  # no moderator
    anna.press(0, "*5")
    waitFor(lambda: world.decide()["bert"][1] == "muted", 10, "the moderator has muted all")
    assert [each["locked"] for each in world.server.ask("rooms")] == [False]
    anna.press(0, "*2")
    waitFor(lambda: world.server.ask("rooms")[0]["locked"], 10, "the moderator has locked it")
    anna.press(0, "*3")
    bert.until(0, "bert is put out", state="DISCONNECTED")
    assert [each["digits"] for each in (*anna.calls(), *bert.calls())] == ["", ""]


@pytest.mark.parametrize("mode", ["q931keypad", "h245alphanumeric", "h245signal"])
def test_soIsWhoEntersItByH323(mode: str, tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", f"{NETWORK}0/24") as capture,
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        Asterisk(tmp_path / "asterisk", ASTERISK, US, dtmf=mode) as asterisk,
    ):
        seated(server, asterisk, "OOH323/802@other")
    assert capture.complaints(US) == ""


@pytest.mark.parametrize("mode", ["inband", "info"])
def test_orBySIPInWhateverWay(mode: str, tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", f"{NETWORK}0/24") as capture,
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        Asterisk(tmp_path / "asterisk", ASTERISK, US, sip=f"dtmf_mode={mode}") as asterisk,
    ):
        seated(server, asterisk, "PJSIP/802@other")
    assert capture.complaints(US) == ""


def seated(server: Server, asterisk: Asterisk, channel: str) -> None:
    """
    Asterisk calls, and enters the PIN.
    """
    asterisk.call(channel, "615")
    (room,) = waitFor(lambda: server.ask("rooms"), 15, "Asterisk is in the room")
    (member,) = room["participants"]
    assert (member["role"], member["voice"]) == ("participant", "open")
    octets = b"".join(bytes.fromhex(row["octets"]) for row in server.ask("wire"))
    assert not re.search(rb"Signal *= *[0-9]", octets)
    assert not any(key in server.output() for key in ("4711", "Signal"))
    server.ask("hangup", "closed")
    waitFor(lambda: server.ask("calls") == [], 10, "the call is over")
    assert "Traceback" not in server.output()
