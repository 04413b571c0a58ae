"""
Who may talk to us: networks, and what stands before a port or a listener.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.error import ConnectionAborted
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import PASSED, Application, Door, IGate
from h323d.call.defence import UNDEFENDED, DefenceRule
from h323d.call.transport import IDatagramUser, IStream, IStreamUser
from h323d.events.bus import EventBus
from h323d.events.doors import SourceRefused
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.sources import LEAST_SHARE, TOO_MANY_CALLS, Sources
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamListener, StreamOpener
from h323d.net.tls import HANDSHAKE_TIMEOUT, Credentials, TLSListener
from h323d.values.address import TransportAddress
from h323d.values.tlspeer import ClientCertificates
from tests.support.certificates import issue
from tests.support.defended import newDefence
from tests.support.halfopen import HalfOpen
from tests.support.network import SimulatedHost, SimulatedNetwork

HERE = TransportAddress("10.0.0.1", 1719)


@dataclass
class World:
    clock: Clock = field(default_factory=Clock)
    facts: list[SourceRefused] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network = SimulatedNetwork(self.clock, random.Random(1))
        self.host = SimulatedHost(self.network, HERE.host)
        self.events = EventBus()
        self.events.subscribe(SourceRefused, self.facts.append)

    def sources(self, defence: DefenceRule = UNDEFENDED, **config: Any) -> Sources:
        turnedAway = TurnedAway(self.clock, self.events)
        return Sources(SecurityConfig(**config), self.clock, turnedAway, defence)


@pytest.fixture
def world() -> World:
    return World()


@implementer(IDatagramUser)
class Heard:
    def __init__(self) -> None:
        self.hosts: list[str] = []

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.hosts.append(source.host)


@implementer(IStreamUser)
class Connected:
    """
    A connection: what its user was told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def streamOpened(self, stream: IStream) -> None:
        self.told.append("opened")

    def streamReceived(self, data: bytes) -> None:
        self.told.append(data.decode())

    def streamClosed(self, reason: str) -> None:
        self.told.append("closed")


@dataclass
class Offer:
    peer: TransportAddress


# Doors.


def send(world: World, host: str, times: int = 1) -> None:
    port = Datagrams(SimulatedHost(world.network, host)).bind(TransportAddress(host, 0), Heard())
    for _ in range(times):
        port.send(b"x", HERE)
    for _ in range(4):
        world.clock.advance(0.01)
    port.close()


def test_whereNothingIsConfiguredEverybodyIsHeard(world: World) -> None:
    heard = Heard()
    world.sources().rasDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.9", times=300)
    assert len(heard.hosts) == 300


def test_listsAndLimitsChangeWhilePortsAreOpen(world: World) -> None:
    heard = Heard()
    sources = world.sources()
    sources.rasDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.9")
    sources.reconfigure(SecurityConfig(deny=("10.0.0.9",), rasRate=1.0, rasBurst=2))
    send(world, "10.0.0.9")
    send(world, "10.0.0.7", times=5)
    assert heard.hosts == ["10.0.0.9", "10.0.0.7", "10.0.0.7"]
    sources.reconfigure(SecurityConfig())
    send(world, "10.0.0.9")
    assert heard.hosts[-1] == "10.0.0.9"


def test_onlyListedNetworksAreHeard(world: World) -> None:
    heard = Heard()
    sources = world.sources(allow=("10.0.0.0/24",), deny=("10.0.0.66",))
    sources.rasDatagrams(Datagrams(world.host)).bind(HERE, heard)
    for host in ("10.0.0.5", "10.0.0.66", "10.9.0.5"):
        send(world, host)
    assert heard.hosts == ["10.0.0.5"]
    assert [(fact.source.host, fact.door, fact.reason) for fact in world.facts] == [
        ("10.0.0.66", "ras", "network"),
        ("10.9.0.5", "ras", "network"),
    ]


def test_aFloodIsCutToTheRate(world: World) -> None:
    heard = Heard()
    sources = world.sources(rasRate=10.0, rasBurst=5)
    sources.rasDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.66", 100)
    send(world, "10.0.0.5")
    assert heard.hosts.count("10.0.0.66") <= 6
    assert heard.hosts.count("10.0.0.5") == 1


def test_aFloodIsToldOnceASecond(world: World) -> None:
    sources = world.sources(rasRate=0.1, rasBurst=1)
    sources.rasDatagrams(Datagrams(world.host)).bind(HERE, Heard())
    send(world, "10.0.0.66", 11)
    world.clock.advance(1)
    send(world, "10.0.0.66")
    assert [fact.count for fact in world.facts] == [1, 10]


