"""
What the configuration can name, and what it is told when it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from zope.interface import Interface, implementer

from h323d.errors import ConfigurationError
from h323d.plugins import POLICIES, choose


class ILamp(Interface):
    """
    Something to plug in.
    """

    def light() -> None:
        """
        Shine.
        """


@implementer(ILamp)
class Lamp:
    def light(self) -> None:
        pass


class Stone:
    pass


def nothingInstalled(**query: str) -> list[EntryPoint]:
    return []


def installed(value: str) -> Callable[..., list[EntryPoint]]:
    def find(group: str, name: str) -> list[EntryPoint]:
        return [EntryPoint(name, value, group)]

    return find


def pick(name: str, find: Callable[..., Any]) -> object:
    (found,) = choose(
        [name],
        {"lamp": Lamp(), "stone": Stone()},
        POLICIES,
        ILamp,
        "plugins.routes",
        installed=find,
    )
    return found


def test_aBuiltInIsFoundFirst() -> None:
    assert isinstance(pick("lamp", nothingInstalled), Lamp)


def test_anEntryPointIsLoadedByNameAndVerified() -> None:
    with pytest.raises(ConfigurationError, match=r"^plugins.routes: other: .*ILamp"):
        pick("other", installed("collections:OrderedDict"))


def test_anUnknownNameSaysWhatIsKnown() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^plugins.routes: torch is unknown; built in: lamp, stone"
    ):
        pick("torch", nothingInstalled)


def test_aBrokenEntryPointSaysWhy() -> None:
    with pytest.raises(ConfigurationError, match="torch cannot be loaded: No module named"):
        pick("torch", installed("no_such_module:Lamp"))


def test_whatDoesNotProvideItsInterfaceIsRefused() -> None:
    with pytest.raises(ConfigurationError, match=r"^plugins.routes: stone: .*ILamp"):
        pick("stone", nothingInstalled)
