"""
Where tables and keys stand in a TOML document: C{tomllib}, which reads it, does not tell.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

__all__ = ["linesOf"]

_ENDS = ("]", "}", '"""', "'''")  # of what can go over several lines


def linesOf(text: str) -> dict[str, int]:
    """
    Where tables and keys begin, by their path, as C{routing.neighbours[1].address}.

    @param text: a TOML document without a fault.
    """
    found: dict[str, int] = {}
    items: Counter[str] = Counter()
    table = statement = ""
    begins = 0
    for number, line in enumerate(text.split("\n"), 1):
        begins = begins if statement else number
        statement += line + "\n"
        if begins != number and not any(end in line for end in _ENDS):
            continue
        try:
            value = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:  # it goes on
            continue
        if statement.lstrip().startswith("["):
            table = _header(value, items)
            found[table] = begins
        else:
            found |= dict.fromkeys(_places(value, table), begins)
        statement = ""
    return found


def _header(value: Any, items: Counter[str]) -> str:
    """
    The path of the table that begins; a list of tables is counted.
    """
    path = ""
    while value and isinstance(value, dict):
        ((key, value),) = value.items()
        path = f"{path}.{key}" if path else key
        if isinstance(value, list):
            items[path] += 1
            path = f"{path}[{items[path] - 1}]"
        elif value and items[path]:
            path = f"{path}[{items[path] - 1}]"
    return path


def _places(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            place = f"{path}.{key}" if path else key
            yield place
            yield from _places(each, place)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _places(each, f"{path}[{index}]")
