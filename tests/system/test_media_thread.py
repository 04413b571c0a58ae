"""
The media thread over real sockets: what virtual time leaves out.
"""

from __future__ import annotations

import ctypes
import itertools
import queue
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, IMixer, ISampleSource, Signalling
from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.tones import levelsAt
from h323d.inputs import Inputs
from h323d.media.audio.latch import PROBATION
from h323d.media.config import MediaConfig
from h323d.media.io import SocketIO
from h323d.media.packets import IPacketIO
from h323d.media.pool import MediaPool
from h323d.media.ports import PortRange
from h323d.media.thread import newMediaService
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.packetio import PortRecorder, RoomRecorder, tone
from tests.support.processes import waitFor
from tests.support.virtualclock import PromptClock

HOST = "127.0.47.12"
PHONES = "127.0.47.13"
TONES = (400, 900, 1400)  # Hz
AUDIBLE = -30.0  # dBov
ENOUGH = 30.0  # seconds in which whatever does not hang has happened
CLOCKS = 0.05  # seconds by which the clocks of the kernel and of Python may differ


class SocketPhone:
    """
    A peer over a real socket.
    """

    def __init__(
        self, pool: MediaPool, mixer: IMixer, frequency: int, signalling: str = PHONES
    ) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((PHONES, 0))
        self.socket.setblocking(False)
        self.recorder = PortRecorder()
        self.port: IMediaPort = pool.openPort(self.recorder, Home.at(HOST))
        address = TransportAddress(*self.socket.getsockname())
        transmit = TransmitFormat(G711_ULAW, 0, 20, address)
        self.signalling = Signalling(signalling)
        self.configure(transmit)
        mixer.join(self.port)
        self.says = tone(frequency)
        self.sent = 0
        self.heard: list[RTPPacket] = []

    def configure(self, transmit: TransmitFormat) -> None:
        stream = Stream(transmit, ReceiveFormat({0: G711_ULAW}))
        self.port.configure(stream, self.signalling)

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
    rng = random.Random(1)
    pool, thread = newMediaService(
        config, rng, PromptClock(), Inputs(), lambda f, *a, **k: f(*a, **k)
    )
    thread.start()
    yield pool
    thread.stop()
    assert not [each.name for each in threading.enumerate() if each.name.startswith("media")]


def converse(phones: list[SocketPhone], over: Callable[[], bool]) -> None:
    """
    Have them all talk, in real time, until it is C{over}.
    """
    start = time.monotonic()
    for turn in itertools.count(1):
        for phone in phones:
            phone.talk()
            phone.listen()
        if over():
            return
        assert turn < ENOUGH / 0.02, "they talk and talk"
        time.sleep(max(0.0, start + 0.02 * turn - time.monotonic()))


def audible(phone: SocketPhone, packets: int) -> list[int]:
    """
    Which of the tones are in the last packets that a phone has heard; none, if those are too few.
    """
    if len(phone.heard) < packets:
        return []
    levels = levelsAt(phone.sound[-160 * packets :], TONES)
    return [tone for tone, level in zip(TONES, levels, strict=True) if level > AUDIBLE]


def test_threePhonesHearEachOther(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in TONES]
    others = [[tone for tone in TONES if tone != own] for own in TONES]
    converse(phones, lambda: [audible(phone, 20) for phone in phones] == others)
    for phone in phones:
        assert phone.recorder.heard == [TransportAddress(*phone.socket.getsockname())]
        phone.socket.close()


def counting(start: int, count: int) -> np.ndarray:
    """
    Says something else in each packet.
    """
    return np.full(count, start // count % 200 * 100, np.int16)


def test_whatTwoSayPassesAsItIs(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder(), passes=True)
    first, second = SocketPhone(pool, mixer, 400), SocketPhone(pool, mixer, 900)
    first.says = counting
    converse([first, second], lambda: len(second.heard) >= 30)
    assert mixer.passing
    last = [packet.payload for packet in second.heard[-20:]]
    said = [encodeULaw(counting(160 * each, 160)).tobytes() for each in range(first.sent)]
    assert last in [said[begin : begin + 20] for begin in range(len(said))]
    mixer.mute(first.port, True)
    converse([first, second], lambda: not second.sound[-1600:].any())
    assert not mixer.passing
    for phone in (first, second):
        phone.socket.close()


@implementer(ISampleSource)
class SlowSource:
    """
    Plays silence, and takes longer for it than it lasts.
    """

    def read(self, count: int, sampleRate: int) -> np.ndarray:
        time.sleep(2.5 * count / sampleRate)
        return np.zeros(count, np.int16)


def test_whatPassesGoesOnWhileMixingTakesAllTheTime(pool: MediaPool) -> None:
    pool.openMixer(RoomRecorder()).attach(SlowSource(), None)
    mixer = pool.openMixer(RoomRecorder(), passes=True)
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900)]
    converse(phones, lambda: audible(phones[1], 50) == [400])
    assert mixer.passing
    for phone in phones:
        phone.socket.close()


