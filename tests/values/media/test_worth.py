"""
What encodings are worth.
"""

from __future__ import annotations

from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.worth import worthOf


def test_aPacketsHeadersCountTheMoreTheShorterItIs() -> None:
    worth = worthOf(MediaFormat("G729"))
    assert [worth.bitRateOnTheWire(each) for each in (10, 20, 40)] == [40_000, 24_000, 16_000]


def test_anEncodingIsKnownWhateverTheCaseOfItsName() -> None:
    assert worthOf(MediaFormat("pcmu")) == worthOf(G711_ULAW)


def test_widebandAndNarrowbandOfOneNameAreTwo() -> None:
    wide, narrow = (worthOf(MediaFormat("L16", rate)) for rate in (16000, 8000))
    assert wide.impairment < narrow.impairment


def test_whatNobodyKnowsSoundsWorst() -> None:
    known = (G711_ULAW, MediaFormat("GSM"), MediaFormat("G723"))
    assert worthOf(MediaFormat("X")).impairment > max(worthOf(each).impairment for each in known)
