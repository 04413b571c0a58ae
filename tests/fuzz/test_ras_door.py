"""
Whatever arrives at a RAS port, nothing is raised, and who is registered stays so.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.client import EndpointProfile, RASClient
from h323d.h323.ras.messages import RASMessage, encodeRAS, rejection
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.ras import (
    GATEKEEPER,
    H225_V4,
    Peer,
    arq,
    at,
    brq,
    drq,
    grq,
    irr,
    keepAlive,
    lrq,
    rrq,
    urq,
)
from tests.support.surroundings import surroundingsOf
from tests.support.zone import World, newWorld

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
SETTINGS = settings(max_examples=60)


class Door:
    """
    A gatekeeper with one endpoint that has one call, and an attacker.
    """

    def __init__(self) -> None:
        self.world: World = newWorld()
        endpoint, self.endpointId = self.world.registered("10.0.0.2", ANNA)
        endpoint.ask(arq(2, self.endpointId, ROOM))
        self.attacker: Peer = self.world.peer("10.0.0.66")
        self.before = self.state()
        self.samples = [
            encodeRAS(each)
            for each in (
                grq(1, "10.0.0.66"),
                rrq(2, "10.0.0.66", ANNA),
                rrq(2, "10.0.0.2", ANNA, endpointIdentifier=self.endpointId),
                keepAlive(3, "10.0.0.2", self.endpointId),
                urq(4, "10.0.0.2", endpointIdentifier=self.endpointId),
                arq(5, self.endpointId, ROOM),
                brq(6, self.endpointId, 1),
                drq(7, self.endpointId),
                irr(8, "10.0.0.2", self.endpointId),
                lrq(9, "10.0.0.2", ANNA),
            )
        ]

    def state(self) -> tuple[Any, ...]:
        registry = self.world.zone.registry
        ours = registry.byId(self.endpointId)
        calls = self.world.zone.admissions.ofEndpoint(self.endpointId)
        return ours, calls

    def attack(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.attacker.port.send(data, GATEKEEPER)
            self.attacker.port.send(data, DISCOVERY_GROUP)
        for _ in range(3):
            self.world.clock.advance(0.01)
        assert self.state() == self.before

    def close(self) -> None:
        self.world.zone.close()
        self.world.clock.advance(1)
        assert self.world.clock.getDelayedCalls() == []


@given(st.lists(st.binary(max_size=300), max_size=20))
@SETTINGS
def test_randomOctets(datagrams: list[bytes]) -> None:
    door = Door()
    door.attack(*datagrams)
    door.close()


@given(st.data())
@SETTINGS
def test_realRequestsWithOctetsChanged(data: st.DataObject) -> None:
    door = Door()
    changed = []
    for _ in range(10):
        octets = bytearray(data.draw(st.sampled_from(door.samples)))
        for _ in range(data.draw(st.integers(0, 4))):
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        changed.append(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
    door.attack(*changed)
    door.close()


def test_realRequestsCutAtEachOctetAndWithEachBitTurned() -> None:
    door = Door()
    for sample in door.samples:
        door.attack(*(sample[:length] for length in range(len(sample))))
        turned = []
        for position in range(len(sample)):
            octets = bytearray(sample)
            octets[position] ^= 1 << random.Random(position).randrange(8)
            turned.append(bytes(octets))
        door.attack(*turned)
    door.close()


def test_lengthsAndCountsThatPromiseTooMuch() -> None:
    door = Door()
    bombs = [
        b"\x0e" + b"\xc4" * 4096,
        b"\x02" + b"\xc0" * 4096,
        b"\xbf\xff" * 2000,
        b"\xff" * 60000,
    ]
    door.attack(*bombs)
    for sample in door.samples:
        door.attack(*(sample[:cut] + b"\xbf\xff\xff\xff" * 16 for cut in range(1, len(sample), 3)))
    door.close()


class Nobody:
    """
    A client's owner that listens to nothing.
    """

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None


@given(st.data())
@SETTINGS
def test_anEndpointStandsWhateverItsGatekeeperSends(data: st.DataObject) -> None:
    clock = Clock()
    network = SimulatedNetwork(clock, random.Random(1))
    gatekeeper = Peer(network, "10.0.0.1", 1719, TransportAddress("10.0.0.2", 1719))
    profile = EndpointProfile(
        TransportAddress("10.0.0.2", 1720), (partyFromText("anna"),), GATEKEEPER
    )
    client = RASClient(
        profile,
        surroundingsOf(SimulatedHost(network, "10.0.0.2"), clock, random.Random(2), FakePool()),
        gatekeeper.peer,
        Nobody(),
    )
    client.start()
    for _ in range(12):
        clock.pump([0.01] * 3)
        asked = gatekeeper.messages()[-1]
        octets = bytearray(encodeRAS(data.draw(st.sampled_from(answersTo(asked)))))
        for _ in range(data.draw(st.integers(0, 2))):
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        gatekeeper.port.send(bytes(octets), gatekeeper.peer)
        clock.pump([data.draw(st.sampled_from([0.01, 1.0, 40.0]))] * 2)
    client.close()
    clock.advance(1)
    assert clock.getDelayedCalls() == []


def answersTo(asked: RASMessage) -> list[RASMessage]:
    """
    What a gatekeeper may say to the last request, or by itself.
    """
    seq = asked.requestSeqNum
    version = {"requestSeqNum": seq, "protocolIdentifier": H225_V4}
    confirmed = {"callSignalAddress": [], "endpointIdentifier": "e", "timeToLive": 20}
    return [
        RASMessage("gatekeeperConfirm", version | {"rasAddress": at("10.0.0.1", 1719)}),
        RASMessage("registrationConfirm", version | confirmed),
        *(
            rejection(rrq(seq, "10.0.0.2"), reason, protocolIdentifier=H225_V4)
            for reason in ("discoveryRequired", "fullRegistrationRequired", "resourceUnavailable")
        ),
        RASMessage("requestInProgress", {"requestSeqNum": seq, "delay": 65535}),
        RASMessage("unregistrationConfirm", {"requestSeqNum": seq}),
        urq(seq, "10.0.0.2", endpointIdentifier="e"),
        drq(seq, "e"),
        brq(seq, "e", 0),
        RASMessage("infoRequest", {"requestSeqNum": seq, "callReferenceValue": 0}),
    ]
