"""
What can be wrong with a log, and where.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Fault", "Kind"]


class Kind(enum.Enum):
    """
    What somebody, or something, did to it.
    """

    EDIT = "edit"
    """A record is not what was written."""

    DELETION = "deletion"
    """Records are missing."""

    INSERTION = "insertion"
    """A record stands there that was not written there."""

    ORDER = "order"
    """Records do not stand in their order."""

    TRUNCATION = "truncation"
    """Records are missing at the end that a head covers."""

    TORN = "torn end"
    """The end of the last record is missing."""

    REHASH = "re-hash without the key"
    """Records follow from each other, and are not those that were signed."""

    FORK = "fork"
    """Two histories are signed."""

    HEAD = "head"
    """A head is not one, or is missing."""

    OPENING = "opening"
    """What is said to open a seal does not."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    @ivar record: the first that it concerns.
    """

    kind: Kind
    record: int
    detail: str

    def __str__(self) -> str:
        return f"record {self.record}: {self.kind.value}: {self.detail}"
