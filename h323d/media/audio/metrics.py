"""
What we tell a peer of how its sound is received: the VoIP metrics of RFC 3611.
"""

from __future__ import annotations

from h323d.call.statistics import PortStatistics
from h323d.rtp import xr
from h323d.rtp.bursts import GMIN, Losses
from h323d.rtp.rating import burstRatio, ratingOf
from h323d.rtp.xr import UNAVAILABLE, VoIPMetrics
from h323d.values.media.formats import MediaFormat
from h323d.values.quality import Rating, Scale

__all__ = ["metricsOf"]

_OCTET, _WORD = 255, 65535
_RX_CONFIG = xr.STANDARD_PLC | xr.ADAPTIVE


def metricsOf(
    ssrc: int,
    figures: PortStatistics,
    losses: Losses,
    heard: MediaFormat | None,
    packetMs: int,
    capMs: int,
) -> VoIPMetrics:
    """
    @param ssrc: of what is received.
    @param heard: of what codec that is, or one like it; C{None} if nothing is decoded.
    @param packetMs: milliseconds in a packet; the peer does not say, and nearly always sends what
        it is sent.
    @param capMs: the most that may wait in a jitter buffer.
    """
    expected = max(1, figures.packetsExpected)
    lost, late = figures.packetsLost / expected, figures.packetsLate / expected
    loss = min(1.0, lost + late)
    bursts = burstRatio(figures.packetsLost, figures.lostRuns, lost)
    conversation = listening = None
    if heard is not None:
        way = (figures.roundTrip or 0.0) / 2 + figures.delay
        conversation, listening = (ratingOf(heard, each, loss, bursts) for each in (way, 0.0))
    return VoIPMetrics(
        ssrc=ssrc,
        lossRate=_share(lost),
        discardRate=_share(late),
        burstDensity=_share(losses.burstDensity),
        gapDensity=_share(losses.gapDensity),
        burstDuration=_word(losses.burstPackets * packetMs),
        gapDuration=_word(losses.gapPackets * packetMs),
        roundTripDelay=_word((figures.roundTrip or 0.0) * 1000),
        endSystemDelay=_word(figures.delay * 1000 + packetMs),
        gmin=GMIN,
        rFactor=_rFactor(conversation),
        mosLQ=_score(listening),
        mosCQ=_score(conversation),
        rxConfig=_RX_CONFIG,
        jbNominal=_word(figures.bufferTarget * 1000),
        jbMaximum=_word(max(figures.bufferTarget, figures.bufferDepth) * 1000),
        jbAbsMax=_word(capMs),
    )


def _share(share: float) -> int:
    return min(_OCTET, int(max(0.0, share) * 256))


def _word(figure: float) -> int:
    return min(_WORD, max(0, round(figure)))


def _rFactor(rating: Rating | None) -> int:
    """
    Of telephone band, as the RFC knows no other.
    """
    if rating is None or rating.scale is not Scale.NARROWBAND:
        return UNAVAILABLE
    return min(xr.BEST_R, max(0, round(rating.R)))


def _score(rating: Rating | None) -> int:
    return UNAVAILABLE if rating is None else round(rating.mos * 10)
