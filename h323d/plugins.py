"""
What is plugged into the seams of the house, by name.

Built-ins stand in an explicit table that the composition passes in; other
names are looked up among the installed packages' entry points, and only when
the configuration names them.  Whatever is found is verified against its
interface before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

from h323d.errors import ConfigurationError

__all__ = ["CODECS", "DESTINATIONS", "POLICIES", "choose"]

CODECS = "h323d.codec"
POLICIES = "h323d.policy"
DESTINATIONS = "h323d.destination"

T = TypeVar("T")


def choose(
    names: Iterable[str],
    builtIns: Mapping[str, Callable[[], T]],
    group: str,
    interface: Any,  # Any: a zope interface is no type to mypy
    place: str,
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> tuple[T, ...]:
    """
    Make what the configuration names.

    @param names: in the order in which they are wanted.
    @param builtIns: makers by name.
    @param group: the entry point group where other names are looked up; an
        entry point is a callable without arguments.
    @param interface: what each must provide.
    @param place: the configuration key, for errors.
    @param installed: finds entry points by C{group} and C{name}.

    @raise ConfigurationError: a name is unknown, cannot be loaded, or is not
        what it should be.
    """
    return tuple(_make(name, builtIns, group, interface, place, installed) for name in names)


def _make(
    name: str,
    builtIns: Mapping[str, Callable[[], T]],
    group: str,
    interface: Any,
    place: str,
    installed: Callable[..., Iterable[EntryPoint]],
) -> T:
    maker = builtIns.get(name)
    if maker is None:
        maker = _fromEntryPoint(name, builtIns, group, place, installed)
    made = maker()
    try:
        verifyObject(interface, made)
    except Invalid as error:
        raise ConfigurationError(place, f"{name}: {error}") from error
    return made


def _fromEntryPoint(
    name: str,
    builtIns: Mapping[str, Callable[[], T]],
    group: str,
    place: str,
    installed: Callable[..., Iterable[EntryPoint]],
) -> Callable[[], T]:
    for entryPoint in installed(group=group, name=name):
        try:
            maker: Callable[[], T] = entryPoint.load()
        except Exception as error:  # a fence: the plug-in's own code runs here
            raise ConfigurationError(place, f"{name} cannot be loaded: {error}") from error
        return maker
    known = ", ".join(builtIns) or "none"
    raise ConfigurationError(
        place, f"{name} is unknown; built in: {known}; no entry point in {group}"
    )
