"""
The media thread over real sockets: what virtual time leaves out.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.call.media import IMediaPort, IMixer
from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.tones import levelsAt
from h323d.media.config import MediaConfig
from h323d.media.io import SocketIO
from h323d.media.packets import IPacketIO
from h323d.media.pool import MediaPool
from h323d.media.ports import PortRange
from h323d.media.thread import newMediaService
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.values.address import TransportAddress
from h323d.values.media import G711_ULAW, AudioStream, ReceiveFormat, TransmitFormat
from tests.support.packetio import PortRecorder, RoomRecorder, tone

HOST = "127.0.47.12"
PHONES = "127.0.47.13"


class SocketPhone:
    """
    A peer over a real socket.
    """

    def __init__(self, pool: MediaPool, mixer: IMixer, frequency: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((PHONES, 0))
        self.socket.setblocking(False)
        self.recorder = PortRecorder()
        self.port: IMediaPort = pool.openPort(self.recorder, HOST)
        address = TransportAddress(*self.socket.getsockname())
        transmit = TransmitFormat(G711_ULAW, 0, 20, address)
        self.port.configure(AudioStream(transmit, ReceiveFormat({0: G711_ULAW})))
        mixer.join(self.port)
        self.says = tone(frequency)
        self.sent = 0
        self.heard: list[RTPPacket] = []

    def talk(self) -> None:
        payload = encodeULaw(self.says(self.sent * 160, 160)).tobytes()
        packet = RTPPacket(0, self.sent, self.sent * 160, 7, payload)
        self.socket.sendto(encode(packet), (HOST, self.port.rtp.port))
        self.sent += 1

    def listen(self) -> None:
        while True:
            try:
                self.heard.append(decode(self.socket.recv(2000)))
            except BlockingIOError:
                return

    @property
    def sound(self) -> np.ndarray:
        parts = [np.frombuffer(packet.payload, np.uint8) for packet in self.heard]
        return decodeULaw(np.concatenate(parts))


@pytest.fixture
def pool() -> Iterator[MediaPool]:
    config = MediaConfig(portFirst=21000, portLast=21099, maximumPorts=16)
    # Reports are delivered on the media thread: the test looks at them when it has stopped.
    pool, thread = newMediaService(config, random.Random(1), lambda f, *a, **k: f(*a, **k))
    thread.start()
    yield pool
    thread.stop()
    assert "media" not in {each.name for each in threading.enumerate()}


def converse(phones: list[SocketPhone], seconds: float) -> None:
    start = time.monotonic()
    for turn in range(round(seconds / 0.02)):
        for phone in phones:
            phone.talk()
            phone.listen()
        time.sleep(max(0.0, start + 0.02 * (turn + 1) - time.monotonic()))
    for phone in phones:
        phone.listen()


def test_threePhonesHearEachOther(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900, 1400)]
    converse(phones, 0.8)
    for index, phone in enumerate(phones):
        assert phone.recorder.heard == [TransportAddress(*phone.socket.getsockname())]
        audible = levelsAt(phone.sound[-3200:], (400, 900, 1400)) > -30
        assert audible.tolist() == [each != index for each in range(3)]
        phone.socket.close()


def test_aStrangerIsKeptOutByTheKernel(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900)]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.47.14", 0))
    stranger.setblocking(False)
    converse(phones, 0.1)
    payload = encodeULaw(tone(1400)(0, 160)).tobytes()
    for sequence in range(20):
        octets = encode(RTPPacket(0, sequence, sequence * 160, 9, payload))
        stranger.sendto(octets, (HOST, phones[0].port.rtp.port))
        converse(phones, 0.02)
    with pytest.raises((BlockingIOError, ConnectionRefusedError)):
        stranger.recv(2000)
    assert levelsAt(phones[1].sound[-2400:], (400, 1400))[1] < -40
    for each in (stranger, phones[0].socket, phones[1].socket):
        each.close()


def test_aPeerWhosePortIsClosedHurtsNobody(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900, 1400)]
    converse(phones, 0.1)
    phones[2].socket.close()
    converse(phones[:2], 0.4)
    assert levelsAt(phones[1].sound[-1600:], (400,))[0] > -30
    phones[0].socket.close()
    phones[1].socket.close()


def test_aMovedPeerIsHeardAgainAfterItsPortWasUnlocked(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900)]
    converse(phones, 0.2)
    mover = phones[0]
    mover.socket.close()
    mover.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mover.socket.bind((PHONES, 0))
    mover.socket.setblocking(False)
    address = TransportAddress(*mover.socket.getsockname())
    transmit = TransmitFormat(G711_ULAW, 0, 20, address)
    mover.port.configure(AudioStream(transmit, ReceiveFormat({0: G711_ULAW})))
    converse(phones, 0.4)
    assert mover.recorder.heard[-1] == address
    assert levelsAt(phones[1].sound[-1600:], (400,))[0] > -30
    for phone in phones:
        phone.socket.close()


def test_aClosedPortCanBeBoundAgain(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phone = SocketPhone(pool, mixer, 400)
    phone.port.close()
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        again = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            again.bind((HOST, phone.port.rtp.port))
            break
        except OSError:
            time.sleep(0.005)
        finally:
            again.close()
    else:
        pytest.fail("the port was not freed")
    phone.socket.close()


def test_theSocketsProvideIPacketIO() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    assert verifyObject(IPacketIO, packets)
    packets.close()


def test_whatAStrangerSentJustBeforeTheLockIsDropped() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203)).bind(HOST)
    packets.add(2, pair, 0)
    peer, stranger = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    peer.bind((PHONES, 0))
    stranger.bind(("127.0.47.14", 0))
    peer.sendto(b"first", (HOST, pair.rtp.port))
    batch = packets.drain(0, time.monotonic())
    assert batch.sources == {0: TransportAddress(*peer.getsockname())}
    assert 0 <= time.monotonic() - batch.arrivals[0] < 1.0
    for turn in range(3):
        stranger.sendto(b"stranger", (HOST, pair.rtp.port))
        peer.sendto(b"peer%d" % turn, (HOST, pair.rtp.port))
    packets.lock(2, batch.sources[0])
    peer.sendto(b"after", (HOST, pair.rtp.port))
    batch = packets.drain(0, time.monotonic())
    rows = zip(batch.data, batch.lengths.tolist(), strict=True)
    found = [row[:length].tobytes() for row, length in rows]
    assert found == [b"peer0", b"peer1", b"peer2", b"after"]
    assert batch.slots.tolist() == [2, 2, 2, 2]
    for each in (peer, stranger):
        each.close()
    packets.close()


def test_whatIsSentEarlyWaitsForItsDeparture() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203)).bind(HOST)
    packets.add(2, pair, 0)
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind((PHONES, 0))
    packets.aim(2, TransportAddress(*peer.getsockname()), None)
    departure = time.monotonic() + 0.05
    packets.departAt(departure)
    packets.send(np.array([2]), np.frombuffer(b"packet", np.uint8).reshape(1, -1))
    assert time.monotonic() >= departure
    assert peer.recv(100) == b"packet"
    peer.close()
    packets.close()


def test_rtcpHasTheTimeOfItsArrivalNotOfItsReading() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203)).bind(HOST)
    packets.add(2, pair, 0)
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind((PHONES, 0))
    peer.sendto(b"report", (HOST, pair.rtcp.port))
    sent = time.monotonic()
    time.sleep(0.1)
    (found,) = packets.drainControl()
    assert found[:3] == (2, b"report", TransportAddress(*peer.getsockname()))
    assert found.arrival == pytest.approx(sent, abs=0.05)
    peer.close()
    packets.close()
