"""
The gateway, with telephones that we did not write: calls from their first ring to their end.

On the one side is a SIP phone (pjsua2), on the other chan_ooh323 of Asterisk, in each of its ways
to start a call.  Where sound matters, the Asterisk plays back what it hears, and the phone hears
its own tone only while sound passes in both directions.  All that the server sent is dissected.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.support.gatewaypeers import (
    ABSENT,
    BUSY,
    DECLINES,
    ECHO,
    READS_DIGITS,
    RINGS,
    SENDS_DIGITS,
    STARTS,
    Start,
    configuration,
    h323Peer,
)
from tests.support.processes import Asterisk, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.50."
US, PHONE = f"{NETWORK}1", f"{NETWORK}20"
TONE = 1004  # Hz
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
KEYS = "0123456789*#"
WAYS = {  # in which the Asterisks send keys
    "PCMU": "h245alphanumeric",
    "PCMA": "h245signal",
    "GSM": "q931keypad",
    "G729": "h245alphanumeric",
}
CHANGES = int(os.environ.get("H323D_CHANGES", "200"))
START_UPS = pytest.mark.parametrize("start", STARTS, ids=str)
ECHOES = pytest.mark.parametrize("start", STARTS[:3], ids=str)  # who decodes what it plays back


@dataclass(frozen=True)
class World:
    """
    The server, and who has registered with it.

    @ivar peers: by what they speak.
    """

    server: Server
    phone: SoftPhone
    peers: dict[str, Asterisk]

    def call(self, start: Start, extension: str, name: str = "anna") -> int:
        """
        @return: the number of the phone's call to an H.323 peer.
        """
        return self.phone.call(name, f"sip:{start.number(extension)}@{US}")

    def talk(self, start: Start) -> int:
        """
        A call from the phone to the echo of an H.323 peer, heard.
        """
        call = self.call(start, ECHO)
        self.phone.until(call, "it answers", state="CONFIRMED")
        self.hears(call)
        return call

    def rings(self, start: Start, name: str) -> int:
        """
        Let an H.323 peer call one of the phone's names.

        @return: the number of the phone's call.
        """
        call = len(self.phone.calls())
        self.peers[start.encoding].call(f"Local/71{name}@default", ECHO)
        waitFor(lambda: len(self.phone.calls()) > call, 10, "the phone rings")
        return call

    def hears(self, call: int) -> None:
        waitFor(lambda: self.phone.calls()[call]["level"] > HEARD, 10, "sound comes back")

    def direction(self) -> str | None:
        """
        In which way the sound of the one call flows on its H.323 side, as we see it.
        """
        (leg,) = (leg for leg in self.server.ask("calls") if leg["protocol"] == "h323")
        direction: str | None = leg.get("media", {}).get("direction")
        return direction

    def hold(self, call: int) -> None:
        self.phone.change(call, hold=True)
        self.phone.until(call, "its hold is answered", media="holds")

    def isOver(self, start: Start) -> None:
        """
        Wait until nothing is left of any call.
        """
        peer = self.peers[start.encoding]
        waitFor(lambda: self.server.ask("calls") == [], 10, "the server has no call")
        waitFor(lambda: "0 active channels" in peer.tell("core show channels"), 10, "nor the peer")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack:
        capture = Capture(directory / "capture", US)
        server = Server(directory / "server", US, configuration(NETWORK))
        together(stack, capture, server)
        peers = {
            start.encoding: h323Peer(directory, NETWORK, start, dtmf=WAYS[start.encoding])
            for start in STARTS
        }
        phone = SoftPhone(directory / "phone", PHONE, TONE)
        together(stack, phone, *peers.values())
        phone.register("anna", US, "PCMU")
        phone.register("rings", US, "PCMU", answer=180)
        phone.register("busy", US, "PCMU", answer=486)
        phone.register("absent", US, "PCMU", answer=480)
        waitFor(lambda: len(server.ask("registrations")) == 8, 20, "all have registered")
        yield World(server, phone, peers)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.fixture
def world(house: World) -> Iterator[World]:
    yield house
    for call in {leg["callId"] for leg in house.server.ask("calls")}:
        house.server.ask("hangup", call)  # what a test that failed has left


@ECHOES
def test_thePhoneCallsAndHangsUp(start: Start, world: World) -> None:
    call = world.talk(start)
    world.phone.hangup(call)
    world.phone.until(call, "it is over", state="DISCONNECTED")
    world.isOver(start)


@START_UPS
def test_thePhoneCallsAndTheH323PeerHangsUp(start: Start, world: World) -> None:
    call = world.call(start, ECHO)
    world.phone.until(call, "it answers", state="CONFIRMED")
    world.peers[start.encoding].tell("channel request hangup all")
    ended = world.phone.until(call, "it is over", state="DISCONNECTED")
    assert ended["reason"] == "Normal call clearing"
    world.isOver(start)


@START_UPS
def test_theH323PeerCallsAndHangsUp(start: Start, world: World) -> None:
    call = world.rings(start, "anna")
    world.phone.until(call, "it has answered", state="CONFIRMED")
    world.peers[start.encoding].tell("channel request hangup all")
    ended = world.phone.until(call, "it is over", state="DISCONNECTED")
    assert ended["reason"] == "Normal call clearing"
    world.isOver(start)


@START_UPS
def test_theH323PeerCallsAndThePhoneHangsUp(start: Start, world: World) -> None:
    call = world.rings(start, "anna")
    if start.encoding != "G729":  # which it does not play back in calls of its own
        world.hears(call)
    world.phone.hangup(call)
    world.isOver(start)
    assert causeFor(world, start) == 16


@START_UPS
@pytest.mark.parametrize(("extension", "status"), [(BUSY, 486), (DECLINES, 403), (ABSENT, 480)])
def test_aRefusalByH323IsSeenBySIP(extension: str, status: int, start: Start, world: World) -> None:
    call = world.call(start, extension)
    world.phone.until(call, "it is refused", state="DISCONNECTED", status=status)
    world.isOver(start)


@START_UPS
@pytest.mark.parametrize(("name", "cause"), [("busy", 17), ("absent", 18)])
def test_aRefusalBySIPIsSeenByH323(name: str, cause: int, start: Start, world: World) -> None:
    world.rings(start, name)
    world.isOver(start)
    assert causeFor(world, start) == cause


def causeFor(world: World, start: Start) -> int:
    """
    Why the last call of a peer ended, as it saw it (Q.850).
    """
    messages = world.peers[start.encoding].messages()
    return int(messages.rsplit(": ENDED ", 1)[1].splitlines()[0])


@START_UPS
def test_thePhoneGivesUpWhileItRings(start: Start, world: World) -> None:
    call = world.call(start, RINGS)
    world.phone.until(call, "it rings", state="EARLY")
    world.phone.hangup(call)
    world.phone.until(call, "it is over", state="DISCONNECTED", status=487)
    world.isOver(start)


@START_UPS
def test_theH323PeerGivesUpWhileItRings(start: Start, world: World) -> None:
    call = world.rings(start, "rings")
    world.phone.until(call, "it rings", state="EARLY")
    world.peers[start.encoding].tell("channel request hangup all")
    world.phone.until(call, "it is cancelled", state="DISCONNECTED", status=487)
    world.isOver(start)


@START_UPS
def test_thePhonesKeysArriveByH323(start: Start, world: World) -> None:
    peer = world.peers[start.encoding]
    before = peer.messages().count("READ-DTMF")
    call = world.call(start, READS_DIGITS)
    world.phone.until(call, "it answers", state="CONFIRMED")
    world.phone.press(call, "29*5")
    waitFor(lambda: peer.messages().count("READ-DTMF") > before, 10, "the keys have been read")
    world.phone.hangup(call)
    world.isOver(start)
    assert peer.messages().rsplit("READ-DTMF ", 1)[1].splitlines()[0] == "29*5"


@START_UPS
def test_theH323PeersKeysArriveBySIP(start: Start, world: World) -> None:
    call = world.call(start, SENDS_DIGITS)
    world.phone.until(call, "all keys arrive, each once", digits=KEYS)
    world.phone.hangup(call)
    world.isOver(start)


@ECHOES
def test_thePhoneHoldsAndResumes(start: Start, world: World) -> None:
    call = world.talk(start)
    world.hold(call)
    waitFor(lambda: world.direction() == "sendonly", 10, "the H.323 side is held")
    world.phone.change(call)
    world.phone.until(call, "its resuming is answered", media="active")
    waitFor(lambda: world.direction() == "sendrecv", 10, "the H.323 side is back")
    world.hears(call)
    world.phone.hangup(call)
    world.isOver(start)


def test_manyChangesInOneCallAndSoundAfterEach(world: World) -> None:
    call = world.talk(STARTS[0])
    codecs = itertools.cycle(("PCMA", "G722", "GSM", "PCMU"))
    for _ in range(CHANGES // 4):
        world.hold(call)
        for codec in itertools.islice(codecs, 3):  # with the first of them, it is back
            world.phone.change(call, codec=codec)
            world.phone.until(call, "it is answered", media="active", codec=codec)
            waitFor(lambda: world.direction() == "sendrecv", 10, "the H.323 side is back")
            world.hears(call)
    world.phone.hangup(call)
    world.isOver(STARTS[0])
