"""
The one module that knows Automat's insides: these fail when they move.
"""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from automat import TypeMachineBuilder

from h323d.tracing import (
    indexed,
    inputName,
    inputs,
    reduced,
    stateName,
    states,
    table,
    trace,
    traceAll,
)
from tests.support.written import read, write


class Lamp(Protocol):
    def press(self) -> None: ...

    def breakDown(self) -> None: ...


class Core:
    lamp: Lamp


builder = TypeMachineBuilder(Lamp, Core)
dark = builder.state("dark")
lit = builder.state("lit")
dark.upon(Lamp.press).to(lit).returns(None)
lit.upon(Lamp.press).to(dark).returns(None)
lit.upon(Lamp.breakDown).to(dark).returns(None)
MACHINE = builder.build()


class Oven(Protocol):
    def heat(self, degrees: int) -> None: ...

    def temperature(self) -> int: ...


def heated(oven: Oven, core: Core, degrees: int) -> int:
    return degrees


def tell(oven: Oven, core: Core, degrees: int) -> int:
    return degrees


ovens = TypeMachineBuilder(Oven, Core)
cold = ovens.state("cold")
hot = ovens.state("hot", heated)
cold.upon(Oven.heat).to(hot).returns(None)
hot.upon(Oven.temperature).loop()(tell)
OVEN = ovens.build()


def readAgain(thing: Any) -> Any:
    """
    Any: whatever is written.
    """
    return read(write(thing, {}), {})


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


def test_aMachineThatIsReadAgainIsInTheStateInWhichItWasWritten() -> None:
    lamp, core = MACHINE(Core()), Core()
    lamp.press()
    room = [lamp, core, lamp]
    again = readAgain(room)
    assert again[0] is again[2]
    assert stateName(again[0]) == "lit"
    again[0].press()
    assert (stateName(again[0]), stateName(lamp)) == ("dark", "lit")


def test_aMachineMayBeKnownByItsOwnCore() -> None:
    core = Core()
    core.lamp = MACHINE(core)
    again = readAgain(core)
    again.lamp.press()
    assert stateName(again.lamp) == "lit"
    assert readAgain(again.lamp) is not again.lamp


def test_theDataOfAStateIsWrittenWithIt() -> None:
    oven = OVEN(Core())
    oven.heat(180)
    again = readAgain(oven)
    assert again.temperature() == 180


def test_anInputThatIsKeptGoesToTheMachineThatWasReadWithIt() -> None:
    lamp = MACHINE(Core())
    again, press = readAgain((lamp, lamp.press))
    press()
    assert (stateName(again), stateName(lamp)) == ("lit", "dark")


def test_whatIsNoMachineIsWrittenAsEver() -> None:
    assert reduced(Core()) is None
    assert reduced([].append) is None


def test_aMachineThatNoModuleDeclaresCannotBeWritten() -> None:
    local = TypeMachineBuilder(Lamp, Core)
    local.state("dark")
    with pytest.raises(KeyError):
        readAgain(local.build()(Core()))
