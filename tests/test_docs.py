"""
What the documentation says of the configuration is so.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import textwrap
import typing
from pathlib import Path
from typing import Any

import pytest
from zope.interface.interface import InterfaceClass

from h323d.call.applications import CAUSES, Door, Reason
from h323d.config.reading import parse
from h323d.config.sections import Configuration
from h323d.h323.ras.reasons import REASONS
from h323d.sip.reasons import statusOfReason
from h323d.values.live import liveKeys

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGES = sorted(path.parent.name for path in (ROOT / "h323d").glob("*/__init__.py"))
PAGES = sorted(DOCS.glob("*/*.rst"))
SECTIONS = {
    each.name: getattr(Configuration(), each.name) for each in dataclasses.fields(Configuration)
}
_MENTION = re.compile(r"``([a-z0-9]+)\.([A-Za-z0-9]+)(?: = [^`]+)?``")
_MODULE = re.compile(r"``([A-Za-z_0-9/]+\.py)``")
_ROLE = re.compile(r":py:\w+:`[^`<]*<([^>`]+)>`")
_REFERENCE = re.compile(r"L\{(h323d[\w.]*)\}")
_LINK = re.compile(r":doc:`(?:[^`<]*<)?([^`>]+)>?`")
_SEAM = re.compile(r"^:py:class:`\w+ <(h323d[\w.]+)>`  +\S.*?  +(``.*)$", re.MULTILINE)
_WORD = re.compile(r"^([a-z-]+)\n((?: {4}.*\n)+)", re.MULTILINE)
_PART = re.compile(r"^ {4}:(\w+): ", re.MULTILINE)
_RELOADED = re.compile(r"^((?:``\[\w+\]``(?: and )?)+)\n    ([^.;]+)[.;]", re.MULTILINE)
_KEY = re.compile(r"``\[?(\w+)\]?``")
_PLACE = re.compile(r"``([a-z0-9_/]+)``|<(h323d[\w.]+)>|:doc:`")
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


def test_whatTakesEffectAtAReloadIsToldWhereReloadsAre() -> None:
    page = (DOCS / "howto" / "reload.rst").read_text()
    told = {name: text for head, text in _RELOADED.findall(page) for name in _KEY.findall(head)}
    live = {name: liveKeys(type(SECTIONS[name])) for name in SECTIONS}
    assert told.keys() == {name for name in live if live[name]}
    for name, text in told.items():
        keys = {each.name for each in dataclasses.fields(SECTIONS[name])}
        takes = keys - live[name] if text.startswith("All of") else live[name]
        assert set(_KEY.findall(text)) == takes, name


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
def test_everyExampleOfAConfigurationIsReadWithoutAnError(page: Path) -> None:
    for block in _BLOCK.findall(page.read_text()):
        parse(textwrap.dedent(block), str(page))


def test_theFieldsOfANeighbourAreThoseOfTheComparison() -> None:
    hints: Any = typing.get_type_hints(type(SECTIONS["routing"]))
    (item, _) = typing.get_args(hints["neighbours"])
    page = (DOCS / "howto" / "replace-a-gnugk.rst").read_text()
    table = page.partition("Neighbours\n~~~~~")[2].partition("Calls\n~~~~~")[0]
    for field in dataclasses.fields(item):
        assert f"``{field.name}``" in table or field.name == "name"


# --- what the documentation, and the code itself, says of the code


def there(name: str) -> Any:
    """
    The module, or what is in one.  Any: whatever has a name.

    @raise AttributeError: there is no such thing.
    """
    parts = name.split(".")
    length = len(parts)
    while length:
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
            break
        except ModuleNotFoundError:
            length -= 1
    for each in parts[length:]:
        if isinstance(found, InterfaceClass):
            found = found.get(each)
        else:
            declared = getattr(found, "__annotations__", {})
            found = declared[each] if each in declared else getattr(found, each)
        if found is None:
            raise AttributeError(name)
    return found


def isThere(name: str) -> bool:
    try:
        there(name)
    except AttributeError:
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_everyModuleAndLinkThatIsNamedIsThere(page: Path) -> None:
    text = page.read_text()
    mine = (  # what the reader writes there
        *("src/nightdesk", "tests/test_nightdesk.py"),
        *("src/nightrest", "tests/test_nightrest.py"),
    )
    files = [each for each in _MODULE.findall(text) if not each.startswith(mine)]
    bases = (ROOT, ROOT / "h323d", *(ROOT / "h323d" / name for name in PACKAGES))
    assert [each for each in files if not any((base / each).exists() for base in bases)] == []
    packages = re.findall(rf"``((?:{'|'.join(PACKAGES)})/[A-Za-z_0-9/]*)``", text)
    paths = [ROOT / "h323d" / each.rstrip("/") for each in packages]
    assert [path for path in paths if not (path.exists() or path.with_suffix(".py").exists())] == []
    assert [each for each in _ROLE.findall(text) if not isThere(each)] == []
    links = [
        DOCS / each[1:] if each.startswith("/") else page.parent / each
        for each in _LINK.findall(text)
    ]
    missing = [
        link
        for link in links
        if not any(Path(f"{link}{kind}").exists() for kind in (".rst", ".md"))
    ]
    assert missing == []


def test_theDoorsAndTheAnswersToEachReasonAreTold() -> None:
    page = (DOCS / "reference" / "admission.rst").read_text()
    rows = [re.split(r"  +", line.replace("`", "")) for line in page.splitlines()]
    doors = [row[:2] for row in rows if row[0] in {each.value for each in Door}]
    assert doors == [[each.value, each.purpose.value] for each in Door]
    answers = [row for row in rows if row[0] in Reason.__members__]
    assert answers == [
        [
            each.value,
            *(REASONS[name][each] for name in REASONS),
            str(statusOfReason(each)),
            str(int(CAUSES[each])),
        ]
        for each in Reason
    ]


def test_theSeamsAreImplementedWhereItIsSaid() -> None:
    seams = _SEAM.findall((DOCS / "reference" / "plugins.rst").read_text())
    assert len(seams) > 12
    for interface, modules in seams:
        for module in re.findall(r"``([\w.]+)``", modules):
            assert implementsIt(there(interface), f"h323d.{module}"), f"{interface}: {module}"


def test_eachWordIsToldWithTheStandardsAndWithItsPlace() -> None:
    words = _WORD.findall((DOCS / "reference" / "words.rst").read_text())
    assert len(words) >= 30
    assert [word for word, _ in words] == sorted(word for word, _ in words)
    assert {
        word for word, said in words if _PART.findall(said) != ["Standards", "Here", "Where"]
    } == set()
    for word, said in words:
        places = _PLACE.findall(said.partition(":Where:")[2])
        assert places, word
        assert [name for _, name in places if name and not isThere(name)] == []
        assert [path for path, _ in places if path and not isInTheTree(path)] == []


def isInTheTree(path: str) -> bool:
    """
    Whether there is such a package or module, in the server or among the tests.
    """
    bases = ROOT / "h323d", ROOT
    return any((base / path).exists() or (base / f"{path}.py").exists() for base in bases)


@pytest.mark.parametrize("page", ["docs/index.rst", "CONTRIBUTING.md"])
def test_theWordsAreFoundByNewcomers(page: str) -> None:
    assert "reference/words" in (ROOT / page).read_text()


def implementsIt(interface: InterfaceClass, name: str) -> bool:
    """
    Whether a class of a module, or of one in a package, implements an interface.
    """
    module = importlib.import_module(name)
    inside = [each.name for each in pkgutil.iter_modules(getattr(module, "__path__", ()))]
    modules = [module, *(importlib.import_module(f"{name}.{each}") for each in inside)]
    return any(
        isinstance(each, type) and interface.implementedBy(each)
        for module in modules
        for each in vars(module).values()
    )


def test_whatDocstringsReferToIsThere() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "h323d").rglob("*.py"))
        if not {"codec", "schema"} & set(path.parts)
        for name in dict.fromkeys(_REFERENCE.findall(path.read_text()))
        if not isThere(name)
    ]
    assert missing == []
