"""
The walk of a telephone into a room that asks for a PIN, is locked, or puts it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallRefused
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media.digits import DigitMethod
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
ALICE, BOB = 400, 700  # Hz
SETTLED = 1.0
ROOMS = (
    RoomConfig("closed", ("802",), pin="4711", moderatorPin="900913", members=("1001",)),
    RoomConfig("council", ("801",)),
)
EVENT, INFO = DigitMethod.RTP_EVENT, DigitMethod.SIP_INFO
FORMS = [
    *(("sip", EVENT), ("sip", INFO)),
    *(("h323", EVENT), ("h323", DigitMethod.H245_SIGNAL)),
    *(("h323", DigitMethod.H245_ALPHANUMERIC), ("h323", DigitMethod.Q931_KEYPAD)),
]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=16) as simulation:
        yield simulation


@dataclass(frozen=True)
class House:
    """
    Alice is in a room, and Bob wants to be.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone

    def press(self, keys: str, form: DigitMethod | None = None) -> None:
        for key in keys:
            assert self.bob.leg is not None
            self.bob.leg.sendDigit(key, 100, form)
            self.world.run(0.3)

    def heard(self) -> tuple[list[int], list[int]]:
        self.world.run(SETTLED)
        both = self.alice, self.bob
        one, other = (each.heard.heard((ALICE, BOB)) for each in both)
        return one, other

    def members(self, room: str = "closed") -> list[str]:
        there = self.server.server.conference.rooms[RoomID(room)].participants.values()
        return [each.role.value for each in there]

    def over(self) -> None:
        self.world.leave()
        assert self.world.leftOver() == []


def begun(world: Simulation, protocol: str, number: str) -> House:
    server = world.server(SERVER, Configuration(conference=ConferenceConfig(rooms=ROOMS)))
    alice = Telephone(world, "10.0.1.1", "1001", ALICE, gatekeeper=RAS)
    bob = Telephone(world, "10.0.1.2", "1002", BOB, gatekeeper=RAS)
    alice.register()
    bob.register()
    world.run(SETTLED)
    alice.call(number)
    world.until(lambda: alice.speaking)
    house = House(world, server, alice, bob)
    call(house, protocol, number)
    return house


def call(house: House, protocol: str, number: str) -> None:
    house.bob.call(number if protocol == "h323" else f"sip:{number}@{SERVER}")
    house.world.run(SETTLED)


@pytest.mark.parametrize(("protocol", "form"), FORMS)
def test_thePinOpensTheRoomInWhateverFormItIsSaid(
    world: Simulation, protocol: str, form: DigitMethod
) -> None:
    house = begun(world, protocol, "802")
    assert house.members() == ["participant"]
    assert house.heard() == ([], [])
    house.press("4711#", form)
    assert house.members() == ["participant"] * 2
    assert house.heard() == ([BOB], [ALICE])
    house.over()


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_theModeratorsPinMakesAModerator(world: Simulation, protocol: str) -> None:
    house = begun(world, protocol, "802")
    house.press("900913#")
    assert house.members() == ["participant", "moderator"]
    house.over()


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_aWrongOneEndsTheCallWithACause(world: Simulation, protocol: str) -> None:
    house = begun(world, protocol, "802")
    for _ in range(3):
        house.press("0000#")
        world.run(3.0)
    assert house.bob.cause is Cause.CALL_REJECTED
    assert house.members() == ["participant"]
    (refused,) = house.server.told(CallRefused)
    assert refused.reason == "wrongPIN"
    house.over()


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_whoSaysNothingIsNotKept(world: Simulation, protocol: str) -> None:
    house = begun(world, protocol, "802")
    world.until(lambda: house.bob.cause is not None, 60.0)
    assert house.bob.cause is Cause.CALL_REJECTED
    house.over()


@pytest.mark.alone("somebody is put out from outside")
@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_whoIsPutOutIsToldSoAndFindsItLocked(world: Simulation, protocol: str) -> None:
    house = begun(world, protocol, "801")
    room = house.server.server.conference.rooms[RoomID("council")]
    assert house.heard() == ([BOB], [ALICE])
    room.kick(tuple(room.participants.values())[1:])
    world.run(SETTLED)
    assert house.bob.cause is Cause.CALL_REJECTED
    room.lock()
    house.bob.cause = None
    call(house, protocol, "801")
    assert house.bob.cause is Cause.USER_BUSY
    assert house.members("council") == ["participant"]
    house.over()


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_whoIsMutedIsNotHeardUntilTheyWantToBe(world: Simulation, protocol: str) -> None:
    house = begun(world, protocol, "801")
    house.press("*6")
    world.run(SETTLED)
    assert house.heard() == ([], [ALICE])
    world.run(2.0)  # a key that comes again by another way within so long is the same
    house.press("*6")
    world.run(SETTLED)
    assert house.heard() == ([BOB], [ALICE])
    keys: Any = house.alice.digits
    assert keys == []
    house.over()
