"""
What lives in turns, for tests of one thing at a time.
"""

from __future__ import annotations

from typing import Any, cast

from h323d.ha.doors import Doors
from h323d.ha.leading import Leading, NoLog
from h323d.ha.surroundings import Reached
from h323d.ha.turns import Turns
from tests.support.outputs import NotedDoors

__all__ = ["Turned"]


class Turned:
    """
    @ivar doors: what was ordered.
    """

    def __init__(self, **answers: object) -> None:
        """
        @param answers: to questions, by their names.
        """
        self.doors = NotedDoors(**answers)
        self.turns = Turns(100.0)
        self.reached = Reached(self.turns)
        self.leading = Leading(self.turns, cast(Doors, self.doors), NoLog())
        self.turns.receive("do", self._do)

    def _do(self, what: Any, *arguments: Any) -> Any:
        return what(*arguments)

    def do(self, what: Any, *arguments: Any) -> Any:
        """
        Have something done in a turn.  Any: as it is done.
        """
        return self.leading.enter("do", what, *arguments)

    def enter(self, kind: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """
        @return: what is ordered because of an input.
        """
        before = len(self.doors.done)
        self.leading.enter(kind, *arguments)
        return self.doors.done[before:]
