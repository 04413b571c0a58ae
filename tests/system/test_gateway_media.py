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
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.support.flows import PURE, Flow, Stretch, cleanest, decodedFlow, flowsIn
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
from tests.support.processes import Capture, Server, together, waitFor
from tests.support.softphone import CODECS, SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.49."
US, PHONES = f"{NETWORK}1", 20
TONE = 1004  # Hz: a tone of 1000 repeats with every frame, and then what GSM has lost is never made good
AT_ONCE = 6  # calls
PACKETS = 120  # that everybody is sent in a call, and hears well
CLEAN = 1.5  # seconds of them at a stretch that hold the tone, and nothing else
LEVEL = 1.0  # dB that transcoding may take or give
OTHERS = {"opus": "601", "G729": "606"}  # what Asterisk says in them
SPOKEN = (*CODECS, *OTHERS)
REGISTERED = len(STARTS) + len(SPOKEN)  # each Asterisk by H.323, and one of them by SIP

Dial = Callable[[], object]
Flows = Mapping[tuple[str, str], Flow]
View = dict[str, Any]  # Any: whatever JSON can say


@dataclass(frozen=True)
class Talk:
    """
    What was captured.

    @ivar calls: by who called by which protocol, and the two codecs.
    """

    calls: dict[tuple[str, str, str], dict[str, View]]
    flows: Flows
    complaints: str


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    directory = tmp_path_factory.mktemp("gateway")
    writeG729(directory / "tone.g729", TONE, 60.0)
    calls: dict[tuple[str, str, str], dict[str, View]] = {}
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
        collect(calls, "sip", dials, server)
        dials = [
            partial(peer.call, f"OOH323/{codec}@other", ECHO) for peer in peers for codec in SPOKEN
        ]
        collect(calls, "h323", dials, server)
        assert "Traceback" not in server.output()
    return Talk(calls, flowsIn(capture.file), capture.complaints(US))


def collect(
    calls: dict[tuple[str, str, str], dict[str, View]],
    protocol: str,
    dials: list[Dial],
    server: Server,
) -> None:
    """
    Make the calls, a few at a time, and end each when it has been heard well for long enough.

    @param protocol: by which they are made.
    """
    untroubled = Untroubled(PACKETS)
    over: set[str] = set()
    coming = iter(dials)
    made = 0

    def end() -> bool:
        nonlocal made
        for legs in bridged(server):
            callId = legs["sip"]["callId"]
            if callId not in over and untroubled.isOver(legs):
                sip, h323 = (
                    legs[each]["media"]["format"].split("/")[0] for each in ("sip", "h323")
                )
                calls[protocol, sip, h323] = legs
                server.ask("hangup", callId)
                over.add(callId)
        for dial in itertools.islice(coming, AT_ONCE - (made - len(over))):
            dial()
            made += 1
        return len(over) == len(dials)

    waitFor(end, 40, f"all have talked: {over}", 0.25)
    waitFor(lambda: server.ask("calls") == [], 10, "all calls are over")


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("codec", SPOKEN)
@pytest.mark.parametrize("caller", ["sip", "h323"])
def test_aToneComesThroughAndBackAsItWas(caller: str, codec: str, start: Start, talk: Talk) -> None:
    legs = talk.calls[caller, codec, start.encoding]
    pure = min(PURE[codec], PURE[start.encoding])
    phone = Side(talk.flows, legs["sip"]["media"], codec, pure)
    peer = Side(talk.flows, legs["h323"]["media"], start.encoding, pure)
    ways = [(phone, peer)]
    if (caller, start.encoding) != ("h323", "G729"):  # Asterisk says nothing in such a call
        ways.append((peer, phone))
    for one, other in ways:
        assert one.said.seconds >= CLEAN, "the peer itself says the tone"
        assert other.heard.seconds >= CLEAN
        assert other.heard.level == pytest.approx(one.said.level, abs=LEVEL)
        assert other.isWhole


def test_allThatTheServerSentIsUnderstood(talk: Talk) -> None:
    assert talk.complaints == ""


class Side:
    """
    What one side of a call said, and heard.

    @ivar isWhole: whether it was sent one stream, with no packet missing.
    """

    def __init__(self, flows: Flows, media: View, encoding: str, pure: float) -> None:
        us, them = media["rtp"], media["remote"]
        self.heard = stretchOf(flows.get((us, them)), encoding, pure)
        self.said = stretchOf(flows.get((them, us)), encoding, pure)
        self.isWhole = flows[us, them].isWhole


def stretchOf(flow: Flow | None, encoding: str, pure: float) -> Stretch:
    if flow is None:
        return Stretch([])
    sound, rate = decodedFlow(flow, encoding)
    return cleanest(sound, TONE, rate, pure)
