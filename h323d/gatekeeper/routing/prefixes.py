"""
Longest-prefix look-up: which of many beginnings a number has.

A look-up costs one step for each I{length} of prefix that there is, however
many prefixes there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["PrefixTable"]

T = TypeVar("T")


class PrefixTable(Generic[T]):
    """
    Values by prefix; one prefix may have several.
    """

    def __init__(self) -> None:
        self._values: dict[str, list[T]] = {}
        self._lengths: list[int] = []  # longest first

    def add(self, prefix: str, value: T) -> None:
        """
        @param prefix: C{""} is a prefix of everything.
        """
        self._values.setdefault(prefix, []).append(value)
        self._lengths = sorted({len(each) for each in self._values}, reverse=True)

    def matching(self, text: str) -> Iterator[tuple[str, T]]:
        """
        The prefixes that C{text} has with their values, longest first; those of
        one prefix in the order in which they were added.
        """
        for length in self._lengths:
            if length <= len(text):
                prefix = text[:length]
                for value in self._values.get(prefix, ()):
                    yield prefix, value
