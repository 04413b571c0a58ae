"""
What is told of a port's figures.
"""

from __future__ import annotations

from h323d.call.media import PortStatistics
from h323d.call.sounds import soundOf
from h323d.values.sound import SILENT, Sound


def test_whatAPartyHasToDoWithIsTold() -> None:
    figures = PortStatistics(
        packetsReceived=9, packetsLost=1, concealed=2, jitter=0.5, remoteLost=0.25, packetsSent=8
    )
    assert soundOf(figures) == Sound(9, 1, 2, 0.5, 0.25)
    assert soundOf(PortStatistics()) == SILENT
