"""
Calls between SIP and H.323 through a protected server whose leading process is killed: amid their beginning, while
they ring, talk and are held, amid their end.  All goes on as if nobody had died.

One side is a SIP phone (pjsua2), the other chan_ooh323, in two of its ways to start a call; sound is passed on as it is, or
transcoded.

A death is amid something when whoever asked for that has been told to ask, and nobody has waited for an answer: it
then hits before, in or after the turns that are meant, and each has to come to the same end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.gatewaypeers import (
    BUSY,
    ECHO,
    READS_DIGITS,
    RINGS,
    SENDS_DIGITS,
    STARTS,
    Start,
    configuration,
    h323Peer,
)
from tests.support.processes import Asterisk, Capture, together, waitFor
from tests.support.protectedserver import ProtectedServer
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.133."
US, PHONE = f"{NETWORK}1", f"{NETWORK}20"
TONE = 1004  # Hz
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
KEYS = "0123456789*#"
PASSING, TRANSCODED = STARTS[0], STARTS[2]  # to a phone that speaks mu-law
WAYS = {PASSING: "h245alphanumeric", TRANSCODED: "q931keypad"}  # in which the Asterisks send keys
PEERS = pytest.mark.parametrize("start", WAYS, ids=str)
ENDED = "NORMAL_CALL_CLEARING"


@dataclass(frozen=True)
class World:
    """
    The server, and who has registered with it.

    @ivar peers: by how they start calls.
    """

    server: ProtectedServer
    phone: SoftPhone
    peers: dict[Start, Asterisk]

    def call(self, start: Start, extension: str) -> int:
        """
        Have the phone call an H.323 peer; the server dies amid that.

        @return: the number of the phone's call.
        """
        self.server.protected()
        call = self.phone.call("anna", f"sip:{start.number(extension)}@{US}")
        self.server.strike()
        return call

    def rings(self, start: Start, name: str, extension: str = ECHO) -> int:
        """
        Have an H.323 peer call one of the phone's names, likewise.
        """
        call = len(self.phone.calls())
        self.server.protected()
        self.peers[start].call(f"Local/71{name}@default", extension)
        self.server.strike()
        waitFor(lambda: len(self.phone.calls()) > call, 10, "the phone rings")
        return call

    def hangUp(self, call: int) -> None:
        """
        Have the phone hang up, likewise.
        """
        self.server.protected()
        self.phone.hangup(call)
        self.server.strike()

    def change(self, call: int, hold: bool) -> None:
        """
        Have the phone hold, or resume, likewise.
        """
        self.server.protected()
        self.phone.change(call, hold=hold)
        self.server.strike()
        self.phone.until(call, "it is answered", media="holds" if hold else "active")
        wanted = "sendonly" if hold else "sendrecv"
        waitFor(lambda: self.direction() == wanted, 10, "the H.323 side knows")

    def direction(self) -> str | None:
        """
        In which way the sound of the one call flows on its H.323 side, as we see it.
        """
        (leg,) = (leg for leg in self.server.ask("calls") if leg["protocol"] == "h323")
        direction: str | None = leg.get("media", {}).get("direction")
        return direction

    def hears(self, call: int) -> None:
        waitFor(lambda: self.phone.calls()[call]["level"] > HEARD, 10, "sound comes back")

    def isOver(self, start: Start) -> None:
        """
        Wait until nothing is left of any call.
        """
        peer = self.peers[start]
        waitFor(lambda: self.server.ask("calls") == [], 10, "the server has no call")
        waitFor(lambda: "0 active channels" in peer.tell("core show channels"), 10, "nor the peer")

    def causeFor(self, start: Start) -> int:
        """
        Why the last call of a peer ended, as it saw it (Q.850).
        """
        return int(self.peers[start].messages().rsplit(": ENDED ", 1)[1].splitlines()[0])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack:
        capture = Capture(directory / "capture", US)
        server = ProtectedServer(directory / "server", US, configuration(NETWORK), isKept=True)
        peers = {
            start: h323Peer(directory, NETWORK, start, dtmf=way) for start, way in WAYS.items()
        }
        phone = SoftPhone(directory / "phone", PHONE, TONE)
        together(stack, capture, server)
        together(stack, phone, *peers.values())
        for name, status in (("anna", 200), ("rings", 180), ("busy", 486)):
            phone.register(name, US, "PCMU", answer=status)
        waitFor(lambda: len(server.ask("registrations")) == 5, 20, "all have registered")
        yield World(server, phone, peers)
        assert len(server.ask("registrations")) == 5
        assert not {"Diverged", "InputQuarantined"} & set(server.ask("status")["facts"])
        assert "Traceback" not in server.output(), server.output()
    assert capture.complaints(US) == ""


@pytest.fixture
def world(house: World) -> Iterator[World]:
    yield house
    for call in {leg["callId"] for leg in house.server.ask("calls")}:
        house.server.ask("hangup", call)  # what a test that failed has left


def records(server: ProtectedServer) -> list[dict[str, Any]]:
    return list(server.ask("cdr"))


def newRecords(server: ProtectedServer, before: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """
    How the calls ended that had not before.
    """
    known = {each["callId"] for each in before}
    return Counter(
        (each["outcome"], each["causeName"])
        for each in records(server)
        if each["callId"] not in known
    )


@PEERS
def test_aCallFromThePhoneGoesOnToItsEnd(start: Start, world: World) -> None:
    before = records(world.server)
    call = world.call(start, ECHO)
    world.phone.until(call, "it answers", state="CONFIRMED")
    world.hears(call)
    world.server.strike()
    world.hears(call)
    world.change(call, hold=True)
    world.server.strike()
    world.change(call, hold=False)
    world.hears(call)
    world.hangUp(call)
    world.phone.until(call, "it is over", state="DISCONNECTED")
    world.isOver(start)
    assert newRecords(world.server, before) == {("answered", ENDED): 1}


@PEERS
def test_aCallFromTheH323PeerGoesOnToItsEnd(start: Start, world: World) -> None:
    before = records(world.server)
    call = world.rings(start, "anna")
    world.phone.until(call, "it has answered", state="CONFIRMED")
    world.hears(call)
    world.server.protected()
    world.peers[start].tell("channel request hangup all")
    world.server.strike()
    ended = world.phone.until(call, "it is over", state="DISCONNECTED")
    assert ended["reason"] == "Normal call clearing"
    world.isOver(start)
    assert newRecords(world.server, before) == {("answered", ENDED): 1}


@PEERS
def test_whoGivesUpOrRefusesAfterADeathIsHeardByTheOther(start: Start, world: World) -> None:
    before = records(world.server)
    call = world.call(start, RINGS)
    world.phone.until(call, "it rings", state="EARLY")
    world.server.strike()
    world.hangUp(call)
    world.phone.until(call, "it is over", state="DISCONNECTED", status=487)
    world.isOver(start)
    call = world.call(start, BUSY)
    world.phone.until(call, "it is refused", state="DISCONNECTED", status=486)
    world.isOver(start)
    call = world.rings(start, "rings")
    world.phone.until(call, "it rings", state="EARLY")
    world.server.protected()
    world.phone.hangup(call, 486)
    world.server.strike()
    world.isOver(start)
    assert world.causeFor(start) == 17
    assert sum(newRecords(world.server, before).values()) == 3


@PEERS
def test_thePhonesDigitsArriveOnce(start: Start, world: World) -> None:
    peer = world.peers[start]
    before = peer.messages().count("READ-DTMF")
    call = world.call(start, READS_DIGITS)
    world.phone.until(call, "it answers", state="CONFIRMED")
    world.server.protected()
    world.phone.press(call, "29*5")
    world.server.strike()
    waitFor(lambda: peer.messages().count("READ-DTMF") > before, 10, "the keys have been read")
    world.phone.hangup(call)
    world.isOver(start)
    assert peer.messages().rsplit("READ-DTMF ", 1)[1].splitlines()[0] == "29*5"


def test_theH323PeersDigitsArriveOnce(world: World) -> None:
    call = world.call(TRANSCODED, SENDS_DIGITS)
    waitFor(lambda: len(world.phone.calls()[call]["digits"]) > 1, 10, "keys come")
    world.server.strike()
    world.server.strike()
    world.phone.until(call, "all keys arrive, each once", digits=KEYS)
    world.hangUp(call)
    world.isOver(TRANSCODED)
