"""
Walks of a server that minds whoever follows it: nobody's call hangs on that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from h323d.events.following import Diverged, FollowerJoined, FollowerLost
from h323d.ha.doors import Doors
from h323d.ha.protecting import SHORTEST
from h323d.inputs import Input
from h323d.operation.command import Role
from h323d.operation.desk import Actor
from tests.support.minded import Follower, MindedServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
TONE, OTHER = 1000, 700  # Hz
OPERATOR = Actor("operator", Role.OPERATOR)


class House:
    """
    A server that another follows, and two who talk in a room of it.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server = world.started(MindedServer(world, SERVER))
        self.ask("ha", "join")
        self.anna = Telephone(world, "10.0.0.2", "anna", TONE)
        self.bert = Telephone(world, "10.0.0.3", "bert", OTHER)
        for each in (self.anna, self.bert):
            each.call(f"sip:80001@{SERVER}")
        world.run(0.6)

    @property
    def follower(self) -> Follower:
        assert self.server.follower is not None
        return self.server.follower

    def ask(self, *words: str) -> Any:
        return self.server.inputs.enter(Input.COMMAND, OPERATOR, words[0], words[1:])

    @property
    def figures(self) -> dict[str, float]:
        """
        Those of a monitor.
        """
        figures: dict[str, float] = self.ask("status")["ha"]
        return figures

    def check(self) -> None:
        """
        Both hear each other, and somebody follows who was as far as the server at its last
        heartbeat.
        """
        self.world.run(0.3)
        assert self.anna.heard.heard((TONE, OTHER), 0.1) == [OTHER]
        assert self.bert.heard.heard((TONE, OTHER), 0.1) == [TONE]
        assert self.figures["h323_ha_protected"] == 1
        assert self.figures["h323_ha_lag_turns"] <= 1  # what has happened since
        self.world.leave()
        assert self.world.leftOver() == []


@pytest.fixture
def house() -> Iterator[House]:
    with Simulation(seed=9) as world:
        yield House(world)


def test_whoeverFollowsIsMindedAndNothingComesOfIt(house: House) -> None:
    house.world.run(2.0)
    told = [each for each in house.server.facts if isinstance(each, FollowerJoined | FollowerLost)]
    assert [(type(each), each.at) for each in told] == [(FollowerJoined, told[0].at)]
    house.check()


def test_aFollowerThatIsSlowIsDroppedAndAnotherJoins(house: House) -> None:
    house.follower.isSlow = True
    house.world.run(0.1)
    assert house.figures["h323_ha_protected"] == 0
    house.follower.isSlow = False
    (lost,) = house.server.told(FollowerLost)
    assert lost.reason == "slow"
    house.world.run(SHORTEST + 0.1)
    assert len(house.server.told(FollowerJoined)) == 2
    house.check()


class Another:
    """
    Does what no copy would.
    """

    def __init__(self, follower: Follower) -> None:
        assert follower.inside is not None
        self._turns = follower.inside.turns
        self._turns.receive(Input.COMMAND.value, self._do)

    def _do(self, *_: object) -> None:
        self._turns.emit(Doors.unbind, 999)


def test_aFollowerThatDoesSomethingElseIsAnAlarmAndIsReplaced(house: House) -> None:
    Another(house.follower)
    house.ask("calls")
    house.world.run(0.1)
    (diverged,) = house.server.told(Diverged)
    assert diverged.followed == ("unbind 999",)
    assert diverged.reason.startswith("command: ")
    assert diverged.led == ()
    assert [each.reason for each in house.server.told(FollowerLost)] == ["diverged"]
    assert house.figures["h323_ha_divergence_total"] == 1
    house.world.run(SHORTEST + 0.1)
    house.check()
