"""
Connections on their way, over the loopback.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from h323d.call.transport import NO_LOCAL_PORT
from h323d.net.dialling import Dial
from h323d.net.line import addressOf
from h323d.values.address import TransportAddress
from tests.support.loop import Loop

TIMEOUT = 10.0  # seconds


class User:
    def __init__(self) -> None:
        self.handles: list[socket.socket] = []
        self.reasons: list[str] = []
        self.sockets: list[socket.socket] = []

    @property
    def isTold(self) -> bool:
        return bool(self.handles or self.reasons)

    def begun(self, dial: Dial, handle: socket.socket) -> None:
        self.sockets.append(handle.dup())

    def dialled(self, dial: Dial, handle: socket.socket) -> None:
        self.handles.append(handle)

    def notDialled(self, dial: Dial, reason: str) -> None:
        self.reasons.append(reason)


@pytest.fixture(params=["127.0.0.1", "::1"])
def listening(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as made:
        yield made


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def user() -> Iterator[User]:
    made = User()
    yield made
    for each in (*made.handles, *made.sockets):
        each.close()


@pytest.fixture
def full() -> Iterator[TransportAddress]:
    """
    Somebody who takes no calls: more than wait already are not answered.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=0) as made:
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(made.getsockname())
            waiting.append(one)
        yield addressOf(made.getsockname())
        for one in waiting:
            one.close()


def test_aConnectionIsOpened(listening: socket.socket, loop: Loop, user: User) -> None:
    Dial(loop, user, addressOf(listening.getsockname()), TIMEOUT)
    loop.until(lambda: user.isTold)
    (handle,) = user.handles
    accepted, peer = listening.accept()
    assert peer == handle.getsockname()
    assert not loop.getWriters()
    assert not loop.getDelayedCalls()
    accepted.close()


def test_itsSocketIsToldBeforeAnythingLeaves(
    listening: socket.socket, loop: Loop, user: User
) -> None:
    Dial(loop, user, addressOf(listening.getsockname()), TIMEOUT)
    loop.until(lambda: user.isTold)
    (begun,) = user.sockets
    assert begun.getsockname() == user.handles[0].getsockname()


def test_whatAnotherHasOpenedIsThere(listening: socket.socket, loop: Loop, user: User) -> None:
    address = addressOf(listening.getsockname())
    adopted = socket.create_connection((address.host, address.port))
    adopted.setblocking(False)
    Dial(loop, user, address, TIMEOUT, adopted=adopted)
    loop.until(lambda: user.isTold)
    assert user.handles == [adopted]
    assert user.sockets == []


def test_whatAnotherWasAboutToOpenIsOpened(
    listening: socket.socket, loop: Loop, user: User
) -> None:
    adopted = socket.socket(listening.family)
    adopted.setblocking(False)
    Dial(loop, user, addressOf(listening.getsockname()), TIMEOUT, adopted=adopted)
    loop.until(lambda: user.isTold)
    assert user.handles == [adopted]


def test_itLeavesFromAnAddressAndAPort(loop: Loop, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = addressOf(listening.getsockname())
        with socket.socket() as free:
            free.bind(("127.0.0.2", 0))
            port = free.getsockname()[1]
        Dial(loop, user, address, TIMEOUT, "127.0.0.2", [port])
        loop.until(lambda: user.isTold)
    assert user.handles[0].getsockname() == ("127.0.0.2", port)


def test_whereAPortIsTakenTheNextIsTried(loop: Loop, user: User) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        ports = [taken.getsockname()[1], 0]
        Dial(loop, user, addressOf(listening.getsockname()), TIMEOUT, "127.0.0.1", ports)
        loop.until(lambda: user.isTold)
    assert user.handles[0].getsockname()[1] not in ports


def test_whereAllPortsAreTakenThatIsSaid(loop: Loop, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = addressOf(taken.getsockname())
        Dial(loop, user, address, TIMEOUT, "127.0.0.1", [address.port])
        loop.until(lambda: user.isTold)
    assert user.reasons == [NO_LOCAL_PORT]
    assert not loop.getDelayedCalls()


def test_whereNobodyListensThatIsSaid(loop: Loop, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = addressOf(gone.getsockname())
    Dial(loop, user, address, TIMEOUT)
    loop.until(lambda: user.isTold)
    (reason,) = user.reasons
    assert "refused" in reason
    assert not loop.getWriters()
    assert not loop.getDelayedCalls()


def test_anAddressThatIsNotOursIsSaidToBeNone(loop: Loop, user: User) -> None:
    Dial(loop, user, TransportAddress("127.0.0.1", 1), TIMEOUT, "192.0.2.1")
    loop.until(lambda: user.isTold)
    assert len(user.reasons) == 1


def test_whoDoesNotAnswerIsWaitedForSoLong(full: TransportAddress, loop: Loop, user: User) -> None:
    Dial(loop, user, full, TIMEOUT)
    loop.settle()
    assert not user.isTold
    loop.clock.advance(TIMEOUT)
    loop.until(lambda: user.isTold)
    (reason,) = user.reasons
    assert "timeout" in reason
    assert not loop.getWriters()


@pytest.mark.parametrize("turns", [0, 20])
def test_whatIsCancelledIsSaidOnce(
    full: TransportAddress, loop: Loop, user: User, turns: int
) -> None:
    dial = Dial(loop, user, full, TIMEOUT)
    for _ in range(turns):
        loop.iterate(0)
    dial.cancel()
    dial.cancel()
    assert len(user.reasons) == 1
    assert not loop.getWriters()
    assert not loop.getDelayedCalls()


def test_whatIsThereIsNotCancelled(loop: Loop, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dial = Dial(loop, user, addressOf(listening.getsockname()), TIMEOUT)
        loop.until(lambda: user.isTold)
        dial.cancel()
    assert user.reasons == []


def test_whereTheReactorStopsItIsOpenedNoMore(
    full: TransportAddress, loop: Loop, user: User
) -> None:
    Dial(loop, user, full, TIMEOUT)
    loop.settle()
    loop.disconnectAll()
    assert len(user.reasons) == 1
    assert not loop.getDelayedCalls()
