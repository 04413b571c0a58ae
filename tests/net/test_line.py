"""
Connections that survive who serves them, by real ones over the loopback.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Iterator

import pytest

from h323d.net.line import MAX_UNSENT, Line
from h323d.net.outbox import STALL_TIMEOUT
from h323d.values.address import TransportAddress
from tests.support.loop import Loop

ACCEPTED, DIALLED = False, True
BUFFER = 1 << 16  # octets


class User:
    """
    @ivar takes: whether it has logged what it is told, and takes it.
    """

    def __init__(self) -> None:
        self.takes = True
        self.told: list[bytes] = []
        self.reasons: list[str] = []

    @property
    def received(self) -> bytes:
        return b"".join(self.told)

    def lineReceived(self, line: Line, data: bytes) -> None:
        self.told.append(data)
        if self.takes:
            line.take(len(data))

    def lineClosed(self, line: Line, reason: str) -> None:
        self.reasons.append(reason)


class World:
    """
    A line, and its peer.
    """

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.peer = socket.create_connection(listening.getsockname())
            handle, _ = listening.accept()
        # Which keeps the kernel from making more place as it goes.
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.user = User()
        self.line = Line(loop, handle, ACCEPTED, self.user)

    def successor(self) -> tuple[Line, User, Loop]:
        """
        The line of another process, which has a duplicate.
        """
        user, loop = User(), Loop()
        return Line(loop, self.line.handle.dup(), ACCEPTED, user), user, loop

    def hear(self, octets: int) -> bytes:
        """
        As the peer.
        """
        heard = bytearray()
        self.peer.setblocking(False)
        while len(heard) < octets:
            self.loop.iterate(0)
            try:
                heard += self.peer.recv(octets - len(heard))
            except BlockingIOError:
                continue
        return bytes(heard)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(Loop())
    yield made
    made.peer.close()
    made.line.handle.close()


def fill(world: World) -> int:
    """
    Have the kernel take no more.

    @return: how many octets it has.
    """
    octets = 0
    while octets == 0 or not world.loop.getWriters():
        world.line.write(bytes(10_000))
        octets += 10_000
        world.loop.settle()
    return octets


def test_itSaysWhoItIsWith(world: World) -> None:
    assert world.line.peer == TransportAddress(*world.peer.getsockname())
    assert world.line.local == TransportAddress(*world.peer.getpeername())


def test_octetsPassBothWays(world: World) -> None:
    world.peer.send(b"hello")
    world.loop.until(lambda: world.user.received == b"hello")
    world.line.write(b"good day")
    assert world.hear(8) == b"good day"


def test_whatWasNotTakenIsToldAgain(world: World) -> None:
    world.user.takes = False
    world.peer.send(b"hello")
    world.loop.until(lambda: len(world.user.told) == 2)
    assert world.user.told == [b"hello", b"hello"]
    assert world.line.readAndWritten() == (0, 0)
    world.user.takes = True
    world.loop.until(lambda: len(world.user.told) == 3)
    assert world.line.readAndWritten() == (5, 0)


def test_whatWasNotTakenIsThereForAnother(world: World) -> None:
    world.user.takes = False
    world.peer.send(b"hello")
    world.loop.until(lambda: world.user.told)
    line, user, loop = world.successor()
    loop.until(lambda: user.told)
    assert user.told == [b"hello"]
    line.handle.close()


def test_whatHadHappenedIsTakenBeforeAnythingIsRead(world: World) -> None:
    world.user.takes = False
    world.peer.send(b"once and again")
    world.loop.until(lambda: world.user.received == b"once and again")
    line, user, loop = world.successor()
    line.take(5)
    loop.until(lambda: user.told)
    assert user.told == [b"and again"]
    assert line.readAndWritten() == (14, 0)
    line.handle.close()


def test_moreThanIsReadAtOnceIsTaken(world: World) -> None:
    sent = bytes(index % 251 for index in range(150_000))
    world.user.takes = False
    world.peer.setblocking(False)
    while sent:
        try:
            sent = sent[world.peer.send(sent) :]
        except BlockingIOError:
            world.loop.iterate(0)
    line, user, loop = world.successor()
    line.take(140_000)
    loop.until(lambda: len(user.received) == 10_000)
    assert user.received == bytes(index % 251 for index in range(140_000, 150_000))
    line.handle.close()


def test_thereIsNoMoreToTakeThanHasArrived(world: World) -> None:
    world.peer.send(b"bye")
    world.peer.close()
    world.line.handle.recv(4, socket.MSG_PEEK | socket.MSG_WAITALL)
    with pytest.raises(ConnectionError):
        world.line.take(4)


def test_anotherGoesOnWhereTheKernelHasStopped(world: World) -> None:
    octets = fill(world)
    known = world.line.readAndWritten()
    assert known is not None
    assert 0 < known[1] < octets
    line, _, loop = world.successor()
    line.write(b"x" * (octets - known[1]))
    heard = bytearray()
    world.peer.setblocking(False)
    while len(heard) < octets:
        loop.iterate(0)
        try:
            heard += world.peer.recv(1 << 16)
        except BlockingIOError:
            continue
    assert heard == bytes(known[1]) + b"x" * (octets - known[1])
    line.handle.close()


@pytest.mark.parametrize("seed", range(10))
def test_whereverItDiesEachOctetLeavesOnceAndInOrder(world: World, seed: int) -> None:
    rng = random.Random(seed)
    sent, heard = bytearray(), bytearray()
    line, loop = world.line, world.loop
    world.peer.setblocking(False)
    for death in range(20):
        data = bytes(rng.randrange(256) for _ in range(rng.choice((1, 700, 20_000))))
        line.write(data)
        sent += data
        for _ in range(rng.randrange(3)):
            loop.iterate(0)
        if rng.random() < 0.5:
            with contextlib.suppress(BlockingIOError):
                heard += world.peer.recv(rng.randrange(1, 30_000))
        if death % 2:
            known = line.readAndWritten()
            assert known is not None
            handle = line.handle.dup()
            loop.removeAll()
            line.handle.close()
            loop = Loop()
            line = Line(loop, handle, ACCEPTED, User())
            line.write(bytes(sent[known[1] :]))
    while len(heard) < len(sent):
        loop.iterate(0)
        try:
            heard += world.peer.recv(1 << 16)
        except BlockingIOError:
            continue
    assert heard == sent
    line.handle.close()


def test_whoDiallsCountsNoSYN() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        loop = Loop()
        user = User()
        line = Line(loop, socket.create_connection(listening.getsockname()), DIALLED, user)
        accepted, _ = listening.accept()
    line.write(b"abc")
    loop.until(lambda: line.readAndWritten() == (0, 3))
    accepted.close()
    loop.until(lambda: user.reasons)


def test_thePeerEndsIt(world: World) -> None:
    world.peer.send(b"bye")
    world.peer.close()
    world.loop.until(lambda: world.user.reasons)
    assert (world.user.told, world.user.reasons) == ([b"bye"], ["closed"])
    assert world.line.handle.fileno() == -1


def test_thePeerResetsIt(world: World) -> None:
    world.line.write(b"unread")
    world.loop.settle()
    world.peer.recv(1, socket.MSG_PEEK)
    world.peer.close()
    world.loop.until(lambda: world.user.reasons)
    (reason,) = world.user.reasons
    assert "lost" in reason
    assert world.line.handle.fileno() == -1


def test_anEndThatWasNotLoggedIsSeenByAnother(world: World) -> None:
    _, user, loop = world.successor()
    world.peer.close()
    world.loop.until(lambda: world.user.reasons)
    loop.until(lambda: user.reasons)
    assert user.reasons == ["closed"]


def test_itIsClosedWhenAllHasLeft(world: World) -> None:
    octets = fill(world)
    world.line.close()
    assert world.hear(octets) == bytes(octets)
    world.loop.until(lambda: world.user.reasons)
    world.peer.setblocking(True)
    assert (world.peer.recv(1), world.user.reasons) == (b"", ["closed"])


def test_itIsClosedForThePeerThoughAnotherHasADuplicate(world: World) -> None:
    with world.line.handle.dup():
        world.line.write(b"bye")
        world.line.close()
        world.loop.until(lambda: world.user.reasons)
        assert (world.peer.recv(3), world.peer.recv(1)) == (b"bye", b"")


def test_itIsAbortedForThePeerWithTheLastDuplicate(world: World) -> None:
    another = world.line.handle.dup()
    world.line.abort()
    world.loop.until(lambda: world.user.reasons)
    assert world.peer.recv(1) == b""
    another.close()
    with pytest.raises(ConnectionError):
        talk(world.peer)


def talk(peer: socket.socket) -> None:
    for _ in range(1000):
        peer.send(b"still there?")


def test_whatIsWrittenToOneThatIsClosedIsDropped(world: World) -> None:
    world.line.close()
    world.line.write(b"late")
    world.loop.until(lambda: world.user.reasons)
    assert world.peer.recv(10) == b""


def test_nothingIsReadWhileMuchIsUnsent(world: World) -> None:
    fill(world)
    world.line.write(bytes(MAX_UNSENT - 20_000))
    world.peer.send(b"more")
    world.loop.settle()
    assert world.user.told == []


def test_aPeerThatTakesNothingLosesIt(world: World) -> None:
    fill(world)
    world.line.write(bytes(100_000))
    world.loop.settle()
    world.loop.clock.advance(STALL_TIMEOUT)
    world.loop.until(lambda: world.user.reasons)
    assert world.user.reasons == ["the peer does not read what is sent to it"]


def test_noMoreIsKeptThanAnotherKnowsOf(world: World) -> None:
    fill(world)
    for _ in range(MAX_UNSENT // 10_000 + 1):
        world.line.write(bytes(10_000))
        world.loop.settle()
    assert world.user.reasons == ["the peer does not read what is sent to it"]