def test_sipIsNotCountedAsRAS(world: World) -> None:
    heard = Heard()
    sources = world.sources(deny=("10.0.0.66",), rasRate=0.1, rasBurst=1)
    sources.sipDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.5", 10)
    send(world, "10.0.0.66")
    assert heard.hosts == ["10.0.0.5"] * 10


def connect(world: World, host: str) -> Connected:
    user = Connected()
    StreamOpener(SimulatedHost(world.network, host)).open(HERE, user, 5.0)
    for _ in range(10):
        world.clock.advance(0.01)
    return user


def test_onlyAdmittedConnectionsHaveAUser(world: World) -> None:
    users: list[Connected] = []

    def newUser(peer: TransportAddress) -> Connected:
        users.append(Connected())
        return users[-1]

    listener = world.sources(deny=("10.0.0.66",)).listener("h225", StreamListener(world.host), 1000)
    listener.listen(HERE, newUser)
    assert connect(world, "10.0.0.66").told == ["opened", "closed"]
    assert users == []  # of ours; the other side thought for a moment that it was let in
    assert connect(world, "10.0.0.5").told == ["opened"]
    assert [user.told for user in users] == [["opened"]]
    (fact,) = world.facts
    assert (fact.door, fact.reason) == ("h225", "network")


def test_theBannedHaveNoConnectionAndNoRAS(world: World) -> None:
    heard, users = Heard(), [Connected(), Connected()]
    defence = newDefence(world.clock, world.events)
    defence.bans.command("10.0.0.66", 0)
    sources = world.sources(defence)
    sources.rasDatagrams(Datagrams(world.host)).bind(TransportAddress(HERE.host, 1718), heard)
    sources.listener("h225", StreamListener(world.host), 1000).listen(
        HERE, lambda peer: users.pop()
    )
    port = Datagrams(SimulatedHost(world.network, "10.0.0.66")).bind(
        TransportAddress("10.0.0.66", 0), Heard()
    )
    port.send(b"x", TransportAddress(HERE.host, 1718))
    assert connect(world, "10.0.0.66").told == ["opened", "closed"]
    assert connect(world, "10.0.0.5").told == ["opened"]
    assert (heard.hosts, len(users)) == ([], 1)
    assert [ban.counted for ban in defence.bans] == [2]
    assert {fact.reason for fact in world.facts} == {"banned"}


def test_whatTheBannedSendBySIPIsSIPsToJudge(world: World) -> None:
    heard = Heard()
    defence = newDefence(world.clock, world.events)
    defence.bans.command("10.0.0.66", 0)
    world.sources(defence).sipDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.66")
    assert heard.hosts == ["10.0.0.66"]


def test_connectionsAreCounted(world: World) -> None:
    users: list[Connected] = []

    def newUser(peer: TransportAddress) -> Connected:
        users.append(Connected())
        return users[-1]

    sources = world.sources(connectionRate=0.1, connectionBurst=2)
    sources.listener("h225", StreamListener(world.host), 1000).listen(HERE, newUser)
    for _ in range(5):
        connect(world, "10.0.0.66")
    assert len(users) == 2


def test_aSourceHasItsShareOfConnections(world: World) -> None:
    door = world.sources(share=0.5).listener("h225", StreamListener(world.host), 24)
    door.listen(HERE, lambda peer: Connected())
    kept = [connect(world, "10.0.0.66") for _ in range(13)]
    assert [user.told for user in kept] == [["opened"]] * 12 + [["opened", "closed"]]
    assert connect(world, "10.0.0.5").told == ["opened"]
    assert [(fact.door, fact.reason) for fact in world.facts] == [("h225", "share")]
    world.network.resetStreams("10.0.0.66")
    world.clock.advance(0.01)
    assert connect(world, "10.0.0.66").told == ["opened"]


def test_aConnectionThatGetsNoUserTakesNoPlace(world: World) -> None:
    door = world.sources(share=0.5).listener("h225", StreamListener(world.host), 20)
    full = [True]
    door.listen(HERE, lambda peer: None if full else Connected())
    for _ in range(15):
        assert connect(world, "10.0.0.66").told == ["opened", "closed"]
    full.clear()
    assert connect(world, "10.0.0.66").told == ["opened"]


