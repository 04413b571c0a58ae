"""
The driver in service: threads that tick on an absolute grid, each a plane of its own.

With C{relay.thread}, the only module of this package that knows threads and the time of day.
"""

from __future__ import annotations

import ctypes
import gc
import math
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence, Set
from importlib import import_module
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.dsp.codec import ICodec
from h323d.inputs import IInputs, Input
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.dtls.association import Identity
from h323d.media.dtls.certificate import newCertificate
from h323d.media.dtls.handshakes import KeyAgreements
from h323d.media.failures import RareFailures
from h323d.media.io import SocketIO
from h323d.media.pool import MediaPool
from h323d.media.ports import PortRange
from h323d.media.relay.thread import RelayThread, newRelays
from h323d.media.reports import Report
from h323d.media.shield import EVERYWHERE
from h323d.media.threadname import showName
from h323d.media.wakeup import WakeUpCall
from h323d.values.media.encryption import CryptoSuite

__all__ = [
    "MediaThread",
    "MediaThreads",
    "newMediaService",
    "newPlanes",
    "prepareInterpreter",
]

SWITCH_INTERVAL = 0.0002  # seconds
_YOUNG = 2000  # objects, net, after which the collector looks at them; Python's own is 700
_M_ARENA_MAX = -8  # of mallopt(3)
_PERIOD = 0.004  # seconds between two looks at what passes: how long it may be held
_CODED_PERIOD = 0.006  # seconds, where all packets that go on are transcoded

CallFromThread = Callable[..., Any]  # Any: what the reactor's own returns is not used


def prepareInterpreter() -> None:
    """
    What a program does before it runs a media thread.

    With Python's switch interval of 5 ms, the media thread and the reactor's wait that long
    for one another; and a full garbage collection stops both for as long as it takes to
    look at all code and tables that were loaded, which never become garbage.  What is left to
    look at are calls, each a net of a thousand objects; that is done more seldom than Python
    would, as nothing is found of those that go on.  What numpy loads with the first
    C{np.unique} is loaded here: 30 ms, that would be a tick's.

    Threads take their memory from one heap of the C library: with one for each, what one thread has
    freed is of no use to another, and each keeps what it has ever needed.
    """
    import_module("numpy.ma")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # it is glibc's
        mallopt(_M_ARENA_MAX, 1)
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)


class MediaThread:
    """
    Ticks a plane, and delivers what it reports by one C{callFromThread} a tick at most.

    It sleeps through the points of the grid at which nothing is due, unless it is woken.  What is
    only to be sent on does not wait for the grid; but where that comes often, the thread looks at
    even times, and finds several packets then, as waking costs more than sending on.
    """

    _log = Logger()

    def __init__(
        self,
        plane: MediaPlane,
        packets: SocketIO,
        config: MediaConfig,
        callFromThread: CallFromThread,
        inputs: IInputs,
        number: int = 0,
    ) -> None:
        """
        @param packets: to be woken when there are commands to obey.
        @param inputs: where reports enter.
        @param number: of the plane, in the pool.
        """
        self._plane = plane
        self._packets = packets
        self._tick = config.tickMs / 1000
        self._callFromThread = callFromThread
        self._inputs = inputs
        self._number = number
        self._passedAt = 0.0
        self._stopping = False
        self._start = 0.0
        self._failures = RareFailures(self._log, "media tick", callFromThread)
        self._thread = threading.Thread(target=self._run, name=f"media {number}", daemon=True)

    def start(self, start: float) -> None:
        """
        Begin to tick.

        @param start: where the grid begins, in monotonic seconds: the same for all planes.
        """
        self._start = start
        self._thread.start()

    def wake(self) -> None:
        """
        There are commands to obey.
        """
        self._packets.wake()

    def stop(self) -> None:
        """
        Obey what is still in the inbox, close all ports, and end.  Waits for it.
        """
        self._stopping = True
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        showName(self._thread.name)
        start, index = self._start, 0
        self._step(start)
        while not self._stopping:
            now = (time.monotonic() - start) / self._tick
            # One step on, at least: a plane that fails does not get on by itself.
            index = self._await(start, max(index + 1, int(now), self._plane.nextDue()))
            self._packets.departAt(start + index * self._tick + self._plane.departure(index))
            self._step(time.monotonic())
        self._step(time.monotonic())
        self._packets.close()

    def _await(self, start: float, index: int) -> int:
        """
        Wait for a point of the grid; but only for the next one, once there are commands.

        @param start: when the grid began, seconds.
        @return: the point.
        """
        woken = False
        if time.monotonic() >= start + index * self._tick:
            # Late: where mixing takes all the time that there is, what passes would wait for ever.
            self._passOn(0.0)
        while (left := start + index * self._tick - time.monotonic()) > 0.0:
            called, arrived = self._packets.wait(left, not woken)
            if called:
                woken = True
                index = min(index, math.ceil((time.monotonic() - start) / self._tick))
            if arrived:
                self._passOn(left)
                index = min(index, self._plane.nextDue())  # it may be heard, and mixed, from now on
        if woken:
            self._packets.heed()
        return index

    def _passOn(self, left: float) -> None:
        """
        @param left: seconds until there is more to do.
        """
        now = time.monotonic()
        self._guarded(self._plane.passOn, now)
        period = _PERIOD if self._plane.copies else _CODED_PERIOD
        often, self._passedAt = now - self._passedAt < 2 * period, now
        if often:
            rest = max(now + period - time.monotonic(), period / 2)
            time.sleep(min(rest, left))

    def _step(self, now: float) -> None:
        self._guarded(self._plane.tick, now)

    def _guarded(self, method: Callable[[float, SocketIO], Sequence[Report]], now: float) -> None:
        try:
            reports = method(now, self._packets)
        except Exception:  # the fence: one bad tick must not silence all rooms
            self._failures.tell(now)
            return
        if reports:
            self._callFromThread(self._inputs.enter, Input.HEARD, self._number, reports)


