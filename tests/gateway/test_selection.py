"""
In which order a side is offered formats.
"""

from __future__ import annotations

from h323d.gateway.selection import preferring
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

OTHER = MediaFormat("X-OTHER", 8000)


def test_whatTheOtherSideSpeaksComesFirstAndWhatItDoesNotComesToo() -> None:
    assert preferring((G711_ULAW, G711_ALAW), (OTHER, G711_ALAW)) == (G711_ALAW, G711_ULAW)


def test_whereTheOtherSideHasSaidNothingOursAreInOurOrder() -> None:
    assert preferring((G711_ULAW, G711_ALAW), None) == (G711_ULAW, G711_ALAW)
