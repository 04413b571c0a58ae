"""
Ports as the pool hands them out.
"""

from __future__ import annotations

import pytest

from h323d.call.homes import Home
from h323d.errors import ResourceUnavailable
from h323d.values.media.medium import Medium
from tests.support.packetio import MediaBench, PortRecorder


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