def test_aStrangerIsKeptOutByTheKernel(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900)]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.47.14", 0))
    stranger.setblocking(False)
    converse(phones, lambda: audible(phones[1], 10) == [400])
    payload = encodeULaw(tone(1400)(0, 160)).tobytes()
    for sequence in range(20):
        octets = encode(RTPPacket(0, sequence, sequence * 160, 9, payload))
        stranger.sendto(octets, (HOST, phones[0].port.rtp.port))
        converse(phones, lambda: True)
    with pytest.raises((BlockingIOError, ConnectionRefusedError)):
        stranger.recv(2000)
    before = len(phones[1].heard)
    converse(phones, lambda: len(phones[1].heard) >= before + 15)
    assert levelsAt(phones[1].sound[-160 * 35 :], (1400,))[0] < -40
    for each in (stranger, phones[0].socket, phones[1].socket):
        each.close()


def test_aPhoneTakesItsSoundBackFromAStranger(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    late = SocketPhone(pool, mixer, 400, signalling="127.0.47.15")
    other = SocketPhone(pool, mixer, 900)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.47.14", 0))
    stranger.settimeout(5.0)
    for sequence in range(PROBATION + 1):
        octets = encode(RTPPacket(0, sequence, sequence * 160, 9, b"\xff" * 160))
        stranger.sendto(octets, (HOST, late.port.rtp.port))
        converse([other], lambda: True)
    assert stranger.recv(2000)
    late.listen()
    assert late.heard == []
    converse([late, other], lambda: (audible(late, 10), audible(other, 10)) == ([900], [400]))
    sources = [TransportAddress(*each.getsockname()) for each in (stranger, late.socket)]
    assert late.recorder.heard == sources
    for each in (stranger, late.socket, other.socket):
        each.close()


def test_aPeerWhosePortIsClosedHurtsNobody(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in TONES]
    converse(phones, lambda: audible(phones[1], 10) == [400, 1400])
    phones[2].socket.close()
    converse(phones[:2], lambda: audible(phones[1], 10) == [400])
    phones[0].socket.close()
    phones[1].socket.close()


def test_aMovedPeerIsHeardAgainAfterItsPortWasUnlocked(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phones = [SocketPhone(pool, mixer, frequency) for frequency in (400, 900)]
    converse(phones, lambda: audible(phones[1], 10) == [400])
    mover = phones[0]
    mover.socket.close()
    converse(phones[1:], lambda: audible(phones[1], 10) == [])
    mover.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mover.socket.bind((PHONES, 0))
    mover.socket.setblocking(False)
    address = TransportAddress(*mover.socket.getsockname())
    transmit = TransmitFormat(G711_ULAW, 0, 20, address)
    mover.configure(transmit)
    converse(phones, lambda: audible(phones[1], 10) == [400])
    assert mover.recorder.heard[-1] == address
    for phone in phones:
        phone.socket.close()


def test_aPhoneGoesToTheRoomOfAnotherThread() -> None:
    reports: queue.SimpleQueue[tuple[Callable[..., None], tuple[object, ...]]]
    reports = queue.SimpleQueue()
    config = MediaConfig(threads=2, portFirst=21000, portLast=21099, maximumPorts=16)
    pool, threads = newMediaService(
        config,
        random.Random(1),
        PromptClock(),
        Inputs(),
        lambda function, *a: reports.put((function, a)),
    )
    threads.start()
    here, there = (pool.openMixer(RoomRecorder()) for _ in range(2))
    phones = [
        SocketPhone(pool, mixer, frequency)
        for mixer, frequency in zip((here, here, there), TONES, strict=True)
    ]

    def heard() -> list[list[int]]:
        while not reports.empty():
            function, arguments = reports.get()
            function(*arguments)
        return [audible(phone, 20) for phone in phones]

    goes = phones[0]
    converse(phones, lambda: heard() == [[900], [400], []])
    there.join(goes.port)
    converse(phones, lambda: heard() == [[1400], [], [400]])
    numbers = [packet.sequenceNumber for packet in goes.heard]
    assert {(b - a) & 0xFFFF for a, b in itertools.pairwise(numbers)} == {1}
    assert len({packet.ssrc for packet in goes.heard}) == 1
    assert goes.port.statistics().packetsLost == 0
    threads.stop()
    for phone in phones:
        phone.socket.close()


def test_aClosedPortCanBeBoundAgain(pool: MediaPool) -> None:
    mixer = pool.openMixer(RoomRecorder())
    phone = SocketPhone(pool, mixer, 400)
    phone.port.close()
    waitFor(lambda: canBeBound(HOST, phone.port.rtp.port), 1, "the port is free")
    phone.socket.close()


def canBeBound(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        try:
            again.bind((host, port))
        except OSError:
            return False
        return True


def test_theSocketsProvideIPacketIO() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    assert verifyObject(IPacketIO, packets)
    packets.close()


def test_whatAStrangerSentJustBeforeTheLockIsDropped() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203), random.Random(1)).bind(HOST)
    packets.add(2, pair, 0)
    peer, stranger = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    peer.bind((PHONES, 0))
    stranger.bind(("127.0.47.14", 0))
    began = time.monotonic()
    peer.sendto(b"first", (HOST, pair.rtp.port))
    batch = packets.drain(0, time.monotonic())
    assert batch.sources == {0: TransportAddress(*peer.getsockname())}
    assert began - CLOCKS <= batch.arrivals[0] <= time.monotonic()
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


def test_aPortThatFollowsSendsToOneAndTakesFromAll() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203), random.Random(1)).bind(HOST)
    packets.add(2, pair, 0)
    peer, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for each in (peer, other):
        each.bind((PHONES, 0))
        each.settimeout(5.0)
    there, elsewhere = (TransportAddress(*each.getsockname()) for each in (peer, other))
    octets = np.frombuffer(b"packet", np.uint8).reshape(1, -1)
    packets.aim(2, elsewhere, None)
    packets.follow(2, there)
    packets.send(np.array([2]), octets)
    assert peer.recv(100) == b"packet"
    other.sendto(b"other", (HOST, pair.rtp.port))
    assert packets.drain(0, time.monotonic()).sources == {0: elsewhere}
    packets.lock(2, there)
    other.sendto(b"other", (HOST, pair.rtp.port))
    peer.sendto(b"peer", (HOST, pair.rtp.port))
    assert packets.drain(0, time.monotonic()).lengths.tolist() == [4]
    packets.unlock(2)
    packets.send(np.array([2]), octets)
    assert other.recv(100) == b"packet"
    for each in (peer, other):
        each.close()
    packets.close()


