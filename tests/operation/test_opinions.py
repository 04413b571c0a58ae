"""
How good each codec sounds.
"""

from __future__ import annotations

from h323d.operation.opinions import Opinions, opinionsOf
from h323d.operation.quality import Heard
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import MediaFormat
from h323d.values.quality import DirectionQuality, LegQuality, Rating, Scale

PCMU, OPUS = MediaFormat("PCMU"), MediaFormat("opus", 48000, 2)


def way(mos: float | None) -> DirectionQuality:
    return DirectionQuality(rating=None if mos is None else Rating(90.0, mos, Scale.NARROWBAND))


def heard(
    received: MediaFormat | None, comes: float | None, sent: MediaFormat | None, goes: float | None
) -> Heard:
    return Heard(CallID("c"), LegID("l"), received, sent, LegQuality(way(comes), way(goes)))


def test_bothWaysOfAllLegsCountForTheCodecThatIsSpokenThere() -> None:
    legs = [heard(PCMU, 4.0, PCMU, 3.0), heard(PCMU, 4.4, OPUS, 4.2)]
    found = opinionsOf(legs)
    assert {name: (round(each.mean, 3), each.lowest) for name, each in found.items()} == {
        "PCMU": (3.8, 3.0),
        "opus": (4.2, 4.2),
    }


def test_whatIsNotKnownTakesNoPart() -> None:
    assert opinionsOf([heard(None, 4.0, PCMU, None)]) == {}
    assert opinionsOf([heard(PCMU, None, PCMU, 3.5)]) == {"PCMU": Opinions(3.5, 3.5)}
