"""
What a terminal shows.
"""

from __future__ import annotations

import re
import unicodedata

import pytest

from h323d.rehearse.report.text import asText
from tests.support.rehearsedresults import results


def test_verdictsAreReadFirst() -> None:
    lines = asText(results()).splitlines()
    assert lines[:2] == ["Promises", "========"]
    assert re.fullmatch("latency of the server, p99 +< 50 ms +26.3 ms +✓ kept", lines[3])


@pytest.mark.parametrize("width", [80, 120])
def test_nothingIsWiderThanTheTerminal(width: int) -> None:
    for line in asText(results(12), width).splitlines():
        wide = sum(2 if unicodedata.east_asian_width(each) in "FW" else 1 for each in line)
        assert wide <= width, line


def test_whatHasNoRoomIsToldToBeMissing() -> None:
    assert "have no room here)" in asText(results(12), 80)
    assert "have no room here)" not in asText(results(12))


def test_nothingSteersTheTerminal() -> None:
    assert all(each.isprintable() or each == "\n" for each in asText(results(12)))


def test_whatAListSaysIsCutAndNotLeftOut() -> None:
    narrow = asText(results(12), 24)
    place = narrow.splitlines().index("Where it was, and with what")
    assert re.fullmatch(r"machine +\S.*", narrow.splitlines()[place + 5])
