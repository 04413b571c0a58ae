"""
The page, as browsers, printers and screen readers take it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from h323d.dsp.libraries import Missing
from h323d.rehearse.report.page import asPage, headline
from h323d.rehearse.report.plots import plots
from h323d.rehearse.report.sheets import sheets
from h323d.rehearse.results import Verdict
from tests.support.rehearsedresults import results

VOID = {"meta"}
NONE = Missing("matplotlib cannot be imported", "pip install it")


class Outline(HTMLParser):
    """
    @ivar tags: all that begin, with what they say.
    @ivar open: those that have not ended.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [each for name, each in self.tags if name == tag]


@pytest.fixture(scope="module")
def page() -> str:
    return asPage(results(), plots(results()))


def test_itIsWellFormedAndNeedsNothingElse(page: str) -> None:
    outline = Outline(page)
    assert outline.open == []
    assert not {"script", "link", "img", "iframe", "object"} & {name for name, _ in outline.tags}
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert "@import" not in page
    linked = [each.get("href") or each.get("xlink:href") for _, each in outline.tags]
    assert all(each.startswith("#") for each in linked if each)
    assert not any(name.startswith("on") for _, each in outline.tags for name in each)


def test_namesAreGivenOnce(page: str) -> None:
    names = [each["id"] for _, each in Outline(page).tags if "id" in each]
    assert len(names) == len(set(names))
    labels = [
        each["aria-labelledby"] for _, each in Outline(page).tags if "aria-labelledby" in each
    ]
    assert set(labels) <= set(names)


def test_theVerdictIsReadFirst(page: str) -> None:
    body = page[page.index("<body>") :]
    assert body.index("✗ 4 of 9 promises broken") < body.index("<section") < body.index("<svg")
    assert body.index(">Promises<") < body.index(">Latency of the server over time<")
    assert re.search(r'<td class="broken" dir="auto">✗ BROKEN</td>', body)


def test_everyPlotHasItsTableUnderIt(page: str) -> None:
    for section in page.split("<section")[1:]:
        assert section.count("<table>") == 1
        if "<figure" in section:
            assert section.index("<figure") < section.index("<table>")
    outline = Outline(page)
    assert {each.get("scope") for each in outline.of("th")} == {"col", "row"}
    assert len(outline.of("table")) == len(sheets(results()))


def test_whatPeersCallThemselvesStaysText(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not any(each in page for each in ("\x1b", "\u202e", "\x00"))


def test_itIsTheSameForTheSameResults(page: str) -> None:
    assert asPage(results(), plots(results())) == page


def test_withoutPlotsTheTablesAreThere() -> None:
    page = asPage(results(), NONE)
    assert "There are no plots: matplotlib cannot be imported; pip install it." in page
    assert "<figure" not in page
    assert len(Outline(page).of("table")) == len(sheets(results()))


def luminance(colour: str) -> float:
    wide = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_textHasContrastInLightInDarkAndOnPaper() -> None:
    page = asPage(results(), NONE)
    themes = re.findall(r":root\{([^}]+)\}", page)
    assert len(themes) == 3
    for theme in themes:
        colours = dict(re.findall(r"--(\w+):(#[0-9a-f]+)", theme))
        assert colours.keys() == dict(re.findall(r"--(\w+):(#[0-9a-f]+)", themes[0])).keys()
        paper = luminance(colours["paper"])
        for name in colours.keys() - {"paper", "grid"}:
            light, dark = sorted((luminance(colours[name]), paper), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_allIsToldInASentence() -> None:
    kept, broken, unknown = (Verdict("", "", "", each) for each in (True, False, None))
    assert headline([kept, kept]) == "✓ 2 promises kept"
    assert headline([kept, unknown]) == "✓ 1 promises kept, 1 not measured"
    assert headline([kept, unknown, broken]) == "✗ 1 of 3 promises broken"
    assert headline([unknown]) == headline([]) == "? nothing was measured"
