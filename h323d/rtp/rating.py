"""
What the E-model makes of a codec, and of the way that its packets take.
"""

from __future__ import annotations

from h323d.rtp import emodel
from h323d.values.media.formats import MediaFormat
from h323d.values.media.worth import worthOf
from h323d.values.quality import Rating, Scale

__all__ = ["burstRatio", "ratingOf"]


def ratingOf(spoken: MediaFormat, delay: float, loss: float, bursts: float = 1.0) -> Rating | None:
    """
    @param delay: from mouth to ear, as far as it is known, seconds.
    @param loss: share of the packets that are not heard.
    @param bursts: as L{burstRatio} has it.
    @return: C{None} for a codec of which nothing is known.
    """
    worth = worthOf(spoken)
    if not worth.isKnown:
        return None
    way = (1000 * delay, worth.equipment, worth.robustness, 100 * loss, bursts)
    if worth.isNarrowband:
        R = emodel.narrowband(*way)
        return Rating(R, emodel.mos(R), Scale.NARROWBAND, worth.isEstimated)
    R = emodel.wideband(*way)
    return Rating(R, emodel.mos(R, emodel.WIDEBAND_R), Scale.WIDEBAND, worth.isEstimated)


def burstRatio(lost: int, runs: int, loss: float) -> float:
    """
    C{BurstR} of G.107, 3.1: how many are lost in a row, against what chance alone would do.

    @param runs: in how many pieces they were lost.
    @param loss: share of the packets that were lost.
    @return: 1 where they were lost by chance, or none were.
    """
    return max(1.0, lost / runs * (1 - loss)) if runs > 0 and lost > 0 else 1.0
