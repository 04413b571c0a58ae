"""
Who follows has no door to the world.
"""

from __future__ import annotations

import builtins
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from h323d.ha.doors import Kind
from h323d.inputs import Input
from tests.support.led import LedServer, follow
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
_WAYS: tuple[tuple[Any, tuple[str, ...]], ...] = (  # Any: modules and classes
    (time, ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    (random, ("random", "randint", "randrange", "choice", "getrandbits", "shuffle")),
    (os, ("urandom", "open", "read", "write", "fork", "stat", "listdir")),
    (socket, ("socket", "create_connection", "getaddrinfo", "gethostbyname")),
    (threading.Thread, ("start",)),
    (builtins, ("open",)),
)


class Walled(AssertionError):
    """
    Somebody had to do with the world.
    """


def refuse(*_: object, **__: object) -> NoReturn:
    raise Walled


@pytest.fixture
def led() -> LedServer:
    """
    A server that has had a call by H.323 and one by SIP.
    """
    with Simulation(seed=5) as world:
        led = world.started(LedServer(world, SERVER))
        Telephone(world, "10.0.0.2", "anna").call(f"sip:80001@{SERVER}")
        Telephone(world, "10.0.0.3", "bert").call(f"sip:80001@{SERVER};transport=tcp")
        world.run(0.5)
        world.leave()
        assert world.leftOver() == []
    return led


@pytest.fixture
def walls(led: LedServer) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for owner, names in _WAYS:
            for name in names:
                patch.setattr(owner, name, refuse)
        yield patch


def test_whoFollowsNeedsNothingOfTheWorld(led: LedServer, walls: pytest.MonkeyPatch) -> None:
    inside = led.newInside()
    following = follow(inside, led.log)
    walls.undo()
    assert following.turn == led.leading.turn > 20
    assert list(map(str, inside.facts)) == list(map(str, led.facts))


def test_theWallsStand(walls: pytest.MonkeyPatch) -> None:
    ways: tuple[Any, ...] = (time.time, random.random, os.urandom, socket.socket, open)
    for way in ways:  # Any: they take what they take
        with pytest.raises(Walled):
            way()


def test_noTwoInputsHaveOneName() -> None:
    names = [each.value for each in (*Kind, *Input)]
    assert len(names) == len(set(names))
