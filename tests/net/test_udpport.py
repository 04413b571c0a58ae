"""
The memory that datagrams take, on the real loopback.
"""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from twisted.internet.protocol import DatagramProtocol

from h323d.net.udpport import MAX_DATAGRAM, UDPPort, UDPSocket

LONGEST = 65507  # octets that UDP carries over IPv4


@pytest.fixture
def here() -> Iterator[UDPSocket]:
    with UDPSocket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(60)
        yield made


def send(data: bytes, here: socket.socket) -> tuple[str, int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        there.sendto(data, here.getsockname())
        host, port = there.getsockname()
        return host, port


def simply(here: UDPSocket) -> tuple[bytes, object]:
    return here.recvfrom(MAX_DATAGRAM)


def withMore(here: UDPSocket) -> tuple[bytes, object]:
    data, _, _, peer = here.recvmsg(MAX_DATAGRAM, 64)
    return data, peer


@pytest.fixture(params=[simply, withMore])
def receive(request: pytest.FixtureRequest) -> Callable[[UDPSocket], tuple[bytes, object]]:
    found: Callable[[UDPSocket], tuple[bytes, object]] = request.param
    return found


@pytest.mark.parametrize("octets", [0, 1, 600, LONGEST])
def test_aDatagramArrivesWhole(
    here: UDPSocket, octets: int, receive: Callable[[UDPSocket], tuple[bytes, object]]
) -> None:
    data = bytes(index % 251 for index in range(octets))
    peer = send(data, here)
    assert receive(here) == (data, peer)


def test_oneIsNotChangedByTheNext(
    here: UDPSocket, receive: Callable[[UDPSocket], tuple[bytes, object]]
) -> None:
    send(b"first", here)
    send(b"second", here)
    assert [receive(here)[0], receive(here)[0]] == [b"first", b"second"]


def test_noMoreMemoryIsTakenThanItHasOctets(
    here: UDPSocket, receive: Callable[[UDPSocket], tuple[bytes, object]]
) -> None:
    send(bytes(600), here)
    tracemalloc.start()
    try:
        receive(here)
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()


def test_aPortHasSuchASocketThatNothingWaitsFor() -> None:
    with UDPPort(0, DatagramProtocol()).createInternetSocket() as made:
        assert isinstance(made, UDPSocket)
        assert not made.getblocking()
        assert not made.get_inheritable()
