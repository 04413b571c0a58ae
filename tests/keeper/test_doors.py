"""
The keeper's ends of the doors.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from h323d.keeper.asking import Asking
from h323d.keeper.doors import Doors, newDoors, storedDoors
from h323d.keeper.listeners import Listener
from h323d.keeper.messages import StopListening, decode
from h323d.keeper.store import Store
from h323d.values.address import TransportAddress
from tests.support.keptstore import KeptStore

THERE = TransportAddress("127.0.0.2", 40000)


class House:
    def __init__(self) -> None:
        self.store = KeptStore()
        self.doors, theirs = newDoors(self.store)
        self.asking = Asking(*theirs)
        self.listener = Listener(socket.create_server(("127.0.0.1", 0)), 5, "listener.5")

    def hand(self, number: int) -> None:
        """
        Hand on a connection, of which nobody keeps the other end.
        """
        one, other = socket.socketpair()
        other.close()
        self.doors.hand(self.listener, number, one, THERE)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.listener.close()


def test_whatIsHandedOnArrivesAndIsClosedHere(house: House) -> None:
    one, other = socket.socketpair()
    house.doors.hand(house.listener, -7, one, THERE)
    assert one.fileno() == -1
    arrived = house.asking.look()
    assert arrived is not None
    assert (arrived.accepted.listener, arrived.accepted.number) == (5, -7)
    assert arrived.accepted.peer == THERE
    arrived.handle.send(b"hello")
    assert other.recv(10) == b"hello"
    arrived.handle.close()


def test_whatTheKernelDoesNotTakeWaitsAndIsNotLost(house: House) -> None:
    sent = 0
    while not house.doors.isFull:
        sent += 1
        house.hand(-sent)
    assert sent > 100
    for number in range(1, sent):
        arrived = house.asking.look()
        assert arrived is not None
        assert arrived.accepted.number == -number
        arrived.handle.close()
        house.asking.drop()
    house.doors.push()
    assert not house.doors.isFull
    arrived = house.asking.look()
    assert arrived is not None
    assert arrived.accepted.number == -sent
    arrived.handle.close()


def test_whatIsAskedIsRead(house: House) -> None:
    house.asking.stopListening(5)
    message = house.doors.next()
    assert message is not None
    assert decode(message.octets) == StopListening(5)
    assert house.doors.next() is None


def test_thereIsSomebodyAsLongAsAnybodyHoldsTheOtherEnd() -> None:
    doors, theirs = newDoors(Store({}))
    follower = [each.dup() for each in theirs]
    for each in theirs:
        each.close()
    assert doors.next() is None
    for each in follower:
        each.close()
    with pytest.raises(EOFError):
        doors.next()


def test_whatIsHandedToNobodyIsClosed(house: House) -> None:
    house.asking.close()
    house.hand(-1)
    assert not house.doors.isFull


def test_whoComesAfterUsHasTheSameDoors(house: House) -> None:
    house.hand(-1)
    house.asking.stopListening(5)
    again = storedDoors(Store({}), house.store.given())
    assert isinstance(again, Doors)
    assert again.next() is not None
    arrived = house.asking.look()
    assert arrived is not None
    arrived.handle.close()


def test_whereNoneWereKeptThereAreNone() -> None:
    assert storedDoors(Store({}), {"listener.5": 0}) is None


def test_whatIsClosedIsKeptNoMore(house: House) -> None:
    house.doors.close()
    assert house.store.names == set()
    with pytest.raises(EOFError):
        house.asking.look()