def test_whatIsSentEarlyWaitsForItsDeparture() -> None:
    packets = SocketIO(4, time.time, time.monotonic, time.sleep)
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203), random.Random(1)).bind(HOST)
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
    pair = PortRange(MediaConfig(portFirst=21200, portLast=21203), random.Random(1)).bind(HOST)
    packets.add(2, pair, 0)
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind((PHONES, 0))
    began = time.monotonic()
    peer.sendto(b"report", (HOST, pair.rtcp.port))
    sent = time.monotonic()
    time.sleep(4 * CLOCKS)  # it lies there
    (found,) = packets.drainControl()
    assert found[:3] == (2, b"report", TransportAddress(*peer.getsockname()))
    assert began - CLOCKS <= found.arrival <= sent + CLOCKS
    peer.close()
    packets.close()


def test_noTickWaitsForWhatNumpyLoadsLater() -> None:
    script = (
        "import sys, numpy, h323d.media.thread as thread\n"
        "thread.prepareInterpreter()\n"
        "before = set(sys.modules)\n"
        "numpy.unique(numpy.zeros(3, numpy.uint8))\n"
        "print(sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert loaded.stdout == b"[]\n"


def test_allThreadsTakeTheirMemoryFromOneHeap() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_info"):
        pytest.skip("the C library is not glibc")
    script = (
        "import ctypes, threading, h323d.media.thread as thread\n"
        "thread.prepareInterpreter()\n"
        "kept = []\n"
        "one = threading.Thread(target=lambda: kept.extend(bytes(1000) for _ in range(1000)))\n"
        "one.start()\n"
        "one.join()\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.fdopen.restype = ctypes.c_void_p\n"
        "file = ctypes.c_void_p(libc.fdopen(1, b'w'))\n"
        "libc.malloc_info(0, file)\n"
        "libc.fflush(file)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.count(b"<heap ") == 1
