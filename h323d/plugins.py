"""
What is plugged into the seams of the house, by name.

Built-ins stand in an explicit table that the composition passes in; other
names are looked up among the installed packages' entry points, and only when
the configuration names them.  Whatever is found is verified against its
interface before it is used.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, TypeVar

from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

from h323d.dsp.codec import ICodec
from h323d.dsp.provisions import NAMES, Provision
from h323d.errors import ConfigurationError

__all__ = [
    "CALLED",
    "CODECS",
    "DESTINATIONS",
    "GUARD",
    "POLICIES",
    "choose",
    "chooseAnew",
    "chooseCodecs",
    "look",
    "lookForCodec",
]

CODECS = "h323d.codec"
POLICIES = "h323d.policy"
CALLED = "h323d.called"
DESTINATIONS = "h323d.destination"
GUARD = "h323d.guard"

_CODECS_PLACE = "plugins.codecs"

T = TypeVar("T")


def choose(
    names: Iterable[str],
    builtIns: Mapping[str, T],
    group: str,
    interface: Any,  # Any: a zope interface is no type to mypy
    place: str,
    *arguments: Any,
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> tuple[T, ...]:
    """
    Find or make what the configuration names.

    @param names: in the order in which they are wanted.
    @param builtIns: what is there already, by name.
    @param group: the entry point group where other names are looked up.
    @param interface: what each must provide.
    @param place: the configuration key, for errors.
    @param arguments: what an entry point is called with, to make the plug-in:
        policies and destinations are given the server's L{Surroundings
        <h323d.call.surroundings.Surroundings>}, codecs nothing.
    @param installed: finds entry points by C{group} and C{name}.

    @raise ConfigurationError: a name is unknown, cannot be loaded, or is not
        what it should be.
    """
    return tuple(
        _verified(
            name,
            builtIns[name]
            if name in builtIns
            else _fromEntryPoint(name, tuple(builtIns), group, place, arguments, installed),
            interface,
            place,
        )
        for name in names
    )


def chooseAnew(
    names: Iterable[str],
    group: str,
    interface: Any,  # Any: as for L{choose}
    place: str,
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> tuple[Any, ...]:  # Any: what each provides is the interface's to say
    """
    Make what the configuration names of code that is read from its files again: all of the
    packages that the entry points lead into.  What was made before goes on with the code that it
    was made of.

    @raise ConfigurationError: as L{choose}; then others find the code that was there before.
    """
    wanted = tuple(names)
    entries = [each for name in wanted for each in installed(group=group, name=name)]
    packages = {each.module.partition(".")[0] for each in entries} - {"h323d"}
    before = _takenOut(packages)
    importlib.invalidate_caches()
    try:
        return choose(wanted, {}, group, interface, place, installed=installed)
    except ConfigurationError:
        _takenOut(packages)
        sys.modules.update(before)
        raise


def _takenOut(packages: set[str]) -> dict[str, ModuleType]:
    """
    The modules of packages, which are imported anew by whoever wants them next.
    """
    names = [each for each in sys.modules if each.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}


def chooseCodecs(
    names: Iterable[str],
    provided: Iterable[Provision],
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> tuple[ICodec, ...]:
    """
    Find or make the codecs that the configuration names.

    @param names: each stands for all codecs of that name; none for all those of the house that
        this machine can do.
    @param provided: those of the house.

    @raise ConfigurationError: one is unknown, is not what it should be, or cannot be had here.
    """
    wanted, had = tuple(names), tuple(provided)
    working = tuple(each.codec for each in had if each.codec is not None)
    if not wanted:
        return working
    found: list[ICodec] = []
    for name in wanted:
        lookForCodec(name, had, installed)
        found += [codec for codec in working if codec.format.name == name] or choose(
            (name,), {}, CODECS, ICodec, _CODECS_PLACE, installed=installed
        )
    return tuple(found)


def lookForCodec(
    name: str,
    provided: Iterable[Provision],
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> None:
    """
    See whether a codec that the configuration names is to be had.

    @raise ConfigurationError: it is unknown, or what it needs is missing.
    """
    look((name,), NAMES, CODECS, _CODECS_PLACE, installed)
    for each in provided:
        if each.format.name == name and each.codec is None:
            raise ConfigurationError(_CODECS_PLACE, f"{name}: {each.missing}")


def look(
    names: Iterable[str],
    builtIns: Iterable[str],
    group: str,
    place: str,
    installed: Callable[..., Iterable[EntryPoint]] = entry_points,
) -> None:
    """
    See whether what the configuration names is there, without loading it.

    @param builtIns: the names of what is there already.

    @raise ConfigurationError: a name is unknown.
    """
    known = tuple(builtIns)
    for name in names:
        if name not in known and not tuple(installed(group=group, name=name)):
            raise _unknown(name, known, group, place)


def _unknown(name: str, builtIns: tuple[str, ...], group: str, place: str) -> ConfigurationError:
    known = ", ".join(builtIns) or "none"
    return ConfigurationError(
        place, f"{name} is unknown; built in: {known}; no entry point in {group}"
    )


def _verified(name: str, made: T, interface: Any, place: str) -> T:
    try:
        verifyObject(interface, made)
    except Invalid as error:
        raise ConfigurationError(place, f"{name}: {error}") from error
    return made


def _fromEntryPoint(
    name: str,
    builtIns: tuple[str, ...],
    group: str,
    place: str,
    arguments: tuple[Any, ...],
    installed: Callable[..., Iterable[EntryPoint]],
) -> Any:
    for entryPoint in installed(group=group, name=name):
        try:
            return entryPoint.load()(*arguments)
        except (Exception, SystemExit) as error:  # a fence: the plug-in's own code runs here
            raise ConfigurationError(place, f"{name} cannot be loaded: {error}") from error
    raise _unknown(name, builtIns, group, place)
