"""
Reads a configuration file, and tells all that is wrong with it.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from contextlib import suppress
from pathlib import Path
from typing import Any

from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.toml import linesOf

__all__ = ["load", "parse", "read"]


_MOVED = {
    "h323.silenceTimeout": "media.silenceTimeout",
    "media.silenceSeconds": "media.silenceTimeout",
}
"""
Keys of before, and what took their place.
"""


def load(path: str | Path) -> Configuration:
    """
    Read a configuration file.

    @raise ConfigurationError: it cannot be read, is not TOML, or has keys or
        values that mean nothing; the error names all the places.
    """
    configuration, faults = read(path)
    return _faultless(configuration, faults)


def read(path: str | Path) -> tuple[Configuration, list[ConfigurationError]]:
    """
    Read a configuration file, with its faults: what has one is left out, and has its default.

    @raise ConfigurationError: it cannot be read, or is not TOML.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise ConfigurationError(str(path), reason) from error
    return _readText(text, str(path))


def parse(text: str, source: str) -> Configuration:
    """
    Read a configuration from text.

    @param source: what errors call it.

    @raise ConfigurationError: as for L{load}.
    """
    return _faultless(*_readText(text, source))


def _faultless(configuration: Configuration, faults: list[ConfigurationError]) -> Configuration:
    if faults:
        raise faults[0] if len(faults) == 1 else ConfigurationFaults(tuple(faults))
    return configuration


def _readText(text: str, source: str) -> tuple[Configuration, list[ConfigurationError]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, str(error)) from error
    except ValueError as error:  # Python's own limit
        raise ConfigurationError(source, "a number has too many digits") from error
    except RecursionError:
        raise ConfigurationError(source, "nested too deep") from None
    reading = _Reading()
    configuration = reading.section(Configuration, document, "")
    lines = linesOf(text) if reading.faults else {}
    return configuration, [
        ConfigurationError(f"{source}: {place}", reason + _at(lines, place))
        for place, reason in reading.faults
    ]


def _at(lines: dict[str, int], place: str) -> str:
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return f" (at line {lines[place]})" if place else ""


class _Unusable(Exception):
    """
    A value that has a fault, which is noted.
    """


class _Reading:
    """
    One reading of a document against the sections.

    @ivar faults: place and reason of each, in the order of the document.
    """

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def section(self, kind: Any, table: dict[str, Any], path: str) -> Any:
        """
        @return: C{None} if there is none without what is missing or wrong.
        """
        fields = {each.name: each for each in dataclasses.fields(kind)}
        hints = typing.get_type_hints(kind)
        values = {}
        for key, value in table.items():
            place = f"{path}.{key}" if path else key
            if key not in fields:
                self.faults.append((place, _unknown(key, fields, place)))
                continue
            with suppress(_Unusable):
                values[key] = self._value(hints[key], value, place)
        missing = [name for name, each in fields.items() if _required(each) and name not in values]
        self.faults += [(path, f"{name} is missing") for name in missing if name not in table]
        return None if missing else self._made(kind, values, path)

    def _made(self, kind: Any, values: dict[str, Any], path: str) -> Any:
        """
        The section; what it does not take is left out, to see whether there is more.
        """
        while True:
            try:
                return kind(**values)
            except ValueError as error:
                key, colon, reason = str(error).partition(": ")
                known = colon and key in typing.get_type_hints(kind)
                place, reason = (f"{path}.{key}", reason) if known else (path, str(error))
            if any(place == noted for noted, _ in self.faults):  # nor does it take the default
                return None
            self.faults.append((place, reason))
            if not known or _required(kind.__dataclass_fields__[key]) or key not in values:
                return None
            del values[key]

    def _value(self, hint: Any, value: Any, place: str) -> Any:
        if dataclasses.is_dataclass(hint):
            if not isinstance(value, dict):
                raise self._unusable(place, "must be a table")
            section = self.section(hint, value, place)
            if section is None:
                raise _Unusable
            return section
        if typing.get_origin(hint) is tuple:
            return self._list(typing.get_args(hint)[0], value, place)
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            hints = [each for each in typing.get_args(hint) if each is not type(None)]
            lists = [each for each in hints if typing.get_origin(each) is tuple]
            if isinstance(value, list) and lists:
                hints = lists
            return self._value(hints[0], value, place)
        return self._scalar(hint, value, place)

    def _list(self, hint: Any, value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self._unusable(place, "must be a list")
        items = []
        for index, each in enumerate(value):
            with suppress(_Unusable):
                items.append(self._value(hint, each, f"{place}[{index}]"))
        if len(items) < len(value):  # by what is left nothing can be judged
            raise _Unusable
        return tuple(items)

    def _scalar(self, hint: type, value: Any, place: str) -> Any:
        if hint is float and type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise self._unusable(place, "is too large") from None
        if isinstance(hint, type) and type(value) is hint:
            if isinstance(value, float) and not math.isfinite(value):
                raise self._unusable(place, "must be finite")
            return value
        if isinstance(hint, type) and hint not in _WORDS:
            try:
                return hint(value)
            except ValueError:
                choices = ", ".join(str(each.value) for each in hint)  # type: ignore[attr-defined]  # an enumeration
                raise self._unusable(place, f"must be one of {choices}") from None
        raise self._unusable(place, f"must be {_WORDS[hint]}")

    def _unusable(self, place: str, reason: str) -> _Unusable:
        self.faults.append((place, reason))
        return _Unusable()


def _required(key: dataclasses.Field[Any]) -> bool:
    return key.default is dataclasses.MISSING and key.default_factory is dataclasses.MISSING


def _unknown(key: str, fields: dict[str, Any], place: str) -> str:
    if place in _MOVED:
        return f"is {_MOVED[place]} now"
    close = difflib.get_close_matches(key, fields, n=1)
    return f"unknown key; did you mean {close[0]}?" if close else "unknown key"


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}
