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

from h323d.ha import records
from h323d.ha.following import Diverged
from h323d.ha.records import InputRecord
from tests.support.following import Trace, goOn, keep
from tests.support.graph import hidden
from tests.support.led import LedServer, Moment
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.switchboard import Switchboard

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
    moments: list[Moment] = []

    def look() -> None:
        moments.append(led.moment())

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
    keep(tmp_path / "log", moments, led.log)
    assert len(moments) > 20
    expected = (led.leading.turn, [str(fact) for fact in led.facts])
    assert elsewhere(tmp_path / "log") == [expected] * len(moments)


def elsewhere(path: Path) -> list[Trace]:
    """
    What a fresh interpreter, which hashes otherwise, makes of each moment.
    """
    command = [sys.executable, "-m", "tests.support.following", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return [(turn, facts) for turn, facts in json.loads(done.stdout)]


def test_whoIsFedOtherwiseIsFoundOut() -> None:
    with Simulation() as world:
        led = world.started(LedServer(world, "10.0.0.1"))
        moment = led.moment()
        Telephone(world, "10.0.0.2", "anna").call("sip:80001@10.0.0.1")
        world.run(0.5)
        world.leave()
    assert goOn(moment, led.log)[0] == led.leading.turn
    with pytest.raises(Diverged, match="turn "):
        goOn(moment, [misheard(each) for each in led.log])


def misheard(octets: bytes) -> bytes:
    record = records.decode(octets)
    if not isinstance(record, InputRecord) or record.kind != "datagram":
        return octets
    number, data, source = record.arguments
    arguments = (number, data.replace(b"anna", b"hanna"), source)
    return records.encode(replace(record, arguments=arguments))


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
