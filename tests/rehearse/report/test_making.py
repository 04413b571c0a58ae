"""
Reports are made, and made again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from h323d.rehearse.document import NotResults
from h323d.rehearse.promises import EXIT_BROKEN
from h323d.rehearse.report.making import again, written
from tests.support.rehearsedresults import results


def test_aReportIsTheSameWhenItIsMadeAgain(tmp_path: Path) -> None:
    kept, first, second = (tmp_path / each for each in ("results.json", "1.html", "2.html"))
    text = written(results(), kept, first)
    told, status = again(kept, second)
    assert first.read_bytes() == second.read_bytes()
    assert told.splitlines()[0] == text.splitlines()[0] == "Promises"
    assert str(first) in text
    assert str(second) in told
    assert text.endswith("✗ 4 of 9 promises broken\n")
    assert status == EXIT_BROKEN


def test_withoutMatplotlibThereIsAllButThePlots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = written(results(), tmp_path / "results.json", tmp_path / "page.html")
    assert "the report has no plots" in text
    assert "pip install 'h323d[rehearse]'" in text
    assert "<table>" in (tmp_path / "page.html").read_text()
    assert again(tmp_path / "results.json")[1] == EXIT_BROKEN


def test_withoutAPageNobodyAsksForMatplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "no plots" not in written(results())


def test_whatIsNoResultsIsRefused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"version": 1}')
    with pytest.raises(NotResults):
        again(tmp_path / "other.json")
    with pytest.raises(OSError, match="gone"):
        again(tmp_path / "gone.json")
