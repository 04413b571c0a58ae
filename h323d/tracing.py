"""
A look inside Automat's typed machines: state, transitions, table; and how one is written down.

Automat has no public access to what a typed machine is doing; this is the one
module that reads its C{__automat_*__} attributes, and its test fails when a
new Automat moves them.  It also lends the types of states, which Automat keeps
private, to machines that declare many transitions in a loop.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from types import MethodType
from typing import Any, TypeVar

from automat import NoTransition, TypeMachine
from automat._core import Transitioner
from automat._typed import InputImplementer, TypedDataState, TypedState

__all__ = [
    "Reduction",
    "Tracer",
    "TypedDataState",
    "TypedState",
    "indexed",
    "inputName",
    "inputs",
    "reduced",
    "stateName",
    "states",
    "table",
    "trace",
    "traceAll",
]

M = TypeVar("M")

_IMPLEMENTATION = re.compile(r"<implementation for <function \w+\.(\w+) at .*>>")

Tracer = Callable[[str, str, str], None]

Reduction = tuple[Any, ...]
"""
What a C{reducer_override} of pickle returns; Any, as pickle has several forms.
"""


def stateName(machine: object) -> str:
    """
    The name of the state that a machine is in.

    @param machine: what a C{TypeMachine} made.
    """
    transitioner: Any = getattr(machine, "__automat_transitioner__")  # noqa: B009 - not public
    return str(transitioner._state.name)


def trace(machine: object, tracer: Tracer | None) -> None:
    """
    Report each transition of a machine, before its outputs run.

    @param machine: what a C{TypeMachine} made.
    @param tracer: called with the names of the old state, the input and the
        new state; C{None} stops the reports.
    """
    transitioner: Any = getattr(machine, "__automat_transitioner__")  # noqa: B009 - not public
    if tracer is None:
        transitioner.setTrace(None)
        return

    def report(old: Any, symbol: str, new: Any) -> None:
        tracer(old.name, symbol, new.name)

    transitioner.setTrace(report)


def traceAll(typeMachine: object, tracer: Tracer) -> Callable[[], None]:
    """
    Report each transition of every machine of one type, before its outputs run.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.
    @param tracer: called with the names of the old state, the input and the
        new state.

    @return: a function that stops the reports.
    """
    automaton = _automaton(typeMachine)
    search = automaton.outputForInput

    def report(state: Any, symbol: str) -> Any:
        found = search(state, symbol)
        tracer(state.name, symbol, found[0].name)
        return found

    def stop() -> None:
        automaton.outputForInput = search

    automaton.outputForInput = report
    return stop


def inputName(bound: object) -> str:
    """
    The name of the input that a machine's bound method gives it.

    @param bound: as in C{machine.t106Expired}; anything else that can be called has its own name.
    """
    name: str = getattr(bound, "__name__", type(bound).__name__)
    found = _IMPLEMENTATION.fullmatch(name)
    return name if found is None else found[1]


def inputs(typeMachine: object) -> frozenset[str]:
    """
    The names of all inputs that a machine's protocol declares.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.
    """
    machineType: Any = getattr(typeMachine, "__automat_type__")  # noqa: B009 - not public
    return frozenset(name for name in vars(machineType) if not name.startswith("__"))


def states(typeMachine: object) -> frozenset[str]:
    """
    The names of all states that a machine can be in.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.
    """
    return frozenset(state.name for state in _automaton(typeMachine).states())


def table(typeMachine: object) -> dict[tuple[str, str], str | None]:
    """
    A machine's whole table: for each state and input, the state that follows.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.

    @return: C{None} as the next state marks a pair that nobody declared.
    """
    automaton = _automaton(typeMachine)
    result: dict[tuple[str, str], str | None] = {}
    for state in automaton.states():
        for symbol in inputs(typeMachine):
            try:
                following, _ = automaton.outputForInput(state, symbol)
            except NoTransition:
                result[state.name, symbol] = None
            else:
                result[state.name, symbol] = following.name
    return result


def indexed(typeMachine: M) -> M:
    """
    Give a machine a table that is looked up, not searched.

    Automat 25.4 compares each input with its transitions one by one; a protocol machine
    that declares all its pairs has a hundred of them and more.  States are told apart by their
    names: to hash one costs more than the look-up.

    @param typeMachine: what C{TypeMachineBuilder.build} returned.

    @return: the same.
    """
    automaton = _automaton(typeMachine)
    search = automaton.outputForInput
    known = {
        (state.name, symbol): (following, list(outputs))
        for state, symbol, following, outputs in automaton.allTransitions()
    }

    def lookUp(state: Any, symbol: str) -> tuple[Any, list[Any]]:
        # What nobody declared, Automat answers itself.
        return known.get((state.name, symbol)) or search(state, symbol)

    automaton.outputForInput = lookUp
    return typeMachine


def reduced(thing: object) -> Reduction | None:
    """
    How pickle is to write down a machine, or an input that is bound to one.

    A machine is what it is declared as, and where; its state, its core and the state's data
    come after it, as its owner, which they refer to, refers to the machine.

    @return: C{None} for what is neither.
    """
    if isinstance(thing, MethodType) and isinstance(thing.__self__, InputImplementer):
        return getattr, (thing.__self__, inputName(thing))
    if isinstance(thing, InputImplementer):
        state = (stateName(thing), thing.__automat_core__, thing.__automat_data__)
        return _blank, _declarationOf(type(thing)), state, None, None, _resume
    return None


_DECLARED: dict[type, tuple[str, str]] = {}  # of those that were written down before, at least


def _declarationOf(machineType: type) -> tuple[str, str]:
    """
    The module and the variable that have a type of machines.
    """
    if machineType not in _DECLARED:
        for module in tuple(sys.modules.values()):
            for variable, value in tuple(vars(module).items()):
                if isinstance(value, TypeMachine):
                    _DECLARED[value.__automat_type__] = (module.__name__, variable)
    return _DECLARED[machineType]


def _blank(module: str, variable: str) -> Any:
    typeMachine: Any = getattr(import_module(module), variable)
    automaton = _automaton(typeMachine)
    return typeMachine.__automat_type__(None, Transitioner(automaton, automaton.initialState))


def _resume(machine: Any, written: tuple[str, object, object]) -> None:
    name, machine.__automat_core__, machine.__automat_data__ = written
    transitioner = machine.__automat_transitioner__
    transitioner._state = next(
        state for state in transitioner._automaton.states() if state.name == name
    )


def _automaton(typeMachine: object) -> Any:
    return getattr(typeMachine, "__automat_automaton__")  # noqa: B009 - not public
