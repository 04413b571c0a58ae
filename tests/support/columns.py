"""
All that an object holds in arrays, however deep, so that two of a kind can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["columnsOf", "differing"]

Columns = dict[str, npt.NDArray[Any]]  # Any: columns are of all types


def columnsOf(thing: object, beyond: frozenset[str] = frozenset()) -> Columns:
    """
    @param beyond: names of attributes that do not count.
    @return: by the way to it.
    """
    return dict(_search("", thing, beyond, {}))


def differing(one: object, other: object, beyond: frozenset[str] = frozenset()) -> list[str]:
    """
    @return: where two things of a kind are not the same, to the last bit.
    """
    first, second = columnsOf(one, beyond), columnsOf(other, beyond)
    odd = sorted(first.keys() ^ second.keys())
    return odd + [
        name
        for name in sorted(first.keys() & second.keys())
        if first[name].dtype != second[name].dtype
        or first[name].tobytes() != second[name].tobytes()
    ]


def _search(
    path: str, thing: object, beyond: frozenset[str], seen: dict[int, object]
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    if isinstance(thing, np.ndarray):
        yield path, thing
        return
    if isinstance(thing, bool | int | float):
        yield path, np.array(thing)
        return
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    for step, each in _parts(thing, beyond):
        yield from _search(path + step, each, beyond, seen)


def _parts(thing: object, beyond: frozenset[str]) -> Iterator[tuple[str, object]]:
    if isinstance(thing, dict):
        yield from ((f"[{key}]", each) for key, each in thing.items())
    elif isinstance(thing, list | tuple):
        yield from ((f"[{index}]", each) for index, each in enumerate(thing))
    elif type(thing).__module__.startswith(("h323d.media", "h323d.rtp", "h323d.dsp")):
        for name, each in _attributes(thing):
            if name not in beyond:
                yield f".{name}", each


def _attributes(thing: object) -> Iterator[tuple[str, object]]:
    yield from getattr(thing, "__dict__", {}).items()
    for kind in type(thing).__mro__:
        for name in kind.__dict__.get("__slots__", ()):
            if hasattr(thing, name):
                yield name, getattr(thing, name)
