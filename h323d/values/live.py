"""
Which keys of a configuration take effect in a running server: said at the key.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import Annotated, Any, TypeVar

__all__ = ["Live", "inForce", "liveKeys"]

T = TypeVar("T")
S = TypeVar("S")


class _Live:
    """
    Marks a key.
    """


Live = Annotated[T, _Live]
"""
The type of a key that takes effect when the file is read again, for what begins from then on;
any other waits for a restart.
"""


def liveKeys(section: type) -> frozenset[str]:
    """
    @param section: a dataclass.
    """
    hints = typing.get_type_hints(section, include_extras=True)
    return frozenset(
        name for name, hint in hints.items() if _Live in getattr(hint, "__metadata__", ())
    )


def inForce(now: S, changed: S) -> S:
    """
    A section when the file has changed: what waits for a restart is as it was.
    """
    section: Any = now  # a dataclass, which no bound can say
    return typing.cast(
        S,
        dataclasses.replace(
            section, **{name: getattr(changed, name) for name in liveKeys(type(section))}
        ),
    )
