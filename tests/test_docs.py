"""
What the documentation says of the configuration is so.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
import typing
from pathlib import Path
from typing import Any

import pytest

from h323d.config import Configuration, parse
from h323d.gatekeeper.config import LIVE as GATEKEEPER_LIVE
from h323d.h323.config import LIVE as H323_LIVE

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.glob("*/*.rst"))
SECTIONS = {
    each.name: getattr(Configuration(), each.name) for each in dataclasses.fields(Configuration)
}
_MENTION = re.compile(r"``([a-z0-9]+)\.([A-Za-z0-9]+)(?: = [^`]+)?``")
_BLOCK = re.compile(r"^\.\. code-block:: toml\n\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)


def mentions(page: Path) -> set[tuple[str, str]]:
    """
    Every C{section.key} of a page; packages have the names of sections, so not their modules.
    """
    found = _MENTION.findall(page.read_text())
    return {
        (section, key)
        for section, key in found
        if section in SECTIONS and not list((DOCS.parent / "h323d" / section).glob(f"{key}*"))
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_everyKeyThatIsMentionedIsOne(page: Path) -> None:
    keys = {name: {each.name for each in dataclasses.fields(SECTIONS[name])} for name in SECTIONS}
    wrong = [f"{section}.{key}" for section, key in mentions(page) if key not in keys[section]]
    assert sorted(wrong) == []


@pytest.mark.parametrize(
    ("section", "live"), [("h323", H323_LIVE), ("gatekeeper", GATEKEEPER_LIVE)]
)
def test_whatWaitsForARestartIsToldWhereReloadsAre(section: str, live: frozenset[str]) -> None:
    page = (DOCS / "howto" / "reload.rst").read_text()
    told = page.partition(f"``[{section}]``\n")[2].partition("\n\n")[0]
    keys = {each.name for each in dataclasses.fields(SECTIONS[section])}
    assert live <= keys
    assert sorted(key for key in keys - live if f"``{key}``" not in told) == []


def test_theComparisonWithGnuGkMentionsMostOfTheGatekeepersKeys() -> None:
    told = mentions(DOCS / "howto" / "replace-a-gnugk.rst")
    assert {section for section, _ in told} >= {
        "gatekeeper",
        "routing",
        "routed",
        "security",
        "cdr",
    }
    assert len(told) > 40


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if _BLOCK.search(page.read_text())],
    ids=lambda page: f"{page.parent.name}/{page.stem}",
)
def test_everyExampleOfAConfigurationIsGood(page: Path) -> None:
    for block in _BLOCK.findall(page.read_text()):
        parse(textwrap.dedent(block), str(page))


def test_theFieldsOfANeighbourAreThoseOfTheComparison() -> None:
    hints: Any = typing.get_type_hints(type(SECTIONS["routing"]))
    (item, _) = typing.get_args(hints["neighbours"])
    page = (DOCS / "howto" / "replace-a-gnugk.rst").read_text()
    table = page.partition("Neighbours\n~~~~~")[2].partition("Calls\n~~~~~")[0]
    for field in dataclasses.fields(item):
        assert f"``{field.name}``" in table or field.name == "name"
