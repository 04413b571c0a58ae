"""
Pictures of results.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from h323d.dsp.libraries import Missing
from h323d.rehearse.report.plots import plots
from h323d.rehearse.results import Environment, Rehearsal
from tests.support.rehearsedresults import HOSTILE, results

NAMES = [
    *("server", "mouthToEar", "jitter", "distributions", "joins", "matrix0", "matrix1", "loss"),
    *("mos", "load"),
]


@pytest.fixture(scope="module")
def pictures() -> dict[str, str]:
    pytest.importorskip("matplotlib", reason="it is an extra: h323d[rehearse]")
    return drawn(results())


def drawn(rehearsal: Rehearsal) -> dict[str, str]:
    found = plots(rehearsal)
    assert not isinstance(found, Missing)
    return found


def test_allIsDrawn(pictures: dict[str, str]) -> None:
    assert list(pictures) == NAMES


def test_theSameResultsGiveTheSameOctets(pictures: dict[str, str]) -> None:
    assert drawn(results()) == pictures
    assert drawn(results(seed=2)) != pictures


def test_settingsOfTheUserChangeNothing(
    pictures: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="it is an extra: h323d[rehearse]")

    monkeypatch.setitem(matplotlib.rcParams, "lines.linewidth", 9.0)
    monkeypatch.setitem(matplotlib.rcParams, "svg.fonttype", "path")
    assert drawn(results()) == pictures


def test_eachIsWholeAndHasAName(pictures: dict[str, str]) -> None:
    for svg in pictures.values():
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]


def test_allColoursAreThePages(pictures: dict[str, str]) -> None:
    for name, svg in pictures.items():
        assert re.findall(r"#[0-9a-f]{6}\b(?!-)", svg) == [], name
        assert "currentColor" in svg
        assert "var(--grid)" in svg or name.startswith("matrix")


def test_namesWithinAreOfOnePictureAlone(pictures: dict[str, str]) -> None:
    names = re.findall(r'\bid="([^"]+)"', "".join(pictures.values()))
    assert len(names) == len(set(names)) > 100
    wanted = re.findall(r'(?:href="|url\()#([^")]+)', "".join(pictures.values()))
    assert set(wanted) <= set(names)


def test_whatPeersCallThemselvesStaysText(pictures: dict[str, str]) -> None:
    texts = "".join(pictures.values())
    assert "<script" not in texts
    assert "&lt;script&gt;" in texts
    assert not any(each in texts for each in ("\x1b", "\u202e", "\x00"))
    root = ElementTree.fromstring(pictures["mos"])
    assert HOSTILE[1][:15] in "".join(root.itertext())


def test_incidentsAreMarkedWhereverThereIsTime(pictures: dict[str, str]) -> None:
    for name in ("server", "mouthToEar", "jitter", "load"):
        texts = [each.text for each in ElementTree.fromstring(pictures[name]).iter() if each.text]
        assert {"1", "2"} <= set(texts), name


def test_ofNothingNothingIsDrawn() -> None:
    pytest.importorskip("matplotlib", reason="it is an extra: h323d[rehearse]")
    assert drawn(Rehearsal(Environment("", "", "", 1, 0.0, 0), ())) == {}


def test_ofAlmostNothingSomethingIsDrawn() -> None:
    pytest.importorskip("matplotlib", reason="it is an extra: h323d[rehearse]")
    whole = results(1)
    instant = replace(whole, environment=replace(whole.environment, seconds=0.0))
    assert "server" in drawn(instant)


def test_withoutMatplotlibItIsToldHowToGetIt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    found = plots(results())
    assert isinstance(found, Missing)
    assert "pip install 'h323d[rehearse]'" in str(found)
