"""
Every fact is documented, and others may use it.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from h323d import events
from h323d.events.bus import Fact

MODULES = [
    importlib.import_module(f"{events.__name__}.{each.name}")
    for each in pkgutil.iter_modules(events.__path__)
]


def factsOf(module: ModuleType) -> dict[str, type[Fact]]:
    """
    Every kind of fact that a module defines, by name.
    """
    return {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, type)
        and issubclass(each, Fact)
        and each.__module__ == module.__name__
        and each is not Fact
    }


FACTS = [fact for module in MODULES for fact in factsOf(module).values()]


def test_everyFactIsForOthersToUse() -> None:
    assert len(FACTS) > 30
    for module in MODULES:
        assert sorted(set(factsOf(module)) - set(module.__all__)) == []


def test_noTwoFactsHaveOneName() -> None:
    assert len({fact.__name__ for fact in FACTS}) == len(FACTS)


def test_everyFactIsInTheReference() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/facts.rst").read_text()
    for fact in FACTS:
        assert f"``{fact.__name__}``" in page
        for each in dataclasses.fields(fact):
            assert each.name == "at" or f"``{each.name}``" in page, f"{fact.__name__}.{each.name}"
