"""
The desk: where doors hand in commands, each with its actor, and are given answers that are
ready for JSON.

It lets nobody do more than their role allows, and nothing be done with arguments that the
table (L{h323d.operation.commands}) does not know.  What changes something is told, once it
is done, as a fact: L{OperatorActed<h323d.events.server.OperatorActed>}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.events.bus import EventBus
from h323d.events.server import OperatorActed
from h323d.operation.command import Command, OperatorError, Role, Values
from h323d.operation.commands import COMMANDS
from h323d.operation.following import Following
from h323d.operation.operator import Operator
from h323d.operation.views import told

__all__ = ["Actor", "Desk", "Spoken"]

_DECLARED = {command.name: command for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who gives a command.

    @ivar name: as facts have it.
    """

    name: str
    role: Role


class Desk:
    """
    Has commands done, whichever door they came by.
    """

    def __init__(self, clock: IReactorTime, events: EventBus, operator: Operator) -> None:
        self._clock = clock
        self._events = events
        self._operator = operator

    def ask(
        self, actor: Actor, name: str, given: Sequence[object] | Mapping[str, object] = ()
    ) -> object:
        """
        @param name: of the command.
        @param given: its arguments, in their order or by name.

        @return: the answer, or a C{Deferred} of it; a L{Following} of one that goes on.

        @raise OperatorError: there is no such command, it has no such arguments, the actor
            may not give it, or it cannot be done.
        """
        command = _DECLARED.get(name)
        if command is None:
            raise OperatorError(f"commands are {', '.join(_DECLARED)}")
        values = command.read(given if isinstance(given, Mapping) else command.named(given))
        least = command.roleFor(values)
        if actor.role < least:
            raise OperatorError(f"{actor.name} may not: {name} takes the role {least.name.lower()}")
        who = {"by": actor.name} if command.isSigned else {}
        answer = getattr(self._operator, name)(**values, **who)
        if isinstance(answer, Deferred):
            return answer.addCallback(self._done, actor, command, values)
        return self._done(answer, actor, command, values)

    def _done(self, answer: object, actor: Actor, command: Command, values: Values) -> object:
        if command.roleFor(values) is not Role.VIEWER:
            arguments = tuple(values.items())
            now = self._clock.seconds()
            self._events.publish(OperatorActed(now, actor.name, command.name, arguments))
        return answer if isinstance(answer, Following) else told(answer)

    def spoken(self, actor: Actor) -> Mapping[str, Spoken]:
        """
        The commands by name, as functions of their arguments, for an actor with a shell.
        """
        return {command.name: Spoken(self, actor, command) for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Spoken:
    """
    A command as a function.
    """

    desk: Desk
    actor: Actor
    command: Command

    def __call__(self, *words: object, **named: object) -> object:
        given = self.command.named(words) | named
        return self.desk.ask(self.actor, self.command.name, given)
