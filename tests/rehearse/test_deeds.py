"""
What a script says, done to players that only keep what they were told.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.rehearse.cast import castOf
from h323d.rehearse.deeds import Deeds
from h323d.rehearse.player import Player
from h323d.rehearse.script import parse
from h323d.rehearse.terminal import Role

PLACES = "127.0.0.1", (5060, 1720, 1719)


class Obedient(Player):
    """
    Does at once what it is told.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.heard: list[str] = []

    def tell(self, line: bytes) -> None:
        self.heard.append(line.decode().split()[0])
        self.isThere = {b"call": True, b"hangup": False}.get(line.split()[0], self.isThere)

    def kill(self) -> None:
        self.isThere, self.isOver = False, True

    def start(self) -> None:
        self.isOver, self.isReady = False, True


def ignore(port: int, host: str, there: int) -> None:
    pass


class House:
    def __init__(self) -> None:
        self.clock = Clock()
        cast = castOf(6, 1, isGuarded=False)
        nowhere = Role(0, 8, Path("/nowhere"), 20000, isRelayed=False)
        none: Any = None
        self.players = [Obedient(none, each, "", nowhere, [], ignore) for each in cast]
        for each in self.players:
            each.call()
            each.isThere = each.isWanted = True
        self.deeds = Deeds(self.clock, None, self.players, PLACES, random.Random(7))

    def does(self, line: str) -> None:
        (incident,) = parse(f"at 0:01 {line}")
        doing = Deferred.fromCoroutine(self.deeds.do(incident))
        self.clock.pump([0.02] * 20)
        results: list[None] = []
        doing.addCallback(results.append)
        assert results == [None], f"{line} is not over"
        assert self.clock.getDelayedCalls() == []


@pytest.fixture
def house() -> House:
    return House()


def test_inAStormAThirdOfTheRoomLeavesAndIsBack(house: House) -> None:
    house.does("storm")
    left = [each for each in house.players if "hangup" in each.heard]
    assert [each.part.group for each in left] == [0, 0]
    assert all(each.isThere for each in house.players)
    assert [(each.what, each.target) for each in house.deeds.done] == [("storm", "2 parties")]


def test_whoLeavesMayBeMissing(house: House) -> None:
    house.does("party 3 leaves")
    player = house.players[2]
    assert (player.isThere, player.isWanted) == (False, False)
    house.does("party 3 joins")
    assert (player.isThere, player.isWanted) == (True, True)


def test_whoVanishesComesAsAnotherProcess(house: House) -> None:
    house.does("party 3 vanishes")
    assert house.players[2].isOver
    house.does("party 3 joins")
    assert (house.players[2].isOver, house.players[2].isThere) == (False, True)


def test_ofABridgedCallBothMayBeMissing(house: House) -> None:
    house.does("party 7 leaves")
    assert not house.players[7].isWanted


@pytest.mark.parametrize(("line", "told"), [("floods", "flood"), ("sends garbage", "garbage")])
def test_whoMisbehavesIsSuspect(line: str, told: str, house: House) -> None:
    house.does(f"party 2 {line}")
    assert house.players[1].heard[-1] == told
    assert house.players[1].isSuspect
