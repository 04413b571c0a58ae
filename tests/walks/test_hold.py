"""
Who holds a call plays music into it: the room does not hear that, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.events.rooms import ParticipantHeld, ParticipantJoined, ParticipantResumed
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
MUSIC, BOB = 400, 700  # Hz
TONES = (MUSIC, BOB)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


def call(
    world: Simulation,
    host: str,
    tone: int,
    protocol: str,
    direction: Direction = Direction.SENDRECV,
) -> Telephone:
    phone = Telephone(world, host, "phone", tone)
    wanted = PROFILE.directed(direction)
    if protocol == "sip":
        phone.call(f"sip:80001@{SERVER}", profile=wanted)
    else:
        phone.call("80001", destination=TransportAddress(SERVER, 1720), profile=wanted)
    world.until(lambda: "media" in phone.reports)
    return phone


def presences(server: SimulatedServer) -> list[str]:
    (room,) = server.server.operator.rooms()
    return [each.presence for each in room.participants]


@pytest.mark.parametrize("protocol", ["sip", "h323"])
@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
def test_theMusicOfWhoHoldsIsNotHeardInTheRoom(
    world: Simulation, server: SimulatedServer, protocol: str, direction: Direction
) -> None:
    holder = call(world, "10.0.1.1", MUSIC, protocol)
    bob = call(world, "10.0.1.2", BOB, "sip")
    world.run(0.6)
    assert bob.heard.heard(TONES) == [MUSIC]
    assert holder.leg is not None
    holder.leg.changeMedia(PROFILE.directed(direction))
    world.run(0.6)
    assert presences(server) == ["on hold", "present"]
    assert server.legs[0].held
    assert not server.legs[1].held
    assert bob.heard.heard(TONES) == []
    assert len(server.told(ParticipantHeld)) == 1
    holder.leg.changeMedia(PROFILE)
    world.run(0.6)
    assert presences(server) == ["present", "present"]
    assert not server.legs[0].held
    assert bob.heard.heard(TONES) == [MUSIC]
    assert holder.heard.heard(TONES) == [BOB]
    for kind in (ParticipantHeld, ParticipantResumed):
        assert [fact.legId for fact in server.told(kind)] == [server.legs[0].legId]
    assert len(server.told(ParticipantJoined)) == 2
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_whoNeverListensIsASourceThatIsHeard(
    world: Simulation, server: SimulatedServer, protocol: str
) -> None:
    call(world, "10.0.1.1", MUSIC, protocol, direction=Direction.SENDONLY)
    bob = call(world, "10.0.1.2", BOB, "sip")
    world.run(1.6)
    assert presences(server) == ["present", "present"]
    assert bob.heard.heard(TONES) == [MUSIC]
    assert server.told(ParticipantHeld) == []
    world.leave()


def test_whoOnlyListensDoesNotHold(world: Simulation, server: SimulatedServer) -> None:
    listener = call(world, "10.0.1.1", MUSIC, "sip")
    bob = call(world, "10.0.1.2", BOB, "sip")
    assert listener.leg is not None
    listener.leg.changeMedia(PROFILE.directed(Direction.RECVONLY))
    world.run(0.6)
    assert presences(server) == ["present", "present"]
    assert bob.heard.heard(TONES) == []
    assert listener.heard.heard(TONES) == [BOB]
    world.leave()
