"""
Sockets that listen from one server to the next.
"""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Iterator

import pytest

from h323d.keeper.listeners import Listeners, NoDescriptors
from h323d.keeper.store import Store
from h323d.values.address import TransportAddress
from tests.support.keptstore import KeptStore

ANY = TransportAddress("127.0.0.1", 0)


@pytest.fixture
def store() -> KeptStore:
    return KeptStore()


@pytest.fixture
def listeners(store: KeptStore) -> Iterator[Listeners]:
    made = Listeners(store, {})
    yield made
    made.closeAll()


def dial(address: TransportAddress) -> socket.socket:
    return socket.create_connection((address.host, address.port))


def test_whoCallsIsAccepted(listeners: Listeners) -> None:
    address = listeners.listen(5, ANY)
    caller = dial(address)
    (listener,) = listeners.wanted
    assert (listener.number, listener.address) == (5, address)
    found = listener.accept()
    assert found is not None
    accepted, peer = found
    assert peer == TransportAddress(*caller.getsockname())
    assert not os.get_blocking(accepted.fileno())
    assert listener.accept() is None
    accepted.close()
    caller.close()


def test_IPv6IsListenedToAlone(listeners: Listeners) -> None:
    address = listeners.listen(5, TransportAddress("::", 0))
    with pytest.raises(ConnectionRefusedError):
        dial(TransportAddress("127.0.0.1", address.port))
    dial(TransportAddress("::1", address.port)).close()


def test_whatIsThereIsNotOpenedAgain(listeners: Listeners) -> None:
    address = listeners.listen(5, ANY)
    assert listeners.listen(5, ANY) == address
    assert listeners.listen(5, address) == address
    assert len(listeners.wanted) == 1


def test_aNumberThatIsForAnotherAddressNowIsThat(listeners: Listeners) -> None:
    first = listeners.listen(5, ANY)
    second = listeners.listen(5, TransportAddress("127.0.0.2", 0))
    assert [each.address for each in listeners.wanted] == [second]
    with pytest.raises(ConnectionRefusedError):
        dial(first)


def test_whatIsTakenCannotBeBound(listeners: Listeners) -> None:
    address = listeners.listen(5, ANY)
    with pytest.raises(OSError, match="Address already in use"):
        listeners.listen(6, address)
    assert [each.number for each in listeners.wanted] == [5]


def test_whereItIsStoppedNobodyListens(listeners: Listeners, store: KeptStore) -> None:
    address = listeners.listen(5, ANY)
    listeners.stop(5)
    listeners.stop(5)
    with pytest.raises(ConnectionRefusedError):
        dial(address)
    assert store.names == set()


def test_whatIsLeftTakesCallsForWhoeverComesNext(listeners: Listeners) -> None:
    address = listeners.listen(5, ANY)
    listeners.leave()
    assert listeners.wanted == []
    caller = dial(address)
    assert listeners.listen(7, address) == address
    (listener,) = listeners.wanted
    accepted = listener.accept()
    assert accepted is not None
    accepted[0].close()
    caller.close()


def test_whatIsLeftAndHasTheNumberOfAnotherStays(listeners: Listeners) -> None:
    first = listeners.listen(5, ANY)
    second = listeners.listen(6, ANY)
    listeners.leave()
    listeners.listen(5, second)
    listeners.listen(6, first)
    assert {each.number: each.address for each in listeners.wanted} == {5: second, 6: first}


def test_whatIsLeftAndNotWantedIsClosed(listeners: Listeners) -> None:
    first = listeners.listen(5, ANY)
    second = listeners.listen(6, ANY)
    listeners.leave()
    listeners.listen(8, second)
    listeners.closeLeft()
    assert [each.address for each in listeners.wanted] == [second]
    with pytest.raises(ConnectionRefusedError):
        dial(first)


def test_whoComesAfterUsListensOn(listeners: Listeners, store: KeptStore) -> None:
    address = listeners.listen(5, ANY)
    listeners.listen(6, ANY)
    listeners.leave()
    listeners.listen(5, address)
    again = Listeners(Store({}), {**store.given(), "asks": 1})
    assert [(each.number, each.address) for each in again.wanted] == [(5, address)]
    again.listen(7, ANY)
    again.leave()
    assert again.wanted == []
    again.closeAll()


def test_whatIsLeftTwiceHasANameOfItsOwn(listeners: Listeners, store: KeptStore) -> None:
    listeners.listen(5, ANY)
    listeners.leave()
    again = Listeners(store, store.given())
    again.listen(6, ANY)
    again.leave()
    assert len(store.names) == 2
    again.closeAll()


def test_whereThereAreNoDescriptorsThatIsTold(listeners: Listeners) -> None:
    address = listeners.listen(5, ANY)
    caller = dial(address)
    (listener,) = listeners.wanted
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (caller.fileno() - 3, limits[1]))
    try:
        with pytest.raises(NoDescriptors):
            listener.accept()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    found = listener.accept()
    assert found is not None
    found[0].close()
    caller.close()
