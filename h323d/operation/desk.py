"""
The desk: where doors hand in commands, and are given answers that are ready for JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twisted.internet.defer import Deferred

from h323d.operation.commands import COMMANDS
from h323d.operation.operator import Operator
from h323d.operation.views import told

__all__ = ["Desk", "Spoken"]


class Desk:
    """
    Has an operator's commands done, whichever door they came by.
    """

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def ask(self, name: str, *arguments: str) -> object:
        """
        @param name: of one of the commands.

        @return: the answer, or a L{Deferred} of it.

        @raise OperatorError: it cannot be done.
        """
        answer = getattr(self._operator, name)(*arguments)
        return answer.addCallback(told) if isinstance(answer, Deferred) else told(answer)

    def spoken(self) -> Mapping[str, Spoken]:
        """
        The commands by name, as functions of their arguments, for a shell.
        """
        return {command.name: Spoken(self, command.name) for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Spoken:
    """
    A command as a function.
    """

    desk: Desk
    name: str

    def __call__(self, *arguments: str) -> object:
        return self.desk.ask(self.name, *arguments)
