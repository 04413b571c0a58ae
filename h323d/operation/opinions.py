"""
How good each codec sounds: opinions of all legs that speak it, each way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from h323d.operation.quality import Heard

__all__ = ["Opinions", "opinionsOf"]


@dataclass(frozen=True, slots=True)
class Opinions:
    """
    MOS, of one codec; and so of one scale.
    """

    mean: float
    lowest: float


def opinionsOf(heard: Iterable[Heard]) -> Mapping[str, Opinions]:
    """
    @return: by the codec's name in RTP; nothing of one of which nothing is known.
    """
    scores: dict[str, list[float]] = {}
    for each in heard:
        ways = (each.received, each.quality.incoming), (each.sent, each.quality.outgoing)
        for spoken, way in ways:
            if spoken is not None and way.rating is not None:
                scores.setdefault(spoken.name, []).append(way.rating.mos)
    return {name: Opinions(sum(each) / len(each), min(each)) for name, each in scores.items()}
