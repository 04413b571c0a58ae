"""
The whole gatekeeper over a simulated network.
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

import pytest

from h323d.call.gates import Gates
from h323d.call.homes import Advertised
from h323d.call.site import siteAt
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.zone import Zone
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.net.datagram import Datagrams
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost
from tests.support.ras import GATEKEEPER, arq, at, drq, grq, irr, rrq
from tests.support.zone import EightDigits, newWorld, surroundings

ROOM = ("dialledDigits", "80001")


def test_anEndpointFindsRegistersCallsARoomAndHangsUp(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    confirm = peer.ask(grq(1, "10.0.0.2"))
    assert confirm.name == "gatekeeperConfirm"
    assert confirm.fields["rasAddress"] == at("10.0.0.1", 1719)

    endpointId = register(world, peer)
    admitted = peer.ask(arq(3, endpointId, ROOM))
    assert admitted.name == "admissionConfirm"
    assert admitted.fields["destCallSignalAddress"] == at("10.0.0.1", 1720)
    assert admitted.fields["callModel"] == ("direct", None)
    assert len(world.zone.admissions) == 1

    assert peer.ask(drq(4, endpointId)).name == "disengageConfirm"
    assert len(world.zone.admissions) == 0
    assert world.zone.bandwidth.used == 0


def register(world: Any, peer: Any) -> str:
    answer = peer.ask(rrq(2, peer.host, ("h323-ID", "anna"), ("dialledDigits", "1001")))
    assert answer.name == "registrationConfirm"
    (fact,) = world.told(EndpointRegistered)
    assert fact.signalling == TransportAddress(peer.host, 1720)
    assert peer.received[0][1] == GATEKEEPER
    return str(answer.fields["endpointIdentifier"])


# --- what an operator does


def test_anOperatorUnregistersAnEndpointAndItIsTold(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ("h323-ID", "anna"))
    peer.received.clear()
    assert world.zone.unregister(endpointId)
    assert world.zone.registrations() == ()
    assert world.told(EndpointUnregistered)[0].reason == "operator"
    world.clock.advance(0.01)
    (request,) = peer.messages()
    assert request.name == "unregistrationRequest"
    assert request.fields["endpointIdentifier"] == endpointId
    assert request.fields["gatekeeperIdentifier"] == "h323d"
    peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": request.requestSeqNum}))
    world.clock.pump([0.5] * 30)
    assert len(peer.received) == 1


def test_aURQThatIsNotConfirmedIsRepeated(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.received.clear()
    world.zone.unregister(endpointId)
    world.clock.pump([0.5] * 30)
    assert len(peer.received) == 2
    assert len(set(peer.received)) == 1


def test_aStrangerCannotBeUnregistered(world: Any) -> None:
    assert not world.zone.unregister("nobody")


def test_anEndpointIsQueriedForItsCalls(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.received.clear()
    answers: list[RASMessage | None] = []
    world.query(endpointId, answers.append)
    world.clock.advance(0.01)
    (request,) = peer.messages()
    assert request.name == "infoRequest"
    # One that it sends by itself, with the same number, is no answer.
    peer.send(irr(request.requestSeqNum, "10.0.0.2", endpointId))
    world.clock.pump([0.01] * 3)
    assert answers == []
    assert peer.messages()[-1].name == "infoRequestAck"
    peer.send(
        irr(request.requestSeqNum, "10.0.0.2", endpointId, unsolicited=False, needResponse=False)
    )
    world.clock.pump([0.01] * 3)
    assert [each.name for each in answers if each] == ["infoRequestResponse"]


# --- sockets


def test_everyAnswerLeavesFromTheRASPort(world: Any) -> None:
    left: set[tuple[str, int]] = set()
    world.network.observers.append(
        lambda kind, source, there, data: left.add(source) if source[0] == "10.0.0.1" else None
    )
    peer, endpointId = world.registered("10.0.0.2")
    peer.send(grq(5, "10.0.0.2"), DISCOVERY_GROUP)
    peer.send(arq(6, endpointId, ROOM))
    world.clock.pump([0.01] * 5)
    assert left == {("10.0.0.1", 1719)}


class NoMulticast(Datagrams):
    def bindMulticast(self, group: Any, interface: str, user: Any) -> Any:
        raise ResourceUnavailable("no multicast here")


def newZone(datagrams: Datagrams, world: Any) -> Zone:
    events = EventBus()
    site = siteAt("10.0.0.7")
    site.homes.advertise([Advertised(ipaddress.ip_network("0.0.0.0/0"), "198.51.100.7")])
    around = surroundings(world.network, world.clock, "10.0.0.7", events)
    return Zone(
        ZoneSettings(),
        replace(around, datagrams=datagrams),
        site,
        EightDigits(),
        Gates(world.clock, events, ()),
    )


def test_withoutMulticastThereIsUnicast(world: Any) -> None:
    datagrams = NoMulticast(SimulatedHost(world.network, "10.0.0.7"))
    zone = newZone(datagrams, world)
    zone.start()
    peer = world.peer("10.0.0.2")
    peer.peer = TransportAddress("10.0.0.7", 1719)
    answer = peer.ask(grq(1, "10.0.0.2"))
    assert answer.fields["rasAddress"] == at("198.51.100.7", 1719)
    zone.close()


def test_aPortThatIsTakenIsSaid(world: Any) -> None:
    datagrams = Datagrams(SimulatedHost(world.network, "10.0.0.7"))
    zone = newZone(datagrams, world)
    zone.start()
    with pytest.raises(ResourceUnavailable):
        newZone(datagrams, world).start()
    zone.close()


def test_afterClosingNothingIsAnsweredAndNoTimerIsLeft(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    world.zone.unregister(endpointId)
    peer.received.clear()
    world.zone.close()
    peer.send(grq(9, "10.0.0.2"))
    world.clock.advance(0.01)
    world.clock.advance(0.01)
    assert [each.name for each in peer.messages()] == ["unregistrationRequest"]
    assert world.clock.getDelayedCalls() == []


def test_manyRegistrationsFromOneAddressLeaveNothingBehind(world: Any) -> None:
    # Threat 33: random aliases from one address, each with the longest time to live.
    peer = world.peer("10.0.0.2")
    answers: list[str] = []
    for number in range(1, 301):
        request = rrq(
            number,
            "10.0.0.2",
            ("h323-ID", f"name{number}"),
            callSignalAddress=[at("10.0.0.2", 2000 + number)],
            timeToLive=(1 << 32) - 1,
        )
        peer.port.send(encodeRAS(request), GATEKEEPER)
        world.clock.pump([0.001] * 3)
        answers.append(decodeRAS(peer.received[-1][0]).name)
    assert set(answers) == {"registrationConfirm"}
    assert len(world.zone.registrations()) == 300
    world.clock.advance(400)
    world.clock.pump([0.1] * 10)  # they expire a portion at a time
    assert world.zone.registrations() == ()
    assert world.clock.getDelayedCalls() == []


def test_whoIsRegisteredATrunkOrANeighbourIsKnown() -> None:
    world = newWorld(
        RoutingConfig(
            neighbours=(NeighbourConfig("other", "10.0.0.7", prefixes=("9",)),),
            trunks=(TrunkConfig("trunk", "10.0.0.8", prefixes=("8",)),),
        )
    )
    peer = world.peer("10.0.0.2")
    assert not world.zone.knows("10.0.0.2")
    peer.port.send(encodeRAS(rrq(1, "10.0.0.2", ("h323-ID", "anna"))), GATEKEEPER)
    world.clock.pump([0.001] * 3)
    assert [world.zone.knows(f"10.0.0.{number}") for number in (2, 7, 8, 9)] == [
        *(True, True, True, False)
    ]
    world.zone.close()
