"""
Walks in which memory runs out amid each turn of a server: whichever fence catches that says so, the
server dies of it before anything leaves, and all ends as if there had been enough.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from twisted.logger import globalLogPublisher

from h323d.ha.records import DoneRecord, Record
from h323d.ha.turns import Output
from h323d.house.exhaustion import Exhaustion
from tests.support.bridged import SERVER
from tests.support.led import Inside
from tests.support.loggedfailures import LoggedFailures
from tests.support.mortal import MortalServer, Point
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.walks.test_deaths import bySIPOverTCP, fastInARoom, registered, slowInARoom

WALKS = (fastInARoom, slowInARoom, bySIPOverTCP, registered)
MOST = 3  # things that may leave in a turn: fewer than that, in each run of a walk


class StarvedServer(MortalServer):
    """
    One that dies of want of memory, in each turn.

    @ivar starved: in how many turns there was too little for something.
    """

    def __init__(self, world: Simulation, address: str) -> None:
        self._left: int | None = None
        self._isHit = self._isSaid = self._isMortal = False
        self._last = 0
        self.starved = 0
        super().__init__(world, address)

    def starve(self, last: int) -> None:
        """
        @param last: how many things may leave in a turn.
        """
        self._last = last
        self._isMortal = True
        self.doom(self._whenItHasRun)

    def live(self) -> None:
        """
        As nobody follows whoever is told to end.
        """
        self._isMortal = False

    def _whenItHasRun(self, turn: int) -> Point | None:
        return Point.RUN if self._isMortal else None

    def enter(self, kind: str, *arguments: Any) -> Any:
        isNew = (self.leading.turn + 1, Point.RUN) not in self.deaths
        self._left = self._last if isNew and self._isMortal else None
        self._isHit = self._isSaid = False
        return super().enter(kind, *arguments)

    def newInside(self) -> Inside:
        inside = super().newInside()
        vars(inside.turns)["let"] = Rationed(self, inside.turns.let).let
        return inside

    def take(self) -> None:
        """
        Something is about to leave.
        """
        if self._left is not None:
            self._left -= 1
            if self._left == -1:  # but for what leaves then
                self.starved += 1
                self._isHit = True
                raise MemoryError

    def said(self) -> None:
        self._isSaid = True

    def note(self, record: Record) -> None:
        if isinstance(record, DoneRecord):
            self._left = None
            assert self._isSaid or not self._isHit, f"nobody has said so in turn {record.turn}"
        super().note(record)


class Rationed:
    """
    What leaves a server.
    """

    def __init__(self, server: StarvedServer, let: Callable[[Output], None]) -> None:
        self._server = server
        self._let = let

    def let(self, output: Output) -> None:
        self._server.take()
        self._let(output)


@contextmanager
def heardBy(server: StarvedServer) -> Iterator[None]:
    observer = Exhaustion(server.said)
    globalLogPublisher.addObserver(observer)
    try:
        yield
    finally:
        globalLogPublisher.removeObserver(observer)


def end(
    walk: Callable[[Simulation], list[Telephone]], last: int | None = None
) -> tuple[list[Any], StarvedServer]:
    """
    What comes of a walk.

    @param last: how many things may leave in a turn; C{None} for all.
    """
    with Simulation(seed=3) as world:
        server = world.started(StarvedServer(world, SERVER))
        with heardBy(server):
            if last is not None:
                server.starve(last)
            phones = walk(world)
            world.run(0.3)
            server.live()
            world.leave()
    ends = [(each.reports, {*each.registrations}, each.cause) for each in phones]
    return [*ends, *map(str, server.facts)], server


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_memoryMayRunOutInEveryTurn(
    walk: Callable[[Simulation], list[Telephone]], loggedFailures: LoggedFailures
) -> None:
    expected, _ = end(walk)
    starved = 0
    for last in range(MOST):
        found, server = end(walk, last)
        assert found == expected
        starved += server.starved
    assert starved > 3
    gc.collect()  # which tells of Deferreds that failed
    # A real server has ended before it fails at what it does about that.
    assert len(loggedFailures.take(MemoryError, KeyError)) >= starved
