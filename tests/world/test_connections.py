"""
Connections of a server in turns, some of which another process has had, with real sockets.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from h323d.doorway import Doorway, newDoorways
from h323d.keeper.asking import Asking
from h323d.keeper.messages import Accepted, StopListening, decode, encode
from h323d.values.address import TransportAddress
from h323d.world.arrivals import Arrivals
from h323d.world.connections import Connections
from h323d.world.sharing import Nobody
from tests.support.loop import Loop

THERE = TransportAddress("127.0.0.2", 40000)
NUMBER = -1_000_000_007


class Leader:
    """
    Logs what happens, and does no more about it.
    """

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self.happened: list[tuple[Any, ...]] = []

    def enter(self, kind: str, *arguments: Any) -> None:
        self._arrivals.taken()
        self.happened.append((kind, *arguments))

    def of(self, number: int) -> list[str]:
        """
        What has happened to a connection.
        """
        return [
            str(each[0])
            for each in self.happened
            if each[2 if each[0] == "accepted" else 1] == number
        ]

    def received(self, number: int) -> bytes:
        return b"".join(each[2] for each in self.happened if each[:2] == ("received", number))


class World:
    """
    Of a process that follows, until it leads.
    """

    def __init__(self, isKept: bool) -> None:
        asks, theirAsks = newDoorways()
        connections, theirConnections = newDoorways()
        self.asks, self.door = Doorway(asks), Doorway(connections)
        self.asking = Asking(theirAsks, theirConnections)
        self.loop = Loop()
        self.arrivals = Arrivals()
        self.leader = Leader(self.arrivals)
        keeper = self.asking if isKept else None
        self.connections = Connections(self.loop, self.arrivals, Nobody(), {}, keeper)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.caller = socket.create_connection(listening.getsockname())
            self.handle, _ = listening.accept()

    def hold(self) -> None:
        """
        The leader shares a connection.
        """
        self.connections.hold(NUMBER, self.handle.dup(), THERE, 5)

    def lead(self) -> None:
        self.arrivals.leader = self.leader
        self.connections.takeUp()
        self.connections.lead()

    def asked(self) -> list[object]:
        """
        What the keeper was asked.
        """
        found: list[object] = []
        self.asks.receive(lambda octets, descriptors: found.append(decode(octets)))
        return found

    def close(self) -> None:
        for each in self.connections.all.values():
            if each.handle is not None:
                each.handle.close()
        for end in (self.caller, self.handle, self.asks, self.door, self.asking):
            end.close()


@pytest.fixture
def kept() -> Iterator[World]:
    made = World(True)
    yield made
    made.close()


@pytest.fixture
def alone() -> Iterator[World]:
    made = World(False)
    yield made
    made.close()


def test_whoWasSharedAndNotLoggedComesByTheKeepersDoor(kept: World) -> None:
    kept.hold()
    kept.caller.send(b"hello")
    kept.lead()
    assert kept.connections.all == {}
    kept.door.send(encode(Accepted(5, NUMBER, THERE)), [kept.handle.fileno()])
    kept.loop.until(lambda: kept.leader.received(NUMBER))
    assert kept.leader.of(NUMBER) == ["accepted", "opened", "received"]
    kept.caller.close()
    kept.loop.until(lambda: "closed" in kept.leader.of(NUMBER))
    kept.loop.settle()
    assert kept.leader.of(NUMBER)[3:] == ["closed"]


def test_whoWasSharedAndNotLoggedComesNowWhereThereIsNoKeeper(alone: World) -> None:
    alone.hold()
    alone.caller.send(b"hello")
    alone.lead()
    alone.loop.until(lambda: alone.leader.received(NUMBER))
    assert alone.leader.of(NUMBER) == ["accepted", "opened", "received"]
    assert alone.leader.happened[0] == ("accepted", 5, NUMBER, THERE)


@pytest.mark.parametrize("isKept", [True, False])
def test_whoWasLoggedDoesNotComeAgain(isKept: bool) -> None:
    world = World(isKept)
    world.hold()
    world.connections.hasCome(NUMBER)
    world.lead()
    assert world.leader.of(NUMBER) == ["opened"]
    world.close()


def test_whoLeadsTellsTheKeeperWhereToListenNoMoreWhoeverHasAskedForIt(kept: World) -> None:
    kept.lead()
    kept.asked()
    kept.connections.stopListening(5)
    assert kept.asked() == [StopListening(5)]


def test_whoFollowsTellsTheKeeperNothing(kept: World) -> None:
    kept.connections.stopListening(5)
    assert kept.asked() == []


def test_whatTheKeeperCountsIsCountedByNobodyElse(kept: World) -> None:
    kept.hold()
    kept.connections.hasCome(NUMBER)
    kept.lead()
    kept.connections.accepted(6, None, THERE)
    assert ("accepted", 6, -1, THERE) in kept.leader.happened


def test_whereThereIsNoKeeperNoNumberIsUsedTwice(alone: World) -> None:
    alone.hold()
    alone.connections.hasCome(NUMBER)
    alone.lead()
    alone.connections.accepted(6, None, THERE)
    assert ("accepted", 6, NUMBER - 1, THERE) in alone.leader.happened
