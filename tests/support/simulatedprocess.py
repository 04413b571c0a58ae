"""
A media process in virtual time, over the simulated network: all but its threads and sockets.

It outlives whoever commands it, as the pairs of ports do that it was given.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.task import Clock

from h323d.dsp.codec import ICodec
from h323d.inputs import IInputs
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.process import MediaProcess, ProcessDoor, Works
from h323d.media.relay.stepped import SteppedRelays
from h323d.media.relay.table import RelayTable
from h323d.media.stepped import SteppedMedia
from h323d.values.address import TransportAddress
from tests.support.networkmedia import NetworkPacketIO, NetworkPair, NetworkRelayIO

__all__ = ["SimulatedProcess"]

Said = Callable[[bytes], None]


class _Doorway:
    """
    By which it speaks: what it says is there at once.
    """

    waiting = 0

    def __init__(self, said: Said) -> None:
        self._said = said

    def send(self, octets: bytes) -> None:
        self._said(octets)


class _Duplicate(NetworkPair):
    """
    A pair of ports as a process has it, while others have it too.
    """

    def __init__(self, pair: NetworkPair) -> None:
        self.rtp, self.rtcp, self.doors = pair.rtp, pair.rtcp, pair.doors
        self.isOpen = True

    def close(self) -> None:
        """
        What comes waits for whoever has it next.
        """
        self.isOpen = False
        for door in self.doors:
            door.reader = None


class _Given:
    """
    Pairs of ports, by their numbers.
    """

    def __init__(self, pairs: Mapping[int, NetworkPair]) -> None:
        self._pairs = pairs
        self._duplicates: dict[int, _Duplicate] = {}

    def pair(
        self, rtp: TransportAddress, rtcp: TransportAddress, first: int, second: int
    ) -> NetworkPair:
        found = self._duplicates.get(first)
        if found is None or not found.isOpen:
            found = self._duplicates[first] = _Duplicate(self._pairs[first])
        assert (found.rtp, found.rtcp, first) == (rtp, rtcp, second)
        return found

    def close(self, descriptor: int) -> None:
        """
        It was a number.
        """


class SimulatedProcess:
    """
    One.

    @ivar obeyed: what it was told, but for what it knew already, as it came.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        codecs: Sequence[ICodec],
        pairs: Mapping[int, NetworkPair],
        said: Said,
    ) -> None:
        """
        @param pairs: all that there are.
        @param said: is given what it says.
        """
        self._clock, self._rng, self._codecs = clock, rng, codecs
        self._drivers: list[SteppedMedia] = []
        self.obeyed: list[bytes] = []
        doorway: Any = _Doorway(said)  # Any: the part of one that is used here
        self._door = ProcessDoor(doorway)
        self._process = MediaProcess(self._door, self._build, _Given(pairs))

    def _build(self, config: MediaConfig, codecs: Sequence[str], inputs: IInputs) -> Works:
        planes = [
            MediaPlane(config, self._rng, codecs=self._codecs, number=number)
            for number in range(config.threads)
        ]
        tick = config.tickMs / 1000
        self._drivers = [
            SteppedMedia(plane, NetworkPacketIO(), tick, self._clock, inputs, number)
            for number, plane in enumerate(planes)
        ]
        table = RelayTable(config.latchAnyHost)
        relays = SteppedRelays(table, NetworkRelayIO(), self._clock, inputs)
        return Works([PlaneDoor(each) for each in planes], table, relays.command, self)

    def take(self, octets: bytes, pairs: Sequence[int]) -> None:
        """
        Obey, unless that was done.
        """
        before = self._door.heard
        self._process.take(octets, [each for each in pairs for _ in range(2)])
        if self._door.heard > before:
            self.obeyed.append(octets)

    def start(self) -> None:
        for driver in self._drivers:
            driver.start()

    def stop(self) -> None:
        for driver in self._drivers:
            driver.stop()
