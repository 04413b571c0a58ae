"""
The walk of a REGISTER: a SIP phone in the table of all endpoints, from its first request to
its last, and what an H.323 endpoint that asks for it is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered, RASAdmissionGranted
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.media.config import MediaConfig
from h323d.net.stream import StreamListener, StreamOpener
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, Wire, request

RAS = TransportAddress("10.0.0.1", 1719)
SECONDS = 60  # that the phone registers for


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server("10.0.0.1", Configuration(media=MediaConfig(tickMs=20)))


@pytest.fixture
def phone(world: Simulation, server: SimulatedServer) -> ScriptedPeer:
    return ScriptedPeer(world, "10.0.0.3")


def register(phone: ScriptedPeer, number: str, cseq: int, expires: int = SECONDS) -> None:
    phone.send(
        request(
            "REGISTER",
            branch=f"z9hG4bK{cseq}",
            cseq=cseq,
            uri=f"sip:{number}@10.0.0.1",
            extra=f"Expires: {expires}\n",
        ),
        SERVER,
    )


def test_aPhoneRegistersRenewsAndLeaves(
    world: Simulation, server: SimulatedServer, phone: ScriptedPeer
) -> None:
    for cseq in (1, 2, 3):
        register(phone, "1001", cseq)
        world.run(SECONDS - 5)
    zone = server.server.zone
    assert zone is not None
    assert [each.protocol for each in zone.registrations()] == ["sip"]
    register(phone, "1001", 4, expires=0)
    world.run(0.1)
    assert phone.statuses == [200] * 4
    assert len(server.told(EndpointRegistered)) == 1
    assert [fact.reason for fact in server.told(EndpointUnregistered)] == ["request"]


def test_aPhoneThatFallsSilentIsForgottenAndNothingIsLeftOver(
    world: Simulation, server: SimulatedServer, phone: ScriptedPeer
) -> None:
    register(phone, "1001", 1)
    world.run(SECONDS + 2.0)
    assert [fact.reason for fact in server.told(EndpointUnregistered)] == ["expired"]
    register(phone, "1001", 2)
    world.run(0.1)
    phone.port.close()
    world.leave()
    assert world.leftOver() == []


def test_anH323EndpointCannotTakeAPhonesNumber(
    world: Simulation, server: SimulatedServer, phone: ScriptedPeer
) -> None:
    register(phone, "1001", 1)
    other = Telephone(world, "10.0.1.1", "1001", gatekeeper=RAS)
    other.register()
    world.until(lambda: other.registrations)
    assert other.registrations == ["failed: duplicateAlias"]


def test_whatAnH323EndpointIsToldOfAPhoneIsOurAddressAndThePhoneIsCalledFromThere(
    world: Simulation, server: SimulatedServer, phone: ScriptedPeer
) -> None:
    register(phone, "1001", 1)
    caller = Telephone(world, "10.0.1.2", "alice", gatekeeper=RAS)
    caller.register()
    world.until(lambda: caller.registrations)
    caller.call("1001")
    world.until(lambda: "INVITE" in phone.methods)
    (grant,) = server.told(RASAdmissionGranted)
    assert str(grant.destination) == "10.0.0.1:1720"


def test_theOperatorsCallToAPhoneIsSentToItsContactAndAddressedAsItIsKnown(
    world: Simulation, server: SimulatedServer, phone: ScriptedPeer
) -> None:
    register(phone, "1001", 1)
    world.until(lambda: phone.statuses)
    server.server.operator.call("1001", "sip:x@10.0.0.9")
    world.until(lambda: [each for each in phone.messages if isinstance(each, SIPRequest)])
    (invite,) = (each for each in phone.messages if isinstance(each, SIPRequest))
    assert str(invite.uri) == "sip:script@10.0.0.3"
    assert str(invite.toAddress.uri) == "sip:1001@10.0.0.1"
    (call,) = (view for view in server.server.operator.calls() if view.protocol == "sip")
    assert call.called == ("sip:1001@10.0.0.1",)


TCP_VIA = "SIP/2.0/TCP 192.168.1.5;rport"


def connect(world: Simulation, host: SimulatedHost | None = None) -> Wire:
    wire = Wire()
    host = host or world.network.host("10.0.0.3")
    StreamOpener(host).open(SERVER, wire, 5)
    world.until(lambda: wire.stream)
    return wire


def registerOver(wire: Wire, contact: str, cseq: int = 1) -> None:
    """
    As phones do that take no connections: who calls them has to use theirs.
    """
    text = request("REGISTER", cseq=cseq, callId=contact, uri="sip:1001@10.0.0.1", via=TCP_VIA)
    wire.send(text.replace("<sip:script@10.0.0.3>\n", f"<{contact}>\n"))


def test_aPhoneThatNobodyCanConnectToIsCalledOverItsOwnConnection(
    world: Simulation, server: SimulatedServer
) -> None:
    wire = connect(world)
    registerOver(wire, "sip:a@192.168.1.5:5062")
    world.run(400.0)  # longer than an idle connection is kept
    other = Telephone(world, "10.0.1.1", "other", gatekeeper=RAS)
    other.register()
    world.until(lambda: other.registrations)
    server.server.operator.call("1001", "other")
    world.until(lambda: wire.methods)
    assert (wire.statuses, wire.methods) == ([200], ["INVITE"])
    (invite,) = (each for each in wire.messages if isinstance(each, SIPRequest))
    assert (str(invite.uri), invite.via.transport) == ("sip:a@192.168.1.5:5062", "TCP")


def test_withItsConnectionItIsGone(world: Simulation, server: SimulatedServer) -> None:
    wire = connect(world)
    registerOver(wire, "sip:a@192.168.1.5:5062")
    world.until(lambda: wire.statuses)
    world.network.resetStreams("10.0.0.3")
    world.until(lambda: server.told(EndpointUnregistered))
    world.leave()
    assert world.leftOver() == []


def test_aPhoneThatTakesConnectionsIsCalledByAnotherWhenItsOwnIsGone(
    world: Simulation, server: SimulatedServer
) -> None:
    called = Wire()
    at = TransportAddress("10.0.0.3", 5062)
    StreamListener(world.network.host("10.0.0.3")).listen(at, lambda peer: called)
    wire = connect(world)
    registerOver(wire, "sip:a@10.0.0.3:5062;transport=tcp")
    world.until(lambda: wire.statuses)
    world.network.resetStreams("10.0.0.3")
    world.run(0.1)
    server.server.operator.call("1001", "sip:x@10.0.0.9")
    world.until(lambda: called.methods)
    assert called.methods == ["INVITE"]


def test_aPhoneIsReachedHoweverOftenItComesAgain(
    world: Simulation, server: SimulatedServer
) -> None:
    wires, host = [], world.network.host("10.0.0.3")
    for number in range(11):
        wires.append(connect(world, host))
        registerOver(wires[-1], f"sip:a{number}@10.0.0.3:{6000 + number};transport=tcp")
        world.until(lambda: wires[-1].statuses)
        world.run(1.0)
    assert [wire.statuses for wire in wires] == [[200]] * 11
    server.server.operator.call("1001", "sip:x@10.0.0.9")
    world.until(lambda: wires[-1].methods)


def test_aRoomsNumberIsForbidden(world: Simulation, phone: ScriptedPeer) -> None:
    register(phone, "80001", 1)
    world.run(0.1)
    assert phone.statuses == [403]


@pytest.mark.parametrize(
    "configuration",
    [
        Configuration(sip=SIPConfig(registrar=False)),
        Configuration(gatekeeper=GatekeeperConfig(enabled=False)),
    ],
    ids=["no registrar", "no gatekeeper"],
)
def test_whereNobodyCanRegisterTheMethodIsRefused(
    world: Simulation, configuration: Configuration
) -> None:
    world.server("10.0.0.1", configuration)
    phone = ScriptedPeer(world, "10.0.0.3")
    register(phone, "1001", 1)
    world.run(0.1)
    assert phone.statuses == [405]
