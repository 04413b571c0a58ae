"""
Datagrams, on the real loopback.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.errors import ResourceUnavailable
from h323d.net.datagram import Datagrams
from h323d.values.address import TransportAddress

ANY = TransportAddress("127.0.0.1", 0)


@implementer(IDatagramUser)
class Listener:
    """
    Fires with the first datagram.
    """

    def __init__(self) -> None:
        self.first: Deferred[tuple[bytes, TransportAddress]] = Deferred()

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.first.callback((data, source))


@pytest_twisted.inlineCallbacks
def test_aDatagramArrivesWithItsSource() -> Generator[Any, Any, None]:
    datagrams = Datagrams(reactor)
    verifyObject(IDatagrams, datagrams)
    listener = Listener()
    here, there = datagrams.bind(ANY, listener), datagrams.bind(ANY, Listener())
    verifyObject(IDatagramPort, here)
    there.send(b"hello", here.address)
    received = yield listener.first
    assert received == (b"hello", there.address)
    here.close()
    there.close()


@pytest_twisted.inlineCallbacks
def test_aMulticastGroupIsHeardOnItsOwnSocket() -> Generator[Any, Any, None]:
    datagrams = Datagrams(reactor)
    group = TransportAddress("224.0.1.41", 21718)
    listener = Listener()
    port = datagrams.bindMulticast(group, "127.0.0.1", listener)
    yield deferLater(reactor, 0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(b"who is my gatekeeper", (group.host, group.port))
        data, source = yield listener.first
        assert data == b"who is my gatekeeper"
        assert (source.host, source.port) == sender.getsockname()
    port.close()


def test_aPortThatIsTakenIsAClearError() -> None:
    datagrams = Datagrams(reactor)
    port = datagrams.bind(ANY, Listener())
    with pytest.raises(
        ResourceUnavailable, match=r"^cannot bind UDP 127.0.0.1:\d+: Address already"
    ):
        datagrams.bind(port.address, Listener())
    port.close()
