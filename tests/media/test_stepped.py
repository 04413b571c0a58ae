"""
The driver in virtual time.
"""

from __future__ import annotations

import random

from twisted.internet.task import Clock

from h323d.inputs import Input, Inputs
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.stepped import SteppedMedia
from h323d.rtp.packet import RTPPacket
from tests.support.packetio import MediaBench, MemoryIO, steady


def test_ticksOnItsGridWhateverTheClockDoes() -> None:
    clock = Clock()
    ticks: list[float] = []
    plane = MediaPlane(MediaConfig(maximumPorts=4), random.Random(1))
    inputs = Inputs()
    inputs.lead(Input.HEARD, lambda number, reports: None)
    driver = SteppedMedia(plane, MemoryIO(lambda *_: None), 0.005, clock, inputs)
    driver.start()
    for pause in (0.005, 0.0035, 0.0065, 0.1, 0.005):
        plane.inbox.append(lambda _: ticks.append(clock.seconds()))
        clock.advance(pause)
    driver.stop()
    assert [round(each, 4) for each in ticks] == [0.005, 0.015, 0.015, 0.115, 0.12]
    assert clock.getDelayedCalls() == []


def test_stoppingObeysWhatIsInTheInbox() -> None:
    bench = MediaBench()
    phone = bench.phone()
    phone.port.close()
    bench.stop()
    assert bench.ports.pairs[0].closed


def test_theSameSeedMakesTheSamePackets() -> None:
    def play() -> list[tuple[float, RTPPacket]]:
        bench = MediaBench(seed=5)
        phones, _ = bench.meeting(3)
        phones[0].says = steady(500)
        bench.run(0.5)
        return phones[1].heard

    assert play() == play()
