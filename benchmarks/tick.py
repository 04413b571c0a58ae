"""
What a tick costs without its sockets: rooms of twelve, G.711, 20 ms, everyone talking.

Planes that differ only in up to how many packets and members they deal with one by one
(L{h323d.rtp.steady}) take turns, tick by tick, with the same packets: what else the machine does
hits all alike, and their ratio holds.  With C{--rest} the process sleeps before each tick, as the
thread does in service: then caches are cold.

    python -m benchmarks.tick --numbers 12 36 96 240 --few 0 48 --rest 0.004
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import numpy.typing as npt

from h323d.dsp.g711 import encodeULaw
from h323d.media.config import MediaConfig
from h323d.media.packets import ROW_BYTES, PacketBatch
from h323d.rtp.columns import HEADER_BYTES, writeHeaders
from h323d.rtp.steady import FEW
from tests.support.packetio import MediaBench, MemoryIO

FRAME = 0.02  # seconds
SAMPLES = 160
WARM = 50  # ticks before anything is measured
MEASURED_EVERY = 8  # packets, as of the sockets


class EndlessIO(MemoryIO):
    """
    A packet of everybody at each drain, and nobody who listens.

    @ivar spent: seconds of CPU in making them.
    """

    def __init__(self) -> None:
        super().__init__(lambda source, destination, octets: None)
        noise = np.random.default_rng(1).normal(0, 1000, (64, SAMPLES)).astype(np.int16)
        self._payloads = encodeULaw(noise)
        self._turn = 0
        self.spent = 0.0

    def drain(self, group: int, now: float) -> PacketBatch:
        begun = time.thread_time()
        slots = np.array([n for n, slot in self.slots.items() if slot.group == group], np.intp)
        self._turn += 1
        data = np.zeros((len(slots), ROW_BYTES), np.uint8)
        payloads = self._payloads[(slots + self._turn) % len(self._payloads)]
        data[:, HEADER_BYTES : HEADER_BYTES + SAMPLES] = payloads
        stamps = np.full(len(slots), self._turn * SAMPLES)
        writeHeaders(data, 0, False, np.full(len(slots), self._turn), stamps, slots + 1)
        arrivals = np.where(slots % MEASURED_EVERY, np.nan, now - 0.01)
        batch = PacketBatch(data, np.full(len(slots), HEADER_BYTES + SAMPLES), slots, arrivals)
        self.spent += time.thread_time() - begun
        return batch

    def send(
        self,
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        packets.tobytes()


class Contestant:
    """
    A plane with its rooms.
    """

    def __init__(self, few: int, number: int, group: int) -> None:
        bench = MediaBench(MediaConfig(maximumPorts=4096), few=few)
        for first in range(0, number, group):
            bench.meeting(min(group, number - first))
        self._plane, self._packets = bench.plane, EndlessIO()

    def tick(self, now: float) -> float:
        """
        @return: how long it took, seconds of CPU.
        """
        begun, before = time.thread_time(), self._packets.spent
        self._plane.tick(now, self._packets)
        return time.thread_time() - begun - (self._packets.spent - before)


def measure(number: int, group: int, few: list[int], ticks: int, rest: float) -> list[float]:
    """
    @return: for each of C{few}, microseconds of CPU in a tick.
    """
    contestants = [Contestant(each, number, group) for each in few]
    taken: list[list[float]] = [[] for _ in few]
    for turn in range(WARM + ticks):
        order = range(len(few)) if turn % 2 else reversed(range(len(few)))
        for index in order:
            if rest and turn >= WARM:
                time.sleep(rest)
            spent = contestants[index].tick(1000.0 + turn * FRAME)
            if turn >= WARM:
                taken[index].append(spent * 1e6)
    return [float(np.mean(each)) for each in taken]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--numbers", type=int, nargs="+", default=[12, 36, 96, 240])
    parser.add_argument("--group", type=int, default=12, help="participants in a room")
    parser.add_argument("--few", type=int, nargs="+", default=[0, FEW])
    parser.add_argument("--ticks", type=int, default=500)
    parser.add_argument("--rest", type=float, default=0.0, help="seconds slept before each tick")
    options = parser.parse_args()
    print("n      " + "".join(f"{f'few {each}, us':>14}" for each in options.few) + "   ratio")
    for number in options.numbers:
        found = measure(number, options.group, options.few, options.ticks, options.rest)
        figures = "".join(f"{each:14.0f}" for each in found)
        print(f"{number:<7d}{figures}{found[-1] / found[0]:8.2f}", flush=True)


if __name__ == "__main__":
    main()
