"""
The gateway between more telephones that we did not write: baresip, linphone and sipp call
chan_ooh323 of Asterisk, and are called by it, and what they say is heard both ways.

The softphones say a tone, which the Asterisk plays back; sipp plays back what it hears, and the
Asterisk says the tone.  What went over the wire is decoded by FFmpeg, and dissected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.flows import Flows
from tests.support.gatewaypeers import ECHO, STARTS, Untroubled, bridged, configuration, h323Peer
from tests.support.gatewayways import TONE, Way, encodingsOf, waysOf
from tests.support.linephone import Linphone
from tests.support.processes import (
    Asterisk,
    Baresip,
    Capture,
    Process,
    Server,
    isBound,
    program,
    together,
    waitFor,
)
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

NETWORK = "127.0.79."
US, BARESIP, LINPHONE, SIPP = (f"{NETWORK}{host}" for host in (1, 20, 21, 22))
MILLIWATT = "601"  # the Asterisk's tone, of 1004 Hz
PACKETS = 90  # that come in their turn, before what was captured is looked at
LEVEL = 1.0  # dB that transcoding may take or give
WAYS = f"""
[[routing.routes]]
name = "milliwatt"
to = ["h323:{MILLIWATT}@{NETWORK}{STARTS[0].host}"]
[[routing.trunks]]
name = "sipp"
address = "{SIPP}"
prefixes = ["99"]
checkInterval = 0
"""


class Sipp(Process):
    """
    sipp in one call, by a scenario of its own: it plays back what it hears.
    """

    def __init__(self, directory: Path, *arguments: str) -> None:
        super().__init__(directory, "sipp")
        self._arguments = arguments

    def command(self) -> list[str]:
        return [
            program("sipp"), "-nostdin", "-i", SIPP, "-p", "5060", "-mi", SIPP, "-mp", "20000",
            "-rtp_echo", "-m", "1", "-trace_err", *self._arguments,
        ]  # fmt: skip

    def ready(self) -> bool:
        return isBound(SIPP, 5060)


@dataclass(frozen=True)
class World:
    """
    The server, who has registered with it, and what is captured of them.

    @ivar peer: by H.323.
    """

    server: Server
    peer: Asterisk
    baresip: Baresip
    linphone: Linphone
    capture: Capture

    def talk(self, encodings: tuple[str, str]) -> None:
        """
        Wait until both sides of the one call were heard well.

        @param encodings: that of the phone, and that of the H.323 peer.
        """
        flows, untroubled = Flows(self.capture.file), Untroubled(PACKETS)

        def clear() -> list[Way]:
            for legs in bridged(self.server):
                assert encodingsOf(legs) == encodings
                if untroubled.isOver(legs):
                    flows.read()
                    ways = waysOf(flows, legs)
                    return ways if all(way.isClear for way in ways) else []
            return []

        for way in waitFor(clear, 20, "the tone is heard both ways", 0.25):
            assert way.heard.level == pytest.approx(way.said.level, abs=LEVEL)
            assert way.flow.isOneStream

    def isOver(self) -> None:
        waitFor(lambda: self.server.ask("calls") == [], 10, "the server has no call")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("phones")
    (directory / "baresip").mkdir()
    writeTone(directory / "baresip" / "tone.wav", TONE, 300.0, 16000)
    with ExitStack() as stack:
        capture = Capture(directory / "capture", US)
        server = Server(directory / "server", US, configuration(NETWORK) + WAYS)
        together(stack, capture, server)
        peer = h323Peer(directory, NETWORK, STARTS[0])
        codec = "G722/16000/1"
        baresip = Baresip(directory / "baresip", BARESIP, "", 900, codec, registrar=US)
        linphone = Linphone(directory / "linphone", LINPHONE, US, "linphone", "G729", TONE)
        together(stack, peer, baresip, linphone)
        waitFor(lambda: len(server.ask("registrations")) == 3, 20, "all have registered")
        yield World(server, peer, baresip, linphone, capture)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.fixture
def world(house: World) -> Iterator[World]:
    yield house
    for call in {leg["callId"] for leg in house.server.ask("calls")}:
        house.server.ask("hangup", call)  # what a test that failed has left
    house.isOver()


def test_baresipCallsAndHangsUp(world: World) -> None:
    world.baresip.tell("dial", f"sip:{STARTS[0].number(ECHO)}@{US}")
    world.talk(("G722", "PCMU"))
    world.baresip.tell("hangup")
    world.isOver()


def test_baresipIsCalledAndHungUpOn(world: World) -> None:
    world.peer.call("OOH323/b@other", ECHO)
    world.talk(("G722", "PCMU"))
    world.peer.tell("channel request hangup all")
    world.isOver()


def test_linphoneCallsAndHangsUp(world: World) -> None:
    world.linphone.tell(f"call sip:{STARTS[0].number(ECHO)}@{US}")
    world.talk(("G729", "PCMU"))
    world.linphone.tell("terminate")
    world.isOver()


def test_linphoneIsCalledAndHungUpOn(world: World) -> None:
    world.peer.call("OOH323/linphone@other", ECHO)
    world.talk(("G729", "PCMU"))
    world.peer.tell("channel request hangup all")
    world.isOver()


def test_sippCallsAndIsHungUpOn(world: World, tmp_path: Path) -> None:
    with Sipp(tmp_path, "-sn", "uac", "-s", "milliwatt", "-d", "600000", US):
        world.talk(("PCMU", "PCMU"))
        world.peer.tell("channel request hangup all")
        world.isOver()


def test_sippIsCalledAndHungUpOn(world: World, tmp_path: Path) -> None:
    with Sipp(tmp_path, "-sn", "uas") as sipp:
        world.peer.call("OOH323/9901@other", MILLIWATT)
        world.talk(("PCMU", "PCMU"))
        world.peer.tell("channel request hangup all")
        world.isOver()
        assert sipp.wait(10) == 0, sipp.output()
