"""
What is reachable from an object, and what of it could not be written down: closures, lambdas,
partials, coroutines, caches of functions.

State belongs into objects, where it can be seen, compared and taken elsewhere; what is in a cell
of a function, nobody finds.
"""

from __future__ import annotations

import functools
import gc
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from twisted.internet.base import DelayedCall

__all__ = ["Found", "hidden"]

Found = dict[str, str]
"""
By what was found, one way to it.
"""

_CACHE = type(functools.cache(len))
_PLAIN = (
    type,
    types.ModuleType,
    types.BuiltinFunctionType,
    types.CodeType,
    types.FrameType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    str,
    bytes,
    int,
    float,
    type(None),
)
_STOPS = ("numpy", "automat", "zope", "twisted.logger", "h323d.asn1", "weakref")


def hidden(roots: Iterable[tuple[str, object]], beyond: Callable[[object], bool]) -> Found:
    """
    @param roots: where to begin, with names.
    @param beyond: whether an object is the world's: neither it nor what it refers to counts.
    """
    found: Found = {}
    seen: dict[int, object] = {}
    queue: deque[tuple[str, object]] = deque(roots)
    while queue:
        path, thing = queue.popleft()
        if isinstance(thing, _PLAIN) or id(thing) in seen or beyond(thing):
            continue
        seen[id(thing)] = thing
        name = _nameOf(thing)
        if name:
            found.setdefault(name, path)
        elif not _isStop(thing):
            queue.extend((path + step, each) for step, each in _referents(thing))
    return found


def _nameOf(thing: object) -> str:
    """
    What it is that hides something; empty for what does not.
    """
    if isinstance(thing, types.FunctionType):
        return f"{thing.__module__}.{thing.__qualname__}" if "<" in thing.__qualname__ else ""
    if isinstance(thing, functools.partial):
        return f"partial of {getattr(thing.func, '__qualname__', thing.func)}"
    if isinstance(thing, _CACHE):
        return f"cache of {getattr(thing, '__wrapped__', thing)}"
    if isinstance(thing, types.CoroutineType | types.GeneratorType):
        return f"{type(thing).__name__} {thing.__qualname__}"
    return ""


def _isStop(thing: object) -> bool:
    return isinstance(thing, types.FunctionType) or (type(thing).__module__ or "").startswith(
        _STOPS
    )


def _referents(thing: Any) -> Iterator[tuple[str, object]]:
    # Any: whatever there is.
    if isinstance(thing, DelayedCall):
        if thing.active():
            yield " later", (thing.func, thing.args, thing.kw)
        return
    if isinstance(thing, types.MethodType):
        yield f".{thing.__name__}()", thing.__self__
        return
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield "<key>", key
            yield f"[{key!r:.40}]", value
        return
    if isinstance(thing, list | tuple | set | frozenset | deque):
        for each in thing:
            yield "[]", each
        return
    attributes = dict(getattr(thing, "__dict__", {}))
    for kind in type(thing).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(thing, name):
                attributes[name] = getattr(thing, name)
    if not attributes:
        for each in gc.get_referents(thing):
            yield ".?", each
        return
    for name, value in attributes.items():
        yield f".{name}", value
