"""
Values as octets, and back: what one process of ours tells another.

There are numbers, text, octets and rows of them, and the frozen values of the house, each by the
name of its class and its fields.  To read is to make values anew, and nothing else: no class that
is not known already is looked for, and nothing is made that is no value, enumeration or error.  A
L{Vocabulary} may have less, for whoever is to be told less.

A value is written as a line of JSON.  What JSON has stays as it is; everything else is an array
that begins with the name of its kind.  Octets stand behind the line, one after the other, and their
number in it.

What leaves is summed in the same form, where things that are no values count by what they are
called.
"""

from __future__ import annotations

import enum
import functools
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from h323d.errors import DecodeError
from h323d.telling.tellable import (
    TEXTUAL,
    argumentsOf,
    classOf,
    errorName,
    errorOf,
    fieldsOf,
    isError,
    isOfTheHouse,
    isValue,
    makerOf,
    nameOf,
)

__all__ = ["ALL", "NotAValue", "Unreadable", "Vocabulary", "decode", "encode", "summed"]

DEPTH = 40  # of values within values
_COLUMNS = "biufc"  # kinds of arrays: numbers of all sorts
_PLAIN = frozenset((type(None), bool, int, float, str))  # what JSON has

Plain = Any


class NotAValue(TypeError):
    """
    Something that cannot be told to another process.
    """


class Unreadable(DecodeError):
    """
    Octets that are no values.
    """


# Writing.


def _refuseObject(found: dict[str, Plain]) -> Plain:
    raise ValueError("an object, where there are arrays alone")


_writing = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_reading = json.JSONDecoder(object_hook=_refuseObject)


class _Writer:
    """
    Makes of values what JSON has.

    @ivar octets: what stands behind the line.
    """

    def __init__(self, known: frozenset[type] | None) -> None:
        self._known = known
        self.octets: list[bytes] = []

    def plain(self, thing: Any) -> Plain:  # Any: as values are
        kind: type = type(thing)
        if kind in _PLAIN:
            return thing
        write = _WRITERS.get(kind)
        if write is not None:
            return write(self, thing)
        if _isSpoken(kind):
            if self._known is not None and kind not in self._known:
                return self.unknown(thing)
            return self.row(nameOf(kind), fieldsOf(kind, thing))
        return self._uncommon(kind, thing)

    def _uncommon(self, kind: type, thing: Any) -> Plain:
        if isinstance(thing, np.ndarray):
            return self.row("array", (thing.dtype.str, thing.shape, thing.tobytes()))
        if isinstance(thing, np.generic):
            return self.row("scalar", (thing.dtype.str, thing.tobytes()))
        if self._known is not None:
            return self.unknown(thing)
        if isinstance(thing, re.Pattern):
            return self.row("pattern", (thing.pattern, thing.flags))
        if kind.__name__ in TEXTUAL and TEXTUAL[kind.__name__] is kind:
            return ["textual", kind.__name__, str(thing)]
        if isinstance(thing, Exception) and isError(kind):
            return self.row("error", (errorName(kind), argumentsOf(thing), thing.__cause__))
        return self.unknown(thing)

    def unknown(self, thing: Any) -> Plain:
        """
        Something is no value.
        """
        kind = type(thing)
        raise NotAValue(f"{kind.__module__}.{kind.__qualname__} is no value that can be told")

    def row(self, name: str, things: Iterable[Any]) -> list[Plain]:
        """
        Several things as one.
        """
        row = [each if type(each) in _PLAIN else self.plain(each) for each in things]
        row.insert(0, name)
        return row

    def writeOctets(self, octets: bytes) -> Plain:
        self.octets.append(octets)
        return ["octets", len(octets)]

    def writeTuple(self, things: Iterable[Any]) -> Plain:
        return self.row("tuple", things)

    def writeList(self, things: Iterable[Any]) -> Plain:
        return self.row("list", things)

    def writeSet(self, things: Iterable[Any]) -> Plain:
        return self.row("set", sorted(things, key=self.standing))

    def writeFrozenSet(self, things: Iterable[Any]) -> Plain:
        return self.row("frozenset", sorted(things, key=self.standing))

    def writeMapping(self, mapping: dict[Any, Any]) -> Plain:
        return self.row("map", (each for item in mapping.items() for each in item))

    def standing(self, thing: Any) -> bytes:
        """
        One thing by itself; what has no order is put in one by it.
        """
        return type(self)(self._known).whole(thing)

    def whole(self, thing: Any) -> bytes:
        """
        All of a message.
        """
        line = _writing.encode(self.plain(thing))
        return b"\n".join((line.encode("utf-8", "surrogatepass"), b"".join(self.octets)))


class _Summing(_Writer):
    """
    Writes what is to be summed: what is no value counts by its name.
    """

    def unknown(self, thing: Any) -> Plain:
        named = thing if hasattr(thing, "__qualname__") else type(thing)
        return ["name", named.__qualname__]


