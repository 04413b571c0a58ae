"""
The one module that knows Automat's insides: these fail when they move.
"""

from __future__ import annotations

from typing import Protocol

from automat import TypeMachineBuilder

from h323d.tracing import indexed, inputName, inputs, stateName, states, table, trace, traceAll


class Lamp(Protocol):
    def press(self) -> None: ...

    def breakDown(self) -> None: ...


class Core:
    pass


builder = TypeMachineBuilder(Lamp, Core)
dark = builder.state("dark")
lit = builder.state("lit")
dark.upon(Lamp.press).to(lit).returns(None)
lit.upon(Lamp.press).to(dark).returns(None)
lit.upon(Lamp.breakDown).to(dark).returns(None)
MACHINE = builder.build()


def test_stateNameFollowsTheMachine() -> None:
    lamp = MACHINE(Core())
    assert stateName(lamp) == "dark"
    lamp.press()
    assert stateName(lamp) == "lit"


def test_traceTellsEachTransitionUntilItIsTakenAway() -> None:
    seen: list[tuple[str, str, str]] = []
    lamp = MACHINE(Core())
    trace(lamp, lambda *transition: seen.append(transition))
    lamp.press()
    trace(lamp, None)
    lamp.press()
    assert seen == [("dark", "press", "lit")]


def test_traceAllTellsEachTransitionOfEveryMachineUntilItIsStopped() -> None:
    seen: list[tuple[str, str, str]] = []
    first, second = MACHINE(Core()), MACHINE(Core())
    stop = traceAll(MACHINE, lambda *transition: seen.append(transition))
    first.press()
    second.press()
    stop()
    first.press()
    assert seen == [("dark", "press", "lit"), ("dark", "press", "lit")]


def test_tableShowsWhatNobodyDeclared() -> None:
    assert states(MACHINE) == {"dark", "lit"}
    assert inputs(MACHINE) == {"press", "breakDown"}
    assert table(MACHINE) == {
        ("dark", "press"): "lit",
        ("dark", "breakDown"): None,
        ("lit", "press"): "dark",
        ("lit", "breakDown"): "dark",
    }


def test_anInputOfAMachineHasItsName() -> None:
    assert inputName(MACHINE(Core()).breakDown) == "breakDown"
    assert inputName(indexed) == "indexed"


def test_anIndexedMachineBehavesAsBefore() -> None:
    other = TypeMachineBuilder(Lamp, Core)
    off = other.state("off")
    on = other.state("on")
    pressed: list[str] = []

    @off.upon(Lamp.press).to(on)
    def light(lamp: Lamp, core: Core) -> None:
        pressed.append("light")

    on.upon(Lamp.press).to(off).returns(None)
    machine = indexed(other.build())
    lamp = machine(Core())
    lamp.press()
    assert (stateName(lamp), pressed) == ("on", ["light"])
    assert table(machine)["off", "breakDown"] is None
