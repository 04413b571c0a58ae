"""
What a peer is told of how it is heard.
"""

from __future__ import annotations

import pytest

from h323d.call.statistics import PortStatistics
from h323d.media.audio.metrics import metricsOf
from h323d.rtp.bursts import Losses
from h323d.rtp.xr import UNAVAILABLE, VoIPMetrics
from h323d.values.media.formats import G711_ULAW, MediaFormat

NONE = Losses(0.0, 0.0, 0.0, 1000.0)
HEARD = PortStatistics(
    packetsReceived=990,
    packetsExpected=1000,
    packetsLost=10,
    packetsLate=20,
    lostRuns=5,
    delay=0.04,
    roundTrip=0.1,
    bufferTarget=0.03,
    bufferDepth=0.05,
)


def told(
    figures: PortStatistics = HEARD, losses: Losses = NONE, heard: MediaFormat | None = G711_ULAW
) -> VoIPMetrics:
    return metricsOf(7, figures, losses, heard, 20, 200)


def test_lossAndDiscardAreSharesOfAllThatWasSent() -> None:
    metrics = told()
    assert (metrics.ssrc, metrics.lossRate, metrics.discardRate) == (7, 2, 5)


def test_durationsAreInMilliseconds() -> None:
    metrics = told(losses=Losses(0.5, 0.01, 6.0, 400.0))
    assert (metrics.burstDensity, metrics.gapDensity) == (128, 2)
    assert (metrics.burstDuration, metrics.gapDuration) == (120, 8000)
    assert (metrics.roundTripDelay, metrics.endSystemDelay) == (100, 60)
    assert (metrics.jbNominal, metrics.jbMaximum, metrics.jbAbsMax) == (30, 50, 200)


def test_aConversationSuffersFromDelayAndListeningDoesNot() -> None:
    metrics = told()
    assert metrics.mosCQ < metrics.mosLQ
    assert 70 < metrics.rFactor < 90


def test_ofWidebandThereIsAScoreAndNoRFactor() -> None:
    metrics = told(heard=MediaFormat("G722"))
    assert metrics.rFactor == UNAVAILABLE
    assert 10 <= metrics.mosCQ <= 45


@pytest.mark.parametrize("heard", [None, MediaFormat("X")])
def test_whatIsNotDecodedIsNotRated(heard: MediaFormat | None) -> None:
    metrics = told(heard=heard)
    assert (metrics.rFactor, metrics.mosLQ, metrics.mosCQ) == (UNAVAILABLE,) * 3


def test_aLongCallKeepsWithinItsFields() -> None:
    worst = PortStatistics(packetsExpected=10, packetsLost=10, packetsLate=10, roundTrip=99.0)
    metrics = told(worst, Losses(1.0, 1.0, 1e6, 1e6))
    assert (metrics.lossRate, metrics.burstDensity, metrics.gapDuration) == (255, 255, 65535)
    assert (metrics.roundTripDelay, metrics.rFactor, metrics.mosCQ) == (65535, 0, 10)
