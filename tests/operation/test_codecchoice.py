"""
How the choice of two sides' codecs is told.
"""

from __future__ import annotations

import pytest

from h323d.gateway.selection import Preference, Selection
from h323d.operation.codecchoice import choiceViews, spoken
from h323d.operation.command import OperatorError
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

G722, G729 = MediaFormat("G722"), MediaFormat("G729")
OURS = (G711_ULAW, G711_ALAW, G722, G729)


def test_codecsAreNamedAsTheConfigurationHasThemWhateverTheirCase() -> None:
    assert spoken("g722, PCMU", OURS) == (G722, G711_ULAW)


def test_aNameMeansEveryFormatOfItAndWithItsRateTheOne() -> None:
    narrow, wide = MediaFormat("speex"), MediaFormat("speex", 16000)
    assert spoken("speex", (wide, narrow)) == (wide, narrow)
    assert spoken("Speex/8000", (wide, narrow)) == (narrow,)


def test_aCodecThatNobodyKnowsIsRefusedWithThoseThatThereAre() -> None:
    with pytest.raises(OperatorError, match=r"no codec is called G\.729; there are G722, G729"):
        spoken("G.729", OURS)


def test_eachFormatIsToldInTheOrderOfItsOfferWithWhatBecomesOfIt() -> None:
    views = choiceViews(Selection(OURS), (G729,), (G711_ALAW, G722))
    assert [(each.side, each.format, each.way) for each in views] == [
        ("called", "G729/8000", "not spoken"),
        ("called", "PCMU/8000", "not spoken"),
        ("called", "PCMA/8000", "transcoded"),
        ("called", "G722/8000", "not taken"),
        ("caller", "PCMA/8000", "not spoken"),
        ("caller", "PCMU/8000", "not spoken"),
        ("caller", "G722/8000", "not spoken"),
        ("caller", "G729/8000", "transcoded"),
    ]


def test_itSaysWhyAFormatStandsWhereItDoes() -> None:
    views = choiceViews(Selection(OURS, maxBitRate=70), (G729,), (G711_ALAW,))
    why = {each.format: each.why for each in views if each.side == "called"}
    assert why["G729/8000"] == "the other side speaks it too: nothing is decoded"
    assert why["PCMU/8000"] == "last: it takes more than 70 kbit/s"


def test_theCallersOrderIsToldWhereItCounts() -> None:
    selection = Selection(OURS, Preference.CALLER)
    first = choiceViews(selection, (G729,), (G729,))[0]
    assert first.why == "the other side speaks it too, and has it at this place"


def test_whatIsLostAndWhatTheLineCarriesIsToldInFigures() -> None:
    first = choiceViews(Selection((G729,)), (G729,), (G729,))[0]
    assert (first.impairment, first.bitRate) == (47, 24)


def test_whatNobodyHereCanCodeIsToldToPassOrNotToBeSpoken() -> None:
    ilbc = MediaFormat("iLBC")
    first, *others = choiceViews(Selection(OURS), (ilbc,), (G711_ALAW, ilbc))
    assert (first.format, first.way) == ("iLBC/8000", "passed through")
    assert first.why.endswith("it passes, or is not spoken")
    assert {each.side for each in others} == {"caller"}
