"""
The inputs that come to a server neither by a socket nor by time.

An operator's command, another configuration, a line that is typed in the manhole, a report of
the media: each is a kind, with arguments that are values, and all come by one way.  Whoever is
there sees all of them, in their order: with what the sockets, the clock and chance give
(L{h323d.call.surroundings.Surroundings}) they are all that a second server has to be told, to
do what this one does.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from zope.interface import Interface, implementer

__all__ = ["IInputs", "Input", "Inputs", "Receiver"]


class Input(Enum):
    """
    What enters, and its arguments.
    """

    COMMAND = "command"
    """An operator's: its actor, its name, its arguments as they were given."""

    RELOAD = "reload"
    """Another configuration, which has been read."""

    LEAVE = "leave"
    """The server is to end; it answers with a C{Deferred}, which fires when it has."""

    LINE = "line"
    """Of Python: the number of the shell that it was typed in, its text."""

    HEARD = "heard"
    """What a media plane has to report of a tick: its number in the pool, and the reports."""

    RELAYED = "relayed"
    """What the relays have to report."""

    SAID = "said"
    """What a process of the media said: its number, and the octets."""

    ENDED = "ended"
    """A process of the media is not there any more: its number."""


Receiver = Callable[..., object]
"""
Takes the arguments of an input; what it returns or raises is for who entered it.
"""


class IInputs(Interface):
    """
    The one way in.
    """

    def lead(kind: Input, receiver: Receiver) -> None:
        """
        Say where inputs of one kind go.
        """

    def enter(kind: Input, *arguments: object) -> object:
        """
        Take an input in, on the reactor's thread.

        @return: what its receiver returns.
        """


@implementer(IInputs)
class Inputs:
    """
    Those of a server that is alone: what enters is given on at once.
    """

    def __init__(self) -> None:
        self._receivers: dict[Input, Receiver] = {}

    def lead(self, kind: Input, receiver: Receiver) -> None:
        self._receivers[kind] = receiver

    def enter(self, kind: Input, *arguments: object) -> object:
        return self._receivers[kind](*arguments)
