"""
What cannot be bound, in words; and listening where IPv4 is left to others.
"""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import pytest
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorTCP
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactor
from zope.interface import implementer_only

from h323d.net.binding import BACKLOG, cannotBind, listenStreams
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.1", 1720)
TAKEN = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TAKEN, "Address already in use"),
        (CannotListenError("10.0.0.1", 1720, TAKEN), "Address already in use"),
        (CannotListenError("10.0.0.1", 1720, OSError("odd")), "odd"),
    ],
)
def test_theReasonIsTheOperatingSystemsOwn(error: Any, reason: str) -> None:
    assert str(cannotBind("TCP", HERE, error)) == f"cannot bind TCP 10.0.0.1:1720: {reason}"


def test_anAddressIsListenedOnAsItIs() -> None:
    reactor, factory = MemoryReactor(), Factory()
    listenStreams(reactor, HERE, factory)
    assert reactor.tcpServers == [(1720, factory, BACKLOG, "10.0.0.1")]


@implementer_only(IReactorTCP)
class Simulated(MemoryReactor):
    """
    Has no sockets.
    """


def test_soAreAllOfIPv6WhereThereAreNoSockets() -> None:
    reactor, factory = Simulated(), Factory()
    listenStreams(reactor, TransportAddress("::", 1720), factory)
    assert reactor.tcpServers == [(1720, factory, BACKLOG, "::")]


class Adopting(MemoryReactor):
    """
    Looks at the socket that it is to adopt.
    """

    def adoptStreamPort(self, fileDescriptor: int, addressFamily: Any, factory: Any) -> Any:
        with socket.socket(fileno=os.dup(fileDescriptor)) as adopted:
            only = adopted.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            self.adopted = addressFamily, bool(only), adopted.getsockname()[0], factory


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_onAllAddressesOfIPv6IPv4IsLeftToItsOwnListener() -> None:
    reactor, factory = Adopting(), Factory()
    listenStreams(reactor, TransportAddress("::", 0), factory)
    assert reactor.adopted == (socket.AF_INET6, True, "::", factory)
