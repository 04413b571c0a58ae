"""
How the sound of a port fared, as facts tell it.
"""

from __future__ import annotations

from h323d.call.media import PortStatistics
from h323d.values.sound import Sound

__all__ = ["soundOf"]


def soundOf(figures: PortStatistics) -> Sound:
    """
    @param figures: of the port, when its sound is over.
    """
    return Sound(
        figures.packetsReceived,
        figures.packetsLost,
        figures.concealed,
        figures.jitter,
        figures.remoteLost,
    )
