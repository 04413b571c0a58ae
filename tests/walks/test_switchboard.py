"""
A server with a call in every state: what it is made of can be written down, between any two
events.
"""

from __future__ import annotations

import random
import types
from collections import Counter
from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock

from tests.support.graph import hidden
from tests.support.switchboard import Switchboard

SEVERAL = 20  # events between two looks
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
    assert len(board.calls) == 15
    assert Counter(board.states()) == {
        "h323 active": 3,
        "sip established": 3,
        "routed active": 2,
        "routedH245 active": 1,
        "routedH245 ringing": 1,
        "proxied active": 2,
        "proxied ringing": 2,
    }
    board.change()
    board.world.run(0.5)
    assert Counter(board.presences()) == {"present": 5, "on hold": 2}
