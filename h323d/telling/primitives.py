"""
Values as octets, and back: what a record of one process tells another.

There are numbers, text, octets and rows of them, and the frozen values of the house, each by the
name of its class and its fields.  To read is to make values anew, and nothing else: no class that
is not known already is looked for, and nothing is made that is no value, enumeration or error.

What leaves is summed in the same form, where things that are no values count by what they are
called.
"""

from __future__ import annotations

import enum
import re
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from h323d.errors import H323dError
from h323d.telling.tellable import (
    TEXTUAL,
    argumentsOf,
    classOf,
    errorName,
    errorOf,
    fieldNames,
    fieldsOf,
    isError,
    isOfTheHouse,
    isValue,
    memberOf,
    nameOf,
)

__all__ = ["NotAValue", "Unreadable", "decode", "encode", "summed"]

DEPTH = 40  # of values within values
_LENGTH = struct.Struct(">I")
_FLOAT = struct.Struct(">d")


class NotAValue(TypeError):
    """
    Something that cannot be told to another process.
    """


class Unreadable(H323dError):
    """
    Octets that are no values.

    @ivar offset: the octet where it was noticed.
    """

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset

    def __str__(self) -> str:
        return f"octet {self.offset}: {self.reason}"


class _Form(enum.IntEnum):
    """
    What begins each value.
    """

    NONE = 0
    FALSE = 1
    TRUE = 2
    INTEGER = 3
    FLOAT = 4
    OCTETS = 5
    TEXT = 6
    TUPLE = 7
    LIST = 8
    MAPPING = 9
    SET = 10
    FROZEN_SET = 11
    VALUE = 12
    MEMBER = 13
    ERROR = 14
    ARRAY = 15
    SCALAR = 16
    TEXTUAL = 17
    PATTERN = 18
    NAME = 19  # in sums alone


class _Writer:
    """
    Writes values one after the other.
    """

    def __init__(self) -> None:
        self.octets = bytearray()

    def write(self, thing: Any) -> None:  # Any: as values are
        writer = _WRITERS.get(type(thing))
        if writer is not None:
            writer(self, thing)
        else:
            self._writeUncommon(thing)

    def _writeUncommon(self, thing: Any) -> None:
        kind: type = type(thing)
        if isinstance(thing, enum.Enum) and isOfTheHouse(kind):
            self.row(_Form.MEMBER, (nameOf(kind), memberOf(thing)))
        elif isValue(kind):
            self.row(_Form.VALUE, (nameOf(kind), *fieldsOf(kind, thing)))
        elif isinstance(thing, np.ndarray):
            self.row(_Form.ARRAY, (thing.dtype.str, thing.shape, thing.tobytes()))
        elif isinstance(thing, np.generic):
            self.row(_Form.SCALAR, (thing.dtype.str, thing.tobytes()))
        elif isinstance(thing, re.Pattern):
            self.row(_Form.PATTERN, (thing.pattern, thing.flags))
        elif kind.__name__ in TEXTUAL and TEXTUAL[kind.__name__] is kind:
            self.row(_Form.TEXTUAL, (kind.__name__, str(thing)))
        elif isinstance(thing, Exception) and isError(kind):
            self.row(_Form.ERROR, (errorName(kind), argumentsOf(thing), thing.__cause__))
        else:
            self.unknown(thing)

    def unknown(self, thing: Any) -> None:
        """
        Something is no value.
        """
        raise NotAValue(f"{type(thing).__module__}.{type(thing).__qualname__} is no value")

    def piece(self, form: _Form, octets: bytes) -> None:
        """
        Write something that has nothing within.
        """
        self.octets.append(form)
        self.octets += _LENGTH.pack(len(octets))
        self.octets += octets

    def row(self, form: _Form, things: Iterable[Any]) -> None:
        """
        Write several things as one.
        """
        listed = tuple(things)
        self.octets.append(form)
        self.octets += _LENGTH.pack(len(listed))
        for each in listed:
            self.write(each)

    def writeNone(self, nothing: None) -> None:
        self.octets.append(_Form.NONE)

    def writeBoolean(self, truth: bool) -> None:
        self.octets.append(_Form.TRUE if truth else _Form.FALSE)

    def writeInteger(self, number: int) -> None:
        octets = number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
        self.piece(_Form.INTEGER, octets)

    def writeFloat(self, number: float) -> None:
        self.piece(_Form.FLOAT, _FLOAT.pack(number))

    def writeText(self, text: str) -> None:
        self.piece(_Form.TEXT, text.encode("utf-8", "surrogatepass"))

    def writeOctets(self, octets: bytes) -> None:
        self.piece(_Form.OCTETS, octets)

    def writeTuple(self, things: Iterable[Any]) -> None:
        self.row(_Form.TUPLE, things)

    def writeList(self, things: Iterable[Any]) -> None:
        self.row(_Form.LIST, things)

    def writeSet(self, things: Iterable[Any]) -> None:
        self.gathered(_Form.SET, things)

    def writeFrozenSet(self, things: Iterable[Any]) -> None:
        self.gathered(_Form.FROZEN_SET, things)

    def writeMapping(self, mapping: dict[Any, Any]) -> None:
        self.row(_Form.MAPPING, (each for item in mapping.items() for each in item))

    def gathered(self, form: _Form, things: Iterable[Any]) -> None:
        """
        Write what has no order, in one.
        """
        written = []
        for each in things:
            writer = type(self)()
            writer.write(each)
            written.append(bytes(writer.octets))
        self.octets.append(form)
        self.octets += _LENGTH.pack(len(written))
        for octets in sorted(written):
            self.octets += octets


