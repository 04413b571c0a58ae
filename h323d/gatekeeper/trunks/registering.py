"""
When we register with a trunk, and again: before the registration ends (RFC 3261, 10.2.4), and
after a failure later each time, as servers lock out who keeps trying.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = [
    "FIRST_PAUSE",
    "LONGEST_PAUSE",
    "LONGEST_SILENCE",
    "MACHINE",
    "REFRESHED",
    "Registering",
    "RegisteringOwner",
    "newRegistering",
]

REFRESHED = 0.9  # of the time that it is for, a registration is asked for again
FIRST_PAUSE = 30.0  # seconds after the first failure
LONGEST_PAUSE = 3600.0  # seconds, for who refuses us
LONGEST_SILENCE = 300.0  # seconds, for who does not answer: it may be back, and locks out nobody


class RegisteringOwner(Protocol):
    """
    Whom the machine tells.
    """

    def sendRegister(self) -> None:
        """Ask to be registered."""

    def sendUnregister(self) -> None:
        """Take it back."""

    def isRegistered(self, seconds: int) -> None:
        """We are, for so long, or longer than before."""

    def isNotRegistered(self, reason: str) -> None:
        """We are not, or not any more."""

    def isOver(self) -> None:
        """Nothing comes after that."""


class Registering(Protocol):
    """
    The inputs.
    """

    def start(self) -> None:
        """Register, and stay registered."""

    def granted(self, seconds: int) -> None:
        """The server has done what we asked for."""

    def refused(self, reason: str, retryAfter: float) -> None:
        """It has not."""

    def unreachable(self, reason: str) -> None:
        """It does not answer."""

    def due(self) -> None:
        """It is time to ask again."""

    def revived(self) -> None:
        """The server was gone, and is there again; it may have forgotten us."""

    def leave(self) -> None:
        """Be registered no more, and say so."""

    def close(self) -> None:
        """Stop at once, and say nothing."""


@dataclass
class _Core:
    owner: RegisteringOwner
    clock: IReactorTime
    timer: Timer = field(init=False)
    pause: float = 0.0  # seconds that came after the last failure

    def __post_init__(self) -> None:
        self.timer = Timer(self.clock)

    def wait(self, machine: Registering, longest: float, atLeast: float = 0.0) -> None:
        """
        Ask again after twice as long as last time.
        """
        self.pause = min(2 * self.pause or FIRST_PAUSE, longest)
        self.timer.start(min(max(self.pause, atLeast), LONGEST_PAUSE), machine.due)


builder = TypeMachineBuilder(Registering, _Core)

idle = builder.state("idle")
registering = builder.state("registering")
registered = builder.state("registered")
refreshing = builder.state("refreshing")
unheard = builder.state("unheard")
turnedAway = builder.state("turned away")
leaving = builder.state("leaving")
over = builder.state("over")


@idle.upon(Registering.start).to(registering)
@unheard.upon(Registering.due).to(registering)
@turnedAway.upon(Registering.due).to(registering)
@registered.upon(Registering.due).to(refreshing)
def asks(machine: Registering, core: _Core) -> None:
    core.owner.sendRegister()


@unheard.upon(Registering.revived).to(registering)
@registered.upon(Registering.revived).to(refreshing)
def asksAtOnce(machine: Registering, core: _Core) -> None:
    core.timer.stop()
    core.owner.sendRegister()


@registering.upon(Registering.granted).to(registered)
@refreshing.upon(Registering.granted).to(registered)
def isRegistered(machine: Registering, core: _Core, seconds: int) -> None:
    core.pause = 0.0
    core.timer.start(REFRESHED * seconds, machine.due)
    core.owner.isRegistered(seconds)


@registering.upon(Registering.refused).to(turnedAway)
@refreshing.upon(Registering.refused).to(turnedAway)
def isRefused(machine: Registering, core: _Core, reason: str, retryAfter: float) -> None:
    core.wait(machine, LONGEST_PAUSE, retryAfter)
    core.owner.isNotRegistered(reason)


@registering.upon(Registering.unreachable).to(unheard)
@refreshing.upon(Registering.unreachable).to(unheard)
def hearsNothing(machine: Registering, core: _Core, reason: str) -> None:
    core.wait(machine, LONGEST_SILENCE)
    core.owner.isNotRegistered(reason)


@registering.upon(Registering.leave).to(leaving)
@registered.upon(Registering.leave).to(leaving)
@refreshing.upon(Registering.leave).to(leaving)
def leaves(machine: Registering, core: _Core) -> None:
    # In the middle of the first REGISTER too: it may have been granted.
    core.timer.stop()
    core.owner.sendUnregister()


@leaving.upon(Registering.granted).to(over)
def hasLeft(machine: Registering, core: _Core, seconds: int) -> None:
    core.owner.isOver()


@leaving.upon(Registering.refused).to(over)
def mayNotLeave(machine: Registering, core: _Core, reason: str, retryAfter: float) -> None:
    core.owner.isOver()


@leaving.upon(Registering.unreachable).to(over)
def leavesUnheard(machine: Registering, core: _Core, reason: str) -> None:
    core.owner.isOver()


@idle.upon(Registering.leave).to(over)
@unheard.upon(Registering.leave).to(over)
@turnedAway.upon(Registering.leave).to(over)
@idle.upon(Registering.close).to(over)
@registering.upon(Registering.close).to(over)
@registered.upon(Registering.close).to(over)
@refreshing.upon(Registering.close).to(over)
@unheard.upon(Registering.close).to(over)
@turnedAway.upon(Registering.close).to(over)
@leaving.upon(Registering.close).to(over)
def ends(machine: Registering, core: _Core) -> None:
    core.timer.stop()
    core.owner.isOver()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (registering, registered, refreshing, unheard, turnedAway, leaving, over):
    _state.upon(Registering.start).loop().returns(None)
for _state in (idle, registered, unheard, turnedAway, over):
    _state.upon(Registering.granted).loop().returns(None)
    _state.upon(Registering.refused).loop().returns(None)
    _state.upon(Registering.unreachable).loop().returns(None)
for _state in (idle, registering, refreshing, leaving, over):
    _state.upon(Registering.due).loop().returns(None)
for _state in (idle, registering, refreshing, turnedAway, leaving, over):
    _state.upon(Registering.revived).loop().returns(None)
for _state in (leaving, over):
    _state.upon(Registering.leave).loop().returns(None)
over.upon(Registering.close).loop().returns(None)

MACHINE = indexed(builder.build())


def newRegistering(owner: RegisteringOwner, clock: IReactorTime) -> Registering:
    return MACHINE(_Core(owner, clock))
