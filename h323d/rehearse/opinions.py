"""
What each party would think of what it hears: an estimate from its latency, its loss and its codec.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from h323d.rehearse.results import DECIMALS, Distribution, Party, Rehearsal
from h323d.rtp.rating import ratingOf
from h323d.values.media.formats import MediaFormat

__all__ = ["EModel", "Opinion", "OpinionModel", "withOpinions"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """
    @ivar mos: 1 to 4.5.
    @ivar scale: in words.
    """

    mos: float
    scale: str


class OpinionModel(Protocol):
    """
    A model of people.
    """

    def of(self, codec: str, delay: float, loss: float) -> Opinion | None:
        """
        @param codec: as L{Party.codecs} has it.
        @param delay: from mouth to ear, seconds.
        @param loss: share of the packets that are not heard.
        @return: C{None} for a codec of which nothing is known.
        """


class EModel:
    """
    That of ITU-T G.107, and for wideband of G.107.1.
    """

    def __init__(self, formats: Sequence[MediaFormat]) -> None:
        """
        @param formats: of the codecs that parties may speak, by whose names they are known.
        """
        self._formats = tuple(formats)

    def of(self, codec: str, delay: float, loss: float) -> Opinion | None:
        for each in self._formats:
            if each.isCalled(codec):
                rating = ratingOf(each, delay, loss)
                if rating is None:
                    return None
                estimated = ", estimated" if rating.isEstimated else ""
                return Opinion(rating.mos, f"{rating.scale.value}{estimated}")
        return None


def withOpinions(rehearsal: Rehearsal, model: OpinionModel) -> Rehearsal:
    """
    @return: the same, with the opinion of each party whose latency and loss were measured.
    """
    rated = (_rated(party, rehearsal, model) for party in rehearsal.parties)
    return replace(rehearsal, parties=tuple(rated))


def _rated(party: Party, rehearsal: Rehearsal, model: OpinionModel) -> Party:
    latency = Distribution.together(
        pair.mouthToEar for pair in rehearsal.heard.pairs if pair.listener == party.number
    )
    found = party.reception
    if latency is None or found is None or not found.expected or not party.codecs:
        return party
    loss = min(1.0, (found.lost + found.late) / found.expected)
    opinion = model.of(party.codecs[-1], latency.p50 / 1000, max(0.0, loss))
    if opinion is None:
        return party
    return replace(party, mos=round(opinion.mos, DECIMALS), scale=opinion.scale)