class MediaThreads:
    """
    The threads that mix and the one that relays, started and stopped together.
    """

    def __init__(self, media: Sequence[MediaThread], relays: RelayThread) -> None:
        self._media = tuple(media)
        self._relays = relays

    def start(self) -> None:
        """
        Begin to tick and to forward.
        """
        start = time.monotonic()
        for thread in self._media:
            thread.start(start)
        self._relays.start()

    def stop(self) -> None:
        """
        Obey what was asked, close all ports, and end.  Waits for it.
        """
        self._relays.stop()
        for thread in self._media:
            thread.stop()


def newPlanes(
    config: MediaConfig,
    rng: random.Random,
    inputs: IInputs,
    callFromThread: CallFromThread,
    codecs: Sequence[ICodec],
    clock: IReactorTime | None = None,
) -> tuple[list[PlaneDoor], list[MediaThread]]:
    """
    The planes over real sockets, and their threads, not started; as L{newMediaService}.

    @param clock: that of the reactor which gives commands; C{None} where there is none, and each
        wakes the thread.
    """
    epoch = time.time() - time.monotonic()
    threads: list[MediaThread] = []
    doors: list[PlaneDoor] = []
    for number in range(config.threads):
        departure = config.departureMs / 1000
        plane = MediaPlane(
            config, rng, epoch, codecs, departure, number=number, spent=time.thread_time
        )
        packets = SocketIO(config.maximumPorts, time.time, time.monotonic, time.sleep)
        thread = MediaThread(plane, packets, config, callFromThread, inputs, number)
        threads.append(thread)
        wake = thread.wake if clock is None else WakeUpCall(clock, thread.wake).book
        doors.append(PlaneDoor(plane, wake))
    return doors, threads


def newMediaService(
    config: MediaConfig,
    rng: random.Random,
    clock: IReactorTime,
    inputs: IInputs,
    callFromThread: CallFromThread,
    codecs: Sequence[ICodec] = BUILT_IN,
    suites: Set[CryptoSuite] = EVERYWHERE,
) -> tuple[MediaPool, MediaThreads]:
    """
    The pool over real sockets, and its threads, not started.

    @param rng: draws ports, SSRCs and initial numbers; C{SystemRandom} in service; and the key of
        our certificate.
    @param clock: the reactor's.
    @param inputs: where the reports of all threads enter.
    @param callFromThread: the reactor's.
    @param codecs: best first.
    @param suites: by which media can be encrypted here.

    @raise h323d.errors.ConfigurationError: a codec is not of the kind that can be mixed.
    """
    doors, threads = newPlanes(config, rng, inputs, callFromThread, codecs, clock)
    ports = PortRange(config, rng)
    relays, relayThread = newRelays(config, ports, rng, inputs, callFromThread)
    identity = Identity(newCertificate(rng, time.time()))
    agreements = KeyAgreements(clock, identity, config.latchAnyHost)
    pool = MediaPool(config, doors, ports, relays, agreements, suites)
    inputs.lead(Input.HEARD, pool.deliver)
    return pool, MediaThreads(threads, relayThread)
