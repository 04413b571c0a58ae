"""
The gateway, with telephones that we did not write: what is heard, for every two codecs that they
speak, whoever calls.

Each of the H.323 peers (chan_ooh323) speaks one codec, starts calls in one way, and plays back
what it hears.  Each of the SIP phones (pjsua2; Asterisk for Opus and G.729) speaks one codec, and
says a tone of 1 kHz.  Some calls are made at once, as many as a busy machine may still do in time.  What went over the wire is decoded by FFmpeg:
the tone comes out on the far side as it went in, and once more when it is back.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pytest

from tests.support.flows import Flows
from tests.support.gatewaypeers import (
    ECHO,
    STARTS,
    Start,
    Untroubled,
    bridged,
    configuration,
    h323Peer,
    writeG729,
)
from tests.support.gatewayways import TONE, Way, encodingsOf, waysOf
from tests.support.processes import Capture, Server, together, waitFor
from tests.support.softphone import CODECS, SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.49."
US, PHONES = f"{NETWORK}1", 20
AT_ONCE = 6  # calls
PACKETS = 90  # that come in their turn, before what was captured is looked at
LEVEL = 1.0  # dB that transcoding may take or give
OTHERS = {"opus": "601", "G729": "606"}  # what Asterisk says in them
SPOKEN = (*CODECS, *OTHERS)
REGISTERED = len(STARTS) + len(SPOKEN)  # each Asterisk by H.323, and one of them by SIP

Dial = Callable[[], object]


@dataclass(frozen=True)
class Talk:
    """
    What was captured.

    @ivar ways: in which something was said, by who called by which protocol, and the two codecs.
    """

    ways: dict[tuple[str, str, str], list[Way]]
    complaints: str


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    directory = tmp_path_factory.mktemp("gateway")
    writeG729(directory / "tone.g729", TONE, 60.0)
    ways: dict[tuple[str, str, str], list[Way]] = {}
    with ExitStack() as stack:
        capture = Capture(directory / "capture", US)
        server = Server(directory / "server", US, configuration(NETWORK))
        together(stack, capture, server)
        tone = str(directory / "tone")
        first = h323Peer(directory, NETWORK, STARTS[0], registrar=US, tone=tone)
        peers = [first, *(h323Peer(directory, NETWORK, start) for start in STARTS[1:])]
        phones = {
            codec: SoftPhone(directory / codec, f"{NETWORK}{PHONES + index}", TONE)
            for index, codec in enumerate(CODECS)
        }
        together(stack, *peers, *phones.values())
        for codec, phone in phones.items():
            phone.register(codec, US, codec)
        waitFor(lambda: len(server.ask("registrations")) == REGISTERED, 20, "all have registered")

        dials: list[Dial] = []
        for number in (start.number(ECHO) for start in STARTS):
            dials += [
                partial(phone.call, codec, f"sip:{number}@{US}") for codec, phone in phones.items()
            ]
            dials += [
                partial(first.call, f"PJSIP/{number}@{codec}", says)
                for codec, says in OTHERS.items()
            ]
        flows = Flows(capture.file)
        ways |= collect("sip", dials, server, flows)
        dials = [
            partial(peer.call, f"OOH323/{codec}@other", ECHO) for peer in peers for codec in SPOKEN
        ]
        ways |= collect("h323", dials, server, flows)
        assert "Traceback" not in server.output()
    flows.read()
    return Talk(ways, capture.complaints(US))


def endedLegs(server: Server) -> int:
    return int(server.ask("status")["facts"].get("CallEnded", 0))


def collect(
    protocol: str, dials: list[Dial], server: Server, flows: Flows
) -> dict[tuple[str, str, str], list[Way]]:
    """
    Make the calls, a few at a time, and end each when all that is to be heard in it was captured.

    @param protocol: by which they are made.
    @return: what was said in each.
    """
    found: dict[tuple[str, str, str], list[Way]] = {}
    untroubled = Untroubled(PACKETS)
    over: set[str] = set()
    coming = iter(dials)
    made, before = 0, endedLegs(server)

    def end() -> bool:
        nonlocal made
        gone = endedLegs(server) - before
        assert gone <= 2 * len(over), f"a call failed:\n{server.output()[-2000:]}"
        for legs in bridged(server):
            callId = legs["sip"]["callId"]
            if callId in over or not untroubled.isOver(legs):
                continue
            flows.read()
            ways, encodings = waysOf(flows, legs), encodingsOf(legs)
            if (protocol, encodings[1]) == ("h323", "G729"):
                ways.pop()  # Asterisk says nothing in such a call
            if all(way.isClear for way in ways):
                found[protocol, *encodings] = ways
                server.ask("hangup", callId)
                over.add(callId)
        for dial in itertools.islice(coming, AT_ONCE - (made - len(over))):
            dial()
            made += 1
        return len(over) == len(dials)

    waitFor(end, 40, "a clear stretch of every call is captured", 0.25)
    waitFor(lambda: server.ask("calls") == [], 10, "all calls are over")
    return found


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("codec", SPOKEN)
@pytest.mark.parametrize("caller", ["sip", "h323"])
def test_aToneComesThroughAndBackAsItWas(caller: str, codec: str, start: Start, talk: Talk) -> None:
    for way in talk.ways[caller, codec, start.encoding]:
        assert way.isClear
        assert way.heard.level == pytest.approx(way.said.level, abs=LEVEL)
        assert way.flow.isOneStream


def test_allThatTheServerSentIsUnderstood(talk: Talk) -> None:
    assert talk.complaints == ""
