"""
How sound came through.
"""

from __future__ import annotations

from h323d.values.sound import SILENT, Sound

GOOD = Sound(100, 1, 2, 0.010, 0.25)
BAD = Sound(200, 3, 4, 0.005, 0.5)


def test_thatOfBothPartiesIsTheSumAndTheWorse() -> None:
    assert GOOD.together(BAD) == BAD.together(GOOD) == Sound(300, 4, 6, 0.010, 0.5)


def test_whoReportedNothingIsLeftOut() -> None:
    assert GOOD.together(SILENT) == SILENT.together(GOOD) == GOOD
    assert SILENT.together(SILENT) == SILENT
    assert Sound(remoteLost=0.0).together(SILENT).remoteLost == 0.0
