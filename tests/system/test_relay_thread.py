"""
The relay's thread over real sockets: what virtual time leaves out.
"""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator

import pytest

from h323d.call.homes import Home
from h323d.call.media import Signalling
from h323d.call.relaying import Latching
from h323d.errors import ResourceUnavailable
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.media.ports import PortRange
from h323d.media.relay.pool import RelayCommand
from h323d.media.relay.table import IRelayIO
from h323d.media.relay.thread import newRelays
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.fakemedia import Unmoved

HOST = "127.0.46.21"
ALICE = "127.0.46.22"
BOB = "127.0.46.23"
CONFIG = MediaConfig(portFirst=21200, portLast=21211)
ENOUGH = 30.0  # seconds in which whatever does not hang has happened


def _tell(packets: IRelayIO, done: threading.Event, now: float) -> None:
    done.set()


class Relays:
    """
    A pool whose thread is running.
    """

    def __init__(self) -> None:
        self.pool, self._thread = newRelays(
            CONFIG,
            PortRange(CONFIG, random.Random(1)),
            random.Random(1),
            Inputs(),
            lambda f, *a, **k: f(*a, **k),
        )
        self._thread.start()

    def obeyed(self) -> None:
        """
        Wait until the thread has done what it was told.
        """
        done = threading.Event()
        self._thread.command(RelayCommand(_tell, (done,)))
        assert done.wait(ENOUGH)

    def stop(self) -> None:
        self._thread.stop()
        assert "relay" not in {each.name for each in threading.enumerate()}


@pytest.fixture
def relays() -> Iterator[Relays]:
    relays = Relays()
    yield relays
    relays.stop()


@pytest.fixture
def phones() -> Iterator[tuple[socket.socket, socket.socket]]:
    sockets = []
    for host in (ALICE, BOB):
        phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        phone.bind((host, 0))
        phone.settimeout(ENOUGH)
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


def test_packetsPassBothWaysOneByOne(
    relays: Relays, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = relays.pool.openRelay(Unmoved(), (Home.at(HOST), Home.at(HOST)))
    relay.sides[0].aim(at(alice), None, Latching.NEVER, Signalling(at(alice).host))
    relay.sides[1].aim(at(bob), None, Latching.ANY_HOST, Signalling(at(bob).host))
    relays.obeyed()
    for number in range(50):
        for one, other, side in ((alice, bob, 0), (bob, alice, 1)):
            one.sendto(packet(number), to(relay.sides[side].rtp))
            assert other.recv(2000) == packet(number)


def test_sharedPortsPutTheNumberInFront(
    relays: Relays, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = relays.pool.openRelay(Unmoved(), (Home.at(HOST), Home.at(HOST)), (True, False))
    relay.sides[0].aim(None, None, Latching.OWN_HOST, Signalling(at(alice).host), multiplexID=5)
    relay.sides[1].aim(at(bob), None, Latching.NEVER, Signalling(at(bob).host))
    relays.obeyed()
    number = relay.sides[0].multiplexID.to_bytes(4, "big")
    alice.sendto(number + packet(1), to(relay.sides[0].rtp))
    assert bob.recv(2000) == packet(1)
    bob.sendto(packet(2), to(relay.sides[1].rtp))
    assert alice.recv(2000) == b"\0\0\0\5" + packet(2)


def test_aPeerWhosePortIsClosedHarmsNobody(
    relays: Relays, phones: tuple[socket.socket, socket.socket]
) -> None:
    alice, bob = phones
    relay = relays.pool.openRelay(Unmoved(), (Home.at(HOST), Home.at(HOST)))
    relay.sides[0].aim(at(alice), None, Latching.NEVER, Signalling(at(alice).host))
    relay.sides[1].aim(
        TransportAddress(BOB, 9), None, Latching.NEVER, Signalling(BOB)
    )  # which nobody listens at
    relays.obeyed()
    for number in range(5):
        alice.sendto(packet(number), to(relay.sides[0].rtp))
    relays.obeyed()
    relay.sides[1].aim(at(bob), None, Latching.NEVER, Signalling(at(bob).host))
    relays.obeyed()
    alice.sendto(packet(9), to(relay.sides[0].rtp))
    while bob.recv(2000) != packet(9):  # the others may have been waiting still
        pass


def test_portsAreFreeAgainWhenARelayHasClosed(relays: Relays) -> None:
    for _ in range(2):
        opened = [
            relays.pool.openRelay(Unmoved(), (Home.at(HOST), Home.at(HOST))) for _ in range(3)
        ]
        with pytest.raises(ResourceUnavailable):
            relays.pool.openRelay(Unmoved(), (Home.at(HOST), Home.at(HOST)))
        for relay in opened:
            relay.close()
        relays.obeyed()
