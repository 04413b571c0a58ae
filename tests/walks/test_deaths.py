"""
Walks whose server dies in each of its turns, at every point of a turn: they end as if it had lived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig, RoutedRule
from h323d.h323.calls.callstart import StartUpOptions
from h323d.values.address import TransportAddress
from tests.support.bridged import RAS, SERVER, Phone, SIPPhone
from tests.support.mortal import MortalServer, Point
from tests.support.network import Conditions
from tests.support.said import Said
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SIGNALLING = TransportAddress(SERVER, 1720)
ROOM = "80001"
FAST, SLOW = StartUpOptions(True, True, False), StartUpOptions(False, False, False)
TONE, OTHER = 1000, 700  # Hz
POINTS = tuple(Point)
LOST = "a media process has ended"  # which is logged as an error
BEGINNING = 3  # turns: it began, and started, and its media were ready


def fastInARoom(world: Simulation) -> list[Telephone]:
    return [inARoom(world, FAST)]


def slowInARoom(world: Simulation) -> list[Telephone]:
    return [inARoom(world, SLOW)]


def inARoom(world: Simulation, options: StartUpOptions) -> Telephone:
    phone = Telephone(world, "10.0.0.2", "anna", TONE)
    phone.call(ROOM, options, SIGNALLING)
    world.run(0.3)
    phone.hangup()
    return phone


def bySIP(world: Simulation) -> list[Telephone]:
    phone = Telephone(world, "10.0.0.2", "anna", TONE)
    phone.call(f"sip:{ROOM}@{SERVER}")
    world.run(0.3)
    phone.hangup()
    return [phone]


def bySIPOverTCP(world: Simulation) -> list[Telephone]:
    phone = Telephone(world, "10.0.0.2", "anna", TONE)
    phone.call(f"sip:{ROOM}@{SERVER};transport=tcp")
    world.run(0.3)
    phone.hangup()
    return [phone]


def bothInARoom(world: Simulation) -> list[Telephone]:
    anna = Telephone(world, "10.0.0.2", "anna", TONE)
    bert = Telephone(world, "10.0.0.3", "bert", OTHER)
    anna.call(ROOM, FAST, SIGNALLING)
    bert.call(f"sip:{ROOM}@{SERVER}")
    world.run(0.6)
    assert anna.heard.heard((TONE, OTHER), 0.1) == [OTHER]
    assert bert.heard.heard((TONE, OTHER), 0.1) == [TONE]
    bert.hangup()
    world.run(0.1)
    anna.hangup()
    return [anna, bert]


def registered(world: Simulation) -> list[Telephone]:
    phone = Telephone(world, "10.0.0.2", "anna", TONE, gatekeeper=RAS, timeToLive=10)
    phone.register()
    world.run(12.0)
    return [phone]


def throughTheGateway(world: Simulation) -> list[Telephone]:
    anna = SIPPhone(world, "10.0.1.1", "1001", TONE)
    anna.registerBySIP(world)
    bert = Phone(world, "10.0.1.2", "1002", OTHER, gatekeeper=RAS)
    bert.register()
    world.run(0.2)
    anna.dial(f"sip:1002@{SERVER}")
    world.run(0.6)
    assert anna.heard.heard((TONE, OTHER), 0.1) == [OTHER]
    assert bert.heard.heard((TONE, OTHER), 0.1) == [TONE]
    bert.hangup()
    return [anna, bert]


def routed(world: Simulation) -> list[Telephone]:
    anna = Telephone(world, "10.0.1.1", "anna", TONE, gatekeeper=RAS)
    bert = Phone(world, "10.0.1.2", "bert", OTHER, gatekeeper=RAS)
    for each in (anna, bert):
        each.register()
    world.run(0.2)
    anna.call("bert", SLOW)
    world.run(0.4)
    bert.hangup()
    return [anna, bert]


Walk = Callable[[Simulation], list[Telephone]]
WALKS: tuple[Walk, ...] = (
    fastInARoom,
    slowInARoom,
    bySIP,
    bySIPOverTCP,
    bothInARoom,
    registered,
    throughTheGateway,
    routed,
)
ROUTED = RoutedConfig(rules=(RoutedRule(CallModel.ROUTED_H245, aliases=("bert",)),))
CONFIGURATION = replace(Configuration(), routed=ROUTED)


def end(
    walk: Walk,
    shift: int | None = None,
    conditions: Conditions | None = None,
    mediaDies: float | None = None,
    configuration: Configuration = CONFIGURATION,
) -> tuple[list[Any], MortalServer]:
    """
    What comes of a walk: what the telephones reported, the facts, what each media process has
    obeyed, and what the server said to whom.

    @param shift: in which turn the server dies at which point; C{None} if it does not.
    @param mediaDies: seconds until the media process does; C{None} if it does not.
    """

    def fate(turn: int) -> Point | None:
        return None if shift is None else POINTS[(turn + shift) % len(POINTS)]

    with Simulation(seed=3, conditions=conditions) as world:
        said = Said(SERVER)
        world.network.observers.append(said.heard)
        server = world.started(MortalServer(world, SERVER, configuration))
        server.doom(fate)
        if mediaDies is not None:
            world.clock.callLater(mediaDies, server.kernel.loseMedia)
        phones = walk(world)
        world.run(0.3)
        # An answer by UDP that is sent once more is heard once more.
        ends = [(each.reports, {*each.registrations}, each.cause) for each in phones]
        world.leave()
        left = [each for each in world.leftOver() if mediaDies is None or LOST not in each]
        assert left == []
    obeyed = [each.obeyed for each in server.kernel.launched]
    return [*ends, *map(str, server.facts), obeyed, said.datagrams, said.streams], server


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_aServerMayDieInEveryTurnAtEveryPoint(walk: Walk) -> None:
    expected, _ = end(walk)
    points: set[Point] = set()
    for shift in range(len(POINTS)):
        found, server = end(walk, shift)
        assert found == expected
        assert len(server.deaths) == server.leading.turn - BEGINNING
        points.update(point for _, point in server.deaths)
    assert points == set(Point)


def test_aServerMayDieAmidAMessageThatComesInPieces() -> None:
    pieces = Conditions(fragment=200)  # octets: a message is cut in three or four
    expected, lived = end(bySIPOverTCP, conditions=pieces)
    for shift in range(len(POINTS)):
        found, server = end(bySIPOverTCP, shift, pieces)
        assert found == expected
        assert len(server.deaths) == server.leading.turn - BEGINNING
        assert server.leading.turn == lived.leading.turn


@pytest.mark.parametrize("mediaDies", [0.05, 0.35])
def test_aServerMayDieAroundTheDeathOfItsMedia(mediaDies: float) -> None:
    expected, lived = end(bothInARoom, mediaDies=mediaDies)
    assert len(lived.kernel.launched) == 2
    assert lived.kinds().count("MediaProcessLost") == 1
    for shift in range(len(POINTS)):
        found, server = end(bothInARoom, shift, mediaDies=mediaDies)
        assert found == expected
        assert len(server.deaths) == server.leading.turn - BEGINNING
