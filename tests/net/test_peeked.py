"""
UDP ports that survive who reads them, over the loopback.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.errors import ResourceUnavailable
from h323d.net.peeked import PeekedDatagrams, PeekedPort
from h323d.values.address import TransportAddress
from tests.support.loop import Loop

HERE = TransportAddress("127.0.0.1", 0)


@implementer(IDatagramUser)
class User:
    """
    @ivar drops: whether it has logged what it is told, and drops it.
    """

    port: PeekedPort

    def __init__(self) -> None:
        self.drops = True
        self.told: list[tuple[bytes, TransportAddress]] = []

    @property
    def data(self) -> list[bytes]:
        return [data for data, _ in self.told]

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.told.append((data, source))
        if self.drops:
            self.port.drop()


class World:
    def __init__(self, host: str) -> None:
        self.loop = Loop()
        self.user = User()
        ports = PeekedDatagrams(self.loop)
        self.port = self.user.port = ports.bind(TransportAddress(host, 0), self.user)
        self.peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.peer.bind(("127.0.0.1", 0))
        self.peer.settimeout(60)

    @property
    def peerAddress(self) -> TransportAddress:
        return TransportAddress(*self.peer.getsockname())

    def send(self, data: bytes, host: str = "127.0.0.1") -> None:
        self.peer.sendto(data, (host, self.port.address.port))

    def successor(self) -> tuple[User, Loop]:
        """
        Another process, which has a duplicate of the port.
        """
        user, loop = User(), Loop()
        user.port = PeekedDatagrams(loop).adopt(self.port.handle.dup(), user)
        return user, loop


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(request.param)
    yield made
    made.peer.close()
    made.port.close()


def test_datagramsPassBothWays(world: World) -> None:
    for data in (b"one", b"", b"three"):
        world.send(data)
    world.loop.until(lambda: len(world.user.told) == 3)
    assert world.user.told == [(data, world.peerAddress) for data in (b"one", b"", b"three")]
    world.port.send(b"answer", world.peerAddress)
    assert world.peer.recv(10) == b"answer"


def test_whatWasNotDroppedIsToldAgain(world: World) -> None:
    world.user.drops = False
    world.send(b"one")
    world.send(b"two")
    world.loop.until(lambda: len(world.user.told) == 3)
    assert world.user.data == [b"one"] * 3
    world.user.drops = True
    world.loop.until(lambda: len(world.user.told) == 5)
    assert world.user.data[3:] == [b"one", b"two"]


def test_whatWasNotDroppedIsThereForAnother(world: World) -> None:
    world.user.drops = False
    world.send(b"one")
    world.send(b"two")
    world.loop.until(lambda: world.user.told)
    user, loop = world.successor()
    loop.until(lambda: len(user.told) == 2)
    assert user.data == [b"one", b"two"]
    user.port.close()


def test_whatHadHappenedIsDroppedBeforeAnythingIsRead(world: World) -> None:
    world.user.drops = False
    world.send(b"one")
    world.send(b"two")
    world.loop.until(lambda: world.user.told)
    user, loop = world.successor()
    assert user.port.first() == (b"one", world.peerAddress)
    user.port.drop()
    loop.until(lambda: user.told)
    assert user.data == [b"two"]
    assert user.port.first() is None
    user.port.close()


def test_whereNothingWaitsNothingIsDropped(world: World) -> None:
    world.port.drop()
    assert world.port.first() is None
    world.send(b"one")
    world.loop.until(lambda: world.user.told)


def test_whoTakesOverAnswersFromTheSamePort(world: World) -> None:
    user, loop = world.successor()
    world.port.close()
    world.loop.settle()
    assert user.port.address.port == int(world.port.address.port)
    world.send(b"hello")
    loop.until(lambda: user.told)
    user.port.send(b"answer", world.peerAddress)
    data, source = world.peer.recvfrom(10)
    assert (data, source) == (b"answer", ("127.0.0.1", user.port.address.port))
    user.port.close()


def test_whoTakesOverAPortOnAllAddressesKnowsWhichWasMeant() -> None:
    world = World("0.0.0.0")
    user, loop = world.successor()
    world.send(b"hello", "127.0.0.9")
    loop.until(lambda: user.told)
    assert user.port.heardAt(world.peerAddress) == "127.0.0.9"
    user.port.send(b"answer", world.peerAddress)
    assert world.peer.recvfrom(10)[1][0] == "127.0.0.9"
    for each in (user.port, world.port, world.peer):
        each.close()


def test_aGroupIsHeardAndByWhoTakesOverToo() -> None:
    loop, user = Loop(), User()
    group = TransportAddress("224.0.1.41", 21719)
    user.port = PeekedDatagrams(loop).bindMulticast(group, "127.0.0.1", user)
    loop.settle()
    other, otherLoop = User(), Loop()
    other.port = PeekedDatagrams(otherLoop).adopt(user.port.handle.dup(), other)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(b"who is", (group.host, group.port))
        loop.until(lambda: user.told)
        user.port.close()
        loop.settle()
        sender.sendto(b"my gatekeeper", (group.host, group.port))
        otherLoop.until(lambda: other.told)
    assert (user.data, other.data) == ([b"who is"], [b"my gatekeeper"])
    other.port.close()


def test_aPortThatIsTakenIsAClearError(world: World) -> None:
    with pytest.raises(ResourceUnavailable, match=r"^cannot bind UDP .*: Address already in use"):
        PeekedDatagrams(world.loop).bind(world.port.address, User())


def test_noDescriptorIsLeftOpen(world: World) -> None:
    loop = Loop()
    before = set(os.listdir("/proc/self/fd"))
    user = User()
    user.port = PeekedDatagrams(loop).adopt(world.port.handle.dup(), user)
    user.port.close()
    loop.settle()
    assert set(os.listdir("/proc/self/fd")) == before
