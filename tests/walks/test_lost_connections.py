"""
Connections that are lost with the process that has served them, as those over TLS are, amid calls
in a room.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.call.silence import LOST
from h323d.h323.calls.callstart import StartUpOptions
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.led import LedServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
ANNA, BERT = 1000, 700  # Hz
TUNNELLED = StartUpOptions(True, True, False)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=6) as simulation:
        yield simulation
        simulation.leave()
        assert simulation.leftOver() == []


class Room:
    """
    A server with Anna, by H.323, and Bert, by SIP over TCP, in a room.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server = world.started(LedServer(world, SERVER))
        self.operator = self.server.server.operator
        self.anna = Telephone(world, "10.0.0.2", "anna", ANNA)
        self.bert = Telephone(world, "10.0.0.3", "bert", BERT)
        self.anna.call("80001", TUNNELLED, TransportAddress(SERVER, 1720))
        self.bert.call(f"sip:80001@{SERVER};transport=tcp")
        world.run(0.6)

    def lose(self) -> None:
        self.server.kernel.loseConnections()
        self.world.run(0.3)

    def calls(self) -> list[str]:
        return sorted(each.protocol for each in self.operator.calls())


def test_aCallOfSIPGoesOnAndEndsByAnotherConnection(world: Simulation) -> None:
    room = Room(world)
    room.lose()
    world.run(LOST + 5)
    assert room.bert.cause is None
    assert room.calls() == ["sip"]
    room.bert.hangup()
    world.run(1)
    assert room.calls() == []
    record = next(each for each in room.operator.cdr() if each["protocol"] == "sip")
    assert (record["cause"], record["releasedBy"]) == (Cause.NORMAL_CALL_CLEARING, "calling")


def test_aServerThatHangsUpReachesTheOtherAtItsContact(world: Simulation) -> None:
    room = Room(world)
    room.lose()
    (call,) = room.operator.calls()
    room.operator.hangup(call.callId)
    world.run(1)
    assert room.bert.cause is Cause.NORMAL_CALL_CLEARING


def test_aCallOfH323WhosePeerHasEndedItEndsWhenThatSaysSo(world: Simulation) -> None:
    room = Room(world)
    room.server.kernel.loseConnections()
    world.run(0)
    assert room.calls() == ["h323", "sip"]
    world.run(1)
    assert room.calls() == ["sip"]
    record = next(each for each in room.operator.cdr() if each["protocol"] == "h323")
    assert record["cause"] == Cause.MESSAGE_IN_WRONG_STATE
