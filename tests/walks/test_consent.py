"""
Walks of those who would have others flooded, or take what others are to hear; and of those who
only have their sound and their signalling at different hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.config.sections import Configuration
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.media.audio.consent import UNHEARD
from h323d.media.config import MediaConfig
from h323d.net.datagram import Datagrams
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request

HERE, THERE = "10.0.0.3", "203.0.113.7"  # where scripts signal from, and a host that they name
SIGNALLING = TransportAddress(SERVER.host, 1720)
FIRST_MEDIA_PORT = 16384
ALICE, BOB = 400, 700  # Hz
CONFIGURATION = Configuration(media=MediaConfig(maximumPorts=8, tickMs=20))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


class Counted:
    """
    Counts what is sent to a host.
    """

    def __init__(self, world: Simulation, host: str) -> None:
        self._host = host
        self.packets = self.octets = 0
        world.network.observers.append(self._sent)

    def _sent(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        if kind == "udp" and destination[0] == self._host and destination[1] != 5060:
            self.packets += 1
            self.octets += len(data)


@implementer(IDatagramUser)
class Speaker:
    """
    A bare port that sends RTP.
    """

    def __init__(self, world: Simulation, host: str, port: int = 4000) -> None:
        self._port = Datagrams(world.network.host(host)).bind(TransportAddress(host, port), self)
        self._sequence = 0
        self.heard = 0

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.heard += 1

    def speak(self) -> None:
        """
        Send the next packet to the first port of the server.
        """
        self._sequence += 1
        packet = RTPPacket(0, self._sequence, 160 * self._sequence, 666, b"\x00" * 160)
        self._port.send(encode(packet), TransportAddress(SERVER.host, FIRST_MEDIA_PORT))


def invite(world: Simulation, media: str, direction: str = "sendrecv", more: str = "") -> None:
    """
    One INVITE over UDP, and the ACK of its 200.

    @param more: lines that end its description.
    """
    peer = ScriptedPeer(world, HERE)
    peer.send(request("INVITE", body=offerBody(media, direction=direction) + more), SERVER)
    world.run(0.2)
    answer = peer.messages[-1]
    assert peer.statuses[-1] == 200
    peer.send(request("ACK", toTag=answer.toAddress.tag or "", branch="z9hG4bKack"), SERVER)
    world.run(0.1)


def test_anUnacknowledgedINVITEHasNoSoundSentToAnotherHost(world: Simulation) -> None:
    world.server(SERVER.host, CONFIGURATION)
    victim = Counted(world, THERE)
    peer = ScriptedPeer(world, HERE)
    peer.send(request("INVITE", body=offerBody(THERE)), SERVER)
    world.run(40.0)
    assert victim.packets == 0


@pytest.mark.parametrize("direction", ["sendrecv", "recvonly"])
def test_norHasAnAcknowledgedOne(world: Simulation, direction: str) -> None:
    world.server(SERVER.host, CONFIGURATION)
    victim = Counted(world, THERE)
    invite(world, THERE, direction)
    world.run(40.0)
    assert victim.packets == 0


def test_noWordOfRTCPHasReportsSentToAnotherHost(world: Simulation) -> None:
    server = world.server(SERVER.host, CONFIGURATION)
    victim = Counted(world, THERE)
    invite(world, HERE, more=f"a=rtcp:53 IN IP4 {THERE}\n")
    assert server.legs
    world.run(30.0)
    assert victim.packets == 0


def test_aPhoneBehindAProxyIsHeardAndHearsOnceItSpeaks(world: Simulation) -> None:
    world.server(SERVER.host, CONFIGURATION)
    phone = Speaker(world, THERE)
    invite(world, THERE)
    world.run(1.0)
    assert phone.heard == 0
    for _ in range(100):
        phone.speak()
        world.run(0.02)
    assert phone.heard > 90


def test_aHostOfAConfiguredNetworkNeedNotSpeakFirst(world: Simulation) -> None:
    security = SecurityConfig(thirdParties=("203.0.113.0/24",))
    world.server(SERVER.host, replace(CONFIGURATION, security=security))
    gateway = Counted(world, THERE)
    invite(world, THERE)
    world.run(30.0)
    assert gateway.packets == pytest.approx(
        UNHEARD * 50, rel=0.05
    )  # and then it is silent for long


def test_theNetworksOfAReloadedConfigurationCount(world: Simulation) -> None:
    server = world.server(SERVER.host, CONFIGURATION)
    security = SecurityConfig(thirdParties=("203.0.113.0/24",))
    server.server.reload(replace(server.server.configuration, security=security))
    gateway = Counted(world, THERE)
    invite(world, THERE)
    world.run(1.0)
    assert gateway.packets > 40


def test_soundToASilentPhoneStopsAndGoesOnWhenItIsHeard(world: Simulation) -> None:
    world.server(SERVER.host, CONFIGURATION)
    phone = Speaker(world, HERE)
    invite(world, HERE)
    world.run(30.0)
    assert phone.heard == pytest.approx(UNHEARD * 50, abs=20)
    phone.speak()
    before = phone.heard
    world.run(30.0)
    assert phone.heard - before > 1490


def test_whoOnlyListensIsSentToForGood(world: Simulation) -> None:
    world.server(SERVER.host, CONFIGURATION)
    phone = Speaker(world, HERE)
    invite(world, HERE, "recvonly")
    world.run(40.0)
    assert phone.heard > 1950


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "slow"])
def test_aGatewayWithItsSoundElsewhereIsHeardAndHears(world: Simulation, fast: bool) -> None:
    world.server(SERVER.host, CONFIGURATION)
    gateway = Telephone(world, "10.0.1.1", "gateway", ALICE, sound="10.0.7.7")
    bob = Telephone(world, "10.0.1.2", "bob", BOB)
    mode = StartUpOptions(fast, True, False)
    gateway.call("80001", mode, destination=SIGNALLING)
    bob.call(f"sip:80001@{SERVER.host}")
    world.run(1.5)
    assert gateway.heard.heard((ALICE, BOB)) == [BOB]
    assert bob.heard.heard((ALICE, BOB)) == [ALICE]
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "slow"])
def test_noH323CallHasSoundSentToAHostThatNeverSpoke(world: Simulation, fast: bool) -> None:
    server = world.server(SERVER.host, CONFIGURATION)
    victim = Counted(world, THERE)
    world.network.filters.append(lambda source, destination, data: source[0] != THERE)
    caller = Telephone(world, "10.0.1.1", "caller", ALICE, sound=THERE)
    caller.call("80001", StartUpOptions(fast, True, False), destination=SIGNALLING)
    world.run(40.0)
    assert server.legs
    assert victim.packets == 0


def stolen(world: Simulation, latchAnyHost: bool) -> tuple[Telephone, Speaker]:
    """
    Bob is in a room, and somebody sends to his port before he speaks.
    """
    media = replace(CONFIGURATION.media, latchAnyHost=latchAnyHost)
    world.server(SERVER.host, replace(CONFIGURATION, media=media))
    muted = [True]
    world.network.filters.append(
        lambda source, destination, data: not (muted[0] and source == ("10.0.1.2", 16384))
    )
    bob = Telephone(world, "10.0.1.2", "bob", BOB)
    thief = Speaker(world, THERE)
    bob.call(f"sip:80001@{SERVER.host}")
    world.run(0.2)
    alice = Telephone(world, "10.0.1.1", "alice", ALICE)
    alice.call("80001", destination=SIGNALLING)
    for turn in range(200):
        muted[0] = turn < 50
        thief.speak()
        world.run(0.02)
    return bob, thief


def test_nobodyTakesAPhonesSoundBeforeItSpeaks(world: Simulation) -> None:
    bob, thief = stolen(world, latchAnyHost=False)
    assert thief.heard == 0
    assert bob.statistics().packetsReceived > 190
    assert bob.heard.heard((ALICE, BOB)) == [ALICE]


def test_whereAnyHostMayTakeItThePhoneTakesItBack(world: Simulation) -> None:
    bob, thief = stolen(world, latchAnyHost=True)
    assert 0 < thief.heard < 60
    assert bob.heard.heard((ALICE, BOB)) == [ALICE]
