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
from typing import Any

import pytest

from tests.support.flows import PURE, Flow, Flows, Stretch, cleanest, decodedFlow
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
PACKETS = 90  # that come in their turn, before what was captured is looked at
LOOKED_AT = 150  # packets, the last of a call
CLEAN = 1.5  # seconds at a stretch that hold the tone, and nothing else
LEVEL = 1.0  # dB that transcoding may take or give
OTHERS = {"opus": "601", "G729": "606"}  # what Asterisk says in them
SPOKEN = (*CODECS, *OTHERS)
REGISTERED = len(STARTS) + len(SPOKEN)  # each Asterisk by H.323, and one of them by SIP

Dial = Callable[[], object]
View = dict[str, Any]  # Any: whatever JSON can say


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
    made = 0

    def end() -> bool:
        nonlocal made
        for legs in bridged(server):
            callId = legs["sip"]["callId"]
            if callId in over or not untroubled.isOver(legs):
                continue
            flows.read()
            ways = waysOf(flows, protocol, legs)
            if all(way.isClear for way in ways):
                found[protocol, *encodingsOf(legs)] = ways
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
        assert way.flow.isWhole


def test_allThatTheServerSentIsUnderstood(talk: Talk) -> None:
    assert talk.complaints == ""


@dataclass(frozen=True)
class Way:
    """
    From one side of a call to the other.

    @ivar said: by the one.
    @ivar heard: by the other.
    @ivar flow: that the other was sent.
    """

    said: Stretch
    heard: Stretch
    flow: Flow

    @property
    def isClear(self) -> bool:
        return min(self.said.seconds, self.heard.seconds) >= CLEAN


def waysOf(flows: Flows, caller: str, legs: dict[str, View]) -> list[Way]:
    """
    @return: those in which something is said, as they were last.
    """
    phone, peer = (legs[protocol]["media"] for protocol in ("sip", "h323"))
    codec, encoding = encodingsOf(legs)
    ways = [wayOf(flows, phone, codec, peer, encoding)]
    if (caller, encoding) != ("h323", "G729"):  # Asterisk says nothing in such a call
        ways.append(wayOf(flows, peer, encoding, phone, codec))
    return ways


def wayOf(flows: Flows, one: View, says: str, other: View, hears: str) -> Way:
    purity = min(PURE[says], PURE[hears])
    said, heard = flows.of(one["remote"], one["rtp"]), flows.of(other["rtp"], other["remote"])
    return Way(stretchOf(said, says, purity), stretchOf(heard, hears, purity), heard)


def encodingsOf(legs: dict[str, View]) -> tuple[str, str]:
    """
    @return: that of the SIP phone, and that of the H.323 peer.
    """
    sip, h323 = (legs[each]["media"]["format"].split("/")[0] for each in ("sip", "h323"))
    return sip, h323


def stretchOf(flow: Flow, encoding: str, purity: float) -> Stretch:
    if len(flow.packets) < PACKETS:
        return Stretch([])
    sound, rate = decodedFlow(flow.last(LOOKED_AT), encoding)
    return cleanest(sound, TONE, rate, purity)
