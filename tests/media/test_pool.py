"""
Ports as the pool hands them out.
"""

from __future__ import annotations

import pytest

from h323d.call.homes import Home
from h323d.call.media import MediaNetworks, Signalling
from h323d.errors import ResourceUnavailable
from h323d.media.config import MediaConfig
from h323d.values.media.medium import Medium
from h323d.values.networks import Networks
from tests.support.packetio import MediaBench, PortRecorder, RoomRecorder


def test_aPortCarriesSound() -> None:
    bench = MediaBench()
    port = bench.pool.openPort(PortRecorder(), Home.at("127.0.0.1"))
    assert port.medium is Medium.AUDIO
    bench.stop()


@pytest.mark.parametrize("medium", [Medium.VIDEO, Medium.SLIDES])
def test_thereAreNoPortsForWhatNobodyPlays(medium: Medium) -> None:
    bench = MediaBench()
    with pytest.raises(ResourceUnavailable):
        bench.pool.openPort(PortRecorder(), Home.at("127.0.0.1"), medium)
    assert bench.ports.pairs == []
    bench.stop()


# Planes.


def threaded(threads: int) -> MediaBench:
    return MediaBench(MediaConfig(maximumPorts=8, threads=threads))


def test_aMixerGoesToThePlaneWithTheLeastToDo() -> None:
    bench = threaded(3)
    meetings = [bench.meeting(count)[1] for count in (3, 1, 2)]
    assert [door.load for door in bench.doors] == [3, 2, 2]
    meetings[0].close()
    bench.pool.openMixer(RoomRecorder())
    assert [door.load for door in bench.doors] == [2, 2, 2]


def test_aPortIsOpenedWhereTheLastMixerWas() -> None:
    bench = threaded(2)
    for _ in range(2):
        bench.pool.openMixer(RoomRecorder())
        bench.phone()
    bench.run(0.6)
    assert [door.figures["ports"] for door in bench.doors] == [1, 1]


def test_figuresAreThoseOfAllPlanes() -> None:
    bench = threaded(3)
    for _ in range(2):
        bench.meeting(2)
    bench.run(0.1)
    bench.clock.advance(0.1)  # in one step: every plane is late
    bench.run(0.6)
    figures, each = bench.pool.figures(), [door.figures for door in bench.doors]
    assert (figures["threads"], figures["ports"], figures["rooms"]) == (3, 4, 2)
    assert [one["lateTicks"] for one in each] == [1, 1, 0]  # there is nothing in the last
    assert figures["lateTicks"] == 2
    assert figures["worstLateness"] == max(one["worstLateness"] for one in each)


def test_totalsOutliveThePorts() -> None:
    bench = threaded(2)
    phones, _ = bench.meeting(2)
    bench.run(0.6)
    assert bench.pool.totals().audio["PCMU"] == 2
    assert bench.pool.totals().lateTicks == bench.pool.figures()["lateTicks"]
    for phone in phones:
        phone.port.close()
    bench.run(0.6)
    assert bench.pool.totals().audio["PCMU"] == 0


def test_allPlanesAreToldOfTheNetworks() -> None:
    bench = threaded(2)
    bench.pool.reconfigure(MediaNetworks(Networks(("10.0.1.0/24",))))
    for _ in range(2):
        (phone, _), _ = bench.meeting(2)
        phone.signalling = Signalling("10.0.9.9")
        phone.configure(phone.stream)
    bench.run(0.3, talking=[])
    assert [bool(phone.heard) for phone in bench.phones] == [True] * 4


def test_thereAreNoMorePortsThanConfiguredInAllPlanesTogether() -> None:
    bench = threaded(2)
    bench.meeting(4)
    phones, _ = bench.meeting(4)
    with pytest.raises(ResourceUnavailable, match="all 8"):
        bench.phone()
    phones[0].port.close()
    bench.run(0.01)
    bench.phone()
    bench.stop()
