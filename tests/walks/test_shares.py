"""
One source against a whole server: it gets its share of each table, and others their place.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from zope.interface import implementer

from h323d.call.transport import IStream, IStreamUser
from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.doors import SourceRefused
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.h323.config import H323Config
from h323d.net.stream import StreamOpener
from h323d.sip.config import SIPConfig
from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.message import SIPResponse
from h323d.values.address import TransportAddress
from h323d.witness.refusals import INTERVAL, LISTED_OF_ONE
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request

SIGNALLING = TransportAddress(SERVER.host, 1720)
GREEDY, OTHER = "10.0.0.66", "10.0.0.5"


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


@implementer(IStreamUser)
class Wire:
    """
    A TCP connection of the greedy one.
    """

    def __init__(self, world: Simulation, host: str, server: TransportAddress = SERVER) -> None:
        self.host = host
        self.closed = False
        self.statuses: list[int] = []
        self._reader = StreamReader()
        StreamOpener(world.network.host(host)).open(server, self, 5)

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream

    def streamReceived(self, data: bytes) -> None:
        items = self._reader.feed(data)
        self.statuses += [each.status for each in items if isinstance(each, SIPResponse)]

    def streamClosed(self, reason: str) -> None:
        self.closed = True

    def send(self, text: str) -> None:
        self.stream.write(text.replace("\n", "\r\n").encode())

    def invite(self, name: str) -> None:
        via = f"SIP/2.0/TCP {self.host}"
        body = offerBody(self.host)
        self.send(request("INVITE", via=via, branch=f"z9hG4bK{name}", callId=name, body=body))


def refused(server: SimulatedServer) -> set[tuple[str, str]]:
    return {(fact.door, fact.source.host) for fact in server.told(SourceRefused)}


def test_aRoomIsNotFilledOverSixConnections(world: Simulation) -> None:
    server = world.server(
        SERVER.host, Configuration(conference=ConferenceConfig(maxTotalParticipants=48))
    )
    wires = [Wire(world, GREEDY) for _ in range(6)]
    world.run(0.1)
    for number, wire in enumerate(wires * 10):
        wire.invite(f"call{number}")
        world.run(0.01)
    world.run(0.1)
    assert server.server.conference.participants == 12
    assert refused(server) == {("rooms", GREEDY)}
    phone = Telephone(world, OTHER, "other", 400)
    phone.call("80001", destination=SIGNALLING)
    world.run(0.5)
    assert server.server.conference.participants == 13
    world.leave()


def test_callsOfEachProtocolAreShared(world: Simulation) -> None:
    server = world.server(
        SERVER.host, Configuration(sip=SIPConfig(maxCalls=48), h323=H323Config(maxCalls=48))
    )
    wire = Wire(world, GREEDY)
    world.run(0.1)
    for number in range(20):
        wire.invite(f"call{number}")
    world.run(0.1)
    assert sorted(status for status in wire.statuses if status > 100) == [200] * 12 + [503] * 8
    assert refused(server) == {("calls", GREEDY)}
    world.leave()


def test_whoHangsUpMayCallAgain(world: Simulation) -> None:
    config = Configuration(h323=H323Config(maxCalls=10), sip=SIPConfig(maxCalls=10))
    server = world.server(SERVER.host, config)
    phone = Telephone(world, OTHER, "other", 400)
    for target in ("80001", f"sip:80001@{SERVER.host}") * 12:
        phone.call(target, destination=None if ":" in target else SIGNALLING)
        world.run(0.3)
        phone.hangup()
        world.run(0.2)
    assert refused(server) == set()
    world.leave()
    assert world.leftOver() == []


def test_transactionsAreShared(world: Simulation) -> None:
    server = world.server(SERVER.host, Configuration(sip=SIPConfig(maxTransactions=48)))
    greedy, other = ScriptedPeer(world, GREEDY), ScriptedPeer(world, OTHER)

    def register(peer: ScriptedPeer, number: int) -> None:
        via = f"SIP/2.0/UDP {peer.address.host}"
        uri = f"sip:name{number}@{SERVER.host}"
        contact = f"Contact: <sip:me@{peer.address.host}>\n"
        text = request("REGISTER", via=via, branch=f"z9hG4bK{number}", uri=uri, callId=f"{number}")
        peer.send(text.replace("Contact: <sip:script@10.0.0.3>\n", contact), SERVER)

    for number in range(20):
        register(greedy, number)
    register(other, 100)
    world.run(0.1)
    assert sorted(greedy.statuses) == [200] * 12 + [503] * 8
    assert other.statuses == [200]
    assert refused(server) == {("transactions", GREEDY)}
    world.run(40)  # timer J
    register(greedy, 30)
    world.run(0.1)
    assert greedy.statuses[-1] == 200
    world.leave()


def test_registrationsAreShared(world: Simulation) -> None:
    config = Configuration(gatekeeper=GatekeeperConfig(maxRegistrations=48))
    server = world.server(SERVER.host, config)
    zone = server.server.zone
    assert zone is not None
    greedy = ScriptedPeer(world, GREEDY)
    for number in range(20):
        uri = f"sip:name{number}@{SERVER.host}"
        via = f"SIP/2.0/UDP {GREEDY}"
        greedy.send(
            request("REGISTER", via=via, branch=f"z9hG4bK{number}", uri=uri, callId=f"{number}"),
            SERVER,
        )
    world.run(0.1)
    assert len(zone.registry) == 12
    assert refused(server) == {("registrations", GREEDY)}
    world.leave()


def test_aProxyThatIsConfiguredMayTakeAll(world: Simulation) -> None:
    config = Configuration(
        sip=SIPConfig(maxCalls=20),
        conference=ConferenceConfig(maxTotalParticipants=20),
        security=SecurityConfig(trunks=(GREEDY,)),
    )
    server = world.server(SERVER.host, config)
    wire = Wire(world, GREEDY)
    world.run(0.1)
    for number in range(20):
        wire.invite(f"call{number}")
    world.run(0.1)
    assert server.server.conference.participants == 20
    assert refused(server) == set()
    world.leave()


def test_connectionsThatAreOnlyHeldAreSharedAndEnd(world: Simulation) -> None:
    server = world.server(SERVER.host, Configuration(sip=SIPConfig(maxConnections=48)))
    wires = [Wire(world, GREEDY) for _ in range(30)]
    world.run(0.1)
    assert sum(not wire.closed for wire in wires) == 12
    assert refused(server) == {("sip", GREEDY)}
    for _ in range(10):
        for wire in wires:
            if not wire.closed:
                wire.stream.write(b"\r\n\r\n")
        world.run(3)
    assert all(wire.closed for wire in wires)
    world.leave()
    assert world.leftOver() == []


def test_aSenderCannotSayThatItIsSomebodyElse(world: Simulation) -> None:
    server = world.server(SERVER.host, Configuration(sip=SIPConfig(maxCalls=10)))
    greedy = ScriptedPeer(world, GREEDY)
    for number in range(15):
        via = f"SIP/2.0/UDP {GREEDY};received=10.9.9.{number}"
        greedy.send(
            request(
                "INVITE", via=via, branch=f"z9hG4bK{number}", callId=f"{number}", body=offerBody()
            ),
            SERVER,
        )
    world.run(0.1)
    assert {fact.source.host for fact in server.told(SourceRefused)} <= {GREEDY}
    assert sorted(status for status in greedy.statuses if status > 100) == [200] * 10 + [503] * 5
    world.leave()


def test_refusedCallsDoNotFillTheRecords(world: Simulation) -> None:
    server = world.server(SERVER.host, Configuration(defence=DefenceConfig(enabled=False)))
    greedy = ScriptedPeer(world, GREEDY)
    for number in range(100):
        text = request(
            "INVITE",
            via=f"SIP/2.0/UDP {GREEDY}",
            branch=f"z9hG4bK{number}",
            callId=f"{number}",
            uri=f"sip:nobody@{SERVER.host}",
            body=offerBody(),
        )
        greedy.send(text, SERVER)
    world.run(1)
    records = server.server.records
    assert len(records.latest(1000)) == LISTED_OF_ONE
    world.run(INTERVAL)
    summary, *listed = records.latest(1000)
    assert len(listed) == LISTED_OF_ONE
    assert (summary["count"], summary["callingPeer"]) == (100 - LISTED_OF_ONE, f"{GREEDY}:0")
    assert summary["reason"] == "noRoute"
    world.leave()
