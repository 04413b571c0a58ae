"""
Walks of those who go without a word: their calls end, whatever protocol they spoke.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from zope.interface import implementer

from h323d.call.silence import LOST
from h323d.call.transport import IDatagramUser
from h323d.config.sections import Configuration
from h323d.events.calls import CallEnded
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.media.config import MediaConfig
from h323d.net.datagram import Datagrams
from h323d.rtp import rtcp
from h323d.rtp.rtcp import ReceiverReport, SourceDescription
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request

SERVER = "10.0.0.1"
SIGNALLING = TransportAddress(SERVER, 1720)
AT_ALICE, LISTENER = "10.0.1.1", "10.0.0.3"
OVER_H323, OVER_UDP = "80001", f"sip:80001@{SERVER}"
OVER_TCP = f"{OVER_UDP};transport=tcp"
WAYS = {"H.323": OVER_H323, "SIP over UDP": OVER_UDP, "SIP over TCP": OVER_TCP}


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


def newServer(world: Simulation, timeout: float) -> SimulatedServer:
    media = MediaConfig(maximumPorts=8, silenceTimeout=timeout, tickMs=20)
    return world.server(SERVER, Configuration(media=media))


def calling(world: Simulation, target: str) -> Telephone:
    alice = Telephone(world, AT_ALICE, "alice", 400)
    alice.call(target, destination=None if target.startswith("sip:") else SIGNALLING)
    world.run(1.0)
    assert alice.speaking
    return alice


def vanish(world: Simulation) -> None:
    """
    Nothing comes by UDP any more; connections stay.
    """
    world.network.conditions.loss = 1.0


@pytest.mark.parametrize("target", WAYS.values(), ids=WAYS)
def test_aCallWhosePeerIsGoneEnds(target: str, world: Simulation) -> None:
    server = newServer(world, 20.0)
    calling(world, target)
    vanish(world)
    world.run(18.0)
    assert server.server.conference.participants == 1
    world.run(4.0)
    assert server.server.conference.participants == 0
    (ended,) = server.told(CallEnded)
    assert (ended.cause, ended.releasedBy) == (Cause.RECOVERY_ON_TIMER_EXPIRY, "server")


@pytest.mark.parametrize("target", WAYS.values(), ids=WAYS)
def test_aCallThatIsHeardGoesOn(target: str, world: Simulation) -> None:
    server = newServer(world, 4.0)
    calling(world, target)
    world.run(10.0)
    assert server.server.conference.participants == 1


def test_zeroNeverEndsOne(world: Simulation) -> None:
    server = newServer(world, 0.0)
    calling(world, OVER_UDP)
    vanish(world)
    world.run(40.0)
    assert server.server.conference.participants == 1


@pytest.mark.parametrize("target", [OVER_H323, OVER_UDP], ids=["H.323", "SIP"])
def test_whoIsHeldIsNotExpectedToSayAnything(target: str, world: Simulation) -> None:
    server = newServer(world, 4.0)
    alice = calling(world, target)
    assert alice.leg is not None
    alice.leg.changeMedia(PROFILE.directed(Direction.INACTIVE))
    world.run(10.0)
    assert server.server.conference.participants == 1
    alice.leg.changeMedia(PROFILE)
    world.run(3.0)
    assert server.server.conference.participants == 1


@implementer(IDatagramUser)
class Reporter:
    """
    An RTCP port that tells how it receives, and is told so too.
    """

    def __init__(self, world: Simulation) -> None:
        here = TransportAddress(LISTENER, 4001)
        self._port = Datagrams(world.network.host(LISTENER)).bind(here, self)
        self.told = 0

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.told += 1

    def report(self) -> None:
        """
        Send a receiver report to the first port of the server.
        """
        description = SourceDescription(((7, ((rtcp.CNAME, "listener"),)),))
        octets = rtcp.encode([ReceiverReport(7, ()), description])
        self._port.send(octets, TransportAddress(SERVER, 16385))


def test_whoOnlyListensIsNotSilentAsLongAsItsReportsCome(world: Simulation) -> None:
    server = newServer(world, 12.0)
    listener, reporter = ScriptedPeer(world, LISTENER), Reporter(world)
    there = TransportAddress(SERVER, 5060)
    listener.send(request("INVITE", body=offerBody(LISTENER, direction="recvonly")), there)
    world.run(0.2)
    tag = listener.messages[-1].toAddress.tag or ""
    listener.send(request("ACK", toTag=tag, branch="z9hG4bKack"), there)
    for _ in range(10):
        world.run(4.0)
        reporter.report()
    assert server.server.conference.participants == 1
    assert reporter.told > 5
    world.run(14.0)
    assert server.server.conference.participants == 0


def test_whereTheConnectionIsLostAsWellACallEndsSooner(world: Simulation) -> None:
    server = newServer(world, 300.0)
    calling(world, OVER_TCP)
    vanish(world)
    world.network.resetStreams(AT_ALICE)
    world.run(LOST - 2.0)
    assert server.server.conference.participants == 1
    world.run(4.0)
    assert server.server.conference.participants == 0


def test_whereOnlyTheConnectionIsLostACallGoesOn(world: Simulation) -> None:
    server = newServer(world, 300.0)
    calling(world, OVER_TCP)
    world.network.resetStreams(AT_ALICE)
    world.run(LOST + 5.0)
    assert server.server.conference.participants == 1


def passedOn(world: Simulation) -> tuple[SimulatedServer, Telephone]:
    """
    A call of Alice's whose media goes through the gatekeeper.
    """
    media = MediaConfig(maximumPorts=8, silenceTimeout=20.0, tickMs=20)
    routed = RoutedConfig(model=CallModel.PROXIED)
    server = world.server(SERVER, Configuration(media=media, routed=routed))
    ras = TransportAddress(SERVER, 1719)
    alice = Telephone(world, AT_ALICE, "1000", 400, ras)
    bob = Telephone(world, "10.0.1.2", "2000", 700, ras)
    for each in (alice, bob):
        each.register()
    world.run(1.0)
    alice.call("2000")
    world.run(1.0)
    assert alice.speaking
    return server, alice


def test_aCallThatIsPassedOnEndsLikewise(world: Simulation) -> None:
    server, _ = passedOn(world)
    world.network.filters.append(lambda source, destination, data: source[1] < 16384)
    world.run(18.0)
    assert not server.told(CallEnded)
    world.run(5.0)
    assert server.told(CallEnded)[0].cause is Cause.RECOVERY_ON_TIMER_EXPIRY


def test_aCallThatIsPassedOnAndHeldGoesOn(world: Simulation) -> None:
    server, alice = passedOn(world)
    assert alice.leg is not None
    alice.leg.changeMedia(PROFILE.directed(Direction.INACTIVE))
    world.run(2.0)
    world.network.filters.append(lambda source, destination, data: source[1] < 16384)
    world.run(50.0)
    assert not server.told(CallEnded)
