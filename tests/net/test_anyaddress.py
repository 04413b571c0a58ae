"""
Ports on all addresses of the machine, on the real loopback.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.listeners import MAX_HEARD, bindAll, listenAll
from h323d.call.transport import IDatagramPort, IDatagramUser, IStream, IStreamUser
from h323d.net.datagram import Datagrams
from h323d.net.route import Routes
from h323d.net.stream import StreamListener
from h323d.values.address import TransportAddress
from tests.support.loggedfailures import LoggedFailures

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not Routes().isOurs("::1"),
    reason="the kernel has no IP_PKTINFO, or no IPv6",
)

BOTH = ("0.0.0.0", "::")


@implementer(IDatagramUser)
class Echo:
    """
    Answers each datagram, and fires with the address that it came to.
    """

    port: IDatagramPort

    def __init__(self) -> None:
        self.heardAt: Deferred[str] = Deferred()

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.port.send(data, source)
        self.heardAt.callback(self.port.heardAt(source))


@pytest.fixture
def echo() -> Iterator[Echo]:
    user = Echo()
    user.port = bindAll(Datagrams(reactor), BOTH, 0, user)
    verifyObject(IDatagramPort, user.port)
    yield user
    user.port.close()


def client(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.settimeout(5.0)
    return made


@pytest.mark.parametrize("asked", ["127.0.0.1", "127.0.0.7", "::1"])
@pytest_twisted.inlineCallbacks
def test_anAnswerLeavesFromTheAddressThatWasAsked(
    echo: Echo, asked: str
) -> Generator[Any, Any, None]:
    with client(asked) as peer:
        peer.sendto(b"who are you", (asked, echo.port.address.port))
        assert (yield echo.heardAt) == asked
        data, source = peer.recvfrom(100)
        assert (data, source[0]) == (b"who are you", asked)


@pytest.mark.parametrize("local", ["127.0.0.1", "127.0.0.9", "::1"])
def test_whatIsSentLeavesFromTheAddressThatIsNamed(echo: Echo, local: str) -> None:
    with client(local) as peer:
        peer.bind(("::1" if ":" in local else "127.0.0.1", 0))
        host, port = peer.getsockname()[:2]
        echo.port.send(b"from there", TransportAddress(host, port), local)
        assert peer.recvfrom(100)[1][0] == local


def test_anAddressThatIsNotOursIsNoTraceback(echo: Echo) -> None:
    echo.port.send(b"lost", TransportAddress("127.0.0.1", 9), "192.0.2.1")
    with client("127.0.0.1") as peer:
        peer.bind(("127.0.0.1", 0))
        echo.port.send(b"found", TransportAddress(*peer.getsockname()))
        assert peer.recvfrom(100)[0] == b"found"


@pytest_twisted.inlineCallbacks
def test_whatAnObserverDoesWrongHarmsNoOther(
    echo: Echo, monkeypatch: pytest.MonkeyPatch, loggedFailures: LoggedFailures
) -> Generator[Any, Any, None]:
    failed: Deferred[None] = Deferred()
    answer = echo.datagramReceived

    def fail(data: bytes, source: TransportAddress) -> None:
        monkeypatch.setattr(echo, "datagramReceived", answer)
        failed.callback(None)
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(echo, "datagramReceived", fail)
    with client("127.0.0.1") as peer:
        for data in (b"one", b"two"):
            peer.sendto(data, ("127.0.0.1", echo.port.address.port))
        yield failed
        assert (yield echo.heardAt) == "127.0.0.1"
        assert peer.recvfrom(100)[0] == b"two"
    assert len(loggedFailures.take(RuntimeError)) == 1


def test_aPeerOfIPv4IsNotHeardByIPv6(echo: Echo) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as mapped:
        mapped.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        mapped.sendto(b"x", ("::ffff:127.0.0.1", echo.port.address.port))
        source = TransportAddress("::ffff:127.0.0.1", mapped.getsockname()[1])
    assert echo.port.heardAt(source) == ""


def test_howManyPeersAreRememberedIsBounded() -> None:
    user = Echo()
    port: Any = Datagrams(reactor).bind(TransportAddress("0.0.0.0", 0), user)
    user.port = port
    for number in range(MAX_HEARD + 2):
        user.heardAt = Deferred()
        peer = (f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0)
        port.datagramReceivedAt(b"", peer, "127.0.0.1")
    assert port.heardAt(TransportAddress("127.0.0.1", 0)) == ""
    assert port.heardAt(TransportAddress("127.0.0.2", 0)) == "127.0.0.1"
    port.close()


@implementer(IStreamUser)
class User:
    def __init__(self) -> None:
        self.opened: Deferred[IStream] = Deferred()

    def streamOpened(self, stream: IStream) -> None:
        self.opened.callback(stream)

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        pass


@pytest.mark.parametrize("asked", ["127.0.0.7", "::1"])
@pytest_twisted.inlineCallbacks
def test_aConnectionKnowsWhichAddressWasAsked(asked: str) -> Generator[Any, Any, None]:
    user = User()
    listening = listenAll(StreamListener(reactor), BOTH, 0, lambda peer: user)
    with socket.create_connection((asked, listening.address.port), 5.0) as peer:
        stream = yield user.opened
        assert (stream.local.host, stream.peer.host) == (asked, peer.getsockname()[0])
    listening.stop()
