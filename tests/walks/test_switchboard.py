"""
A server with a call in every state: what it is made of can be written down, between any two
events.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from twisted.internet.task import Clock

from tests.support.following import Moment, Trace, follow, keep
from tests.support.graph import hidden
from tests.support.led import LedServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.switchboard import Switchboard
from tests.support.turns import Turn
from tests.support.written import write

ROOT = Path(__file__).parents[2]
SEVERAL = 25  # events between two looks
_WORLD = ("tests.", "h323d.net.", "h323d.media.")


@pytest.fixture
def board() -> Iterator[Switchboard]:
    board = Switchboard()
    with board.world:
        yield board
        board.world.leave()
        assert board.world.leftOver() == []


def isBeyond(thing: object) -> bool:
    """
    Whether it is of the world that a server is in, and of no server.
    """
    if isinstance(thing, types.MethodType):
        return isBeyond(thing.__self__)
    if isinstance(thing, types.FunctionType):
        return thing.__module__.startswith(_WORLD)
    return isinstance(thing, Clock | random.Random) or type(thing).__module__.startswith(_WORLD)


def test_noClosureLivesInTheServer(board: Switchboard) -> None:
    found = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in board.world.clock.getDelayedCalls())
        found.update(hidden([("server", board.server.server), *calls], isBeyond))

    look()
    board.world.watch(look, SEVERAL)
    board.begin()
    board.change()
    board.world.run(0.5)
    assert found == {}


def test_noTwoCallsAreAlike(board: Switchboard) -> None:
    board.begin()
    assert len(board.calls) == 17
    assert Counter(board.states()) == {
        "h323 active": 3,
        "h323 callDelivered": 1,
        "sip proceeding": 1,
        "sip established": 3,
        "routed active": 2,
        "routedH245 active": 1,
        "routedH245 ringing": 1,
        "proxied active": 2,
        "proxied ringing": 2,
    }
    board.change()
    board.world.run(0.5)
    assert Counter(board.presences()) == {"present": 5, "on hold": 2, "joining": 1}


def test_aServerThatIsWrittenDownGoesOnElsewhere(tmp_path: Path) -> None:
    board = Switchboard(kind=LedServer)
    led = board.server
    assert isinstance(led, LedServer)
    record = led.turns.record = []
    moments = []

    def look() -> None:
        moments.append(Moment(len(record), write(led.inside, {"table": led.table})))

    with board.world as world:
        world.watch(look, SEVERAL)
        board.begin()
        board.change()
        world.run(0.5)
        world.watch(look, 0)
        for telephone in board.ringing:
            telephone.pickUp()
        world.run(0.5)
        world.leave()
        assert world.leftOver() == []
    keep(tmp_path / "record", moments, record)
    sums, facts = [turn.sum for turn in record], [str(fact) for fact in led.facts]
    assert len(moments) > 20
    for moment, trace in zip(moments, elsewhere(tmp_path / "record"), strict=True):
        assert trace == [sums[moment.turn :], facts]


def elsewhere(path: Path) -> list[Trace]:
    """
    What a fresh interpreter, which hashes otherwise, makes of each moment.
    """
    command = [sys.executable, "-m", "tests.support.following", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    traces: list[Trace] = json.loads(done.stdout)
    return traces


def test_whoIsFedOtherwiseIsFoundOut() -> None:
    with Simulation() as world:
        led = world.started(LedServer(world, "10.0.0.1"))
        moment = Moment(0, write(led.inside, {"table": led.table}))
        record = led.turns.record = []
        Telephone(world, "10.0.0.2", "anna").call("sip:80001@10.0.0.1")
        world.run(0.5)
        world.leave()
    sums = [turn.sum for turn in record]
    assert follow(moment, record)[0] == sums
    assert follow(moment, [misheard(turn) for turn in record])[0] != sums


def misheard(turn: Turn) -> Turn:
    if turn.kind != "datagram":
        return turn
    number, data, source = turn.arguments
    return replace(turn, arguments=(number, data.replace(b"anna", b"hanna"), source))


def test_whatHidesStateIsFoundWithTheWayToIt() -> None:
    async def waits() -> None:
        """
        Only ever written, and never run.
        """

    waiting = waits()
    nested = {
        "one": [print, len],
        "two": (SimpleNamespace(later=waiting, half=partial(int, base=2)),),
    }
    found = hidden([("it", [nested, lambda: nested, cache(len)])], lambda thing: False)
    waiting.close()
    assert found == {
        f"{__name__}.test_whatHidesStateIsFoundWithTheWayToIt.<locals>.<lambda>": "it[]",
        "coroutine test_whatHidesStateIsFoundWithTheWayToIt.<locals>.waits": "it[]['two'][].later",
        "cache of <built-in function len>": "it[]",
        "partial of int": "it[]['two'][].half",
    }