class _Summing(_Writer):
    """
    Writes what is to be summed: what is no value counts by its name.
    """

    def unknown(self, thing: Any) -> None:
        named = thing if hasattr(thing, "__qualname__") else type(thing)
        self.piece(_Form.NAME, named.__qualname__.encode())


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    type(None): _Writer.writeNone,
    bool: _Writer.writeBoolean,
    int: _Writer.writeInteger,
    float: _Writer.writeFloat,
    bytes: _Writer.writeOctets,
    str: _Writer.writeText,
    tuple: _Writer.writeTuple,
    list: _Writer.writeList,
    dict: _Writer.writeMapping,
    set: _Writer.writeSet,
    frozenset: _Writer.writeFrozenSet,
}


class _Reader:
    """
    Reads values one after the other.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def whole(self) -> Any:
        thing = self._read(0)
        if self._at != len(self._data):
            raise Unreadable(f"{len(self._data) - self._at} octets too many", self._at)
        return thing

    def _read(self, depth: int) -> Any:
        at = self._at
        if depth > DEPTH:
            raise Unreadable("values too deep within values", at)
        try:
            form = _Form(self._take(1)[0])
        except ValueError as error:
            raise Unreadable("no form of a value", at) from error
        if form <= _Form.TRUE:
            return (None, False, True)[form]
        (count,) = _LENGTH.unpack(self._take(_LENGTH.size))
        try:
            if form in _PIECES:
                return _PIECES[form](self._take(count))
            if count > len(self._data) - self._at:
                raise Unreadable(f"cut off: there are no {count} values", at)
            return self._make(form, [self._read(depth + 1) for _ in range(count)])
        except Unreadable:
            raise
        except Exception as error:  # whatever a value makes of fields that are not its own
            raise Unreadable(f"no {form.name.lower()}: {error}", at) from error

    def _make(self, form: _Form, read: list[Any]) -> Any:
        if form not in _ROWS:
            raise ValueError("nothing that is read")
        return _ROWS[form](read)

    def _take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise Unreadable(f"cut off after {len(piece)} of {count} octets", self._at)
        self._at += count
        return piece


def _valueOf(read: list[Any]) -> Any:
    kind = classOf(read[0])
    if not isValue(kind):
        raise ValueError(f"{read[0]} is no value")
    if not is_dataclass(kind):
        return kind(*read[1:])
    names = fieldNames(kind)
    return kind(**dict(zip(names, read[1:], strict=True)))


def _readMember(read: list[Any]) -> Any:
    name, member = read
    kind = classOf(name)
    if not issubclass(kind, enum.Enum):
        raise ValueError(f"{name} is no enumeration")
    return kind(member) if issubclass(kind, enum.Flag) else kind[member]


def _readError(read: list[Any]) -> Exception:
    name, arguments, cause = read
    error = errorOf(name)(*arguments)
    error.__cause__ = cause
    return error


def _readArray(read: list[Any]) -> Any:
    dtype, shape, octets = read
    return np.frombuffer(octets, np.dtype(dtype)).reshape(shape).copy()


def _mappingOf(read: list[Any]) -> dict[Any, Any]:
    return dict(zip(read[::2], read[1::2], strict=True))


def _readScalar(read: list[Any]) -> Any:
    dtype, octets = read
    return np.frombuffer(octets, np.dtype(dtype))[0]


def _readTextual(read: list[Any]) -> Any:
    name, text = read
    return TEXTUAL[name](text)


def _readPattern(read: list[Any]) -> re.Pattern[Any]:
    pattern, flags = read
    return re.compile(pattern, flags)


def _readInteger(octets: bytes) -> int:
    return int.from_bytes(octets, "big", signed=True)


def _readFloat(octets: bytes) -> Any:
    (number,) = _FLOAT.unpack(octets)
    return number


def _readText(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogatepass")


_PIECES: dict[_Form, Callable[[bytes], Any]] = {
    _Form.INTEGER: _readInteger,
    _Form.FLOAT: _readFloat,
    _Form.OCTETS: bytes,
    _Form.TEXT: _readText,
}
_ROWS: dict[_Form, Callable[[list[Any]], Any]] = {
    _Form.TUPLE: tuple,
    _Form.LIST: list,
    _Form.MAPPING: _mappingOf,
    _Form.SET: set,
    _Form.FROZEN_SET: frozenset,
    _Form.VALUE: _valueOf,
    _Form.MEMBER: _readMember,
    _Form.ERROR: _readError,
    _Form.ARRAY: _readArray,
    _Form.SCALAR: _readScalar,
    _Form.TEXTUAL: _readTextual,
    _Form.PATTERN: _readPattern,
}


def encode(thing: object) -> bytes:
    """
    @raise NotAValue: it, or something in it, cannot be told.
    """
    writer = _Writer()
    writer.write(thing)
    return bytes(writer.octets)


def decode(data: bytes) -> Any:
    """
    @return: what was encoded; Any, as it can be anything.

    @raise Unreadable: it is nothing that was.
    """
    return _Reader(data).whole()


def summed(thing: object, before: int = 0) -> int:
    """
    @param before: the sum of what was before it.

    @return: a CRC (ISO 3309) that is the same wherever the same leaves.
    """
    writer = _Summing()
    writer.write(thing)
    return zlib.crc32(writer.octets, before)
