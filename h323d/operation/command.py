"""
What a command of an operator is: who may, with which arguments, and how it is read.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from h323d.errors import H323dError

__all__ = ["Argument", "ArgumentKind", "Column", "Command", "OperatorError", "Role", "Values"]

Values = Mapping[str, str | int]
"""The arguments of a command, by name, as they were understood."""

MAX_DIGITS = 9  # of a number


class OperatorError(H323dError):
    """
    A request that cannot be done; its text is for the operator.
    """


class Role(enum.IntEnum):
    """
    What somebody may do; a higher one may do all that a lower one may.
    """

    VIEWER = 1
    """Asks, and changes nothing."""

    MODERATOR = 2
    """Makes, moves and ends calls."""

    OPERATOR = 3
    """Steers the server itself."""


class ArgumentKind(enum.Enum):
    """
    What an argument is, in words.
    """

    TEXT = "a text"
    NUMBER = f"a number of up to {MAX_DIGITS} digits"


@dataclass(frozen=True, slots=True)
class Argument:
    """
    One argument of a command.

    @ivar name: as the L{Operator<h323d.operation.operator.Operator>}'s method has it.
    @ivar label: what people call it.
    @ivar choices: what it can be; empty for anything of its kind.
    @ivar asking: the choice with which its command only asks, and which is the default; empty
        if there is none.
    """

    name: str
    label: str
    help: str
    kind: ArgumentKind = ArgumentKind.TEXT
    optional: bool = False
    choices: tuple[str, ...] = ()
    asking: str = ""

    @property
    def shown(self) -> str:
        """
        What stands for it in a usage line.
        """
        return "|".join(self.choices) or self.label

    def read(self, given: object) -> str | int:
        """
        @param given: a word, or what JSON can say.

        @raise OperatorError: it is of another kind.
        """
        if self.choices and given not in self.choices:
            raise OperatorError(f"{self.label} is one of {', '.join(self.choices)}, not {given}")
        value = _number(given) if self.kind is ArgumentKind.NUMBER else _text(given)
        if value is None:
            raise OperatorError(f"{self.label} is {self.kind.value}, not {given}")
        return value


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _number(given: object) -> int | None:
    """
    A number that is written in digits, or is one; C{None} if it is neither.
    """
    text = "" if isinstance(given, bool) else str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


@dataclass(frozen=True, slots=True)
class Column:
    """
    What a table for people shows of each row.

    @ivar name: the row's key.
    @ivar text: whether it can be cut where there is little room; what is typed again, or is
        a number, cannot.
    """

    name: str
    text: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """
    One command.

    @ivar role: the least who may.
    @ivar arguments: in their order; after an optional one, all are.
    @ivar columns: of a table, the most important first; none for an answer that is no list
        of rows.
    @ivar isSigned: whether it matters who gives it, beside whether they may.
    """

    name: str
    role: Role
    help: str
    arguments: tuple[Argument, ...] = ()
    columns: tuple[Column, ...] = ()
    isSigned: bool = False

    @property
    def usage(self) -> str:
        """
        How it is called; an optional argument is given only after the one before it.
        """
        needed = [each.shown for each in self.arguments if not each.optional]
        optional = [f"[{each.shown}" for each in self.arguments if each.optional]
        return " ".join([self.name, *needed, *optional]) + "]" * len(optional)

    def named(self, words: Sequence[object]) -> dict[str, object]:
        """
        What was given in order, by the names of the arguments.

        @raise OperatorError: there are more words than arguments.
        """
        if len(words) > len(self.arguments):
            surplus = words[len(self.arguments)]
            raise OperatorError(f"{self.name} does not take {surplus}: {self.usage}")
        names = (each.name for each in self.arguments)
        return dict(zip(names, words, strict=False))

    def read(self, given: Mapping[str, object]) -> Values:
        """
        @param given: arguments, by name.

        @raise OperatorError: one is missing, unknown, or of another kind.
        """
        known = {each.name: each for each in self.arguments}
        unknown = [name for name in given if name not in known]
        if unknown:
            takes = ", ".join(known) or "nothing"
            raise OperatorError(f"{self.name} does not take {unknown[0]}; it takes {takes}")
        missing = [each.label for each in self.arguments if _isMissing(each, given)]
        if missing:
            raise OperatorError(f"{self.name} needs {', '.join(missing)}: {self.usage}")
        return {name: known[name].read(value) for name, value in given.items()}

    def roleFor(self, values: Values) -> Role:
        """
        The least who may give it with these arguments.
        """
        for each in self.arguments:
            if each.asking and values.get(each.name, each.asking) == each.asking:
                return Role.VIEWER
        return self.role


def _isMissing(argument: Argument, given: Mapping[str, object]) -> bool:
    return not argument.optional and argument.name not in given
