"""
How parts that go by a section, or are no L{Part} by themselves, stand in the list of those that
a server is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred

from h323d.call.parts import Commit, Part
from h323d.config.sections import Configuration
from h323d.witness.records import CallRecords

__all__ = ["RecordsPart", "Sectioned"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Sectioned(Part[Configuration], Generic[S]):
    """
    A part that goes by one section.

    @ivar sectionOf: finds it.
    """

    part: Part[S]
    sectionOf: Callable[[Configuration], S]

    def start(self) -> None:
        self.part.start()

    def prepare(self, configuration: Configuration) -> Commit:
        return self.part.prepare(self.sectionOf(configuration))

    def leave(self) -> None:
        self.part.leave()

    def close(self) -> Deferred[None]:
        return self.part.close()


@dataclass(frozen=True, slots=True)
class RecordsPart(Part[object]):
    """
    The records, which nobody but the facts tells anything.
    """

    records: CallRecords

    def close(self) -> Deferred[None]:
        return self.records.close()
