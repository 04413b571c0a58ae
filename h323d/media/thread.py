"""
The driver in service: a thread that ticks on an absolute grid.

With C{relay.thread}, the only module of this package that knows threads and the time of day.
"""

from __future__ import annotations

import gc
import math
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from twisted.logger import Logger

from h323d.dsp.codec import ICodec
from h323d.inputs import IInputs, Input
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.failures import RareFailures
from h323d.media.io import SocketIO
from h323d.media.pool import MediaPool
from h323d.media.ports import PortRange
from h323d.media.relay.thread import RelayThread, newRelays

__all__ = ["MediaThread", "MediaThreads", "newMediaService", "prepareInterpreter"]

SWITCH_INTERVAL = 0.0002  # seconds


CallFromThread = Callable[..., Any]  # Any: what the reactor's own returns is not used


def prepareInterpreter() -> None:
    """
    What a program does before it runs a media thread.

    With Python's switch interval of 5 ms, the media thread and the reactor's wait that long
    for one another; and a full garbage collection stops both for as long as it takes to
    look at all code and tables that were loaded, which never become garbage.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()


class MediaThread:
    """
    Ticks a plane, and delivers what it reports by one C{callFromThread} a tick at most.

    It sleeps through the points of the grid at which nothing is due, unless it is woken.
    """

    _log = Logger()

    def __init__(
        self,
        plane: MediaPlane,
        packets: SocketIO,
        config: MediaConfig,
        callFromThread: CallFromThread,
        inputs: IInputs,
        woken: threading.Event,
    ) -> None:
        """
        @param inputs: where reports enter.
        @param woken: set when there are commands to obey.
        """
        self._plane = plane
        self._packets = packets
        self._tick = config.tickMs / 1000
        self._callFromThread = callFromThread
        self._inputs = inputs
        self._woken = woken
        self._stopping = False
        self._failures = RareFailures(self._log, "media tick", callFromThread)
        self._thread = threading.Thread(target=self._run, name="media", daemon=True)

    def start(self) -> None:
        """
        Begin to tick.
        """
        self._thread.start()

    def stop(self) -> None:
        """
        Obey what is still in the inbox, close all ports, and end.  Waits for it.
        """
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic()
        index = 0
        self._step(start)
        while not self._stopping:
            now = (time.monotonic() - start) / self._tick
            # One step on, at least: a plane that fails does not get on by itself.
            index = max(index + 1, int(now), self._plane.nextDue())
            if self._woken.wait(max(0.0, (index - now) * self._tick)):
                self._woken.clear()
                now = (time.monotonic() - start) / self._tick
                index = min(index, math.ceil(now))
                time.sleep(max(0.0, (index - now) * self._tick))
            self._packets.departAt(start + index * self._tick + self._plane.departure(index))
            self._step(time.monotonic())
        self._step(time.monotonic())
        self._packets.close()

    def _step(self, now: float) -> None:
        try:
            reports = self._plane.tick(now, self._packets)
        except Exception:  # the fence: one bad tick must not silence all rooms
            self._failures.tell(now)
            return
        if reports:
            self._callFromThread(self._inputs.enter, Input.HEARD, reports)


class MediaThreads:
    """
    The thread that mixes and the one that relays, started and stopped together.
    """

    def __init__(self, media: MediaThread, relays: RelayThread) -> None:
        self._media = media
        self._relays = relays

    def start(self) -> None:
        """
        Begin to tick and to forward.
        """
        self._media.start()
        self._relays.start()

    def stop(self) -> None:
        """
        Obey what was asked, close all ports, and end.  Waits for it.
        """
        self._relays.stop()
        self._media.stop()


def newMediaService(
    config: MediaConfig,
    rng: random.Random,
    inputs: IInputs,
    callFromThread: CallFromThread,
    codecs: Sequence[ICodec] = BUILT_IN,
) -> tuple[MediaPool, MediaThreads]:
    """
    The pool over real sockets, and its threads, not started.

    @param rng: draws ports, SSRCs and initial numbers; C{SystemRandom} in service.
    @param inputs: where the reports of both threads enter.
    @param callFromThread: the reactor's.
    @param codecs: best first.

    @raise h323d.errors.ConfigurationError: a codec is not of the kind that can be mixed.
    """
    departure = config.departureMs / 1000
    plane = MediaPlane(config, rng, time.time() - time.monotonic(), codecs, departure)
    woken = threading.Event()
    ports = PortRange(config, rng)
    relays, relayThread = newRelays(config, ports, rng, inputs, callFromThread)
    pool = MediaPool(config, plane, ports, relays, woken.set)
    packets = SocketIO(config.maximumPorts, time.time, time.monotonic, time.sleep)
    inputs.lead(Input.HEARD, pool.deliver)
    thread = MediaThread(plane, packets, config, callFromThread, inputs, woken)
    return pool, MediaThreads(thread, relayThread)
