"""
Whatever arrives at the RAS port, nothing is raised, and who is registered stays so.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import encodeRAS
from tests.support.ras import GATEKEEPER, Peer, arq, brq, drq, grq, irr, keepAlive, lrq, rrq, urq
from tests.support.zone import World, newWorld

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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
