"""
A server, written down and read again: all of its objects, but none of the world.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Mapping
from types import MethodType
from typing import Any

from h323d.tracing import reduced

__all__ = ["read", "write"]

DEPTH = 100_000  # of the stack: objects refer to each other in long rows


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, world: Mapping[int, str]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._world = world

    def persistent_id(self, thing: Any) -> str | None:
        return self._world.get(id(thing))

    def reducer_override(self, thing: Any) -> Any:
        reduction = reduced(thing)
        if reduction is None and isinstance(thing, MethodType):
            # As pickle has it, until somebody imports twisted.persisted, which breaks it.
            reduction = getattr, (thing.__self__, thing.__name__)
        return reduction or NotImplemented


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, world: Mapping[str, object]) -> None:
        super().__init__(file)
        self._world = world

    def persistent_load(self, name: str) -> object:
        return self._world[name]


def write(thing: object, world: Mapping[str, object]) -> bytes:
    """
    @param world: what is not to be written, by name.
    """
    file = io.BytesIO()
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    try:
        _Writer(file, {id(each): name for name, each in world.items()}).dump(thing)
    finally:
        sys.setrecursionlimit(before)
    return file.getvalue()


def read(data: bytes, world: Mapping[str, object]) -> Any:
    """
    @param world: what there is here instead of what was not written.

    @return: what was written; Any, as it can be anything.
    """
    return _Reader(io.BytesIO(data), world).load()
