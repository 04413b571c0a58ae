"""
Packets over real sockets, on the loopback: what is sent there has arrived when the call returns.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.ports import IPortPair
from h323d.media.config import MediaConfig
from h323d.media.io import SocketIO
from h323d.media.packets import PASSING, ROW_BYTES, IPacketIO
from h323d.media.ports import PortRange
from h323d.values.address import TransportAddress

HOST = "127.0.47.12"  # an address of the loopback that nobody else uses
GROUP, OTHER = 0, 1


class Remote:
    """
    Somebody with a socket.
    """

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.address = TransportAddress(*self.socket.getsockname())

    def send(self, data: bytes, to: TransportAddress) -> None:
        self.socket.sendto(data, (to.host, to.port))

    def received(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2000))
            except BlockingIOError:
                return found


class Scene:
    """
    The packets of a plane; slot 3 has ports, and two others know where.

    @ivar slept: how long sending waited.
    """

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self.packets = SocketIO(8, self.clock, self.clock, self.slept.append)
        self.ports = PortRange(MediaConfig(), random.Random(1))
        self.peer, self.other = Remote(), Remote()
        self.rtp, self.rtcp = self.add(3)

    def clock(self) -> float:
        return self.now

    def add(self, slot: int, group: int = GROUP) -> tuple[TransportAddress, TransportAddress]:
        pair = self.ports.bind(HOST)
        self.packets.add(slot, pair, group)
        return pair.rtp, pair.rtcp

    def drained(self, group: int = GROUP) -> list[tuple[int, bytes]]:
        batch = self.packets.drain(group, self.now)
        return [
            (int(slot), batch.data[row, :length].tobytes())
            for row, (slot, length) in enumerate(zip(batch.slots, batch.lengths, strict=True))
            if length
        ]

    def send(self, *packets: bytes, slot: int = 3) -> None:
        rows = np.array([list(each) for each in packets], np.uint8)
        self.packets.send(np.full(len(packets), slot, np.intp), rows)

    def close(self) -> None:
        self.packets.close()
        for each in (self.peer, self.other):
            each.socket.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.close()


def test_itKeepsItsInterface(scene: Scene) -> None:
    assert verifyObject(IPacketIO, scene.packets)


# Receiving.


def test_whatAnybodySendsComesWithItsSource(scene: Scene) -> None:
    scene.peer.send(b"one", scene.rtp)
    scene.other.send(b"two", scene.rtp)
    batch = scene.packets.drain(GROUP, scene.now)
    assert batch.sources == {0: scene.peer.address, 1: scene.other.address}
    assert batch.data.shape == (2, ROW_BYTES)
    assert [batch.data[row, :3].tobytes() for row in range(2)] == [b"one", b"two"]


def test_whatIsReadIsGone(scene: Scene) -> None:
    scene.peer.send(b"one", scene.rtp)
    assert scene.drained() == [(3, b"one")]
    assert scene.drained() == []


def test_aPacketThatIsTooLongFillsItsRow(scene: Scene) -> None:
    scene.peer.send(b"x" * (ROW_BYTES + 50), scene.rtp)
    assert scene.drained() == [(3, b"x" * ROW_BYTES)]


def test_aSlotComesWithItsGroup(scene: Scene) -> None:
    there, _ = scene.add(5, OTHER)
    scene.peer.send(b"three", scene.rtp)
    scene.peer.send(b"five", there)
    assert scene.drained(OTHER) == [(5, b"five")]
    scene.packets.regroup(3, OTHER)
    assert scene.drained(GROUP) == []
    assert scene.drained(OTHER) == [(3, b"three")]


def test_onceLockedOnlyThePeerIsHeardAndNobodyIsNamed(scene: Scene) -> None:
    scene.packets.lock(3, scene.peer.address)
    scene.other.send(b"no", scene.rtp)
    scene.peer.send(b"yes", scene.rtp)
    batch = scene.packets.drain(GROUP, scene.now)
    assert (batch.sources, len(batch.slots)) == ({}, 1)
    assert batch.data[0, :3].tobytes() == b"yes"


def test_whatThePeerSentBeforeTheLockIsNotLost(scene: Scene) -> None:
    scene.other.send(b"no", scene.rtp)
    scene.peer.send(b"early", scene.rtp)
    scene.packets.lock(3, scene.peer.address)
    scene.peer.send(b"late", scene.rtp)
    assert scene.drained() == [(3, b"early"), (3, b"late")]


def test_onceUnlockedAnybodyIsHeardAgain(scene: Scene) -> None:
    scene.packets.lock(3, scene.peer.address)
    scene.packets.unlock(3)
    scene.other.send(b"hello", scene.rtp)
    assert scene.drained() == [(3, b"hello")]


def test_aPeerThatIsGoneDisturbsNobody(scene: Scene) -> None:
    there, _ = scene.add(5)
    scene.packets.lock(3, scene.other.address)
    scene.other.socket.close()
    scene.send(b"x")  # which is answered with an ICMP
    scene.peer.send(b"still", there)
    assert scene.drained() == [(5, b"still")]


def test_arrivalsAreInTheTicksClock(scene: Scene) -> None:
    scene.peer.send(b"one", scene.rtp)
    scene.packets.drain(GROUP, scene.now)
    scene.peer.send(b"two", scene.rtp)
    stamped = scene.packets.drain(GROUP, 7.0).arrivals
    # The kernel's stamp is real; that the clocks differ by the same everywhere is ours.
    scene.peer.send(b"three", scene.rtp)
    later = scene.packets.drain(GROUP, 8.0).arrivals
    assert 0.9 < later[0] - stamped[0] < 60.0


# Sending.


def test_packetsGoWhereTheSlotAims(scene: Scene) -> None:
    scene.send(b"lost")
    scene.packets.aim(3, scene.peer.address, None)
    scene.send(b"one!", b"two!")
    assert (scene.peer.received(), scene.other.received()) == ([b"one!", b"two!"], [])
    scene.packets.aim(3, None, None)
    scene.send(b"lost")
    assert scene.peer.received() == []


def test_itFollowsWhoIsHeardUntilItIsUnlocked(scene: Scene) -> None:
    scene.packets.aim(3, scene.peer.address, None)
    scene.packets.follow(3, scene.other.address)
    scene.send(b"one")
    scene.packets.lock(3, scene.other.address)
    scene.packets.aim(3, scene.peer.address, None)
    scene.send(b"two")
    assert (scene.peer.received(), scene.other.received()) == ([], [b"one", b"two"])
    scene.packets.unlock(3)
    scene.send(b"three")
    assert (scene.peer.received(), scene.other.received()) == ([b"three"], [])


def test_whatTheKernelDoesNotTakeIsCountedAndTheRestIsSent(scene: Scene) -> None:
    there, _ = scene.add(5)
    assert there != scene.rtp
    scene.packets.aim(3, TransportAddress("127.0.47.12", 0), None)  # nobody is at port 0
    scene.packets.aim(5, scene.peer.address, None)
    rows = np.array([list(b"no"), list(b"ok")], np.uint8)
    scene.packets.send(np.array([3, 5], np.intp), rows)
    assert scene.packets.sendErrors == 1
    assert scene.peer.received() == [b"ok"]


def test_packetsLeaveNoEarlierThanTheyAreToldTo(scene: Scene) -> None:
    scene.packets.aim(3, scene.peer.address, None)
    scene.packets.departAt(100.25)
    scene.send(b"x")
    scene.now = 101.0
    scene.send(b"x")
    assert scene.slept == [0.25]


# RTCP.


def test_RTCPHasPortsOfItsOwn(scene: Scene) -> None:
    scene.peer.send(b"report", scene.rtcp)
    (packet,) = scene.packets.drainControl()
    assert (packet.slot, packet.data, packet.source) == (3, b"report", scene.peer.address)
    assert scene.drained() == []
    assert scene.packets.drainControl() == []


def test_aReportIsSentWhereThereIsAPlaceForIt(scene: Scene) -> None:
    scene.packets.sendControl(3, b"lost")
    scene.packets.aim(3, None, scene.other.address)
    scene.packets.sendControl(3, b"report")
    assert scene.other.received() == [b"report"]
    scene.packets.aim(3, None, TransportAddress(HOST, 0))
    scene.packets.sendControl(3, b"lost")
    assert scene.packets.sendErrors == 1


# The end.


def test_aSlotThatIsRemovedGivesItsPortsBack(scene: Scene) -> None:
    scene.packets.aim(3, scene.peer.address, None)
    scene.packets.remove(3)
    scene.send(b"lost")
    assert scene.peer.received() == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((HOST, scene.rtp.port))


# From one plane to another.


class Elsewhere:
    """
    The packets of another plane, on the same clock.
    """

    def __init__(self, scene: Scene) -> None:
        self.packets = SocketIO(8, scene.clock, scene.clock, scene.slept.append)
        self._scene = scene

    def moved(self, slot: int) -> None:
        self.packets.adopt(slot, self._scene.packets.release(3), OTHER)

    def drained(self) -> list[tuple[int, bytes, bool]]:
        batch = self.packets.drain(OTHER, self._scene.now)
        return [
            (int(slot), batch.data[row, :length].tobytes(), row in batch.sources)
            for row, (slot, length) in enumerate(zip(batch.slots, batch.lengths, strict=True))
        ]


@pytest.fixture
def elsewhere(scene: Scene) -> Iterator[Elsewhere]:
    made = Elsewhere(scene)
    yield made
    made.packets.close()


def test_whatComesOnTheWayArrives(scene: Scene, elsewhere: Elsewhere) -> None:
    scene.peer.send(b"before", scene.rtp)
    released = scene.packets.release(3)
    scene.peer.send(b"meanwhile", scene.rtp)
    scene.peer.send(b"report", scene.rtcp)
    assert (scene.drained(), scene.packets.drainControl()) == ([], [])
    elsewhere.packets.adopt(1, released, OTHER)
    scene.peer.send(b"after", scene.rtp)
    found = elsewhere.drained()
    assert found == [(1, b"before", True), (1, b"meanwhile", True), (1, b"after", True)]
    assert [each.data for each in elsewhere.packets.drainControl()] == [b"report"]


def test_aLockGoesAlong(scene: Scene, elsewhere: Elsewhere) -> None:
    scene.peer.send(b"left over", scene.rtp)
    scene.packets.lock(3, scene.peer.address)
    elsewhere.moved(1)
    scene.other.send(b"no", scene.rtp)
    scene.peer.send(b"yes", scene.rtp)
    assert elsewhere.drained() == [(1, b"left over", False), (1, b"yes", False)]
    elsewhere.packets.unlock(1)
    scene.other.send(b"anybody", scene.rtp)
    assert elsewhere.drained() == [(1, b"anybody", True)]


def test_whereItSendsGoesAlong(scene: Scene, elsewhere: Elsewhere) -> None:
    scene.packets.aim(3, scene.peer.address, scene.other.address)
    elsewhere.moved(1)
    scene.send(b"nobody is here")
    elsewhere.packets.send(np.array([1], np.intp), np.array([list(b"sound")], np.uint8))
    elsewhere.packets.sendControl(1, b"report")
    assert (scene.peer.received(), scene.other.received()) == ([b"sound"], [b"report"])


def test_onlyWhatWasReleasedIsAdopted(scene: Scene) -> None:
    with pytest.raises(TypeError, match="released"):
        scene.packets.adopt(6, Memory(), GROUP)


@implementer(IPortPair)
class Memory:
    """
    A pair that is no socket.
    """

    rtp = rtcp = TransportAddress(HOST, 1)

    def close(self) -> None:
        pass


def test_onlyRealPortsCanBeAdded(scene: Scene) -> None:
    with pytest.raises(TypeError, match="sockets"):
        scene.packets.add(6, Memory(), GROUP)


def test_packetsMayBeShorterThanTheirRows(scene: Scene) -> None:
    scene.packets.aim(3, scene.peer.address, None)
    rows = np.arange(60, dtype=np.uint8).reshape(3, 20)
    scene.packets.send(np.full(3, 3, np.intp), rows, np.array([12, 20, 13]))
    whole = [row.tobytes() for row in rows]
    assert scene.peer.received() == [whole[0][:12], whole[1], whole[2][:13]]


def test_theWaitIsOverWhenItsTimeIs(scene: Scene) -> None:
    assert scene.packets.wait(0.0, True) == (False, False)


def test_theWaitIsEndedByPacketsThatAreToBeSentOnAndByNoOthers(scene: Scene) -> None:
    scene.peer.send(b"for a mix", scene.rtp)
    assert scene.packets.wait(0.0, True) == (False, False)
    scene.packets.regroup(3, PASSING)
    assert scene.packets.wait(10.0, True) == (False, True)
    scene.packets.drain(PASSING, scene.now)
    assert scene.packets.wait(0.0, True) == (False, False)


def test_theWaitIsEndedByWhoeverWakesUntilThatIsHeeded(scene: Scene) -> None:
    scene.packets.wake()
    scene.packets.wake()
    assert scene.packets.wait(0.0, False) == (False, False)
    assert scene.packets.wait(10.0, True) == (True, False)
    scene.packets.heed()
    assert scene.packets.wait(0.0, True) == (False, False)


def test_whatIsClosedCanStillBeWoken() -> None:
    packets = SocketIO(1, float, float, time.sleep)
    packets.close()
    packets.wake()
