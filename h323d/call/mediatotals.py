"""
What is counted of all media together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from h323d.values.distribution import Distribution

__all__ = ["LATENCIES", "Jitter", "MediaTotals"]

LATENCIES = (5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 250, 500)  # milliseconds


@dataclass(frozen=True, slots=True)
class Jitter:
    """
    The jitter of several ports, in seconds; 0 where it is known of none.
    """

    mean: float = 0.0
    worst: float = 0.0


_NONE = Distribution(LATENCIES, (0,) * (len(LATENCIES) + 1))


@dataclass(frozen=True, slots=True)
class MediaTotals:
    """
    Until the last surveys; what is counted never falls.

    @ivar latency: milliseconds from when a packet came until what is in it left, of all packets
        that were received: a packet counts with the mean of its port at the time.
    @ivar lostIn: packets that did not come.
    @ivar lostOut: of ours, as far as peers told by RTCP.
    @ivar jitterIn: of what came, at the ports that are open.
    @ivar jitterOut: of ours, as peers told.
    @ivar lateTicks: of the media threads.
    @ivar busy: percent of a processor that the busiest media thread used lately.
    @ivar coding: percent that codecs took of it in that which codes most.
    @ivar audio: how many ports send each codec, by its name in RTP.
    @ivar video: likewise.
    """

    latency: Distribution = _NONE
    lostIn: int = 0
    lostOut: float = 0.0
    jitterIn: Jitter = Jitter()
    jitterOut: Jitter = Jitter()
    lateTicks: int = 0
    busy: float = 0.0
    coding: float = 0.0
    audio: Mapping[str, int] = field(default_factory=dict)
    video: Mapping[str, int] = field(default_factory=dict)
