"""
Which things can be told to another process: the frozen values, enumerations and errors of the
house, and some of Python's own.

They are found by name among those that are known already; nothing is imported.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from operator import attrgetter
from pathlib import PosixPath, PurePosixPath
from typing import Any

__all__ = [
    "TEXTUAL",
    "argumentsOf",
    "classOf",
    "errorName",
    "errorOf",
    "fieldNames",
    "fieldsOf",
    "isError",
    "isOfTheHouse",
    "isValue",
    "makerOf",
    "memberOf",
    "nameOf",
]

_HOUSE = "h323d."
TEXTUAL: dict[str, Callable[[str], Any]] = {
    each.__name__: each
    for each in (
        ipaddress.IPv4Address,
        ipaddress.IPv6Address,
        ipaddress.IPv4Network,
        ipaddress.IPv6Network,
        PosixPath,
        PurePosixPath,
    )
}
"""
What is made of its text, by name.
"""

_ERRORS: dict[str, type[Exception]] = {
    each.__name__: each
    for each in (
        OSError,
        FileNotFoundError,
        PermissionError,
        IsADirectoryError,
        NotADirectoryError,
        UnicodeDecodeError,
        ValueError,
        KeyError,
        sqlite3.Error,
        sqlite3.DatabaseError,
        sqlite3.OperationalError,
        sqlite3.IntegrityError,
    )
}


def isOfTheHouse(kind: type) -> bool:
    """
    Whether it is one of our own classes.
    """
    return kind.__module__.startswith(_HOUSE)


@functools.cache
def isValue(kind: type) -> bool:
    """
    Whether it is a class of values of the house: frozen, or with slots alone, as those are of which
    there are many.
    """
    if not isOfTheHouse(kind):
        return False
    if is_dataclass(kind):
        frozen: bool = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # of dataclasses
        return frozen or "__slots__" in kind.__dict__
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


@functools.cache
def fieldNames(kind: type) -> tuple[str, ...]:
    """
    The fields that a value of a dataclass is made of.
    """
    return tuple(each.name for each in fields(kind) if each.init)


@functools.cache
def _getterOf(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """
    @return: C{None} where there is but one field, or none.
    """
    names = fieldNames(kind)
    return attrgetter(*names) if len(names) > 1 else None


def fieldsOf(kind: type, thing: Any) -> tuple[Any, ...]:
    """
    What a value, or a member of an enumeration, is made of.
    """
    if isinstance(thing, tuple):
        return tuple(thing)
    if isinstance(thing, enum.Enum):
        return (memberOf(thing),)
    getter = _getterOf(kind)
    if getter is None:
        return tuple(getattr(thing, name) for name in fieldNames(kind))
    return getter(thing)


@functools.cache
def makerOf(kind: type) -> Callable[..., Any]:
    """
    What makes a value, or finds a member, of what L{fieldsOf} has said.

    @raise ValueError: it is a class of something else.
    """
    if isValue(kind):
        return kind if issubclass(kind, tuple) else Maker(kind)
    if issubclass(kind, enum.Enum):
        return kind if issubclass(kind, enum.Flag) else kind.__getitem__
    raise ValueError("no value")


class Maker:
    """
    Makes values of one class, of all that they are made of.
    """

    def __init__(self, kind: type) -> None:
        self._kind = kind
        self._names = fieldNames(kind)
        self._inOrder = not any(each.kw_only for each in fields(kind))

    def __call__(self, *arguments: Any) -> Any:
        if len(arguments) != len(self._names):
            raise ValueError(f"{len(arguments)} fields, and not {len(self._names)}")
        if self._inOrder:
            return self._kind(*arguments)
        return self._kind(**dict(zip(self._names, arguments, strict=True)))


@functools.cache
def nameOf(kind: type) -> str:
    """
    What L{classOf} finds a class by.
    """
    return f"{kind.__module__}:{kind.__qualname__}"


def memberOf(member: enum.Enum) -> Any:
    """
    What a member is found by in its enumeration.
    """
    return member.value if isinstance(member, enum.Flag) else member.name


@functools.cache
def classOf(name: str) -> type:
    """
    @raise ValueError: there is no such class of the house.
    """
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module) if module.startswith(_HOUSE) else None
    for each in path.split("."):
        found = getattr(found, each, None)
    if not isinstance(found, type) or nameOf(found) != name:
        raise ValueError(f"{name} is no class of the house")
    return found


def isError(kind: type) -> bool:
    """
    Whether it is a class of errors that can be told.
    """
    return _ERRORS.get(kind.__name__) is kind or _isOurError(kind)


def _isOurError(kind: type) -> bool:
    return isOfTheHouse(kind) and issubclass(kind, Exception)


def errorName(kind: type) -> str:
    """
    What L{errorOf} finds a class of errors by.
    """
    return kind.__name__ if _ERRORS.get(kind.__name__) is kind else nameOf(kind)


def argumentsOf(error: Exception) -> tuple[Any, ...]:
    """
    What an error is made of.
    """
    if isinstance(error, OSError) and error.filename is not None:
        return (error.errno, error.strerror, error.filename)
    return error.args


def errorOf(name: str) -> type[Exception]:
    """
    @raise ValueError: there is no such error.
    """
    if name in _ERRORS:
        return _ERRORS[name]
    kind = classOf(name)
    if not _isOurError(kind):
        raise ValueError(f"{name} is no error")
    return kind