_WRITERS: dict[type, Callable[[_Writer, Any], Plain]] = {
    bytes: _Writer.writeOctets,
    tuple: _Writer.writeTuple,
    list: _Writer.writeList,
    dict: _Writer.writeMapping,
    set: _Writer.writeSet,
    frozenset: _Writer.writeFrozenSet,
}


@functools.cache
def _isSpoken(kind: type) -> bool:
    """
    Whether it is a value or an enumeration of the house.
    """
    return isValue(kind) or (issubclass(kind, enum.Enum) and isOfTheHouse(kind))


# Reading.


class _Reader:
    """
    Makes values of what JSON has.
    """

    def __init__(self, octets: bytes, known: Mapping[str, type] | None) -> None:
        """
        @param octets: what stands behind the line.
        """
        self._octets = octets
        self._at = 0
        self._known = known

    def value(self, plain: Plain, depth: int = 0) -> Any:
        if type(plain) is not list:
            return plain
        if depth > DEPTH:
            raise Unreadable("values too deep within values")
        kind, *rest = plain or [None]
        if kind == "octets":
            return self._take(*rest)
        read = [each if type(each) is not list else self.value(each, depth + 1) for each in rest]
        try:
            if kind in _SIMPLE:
                return _SIMPLE[kind](read)
            if self._known is None:
                return _MANIFOLD[kind](read) if kind in _MANIFOLD else makerOf(classOf(kind))(*read)
            return makerOf(self._known[kind])(*read)
        except Exception as error:  # whatever a value makes of fields that are not its own
            raise Unreadable(f"no {kind}: {error}") from error

    def _take(self, count: int) -> bytes:
        if not 0 <= count <= len(self._octets) - self._at:
            raise Unreadable(f"cut off: {count} octets more than there are")
        self._at += count
        return self._octets[self._at - count : self._at]

    def end(self) -> None:
        """
        Nothing more is to be made.
        """
        if self._at != len(self._octets):
            raise Unreadable(f"{len(self._octets) - self._at} octets too many")


def _mappingOf(read: list[Any]) -> dict[Any, Any]:
    return dict(zip(read[::2], read[1::2], strict=True))


def _dtype(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in _COLUMNS:
        raise ValueError("no numbers")
    return dtype


def _arrayOf(read: list[Any]) -> Any:
    name, shape, octets = read
    return np.frombuffer(octets, _dtype(name)).reshape(shape).copy()


def _scalarOf(read: list[Any]) -> Any:
    name, octets = read
    (scalar,) = np.frombuffer(octets, _dtype(name))
    return scalar


def _textualOf(read: list[Any]) -> Any:
    name, text = read
    return TEXTUAL[name](text)


def _patternOf(read: list[Any]) -> re.Pattern[Any]:
    pattern, flags = read
    return re.compile(pattern, flags)


def _errorOf(read: list[Any]) -> Exception:
    name, arguments, cause = read
    error = errorOf(name)(*arguments)
    error.__cause__ = cause
    return error


_SIMPLE: dict[str, Callable[[list[Any]], Any]] = {
    "tuple": tuple,
    "list": list,
    "map": _mappingOf,
    "set": set,
    "frozenset": frozenset,
    "array": _arrayOf,
    "scalar": _scalarOf,
}
_MANIFOLD: dict[str, Callable[[list[Any]], Any]] = {
    "textual": _textualOf,
    "pattern": _patternOf,
    "error": _errorOf,
}
"""
What is only read where anything is.
"""


class Vocabulary:
    """
    What can be told.
    """

    def __init__(self, kinds: Iterable[type] | None = None) -> None:
        """
        @param kinds: the classes of the house that there are; all, and errors, patterns, paths and
            addresses as well, for C{None}.
        """
        self._kinds = None if kinds is None else frozenset(kinds)
        self._names = None
        if self._kinds is not None:
            self._names = {nameOf(each): each for each in self._kinds}

    def encode(self, thing: object) -> bytes:
        """
        @raise NotAValue: it, or something in it, cannot be told.
        """
        return _Writer(self._kinds).whole(thing)

    def decode(self, data: bytes) -> Any:
        """
        @return: what was encoded; Any, as it can be anything.

        @raise Unreadable: it is nothing that was.
        """
        line, separator, octets = data.partition(b"\n")
        if not separator:
            raise Unreadable("cut off: the line does not end")
        reader = _Reader(octets, self._names)
        try:
            thing = reader.value(_reading.decode(line.decode("utf-8", "surrogatepass")))
            reader.end()
        except (ValueError, TypeError, RecursionError) as error:
            raise Unreadable(f"no values: {error}") from error
        return thing


ALL = Vocabulary()
encode = ALL.encode
decode = ALL.decode


def summed(thing: object, before: int = 0) -> int:
    """
    @param before: the sum of what was before it.

    @return: a CRC (ISO 3309) that is the same wherever the same leaves.
    """
    return zlib.crc32(_Summing(None).whole(thing), before)
