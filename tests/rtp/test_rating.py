"""
What the E-model makes of codecs.
"""

from __future__ import annotations

import pytest

from h323d.rtp.rating import burstRatio, ratingOf
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.quality import Scale

OPUS = MediaFormat("opus", 48000)


def test_aTelephoneCallIsOfNarrowband() -> None:
    rating = ratingOf(G711_ULAW, 0.0, 0.0)
    assert rating is not None
    assert (round(rating.R, 1), round(rating.mos, 2)) == (93.2, 4.41)
    assert (rating.scale, rating.isEstimated) == (Scale.NARROWBAND, False)


def test_g722IsOfWideband() -> None:
    rating = ratingOf(MediaFormat("G722"), 0.0, 0.0)
    assert rating is not None
    assert (round(rating.R), rating.scale, rating.isEstimated) == (116, Scale.WIDEBAND, False)


def test_whatNobodyHasPublishedIsAnEstimate() -> None:
    rating = ratingOf(OPUS, 0.0, 0.0)
    assert rating is not None
    assert rating.isEstimated


def test_aCodecThatNobodyKnowsIsNotRated() -> None:
    assert ratingOf(MediaFormat("X"), 0.0, 0.0) is None


def test_delayIsInSecondsAndLossAShare() -> None:
    rating = ratingOf(MediaFormat("G729"), 0.15, 0.02)
    assert rating is not None
    lossy = 89.54 - 11 - 84 * 2 / 21
    assert abs(rating.R - lossy) < 0.01


def test_lossInBurstsIsWorse() -> None:
    scattered, together = (ratingOf(G711_ULAW, 0.05, 0.05, each) for each in (1.0, 4.0))
    assert scattered is not None
    assert together is not None
    assert together.mos < scattered.mos


@pytest.mark.parametrize(
    ("lost", "runs", "loss", "ratio"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.1, 1.0), (40, 10, 0.1, 3.6), (3, 0, 0.1, 1.0)],
)
def test_burstsAreMeasuredAgainstChance(lost: int, runs: int, loss: float, ratio: float) -> None:
    assert burstRatio(lost, runs, loss) == pytest.approx(ratio)
