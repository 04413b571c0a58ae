"""
Whether a trunk is up: what checks of it and calls by it have met with, in a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder

from h323d.tracing import indexed

__all__ = ["MACHINE", "TrunkHealth", "TrunkHealthOwner", "newTrunkHealth"]


class TrunkHealthOwner(Protocol):
    """
    Whom the machine tells.
    """

    def wentDown(self, reason: str) -> None:
        """It has failed too often."""

    def cameUp(self) -> None:
        """It is there again."""


class TrunkHealth(Protocol):
    """
    The inputs.
    """

    def succeeded(self) -> None:
        """It answered, a check or a call."""

    def failed(self, reason: str) -> None:
        """It did not, or said that it cannot take calls."""

    def giveUp(self, reason: str) -> None:
        """Our own: that was once too often."""

    def trust(self) -> None:
        """Our own: it has answered often enough."""


@dataclass
class _Core:
    owner: TrunkHealthOwner
    failures: int
    successes: int
    inARow: int = 0


builder = TypeMachineBuilder(TrunkHealth, _Core)

untried = builder.state("not tried yet")
up = builder.state("up")
failing = builder.state("failing")
down = builder.state("down")


@untried.upon(TrunkHealth.succeeded).to(up)
@failing.upon(TrunkHealth.succeeded).to(up)
def answers(machine: TrunkHealth, core: _Core) -> None:
    core.inARow = 0


@untried.upon(TrunkHealth.failed).to(failing)
@up.upon(TrunkHealth.failed).to(failing)
@failing.upon(TrunkHealth.failed).loop()
def fails(machine: TrunkHealth, core: _Core, reason: str) -> None:
    core.inARow += 1
    if core.inARow >= core.failures:
        machine.giveUp(reason)


@failing.upon(TrunkHealth.giveUp).to(down)
def goesDown(machine: TrunkHealth, core: _Core, reason: str) -> None:
    core.inARow = 0
    core.owner.wentDown(reason)


@down.upon(TrunkHealth.succeeded).loop()
def answersAgain(machine: TrunkHealth, core: _Core) -> None:
    core.inARow += 1
    if core.inARow >= core.successes:
        machine.trust()


@down.upon(TrunkHealth.failed).loop()
def failsStill(machine: TrunkHealth, core: _Core, reason: str) -> None:
    core.inARow = 0


@down.upon(TrunkHealth.trust).to(up)
def comesUp(machine: TrunkHealth, core: _Core) -> None:
    core.inARow = 0
    core.owner.cameUp()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
up.upon(TrunkHealth.succeeded).loop().returns(None)
for _state in (untried, up, down):
    _state.upon(TrunkHealth.giveUp).loop().returns(None)
for _state in (untried, up, failing):
    _state.upon(TrunkHealth.trust).loop().returns(None)

MACHINE = indexed(builder.build())


def newTrunkHealth(owner: TrunkHealthOwner, failures: int, successes: int) -> TrunkHealth:
    """
    @param failures: how many in a row are too many.
    @param successes: how many in a row are enough.
    """
    return MACHINE(_Core(owner, failures, successes))
