"""
Connections that a keeper has accepted; the test is the keeper, with real doors and sockets.
"""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable, Iterator, Sequence

import pytest
from twisted.logger import LogEvent, capturedLogs, formatEvent

from h323d.doorway import Doorway, newDoorways
from h323d.keeper.asking import Asking
from h323d.keeper.messages import Accepted, Lead, StopListening, decode, encode
from h323d.net.descriptors import RESERVE, REST
from h323d.values.address import TransportAddress
from h323d.world.kept import KeptDoor
from tests.support.loop import Loop

THERE = TransportAddress("127.0.0.2", 40000)


class Owner:
    """
    @ivar logs: whether it logs who comes, and drops it.
    """

    def __init__(self) -> None:
        self.logs = True
        self.said: list[tuple[int, int, bytes]] = []

    def came(
        self,
        listener: int,
        number: int,
        handle: socket.socket | None,
        peer: TransportAddress,
        take: Callable[[], object] | None = None,
    ) -> object:
        assert handle is not None
        assert take is not None
        assert peer == THERE
        self.said.append((listener, number, handle.recv(10)))
        handle.close()
        return take() if self.logs else None


class House:
    def __init__(self) -> None:
        asks, theirAsks = newDoorways()
        connections, theirConnections = newDoorways()
        self.asks, self.connections = Doorway(asks), Doorway(connections)
        self.asking = Asking(theirAsks, theirConnections)
        self.loop = Loop()
        self.owner = Owner()
        self.door = KeptDoor(self.asking, self.owner, self.loop)
        self.door.begin()
        assert self.told() == Lead(os.getpid())

    def accept(self, number: int, said: bytes) -> None:
        """
        Somebody has come, and said something.
        """
        caller, accepted = socket.socketpair()
        caller.send(said)
        caller.close()
        self.connections.send(encode(Accepted(5, number, THERE)), [accepted.fileno()])
        accepted.close()

    def told(self) -> object:
        message = self.asks.take()
        assert message is not None
        for each in message.descriptors:
            os.close(each)
        return decode(message.octets)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.connections.close()
    made.asks.close()
    made.asking.close()


@pytest.fixture
def caught() -> Iterator[Sequence[LogEvent]]:
    with capturedLogs() as events:
        yield events


def texts(events: Sequence[LogEvent]) -> list[str]:
    return [formatEvent(each) for each in events]


def test_whoComesIsTaken(house: House) -> None:
    house.accept(-7, b"one")
    house.accept(-8, b"two")
    house.loop.until(lambda: len(house.owner.said) == 2)
    assert house.owner.said == [(5, -7, b"one"), (5, -8, b"two")]
    assert house.asking.look() is None


def test_whoWasNotLoggedComesAgain(house: House) -> None:
    house.owner.logs = False
    house.accept(-7, b"one")
    house.loop.until(lambda: house.owner.said)
    house.owner.said.clear()
    house.owner.logs = True
    house.loop.until(lambda: house.owner.said)
    assert {number for _, number, _ in house.owner.said} == {-7}


def test_whoHasComeAlreadyDoesNotComeAgain(house: House) -> None:
    house.accept(-7, b"one")
    house.accept(-8, b"two")
    house.door.discard(-7)
    house.door.discard(-7)
    house.loop.until(lambda: house.owner.said)
    assert house.owner.said == [(5, -8, b"two")]


def test_whereNobodyWaitsNobodyHasCome(house: House) -> None:
    house.door.discard(-7)
    house.connections.close()
    house.door.discard(-7)


def test_whereDescriptorsRunOutConnectionsAreTurnedAway(
    house: House, caught: Sequence[LogEvent]
) -> None:
    house.accept(-7, b"one")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull) as next_:
        most = next_.fileno() + RESERVE // 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, limits[1]))
    try:
        house.loop.settle()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert house.owner.said == []
    assert house.asking.look() is None
    assert texts(caught) == ["connections are turned away: file descriptors run out (ulimit -n)"]


def test_whereThereIsNoDescriptorForWhoComesHeWaitsUntilThereIs(
    house: House, caught: Sequence[LogEvent]
) -> None:
    house.accept(-7, b"one")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull) as next_:
        lowest = next_.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        house.door.doRead()
        assert house.door not in house.loop.getReaders()  # it would be read all the time
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert texts(caught) == ["connections are turned away: file descriptors run out (ulimit -n)"]
    house.loop.clock.advance(REST)
    house.loop.until(lambda: house.owner.said)
    assert house.owner.said == [(5, -7, b"one")]


def test_aKeeperThatCannotBeToldWhoLeadsIsToldLater(
    house: House, caught: Sequence[LogEvent]
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull) as next_:
        lowest = next_.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        house.door.begin()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert texts(caught) == ["the keeper does not know who leads: Too many open files"]
    house.loop.clock.advance(REST)
    house.loop.settle()
    assert house.told() == Lead(os.getpid())


def test_whereTheKeeperIsGoneTheDoorIsLookedThroughNoMore(
    house: House, caught: Sequence[LogEvent]
) -> None:
    house.connections.close()
    house.loop.until(lambda: caught)
    assert texts(caught) == ["nobody can connect any more: the keeper is gone"]
    assert house.door not in house.loop.getReaders()


def test_theKeeperIsToldWhereToListenNoMore(house: House) -> None:
    house.door.stopListening(5)
    assert house.told() == StopListening(5)


def test_aKeeperThatIsGoneNeedNotBeTold(house: House, caught: Sequence[LogEvent]) -> None:
    house.asks.close()
    house.door.begin()
    house.door.stopListening(5)
    assert texts(caught) == ["nobody can connect: the keeper is gone"]
