"""
Who sits together, by the names of the parties.
"""

from __future__ import annotations

from collections.abc import Collection

from h323d.gatekeeper.lines.config import LineGroup
from h323d.gatekeeper.lines.names import plain

__all__ = ["LineGroups"]


class LineGroups:
    """
    The groups that are configured.
    """

    def __init__(self, groups: tuple[LineGroup, ...]) -> None:
        self._groups: dict[str, set[int]] = {}
        for number, group in enumerate(groups):
            for member in group.members:
                self._groups.setdefault(plain(member), set()).add(number)

    def have(self, names: Collection[str]) -> bool:
        """
        Whether a party is in one.
        """
        return bool(self._of(names))

    def sitTogether(self, one: Collection[str], other: Collection[str]) -> bool:
        """
        Whether two parties share a group, or a name.

        @param one: all names of it, as L{plain} has them.
        @param other: likewise.
        """
        return not set(one).isdisjoint(other) or not self._of(one).isdisjoint(self._of(other))

    def _of(self, names: Collection[str]) -> set[int]:
        return set().union(*(self._groups.get(name, set()) for name in names))
