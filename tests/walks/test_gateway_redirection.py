"""
The walk of a call whose called side sends us elsewhere: we go there, as far as it makes sense; and
of calls that go round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gateway.config import GatewayConfig
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import SetupParties, Start
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import parseURI
from h323d.sip.messages.writer import write
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import DiversionReason
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, SIP, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.bridgedcalls import SIPScript
from tests.support.h323 import KIND, ScriptedCallee
from tests.support.h323 import ScriptedPeer as H323Peer
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request

ALICE, CAROL = 400, 1000  # Hz
TONES = (ALICE, CAROL)
GATEWAY = "10.0.1.9"  # a terminal that a route leads to

everyCaller = pytest.mark.parametrize("calling", ["sip", "h323"])


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=19) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    route = StaticRoute("1009", to=(f"{GATEWAY}:1720",))
    return world.server(SERVER, Configuration(routing=RoutingConfig(routes=(route,))))


def caller(world: Simulation, protocol: str) -> Phone:
    make = sipPhone if protocol == "sip" else h323Phone
    return make(world, "10.0.1.1", "1001", ALICE)


def dial(alice: Phone, number: str = "1002") -> None:
    alice.dial(f"sip:{number}@{SERVER}" if isinstance(alice, SIPPhone) else number)


class Forwarder:
    """
    Bob's telephone, which sends every call elsewhere.
    """

    def __init__(self, world: Simulation, host: str = "10.0.1.2", alias: str = "1002") -> None:
        sipPhone(world, host, alias, 700).close()
        self.world = world
        self.peer = ScriptedPeer(world, host)

    def forward(self, *contacts: str, status: int = 302) -> None:
        """
        Answer the INVITE.
        """
        self.world.until(self.invites)
        response = self.invites()[-1].response(status, None, "far")
        headers = response.headers.adding("Contact", ", ".join(f"<{each}>" for each in contacts))
        answer = SIPResponse(status, response.reason, headers, b"")
        self.peer.send(write(answer), SIP)

    def invites(self) -> list[SIPRequest]:
        """
        Those that came.
        """
        return [
            each
            for each in self.peer.messages
            if isinstance(each, SIPRequest) and each.method == "INVITE"
        ]


def talks(world: Simulation, alice: Phone, carol: Phone) -> None:
    """
    See that they hear each other, and nobody is left.
    """
    world.until(lambda: alice.speaking and carol.speaking)
    world.run(0.6)
    assert (alice.heard.heard(TONES), carol.heard.heard(TONES)) == ([CAROL], [ALICE])
    alice.hangup()
    world.run(LINGER + 1)


@everyCaller
@pytest.mark.parametrize("forwarded", ["sip", "h323"])
def test_whoIsNamedAtOursIsCalledAsIfTheyHadBeenDialled(
    world: Simulation, server: SimulatedServer, calling: str, forwarded: str
) -> None:
    alice, bob = caller(world, calling), Forwarder(world)
    make = sipPhone if forwarded == "sip" else h323Phone
    carol = make(world, "10.0.1.3", "1003", CAROL)
    dial(alice)
    bob.forward(f"sip:1003@{SERVER}")
    talks(world, alice, carol)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["cause"]) == ("answered", 16)
    assert "1002" in str(record["called"])
    assert str(record["calledPeer"]).startswith(f"{carol.address}:")


@everyCaller
@pytest.mark.parametrize("forwarded", ["sip", "h323"])
def test_whoIsCalledInsteadSeesByWhom(
    world: Simulation, server: SimulatedServer, calling: str, forwarded: str
) -> None:
    alice, bob = caller(world, calling), Forwarder(world)
    make = sipPhone if forwarded == "sip" else h323Phone
    carol = make(world, "10.0.1.3", "1003", CAROL)
    carol.answers = False
    dial(alice)
    bob.forward(f"sip:1003@{SERVER}")
    world.until(lambda: carol.leg is not None)
    assert carol.leg is not None
    diversion = carol.leg.diversion
    assert (diversion.party.number, diversion.reason) == ("1002", DiversionReason.DEFLECTION)


def test_whomHistoryInfoAloneTellsOfIsToldToTheTerminal(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, carol = SIPScript(world, 0), h323Phone(world, "10.0.1.3", "1003", CAROL)
    history = "<sip:1002@10.0.0.9>;index=1, <sip:1003@10.0.0.1;cause=486>;index=1.1;mp=1"
    alice.invite(alice.offer(), f"History-Info: {history}\n", number="1003")
    world.until(lambda: carol.leg is not None)
    assert carol.leg is not None
    diversion = carol.leg.diversion
    assert (diversion.party.number, diversion.reason) == ("1002", DiversionReason.BUSY)


@pytest.mark.parametrize("isTold", [True, False])
def test_whoIsCalledInsteadIsToldAHistoryToo(world: Simulation, isTold: bool) -> None:
    world.server(SERVER, Configuration(sip=SIPConfig(historyInfo=isTold)))
    alice, bob = caller(world, "h323"), Forwarder(world)
    carol = Forwarder(world, "10.0.1.3", "1003")
    dial(alice)
    bob.forward(f"sip:1003@{SERVER}")
    world.until(carol.invites)
    (invite,) = carol.invites()
    assert ("History-Info" in invite.headers) is isTold
    assert "Diversion" in invite.headers


@everyCaller
def test_anAddressElsewhereIsCalledThere(
    world: Simulation, server: SimulatedServer, calling: str
) -> None:
    alice, bob = caller(world, calling), Forwarder(world)
    carol = Phone(world, "10.0.1.7", "carol", CAROL)
    dial(alice)
    bob.forward("sip:carol@10.0.1.7")
    talks(world, alice, carol)


def test_aRedirectionThatLeadsBackIsALoop(world: Simulation, server: SimulatedServer) -> None:
    bob = Forwarder(world)
    sipPhone(world, "10.0.0.3", "script", ALICE).close()
    alice = ScriptedPeer(world, "10.0.0.3")
    alice.send(request("INVITE", uri=f"sip:1002@{SERVER}", body=offerBody("10.0.0.3")), SIP)
    bob.forward(f"sip:1002@{SERVER}")
    world.until(lambda: 482 in alice.statuses)
    assert len([each for each in bob.peer.methods if each == "INVITE"]) == 1


def test_anInviteThatComesBackForTheSamePartyIsALoop(world: Simulation) -> None:
    world.server(SERVER, Configuration(gateway=GatewayConfig(acceptUnregistered=True)))
    alice, bob = caller(world, "sip"), Forwarder(world)
    dial(alice)
    via = "SIP/2.0/UDP 10.0.1.2:5060;branch=z9hG4bKback"
    world.until(bob.invites)
    (invite,) = bob.invites()
    there = replace(invite, headers=invite.headers.prepending("Via", via))
    bob.peer.send(write(replace(there, uri=parseURI(f"sip:1002@{SERVER}"))), SIP)
    world.until(lambda: 482 in bob.peer.statuses)
    refused = invite.response(482, None, "far")
    bob.peer.send(write(refused), SIP)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is Cause.EXCHANGE_ROUTING_ERROR


def test_aSetupThatComesBackForTheSamePartyIsALoop(world: Simulation) -> None:
    routing = RoutingConfig(routes=(StaticRoute("1009", to=(f"{GATEWAY}:1720",)),))
    gateway = GatewayConfig(acceptUnregistered=True)
    world.server(SERVER, Configuration(routing=routing, gateway=gateway))
    alice, bob = caller(world, "sip"), ScriptedCallee(world.network, GATEWAY)
    dial(alice, "1009")
    world.until(lambda: bob.received)
    back = H323Peer(world.network, GATEWAY, TransportAddress(SERVER, 1720))
    back.identity = bob.identity
    back.send(back.makeSetup(called="1009"))
    world.run(0.2)
    assert back.kinds[-1] is MessageType.RELEASE_COMPLETE
    assert back.cause == Cause.EXCHANGE_ROUTING_ERROR


@everyCaller
def test_wherePhonesMayNotHaveUsCallIsNotCalled(
    world: Simulation, server: SimulatedServer, calling: str
) -> None:
    alice, bob = caller(world, calling), Forwarder(world)
    dial(alice)
    bob.forward("sip:root@127.0.0.1", "sip:x@169.254.0.1")
    world.until(lambda: alice.cause is not None)
    assert server.server.sip is not None
    assert server.server.sip.complaints.count == 2


@everyCaller
def test_whoIsNamedAndForbiddenIsNotCalled(world: Simulation, calling: str) -> None:
    rule = StaticRoute("1003", reject=True)
    world.server(SERVER, Configuration(routing=RoutingConfig(routes=(rule,))))
    alice, bob = caller(world, calling), Forwarder(world)
    carol = sipPhone(world, "10.0.1.3", "1003", CAROL)
    dial(alice)
    bob.forward(f"sip:1003@{SERVER}")
    world.until(lambda: alice.cause is not None)
    assert carol.leg is None


@everyCaller
def test_aForbiddenNumberIsNotCalledAtAnAddressElsewhereEither(
    world: Simulation, calling: str
) -> None:
    rule = StaticRoute(prefix="0900", reject=True)
    world.server(SERVER, Configuration(routing=RoutingConfig(routes=(rule,))))
    alice, bob = caller(world, calling), Forwarder(world)
    carol = Phone(world, "10.0.1.7", "carol", CAROL)
    dial(alice)
    bob.forward("sip:0900123@10.0.1.7")
    world.until(lambda: alice.cause is not None)
    assert carol.leg is None


def test_aTerminalThatForwardsToAForbiddenNumberIsNotFollowed(world: Simulation) -> None:
    routes = StaticRoute("1009", to=(f"{GATEWAY}:1720",)), StaticRoute(prefix="0900", reject=True)
    world.server(SERVER, Configuration(routing=RoutingConfig(routes=routes)))
    alice, bob = caller(world, "sip"), ScriptedCallee(world.network, GATEWAY)
    carol = Phone(world, "10.0.1.7", "carol", CAROL)
    dial(alice, "1009")
    world.until(lambda: bob.received)
    name, fields = uuie.facility(bob.identity, "callForwarded")
    fields["alternativeAliasAddress"] = [("dialledDigits", "0900123")]
    there = TransportAddress("10.0.1.7", 1720)
    fields["alternativeAddress"] = ("ipAddress", {"ip": there.packed, "port": there.port})
    bob.say(MessageType.FACILITY, (name, fields))
    world.until(lambda: alice.cause is not None)
    assert carol.leg is None


@everyCaller
def test_aTrunkThatIsNamedByItsAddressHasNoMoreRoomThanItHas(
    world: Simulation, calling: str
) -> None:
    trunk = TrunkConfig("near", "10.0.1.7", capacity=1, checkInterval=0)
    world.server(SERVER, Configuration(routing=RoutingConfig(trunks=(trunk,))))
    alice, bob = caller(world, calling), Forwarder(world)
    other = sipPhone(world, "10.0.1.8", "1008", 1300)
    carol = Phone(world, "10.0.1.7", "carol", CAROL)
    dial(alice)
    bob.forward("sip:carol@10.0.1.7")
    world.until(lambda: alice.speaking and carol.speaking)
    world.run(1.0)
    first = carol.leg
    other.dial(f"sip:1002@{SERVER}")
    world.until(lambda: len(bob.invites()) > 1)
    bob.forward("sip:carol@10.0.1.7")
    world.until(lambda: other.cause is not None)
    assert other.cause is Cause.NO_CIRCUIT_AVAILABLE
    assert carol.leg is first


def test_aTerminalThatForwardsHasItsCallGoOnByTheOtherProtocol(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = caller(world, "sip"), ScriptedCallee(world.network, GATEWAY)
    carol = sipPhone(world, "10.0.1.3", "1003", CAROL)
    dial(alice, "1009")
    world.until(lambda: bob.received)
    name, fields = uuie.facility(bob.identity, "callForwarded")
    fields["alternativeAliasAddress"] = [("dialledDigits", "1003")]
    bob.say(MessageType.FACILITY, (name, fields))
    talks(world, alice, carol)
    assert bob.kinds[-1] is MessageType.RELEASE_COMPLETE


@everyCaller
def test_whoEndsWithNobodyIsToldWhy(
    world: Simulation, server: SimulatedServer, calling: str
) -> None:
    alice, bob = caller(world, calling), Forwarder(world)
    dial(alice)
    bob.forward("sip:nobody@10.0.1.99")
    world.until(lambda: alice.cause is not None, 60.0)
    assert alice.cause in (Cause.NO_USER_RESPONDING, Cause.RECOVERY_ON_TIMER_EXPIRY)


def test_theHopsThatAreLeftGoFromSIPIntoTheSetup(
    world: Simulation, server: SimulatedServer
) -> None:
    callee = ScriptedCallee(world.network, GATEWAY)
    sipPhone(world, "10.0.0.3", "script", ALICE).close()
    text = request("INVITE", uri=f"sip:1009@{SERVER}", body=offerBody("10.0.0.3"))
    peer = ScriptedPeer(world, "10.0.0.3")
    peer.send(text.replace("Max-Forwards: 70", "Max-Forwards: 9"), SIP)
    world.until(lambda: callee.received)
    assert callee.received[0][1].hopCount == 8


def test_theHopsThatAreLeftGoFromTheSetupIntoSIP(world: Simulation) -> None:
    world.server(SERVER, Configuration(gateway=GatewayConfig(acceptUnregistered=True)))
    sipPhone(world, "10.0.0.3", "1002", CAROL).close()
    peer = ScriptedPeer(world, "10.0.0.3")
    caller = H323Peer(world.network, "10.0.1.1", TransportAddress(SERVER, 1720))
    called = (PartyAddress(AddressKind.DIALLED_DIGITS, "1002"),)
    parties = SetupParties((PartyAddress(AddressKind.H323_ID, "peer"),), called, hops=9)
    body = uuie.setup(caller.identity, KIND, parties, Start())
    caller.send(messages.setup(uuie.write(body, True), "", parties.calling, called))
    world.until(lambda: peer.messages)
    (invite,) = peer.messages
    assert isinstance(invite, SIPRequest)
    assert invite.maxForwards == 8
