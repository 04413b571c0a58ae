"""
The gateway, with an H.323 peer that names codecs by names of its own: chan_ooh323 of Asterisk,
which has such for G.726, in both packings, and for Speex.

It plays a tone to a SIP phone (pjsua2) that speaks mu-law.  It is not asked to play back what it
hears: Asterisk 22 was not seen to take any of these from whoever calls by H.323.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from h323d.dsp.g726 import aal2G726, g726
from h323d.dsp.speex import narrowSpeex
from tests.support.coded import had
from tests.support.gatewaypeers import Start, bridged, h323Peer
from tests.support.processes import Asterisk, Baresip, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.51."
US, PHONE = f"{NETWORK}1", f"{NETWORK}20"
TONE = 1004  # Hz, the phone's own
MILLIWATT = "601"
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
CODECS = {"g726": g726, "g726aal2": aal2G726, "speex": narrowSpeex}
PEERS = (
    Start("g726", "G726-32", "yes", "yes", 2),
    Start("g726aal2", "AAL2-G726-32", "no", "yes", 3),
    Start("speex", "speex", "no", "no", 4),
)


@dataclass(frozen=True)
class World:
    """
    The server, and who has registered with it.

    @ivar peers: by what they speak.
    """

    server: Server
    phone: SoftPhone
    peers: dict[str, Asterisk]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("codecs")
    with ExitStack() as stack:
        capture = Capture(directory / "capture", US)
        gateway = "[gateway]\nacceptUnregistered = true\n"
        server = Server(directory / "server", US, f"{Baresip.SERVER}{gateway}")
        together(stack, capture, server)
        peers = {start.encoding: h323Peer(directory, NETWORK, start) for start in PEERS}
        phone = SoftPhone(directory / "phone", PHONE, TONE)
        together(stack, phone, *peers.values())
        phone.register("anna", US, "PCMU")
        waitFor(lambda: len(server.ask("registrations")) == 1 + len(PEERS), 20, "all are there")
        yield World(server, phone, peers)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.mark.parametrize("start", PEERS, ids=str)
def test_whatThePeerSaysInACodecThatItNamesItselfIsHeard(start: Start, world: World) -> None:
    had(CODECS[start.codec]())
    call = len(world.phone.calls())
    world.peers[start.encoding].call("Local/71anna@default", MILLIWATT)
    waitFor(lambda: len(world.phone.calls()) > call, 10, "the phone rings")
    waitFor(lambda: world.phone.calls()[call]["level"] > HEARD, 10, "a tone is heard")
    (legs,) = bridged(world.server)
    media = legs["h323"]["media"]
    assert media["format"].split("/")[0] == start.encoding
    assert media["packetsRefused"] == 0
    world.server.ask("hangup", legs["h323"]["callId"])
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")
