"""
A machine's behaviour as one table: what each input does in each state.

The standards draw their machines so (SDL diagrams, RFC 3261's figures); a test
holds the table that is read off the diagram, as a literal, against what the
machine does.  Each pair is tried on a machine of its own, which is led into the
state first.  What it sends, tells its owner and does to its timers is written
down, together with the state that follows.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.base import DelayedCall
from twisted.internet.task import Clock

from h323d.tracing import inputName, inputs, stateName, states, table

__all__ = ["Step", "Table", "Witness", "behaviourOf"]

Step = str | tuple[Any, ...]
"""
An input: its name, or its name and its arguments.
"""

Table = dict[str, dict[str, str]]
"""
By state and input, what follows, as in C{"idle: stop t103Expired, releaseConfirm 5"}: the state
that the machine is in then, and what it did, in order.  Pairs of which nothing comes are left out.
"""


class Witness:
    """
    The owner of a machine, who writes down what it is told.

    @ivar done: in words, in order.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        """
        @param answers: what it says where the machine asks it something.
        """
        self.done: list[str] = []
        self._answers = answers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def told(*arguments: Any) -> Any:
            self.done.append(" ".join((name, *filter(None, map(_words, arguments)))))
            return self._answers.get(name)

        return told


class _Clock(Clock):
    """
    Has the timers that are started and stopped written down, too.
    """

    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self._done = witness.done

    def callLater(
        self,
        delay: float,
        callable: Callable[..., object],  # noqa: A002 - Twisted's own name for it
        *args: Any,
        **kw: Any,
    ) -> Any:
        if self._done[-1:] == [f"stop {inputName(callable)}"]:  # it runs, and begins anew
            self._done.pop()
        self._done.append(f"{inputName(callable)} in {delay:g} s")
        call: DelayedCall = super().callLater(delay, callable, *args, **kw)  # type: ignore[assignment]  # which is what it is
        call.canceller = self._stopped
        return call

    def _stopped(self, call: DelayedCall) -> None:
        self._done.append(f"stop {inputName(call.func)}")
        self.calls.remove(call)

    def expire(self, name: str) -> bool:
        """
        Let a timer expire now.

        @return: whether it ran.
        """
        for call in self.calls:
            if inputName(call.func) == name:
                self.calls.remove(call)
                call.called = 1
                call.func()
                return True
        return False


def behaviourOf(
    typeMachine: object,
    new: Callable[[Any, Clock], Any],
    given: Mapping[str, tuple[Any, ...]],
    ways: Mapping[str, Sequence[Step]],
    answers: Mapping[str, Any] | None = None,
) -> Table:
    """
    Try each input in each state.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.
    @param new: makes a machine, of an owner and a clock.
    @param given: the arguments of the inputs that have any.
    @param ways: for each state but the first, the inputs that lead there.
    @param answers: what the owner says where it is asked, by the name of the question.
    """
    assert None not in table(typeMachine).values(), "a pair that nobody declared"
    found: Table = {}
    for state in sorted(states(typeMachine)):
        for name in sorted(inputs(typeMachine)):
            witness = Witness(answers or {})
            steps = (*ways.get(state, ()), (name, *given.get(name, ())))
            done = _last(new, witness, steps, state)
            if done != state:
                found.setdefault(state, {})[name] = done
    return found


def _last(
    new: Callable[[Any, Clock], Any], witness: Witness, steps: Sequence[Step], state: str
) -> str:
    """
    What comes of the last step, before which the machine is in C{state}.
    """
    *way, step = steps
    clock = _Clock(witness)
    machine = new(witness, clock)
    for each in way:
        _give(machine, clock, each)
    assert stateName(machine) == state, f"the way leads to {stateName(machine)}, not {state}"
    witness.done.clear()
    _give(machine, clock, step)
    done = ", ".join(witness.done)
    return f"{stateName(machine)}: {done}" if done else stateName(machine)


def _give(machine: Any, clock: _Clock, step: Step) -> None:
    name, *arguments = (step,) if isinstance(step, str) else step
    if arguments or not clock.expire(name):
        getattr(machine, name)(*arguments)


def _words(argument: Any) -> str:
    """
    An argument as the table shows it; what is no number, text or name of a choice is left out.
    """
    if isinstance(argument, enum.Enum):
        return argument.name
    if isinstance(argument, bytes):
        return argument.decode("ascii", "backslashreplace")
    return str(argument) if isinstance(argument, int | float | str) else ""
