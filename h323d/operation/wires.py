"""
What an operator sees of signalling that is kept: the commands C{trace}, C{wire} and C{follow}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from h323d.call.surroundings import Surroundings
from h323d.call.wire import WireMessage
from h323d.operation.command import OperatorError
from h323d.operation.following import Following
from h323d.operation.ladder import TracedView, WireView, tracedView, wireView
from h323d.operation.naming import isAddress

__all__ = ["Wires"]


class Wires:
    """
    Shows what went over the wires.
    """

    def __init__(self, world: Surroundings, isOn: Callable[[Sequence[str]], bool]) -> None:
        """
        @param isOn: says whether there is a call that has one of some names.
        """
        self._clock = world.clock
        self._wire = world.wire
        self._isOn = isOn

    def trace(self, name: str, limit: int) -> list[TracedView]:
        """
        The last messages of the signalling of a call, or with an address.

        @param name: C{-} for everybody's.

        @raise OperatorError: nothing is kept of it.
        """
        return [tracedView(each) for each in self._wired(name, limit)]

    def wire(self, name: str, limit: int, protocol: str) -> list[WireView]:
        """
        The same, as it went over the wire.

        @param protocol: of what is wanted; C{"all"} for any.

        @raise OperatorError: nothing is kept of it.
        """
        return [wireView(each) for each in self._wired(name, limit, protocol)]

    def follow(self, name: str, form: str, limit: int) -> Following:
        """
        The same in either form, and what is said from now on.

        @param form: C{"ladder"} or C{"octets"}.

        @raise OperatorError: it is no address, and nothing is kept of it.
        """
        if not (self._wire.keeps and isAddress(name)):
            self._wired(name, limit)
        view = tracedView if form == "ladder" else wireView
        named = "" if name == "-" else name
        return Following(self._clock, self._wire, named, view, limit, self._isOn)

    def _wired(self, name: str, limit: int, protocol: str = "all") -> Sequence[WireMessage]:
        if not self._wire.keeps:
            raise OperatorError("no signalling is kept: trace.callOctets is 0")
        everybody = name == "-"
        messages = self._wire.of("" if everybody else name)
        if not (messages or everybody):
            raise OperatorError(f"no signalling is kept of {name}, or with an address that is so")
        wanted = [each for each in messages if protocol in ("all", each.protocol.value)]
        return wanted[max(0, len(wanted) - limit) :]
