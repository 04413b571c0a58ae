"""
An owner of a machine that writes down what it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Recorder"]


class Recorder:
    """
    Takes every call.  Any: it stands for the owner protocol of any machine.

    @ivar calls: the calls, as C{(name, argument, ...)}, since they were last taken.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)

        def record(*arguments: Any) -> None:
            self.calls.append((name, *arguments))

        return record

    def take(self) -> list[tuple[Any, ...]]:
        """
        The calls since the last time, which are forgotten.
        """
        calls, self.calls = self.calls, []
        return calls
