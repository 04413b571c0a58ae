"""
The relay's thread over real sockets: what virtual time leaves out.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from h323d.errors import ResourceUnavailable
from h323d.media.config import MediaConfig
from h323d.media.ports import PortRange
from h323d.media.relaypool import RelayPool
from h323d.media.relaythread import newRelays
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.fakemedia import Unmoved

HOST = "127.0.47.21"
ALICE = "127.0.47.22"
BOB = "127.0.47.23"
CONFIG = MediaConfig(portFirst=21200, portLast=21211)
OBEYED = 0.1  # seconds in which commands surely are


@pytest.fixture
def pool() -> Iterator[RelayPool]:
    pool, thread = newRelays(
        CONFIG, PortRange(CONFIG), random.Random(1), lambda f, *a, **k: f(*a, **k)
    )
    thread.start()
    yield pool
    thread.stop()
    assert "relay" not in {each.name for each in threading.enumerate()}


@pytest.fixture
def phones() -> Iterator[tuple[socket.socket, socket.socket]]:
    sockets = []
    for host in (ALICE, BOB):
        phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        phone.bind((host, 0))
        phone.settimeout(2.0)
        sockets.append(phone)
    yield sockets[0], sockets[1]
    for phone in sockets:
        phone.close()


def at(phone: socket.socket) -> TransportAddress:
    return TransportAddress(*phone.getsockname())


def to(address: TransportAddress) -> tuple[str, int]:
    return address.host, address.port


def packet(number: int) -> bytes:
    return encode(RTPPacket(0, number, 160 * number, 7, bytes(160)))


def test_packetsPassBothWaysWithoutWaiting(
    pool: RelayPool, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = pool.openRelay(Unmoved(), (HOST, HOST))
    relay.sides[0].aim(at(alice), None, False)
    relay.sides[1].aim(at(bob), None, True)
    time.sleep(OBEYED)
    delays = []
    for number in range(50):
        for one, other, side in ((alice, bob, 0), (bob, alice, 1)):
            start = time.monotonic()
            one.sendto(packet(number), to(relay.sides[side].rtp))
            assert other.recv(2000) == packet(number)
            delays.append(time.monotonic() - start)
    assert sorted(delays)[len(delays) // 2] < 0.005  # a tick of the mixer would be that long


def test_sharedPortsPutTheNumberInFront(
    pool: RelayPool, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = pool.openRelay(Unmoved(), (HOST, HOST), (True, False))
    relay.sides[0].aim(None, None, True, multiplexID=5)
    relay.sides[1].aim(at(bob), None, False)
    time.sleep(OBEYED)
    number = relay.sides[0].multiplexID.to_bytes(4, "big")
    alice.sendto(number + packet(1), to(relay.sides[0].rtp))
    assert bob.recv(2000) == packet(1)
    bob.sendto(packet(2), to(relay.sides[1].rtp))
    assert alice.recv(2000) == b"\0\0\0\5" + packet(2)


def test_aPeerWhosePortIsClosedHarmsNobody(
    pool: RelayPool, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = pool.openRelay(Unmoved(), (HOST, HOST))
    relay.sides[0].aim(at(alice), None, False)
    relay.sides[1].aim(TransportAddress(BOB, 9), None, False)  # which nobody listens at
    time.sleep(OBEYED)
    for number in range(5):
        alice.sendto(packet(number), to(relay.sides[0].rtp))
    time.sleep(OBEYED)
    relay.sides[1].aim(at(bob), None, False)
    time.sleep(OBEYED)
    alice.sendto(packet(9), to(relay.sides[0].rtp))
    assert bob.recv(2000) == packet(9)


def test_portsAreFreeAgainWhenARelayHasClosed(pool: RelayPool) -> None:
    for _ in range(2):
        relays = [pool.openRelay(Unmoved(), (HOST, HOST)) for _ in range(3)]
        with pytest.raises(ResourceUnavailable):
            pool.openRelay(Unmoved(), (HOST, HOST))
        for relay in relays:
            relay.close()
        time.sleep(OBEYED)