def test_bothListenersOfADoorShare(world: World) -> None:
    sources = world.sources(share=0.01)
    plain = sources.listener("h225", StreamListener(world.host), 1000)
    secure = sources.listener("h225", StreamListener(world.host), 1000)
    plain.listen(HERE, lambda peer: Connected())
    there = TransportAddress(HERE.host, 1300)
    secure.listen(there, lambda peer: Connected())
    for _ in range(LEAST_SHARE):
        connect(world, "10.0.0.66")
    refused = Connected()
    StreamOpener(SimulatedHost(world.network, "10.0.0.66")).open(there, refused, 5.0)
    for _ in range(10):
        world.clock.advance(0.01)
    assert refused.told == ["opened", "closed"]


def test_aHalfHandshakeHasAPlaceUntilItIsGivenUp(tmp_path: Path) -> None:
    reactor = MemoryReactorClock()
    ours = issue(tmp_path, "ours")
    secure = TLSListener(
        reactor, Credentials(ours.certificate, ours.privateKey, "", ClientCertificates.NONE)
    )
    sources = Sources(SecurityConfig(), reactor, TurnedAway(reactor, EventBus()))
    users: list[Connected] = []

    def newUser(peer: TransportAddress) -> Connected:
        users.append(Connected())
        return users[-1]

    sources.listener("h225", secure, LEAST_SHARE).listen(HERE, newUser)
    (_, factory, *_) = reactor.tcpServers[0]
    half: list[tuple[Any, HalfOpen]] = []
    for _ in range(LEAST_SHARE):
        transport = HalfOpen()
        protocol: Any = factory.buildProtocol(transport.getPeer())
        protocol.makeConnection(transport)
        half.append((protocol, transport))
    assert factory.buildProtocol(HalfOpen().getPeer()) is None
    reactor.advance(HANDSHAKE_TIMEOUT)
    assert all(transport.disconnected for _, transport in half)
    for protocol, _ in half:
        protocol.connectionLost(Failure(ConnectionAborted()))
    assert [user.told for user in users] == [["closed"]] * LEAST_SHARE
    assert factory.buildProtocol(HalfOpen().getPeer()) is not None


def test_aTrunkMayTakeEverything(world: World) -> None:
    sources = world.sources(
        share=0.1, trunks=("10.0.1.0/24",), sipRate=1.0, sipBurst=1, callRate=1.0, callBurst=1
    )
    assert sources.mayHold("calls", "10.0.1.7", 999, 1000)
    assert not sources.mayHold("calls", "10.0.0.7", 100, 1000)
    heard = Heard()
    sources.sipDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.1.7", 50)
    assert len(heard.hosts) == 50
    setup = Application(Door.SETUP, "h323", TransportAddress("10.0.1.7", 4000))
    assert [sources.judge(setup) for _ in range(3)] == [PASSED] * 3


def test_anotherShareCountsFromThenOn(world: World) -> None:
    sources = world.sources(share=0.1)
    assert not sources.mayHold("calls", "10.0.0.7", 100, 1000)
    sources.reconfigure(SecurityConfig(share=0.2))
    assert sources.mayHold("calls", "10.0.0.7", 100, 1000)


def test_aSmallTableIsNotShared(world: World) -> None:
    assert world.sources().mayHold("calls", "10.0.0.7", LEAST_SHARE - 1, LEAST_SHARE)


def test_aFloodOfSIPIsCutToTheRate(world: World) -> None:
    heard = Heard()
    sources = world.sources(sipRate=10.0, sipBurst=5)
    sources.sipDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.66", 100)
    assert len(heard.hosts) == 5
    world.clock.advance(1)
    send(world, "10.0.0.66")
    assert len(heard.hosts) == 6


def test_theDefaultIsNothingThatAPhoneMeets(world: World) -> None:
    heard = Heard()
    world.sources().sipDatagrams(Datagrams(world.host)).bind(HERE, heard)
    send(world, "10.0.0.9", 1000)
    assert len(heard.hosts) == 1000


def test_callsAreCounted(world: World) -> None:
    sources = world.sources(callRate=1.0, callBurst=1)
    invite = Application(Door.INVITE, "sip", TransportAddress("10.0.0.66", 4000))
    assert sources.judge(invite) is PASSED
    assert sources.judge(invite) is TOO_MANY_CALLS
    world.clock.advance(1)
    assert sources.judge(invite) is PASSED
    assert [fact.door for fact in world.facts] == ["calls"]


def test_itIsAGateWhereCallsBegin(world: World) -> None:
    sources = world.sources()
    assert verifyObject(IGate, sources)
    assert sources.doors == {Door.SETUP, Door.INVITE}
