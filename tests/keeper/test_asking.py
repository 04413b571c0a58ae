"""
The keeper as whoever leads knows it; the test is the keeper.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from h323d.doorway import Doorway, newDoorways
from h323d.errors import ResourceUnavailable
from h323d.keeper.asking import DOORS, Asking, KeeperGone, keeperOf
from h323d.keeper.messages import (
    Accepted,
    Bound,
    Lead,
    Listen,
    Message,
    NotBound,
    StopListening,
    decode,
    encode,
)
from h323d.values.address import TransportAddress

HERE = TransportAddress("127.0.0.1", 1720)
THERE = TransportAddress("127.0.0.2", 40000)


class House:
    """
    The keeper's ends of both doors, and those of whoever leads.
    """

    def __init__(self) -> None:
        asks, theirAsks = newDoorways()
        connections, theirConnections = newDoorways()
        self.asks, self.connections = Doorway(asks), Doorway(connections)
        self.theirs = theirAsks, theirConnections
        self.asking = Asking(*self.theirs)

    def asked(self) -> Message:
        select.select([self.asks], [], [])
        message = self.asks.take()
        assert message is not None
        return decode(message.octets)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_whoAsksWaitsForTheAnswer(house: House, aside: ThreadPoolExecutor) -> None:
    bound = aside.submit(house.asking.listen, 5, TransportAddress("127.0.0.1", 0))
    asked = house.asked()
    assert isinstance(asked, Listen)
    assert (asked.number, asked.address) == (5, TransportAddress("127.0.0.1", 0))
    house.asks.send(encode(Bound(asked.ask, HERE)))
    assert bound.result() == HERE


def test_whatCannotBeBoundIsSaid(house: House, aside: ThreadPoolExecutor) -> None:
    bound = aside.submit(house.asking.listen, 5, HERE)
    asked = house.asked()
    assert isinstance(asked, Listen)
    house.asks.send(encode(NotBound(asked.ask, "Address already in use")))
    with pytest.raises(ResourceUnavailable, match=r"cannot bind TCP 127.0.0.1:1720: Address al"):
        bound.result()


def test_anAnswerToSomebodyElseIsNotTakenForOnesOwn(
    house: House, aside: ThreadPoolExecutor
) -> None:
    house.asks.send(encode(Bound("1.1", THERE)))
    bound = aside.submit(house.asking.listen, 5, HERE)
    asked = house.asked()
    assert isinstance(asked, Listen)
    house.asks.send(encode(Bound(asked.ask, HERE)))
    assert bound.result() == HERE


def test_whereTheKeeperIsGoneNothingIsBound(house: House) -> None:
    house.asks.close()
    with pytest.raises(KeeperGone):
        house.asking.listen(5, HERE)


def test_whereTheKeeperGoesMeanwhileNothingIsBound(house: House, aside: ThreadPoolExecutor) -> None:
    bound = aside.submit(house.asking.listen, 5, HERE)
    house.asked()
    house.asks.close()
    with pytest.raises(KeeperGone):
        bound.result()


def test_whoLeadsDoesNotWaitForLong(house: House) -> None:
    house.asking.lead()
    with pytest.raises(KeeperGone, match="does not answer"):
        house.asking.listen(5, HERE)


def test_whoLeadsSaysSoWithADescriptorOfItself(house: House) -> None:
    house.asking.lead()
    message = house.asks.take()
    assert message is not None
    assert decode(message.octets) == Lead(os.getpid())
    (process,) = message.descriptors
    signal.pidfd_send_signal(process, 0)
    os.close(process)


def test_itIsToldWhereToListenNoMore(house: House) -> None:
    house.asking.stopListening(5)
    assert house.asked() == StopListening(5)


def test_aConnectionIsThereUntilItIsDropped(house: House) -> None:
    mine, other = socket.socketpair()
    accepted = Accepted(5, -1, THERE)
    house.connections.send(encode(accepted), [mine.fileno()])
    mine.close()
    first, again = house.asking.look(), house.asking.look()
    assert first is not None
    assert again is not None
    assert first.accepted == again.accepted == accepted
    house.asking.drop()
    assert house.asking.look() is None
    first.handle.close()
    again.handle.send(b"hello")
    assert other.recv(10) == b"hello"
    again.handle.close()


def test_whereNobodyAcceptsAnyMoreThatIsTold(house: House) -> None:
    house.connections.close()
    with pytest.raises(EOFError):
        house.asking.look()


def test_doorsAreFoundInTheEnvironment(house: House) -> None:
    asks, connections = (each.dup() for each in house.theirs)
    found = keeperOf({DOORS: f"{asks.detach()},{connections.detach()}"})
    assert found is not None
    found.stopListening(6)
    assert house.asked() == StopListening(6)
    found.close()


def test_whereThereIsNoKeeperThereIsNone() -> None:
    assert keeperOf({}) is None
