"""
Media processes that are none: the same loop over a real door, in the process of the test, with
real sockets and virtual time.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from twisted.internet.task import Clock

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, IMixer, Signalling
from h323d.call.ports import IPortPair
from h323d.doorway import Doorway, newDoorways
from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.tones import levelsAt
from h323d.events.bus import EventBus, Fact
from h323d.inputs import IInputs, Input, Inputs
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.io import SocketIO
from h323d.media.ports import GivenSockets, PortRange, descriptorsOf
from h323d.media.process import MediaProcess, ProcessDoor, Works
from h323d.media.relay.stepped import SteppedRelays
from h323d.media.relay.table import RelayTable
from h323d.media.relay.thread import RelaySockets
from h323d.media.remotemedia import RemoteMedia
from h323d.media.remotepool import newRemotePool
from h323d.media.shield import EVERYWHERE
from h323d.media.stepped import SteppedMedia
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.handshakes import newAgreements
from tests.support.packetio import PortRecorder, RoomRecorder, tone

__all__ = ["HOST", "FakeProcess", "RemoteBench", "SocketPhone"]

HOST = "127.0.0.1"
AUDIBLE = -30.0  # dBov
FORMATS = tuple(codec.format for codec in BUILT_IN)
STEP, LONG_STEP = 0.005, 0.1  # seconds


class _Stepped:
    """
    The drivers of one process.
    """

    def __init__(self, config: MediaConfig, inputs: IInputs, clock: Clock) -> None:
        self.sockets = [
            SocketIO(config.maximumPorts, time.time, clock.seconds, lambda _: None)
            for _ in range(config.threads)
        ]
        planes = [
            MediaPlane(config, random.Random(1), codecs=BUILT_IN, number=number)
            for number in range(config.threads)
        ]
        tick = config.tickMs / 1000
        self._drivers = [
            SteppedMedia(plane, packets, tick, clock, inputs, number)
            for number, (plane, packets) in enumerate(zip(planes, self.sockets, strict=True))
        ]
        self.relays = RelaySockets()
        table = RelayTable(config.latchAnyHost)
        # A clock of their own, that ends with them.
        self.relayClock = Clock()
        self.relayClock.advance(clock.seconds())
        relays = SteppedRelays(table, self.relays, self.relayClock, inputs)
        self.works = Works([PlaneDoor(each) for each in planes], table, relays.command, self)

    def start(self) -> None:
        for driver in self._drivers:
            driver.start()

    def stop(self) -> None:
        for driver in self._drivers:
            driver.stop()
        for packets in self.sockets:
            packets.close()
        self.relays.close()


class FakeProcess:
    """
    One process, as signalling has its door.

    @ivar given: what was said to it, as it left.
    @ivar obeyed: the number of the last command that it is known to have heard.
    @ivar isStuck: whether it takes no command at present.
    @ivar hangs: whether it does not say anything either.
    """

    def __init__(self, number: int, clock: Clock, inputs: IInputs) -> None:
        self.number = number
        self.given: list[bytes] = []
        self.obeyed = 0
        self.isStuck = self.hangs = self.isDead = False
        self._clock, self._inputs = clock, inputs
        ours, theirs = newDoorways()
        self._door, self._far = Doorway(ours), Doorway(theirs)
        self._process = MediaProcess(ProcessDoor(self._far), self._build, GivenSockets())
        self._stepped: _Stepped | None = None

    def _build(self, config: MediaConfig, codecs: Sequence[str], inputs: IInputs) -> Works:
        self._stepped = _Stepped(config, inputs, self._clock)
        return self._stepped.works

    def send(self, message: int, octets: bytes, pairs: Sequence[IPortPair] = ()) -> None:
        self.given.append(octets)
        self._door.send(octets, descriptorsOf(pairs))

    def heard(self, message: int) -> None:
        self.obeyed = message

    def repeat(self, octets: bytes) -> None:
        """
        Say once more what was said.
        """
        self._door.send(octets)

    def close(self) -> None:
        self._door.close()

    def step(self) -> None:
        """
        Obey, forward, and be heard.
        """
        if self.isDead or self.hangs:
            return
        if not self.isStuck:
            self._far.receive(self._process.take)
        if self._stepped is not None and not self._process.isOver:
            self._stepped.relays.round(0.0)
            self._stepped.relayClock.advance(STEP)
        self._far.flush()
        self._door.flush()
        self._door.peek(self._said)

    def _said(self, octets: bytes) -> None:
        self._inputs.enter(Input.SAID, self.number, octets)

    def die(self) -> None:
        """
        As by SIGKILL: nothing is said any more.
        """
        self.isDead = True
        if self._stepped is not None:
            self._stepped.stop()
        self._far.close()
        assert not self._door.peek(self._said)
        self._inputs.enter(Input.ENDED, self.number)

    def kill(self) -> None:
        self._clock.callLater(0.0, self.die)

    def finish(self, seconds: float) -> None:
        if not self.isDead:
            self._door.flush()
            self._far.receive(self._process.take)
            self._far.close()
            self.isDead = True
        self._door.close()


class SocketPhone:
    """
    A peer over a real socket.

    @ivar heard: RTP packets, with their times of arrival.
    """

    def __init__(self, bench: RemoteBench, frequency: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.address = TransportAddress(*self.socket.getsockname())
        self.recorder = PortRecorder()
        self.port: IMediaPort = bench.pool.openPort(self.recorder, Home.at(HOST))
        transmit = TransmitFormat(G711_ULAW, 0, 20, self.address, telephoneEventType=101)
        self.stream = Stream(transmit, ReceiveFormat({0: G711_ULAW}, 101))
        self.port.configure(self.stream, Signalling(HOST))
        self.says = tone(frequency)
        self.sent = 0
        self.heard: list[tuple[float, RTPPacket]] = []

    def turn(self, now: float) -> None:
        payload = encodeULaw(self.says(self.sent * 160, 160)).tobytes()
        self.sent += 1
        packet = RTPPacket(0, self.sent & 0xFFFF, self.sent * 160, 7, payload)
        self.socket.sendto(encode(packet), (HOST, self.port.rtp.port))
        self.listen(now)

    def listen(self, now: float) -> None:
        while True:
            try:
                self.heard.append((now, decode(self.socket.recv(2000))))
            except BlockingIOError:
                return

    @property
    def packets(self) -> list[RTPPacket]:
        return [packet for _, packet in self.heard]

    def _sound(self, last: int) -> npt.NDArray[np.int16]:
        """
        @param last: packets.
        """
        heard = [each.payload for each in self.packets if each.payloadType == 0][-last:]
        return decodeULaw(np.frombuffer(b"".join(heard), np.uint8))

    def loudest(self) -> int:
        """
        @return: of the samples that it heard last.
        """
        return int(np.abs(self._sound(5).astype(int)).max())

    def hearsTone(self, frequency: int) -> bool:
        """
        Whether that is in what it heard last.
        """
        return bool(levelsAt(self._sound(5), [frequency])[0] > AUDIBLE)


class RemoteBench:
    """
    A pool over such processes, with telephones.

    @ivar processes: all that were begun.
    """

    def __init__(
        self,
        formats: tuple[MediaFormat, ...] = FORMATS,
        processes: int = 1,
        spares: int = 1,
        threads: int = 1,
    ) -> None:
        self.config = MediaConfig(
            maximumPorts=16, threads=threads, processes=processes, spareProcesses=spares
        )
        self.clock = Clock()
        self.clock.advance(1_700_000_000.0)
        self.inputs = Inputs()
        self.facts: list[Fact] = []
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        self.processes: list[FakeProcess] = []
        rng = random.Random(1)
        self.media = RemoteMedia(self.config, (), formats, self, self.clock, rng, events)
        self.ports = PortRange(self.config, random.Random(2))
        agreements = newAgreements(self.clock)
        self.pool = newRemotePool(
            self.config, self.media, self.ports, agreements, EVERYWHERE, rng, self.inputs
        )
        self.phones: list[SocketPhone] = []
        self._steps = 0

    def launch(self, number: int) -> FakeProcess:
        process = FakeProcess(number, self.clock, self.inputs)
        self.processes.append(process)
        return process

    def started(self) -> RemoteBench:
        self.media.start()
        self.run(0.1)
        return self

    def phone(self, frequency: int, mixer: IMixer | None = None) -> SocketPhone:
        phone = SocketPhone(self, frequency)
        self.phones.append(phone)
        if mixer is not None:
            mixer.join(phone.port)
        return phone

    def room(self) -> IMixer:
        mixer: IMixer = self.pool.openMixer(RoomRecorder())
        return mixer

    def run(self, seconds: float) -> None:
        """
        Let time pass, and all talk.
        """
        for _ in range(round(seconds / STEP)):
            self._steps += 1
            for phone in self.phones if self._steps % 4 == 0 else ():
                phone.turn(self.clock.seconds())
            self.step()
            self.clock.advance(STEP)

    def wait(self, seconds: float) -> None:
        """
        Let time pass, in long steps, and nobody talk.
        """
        for _ in range(round(seconds / LONG_STEP)):
            self.step()
            self.clock.advance(LONG_STEP)

    def step(self) -> None:
        for process in list(self.processes):
            process.step()

    def stop(self) -> None:
        self.media.stop()
        for phone in self.phones:
            phone.socket.close()
        assert self.clock.getDelayedCalls() == []
