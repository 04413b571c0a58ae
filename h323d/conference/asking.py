"""
The asking for a PIN: from the first prompt until somebody may come in, or is turned away.

C{#} ends an entry, as does a pause; C{*} begins it anew.  After a wrong one there is a moment in
which nothing is taken; after the last, that is all.  What is right says the owner: this module sees
digits, and plays and compares nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.conference.roles import RoomRole
from h323d.tracing import indexed

__all__ = ["MACHINE", "MAX_KEYS", "Asking", "AskingOwner", "Patience", "newAsking"]

MAX_KEYS = 32  # of one entry, those that C{*} has taken back too

_END, _ANEW, _DIGITS = "#", "*", "0123456789"


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How long somebody is asked.

    @ivar tries: how often.
    @ivar seconds: without a key, after which what has been entered is all.
    @ivar pause: seconds after a wrong entry, in which nothing is taken.
    @ivar failures: how many wrong ones of one caller in an hour are looked at; 0 for any number.
    """

    tries: int
    seconds: float
    pause: float
    failures: int = 0


class AskingOwner(Protocol):
    """
    What the machine needs of the one who is asked.  None of these may raise.
    """

    def ask(self) -> None:
        """Play the prompt."""

    def hush(self) -> None:
        """Play nothing: the first key was pressed."""

    def roleFor(self, entered: str) -> RoomRole | None:
        """What somebody is who enters this; C{None} if it is wrong."""

    def complain(self) -> None:
        """Play that it was wrong."""

    def letIn(self, role: RoomRole) -> None:
        """It was right."""

    def turnAway(self) -> None:
        """It was wrong for the last time, and that was played."""


class Asking(Protocol):
    """
    The inputs of the machine.
    """

    def begin(self) -> None:
        """The call is answered."""

    def heard(self) -> None:
        """What is played reaches who is asked: their sound flows, for the first time or again."""

    def press(self, key: str) -> None:
        """A key was pressed."""

    def quiet(self) -> None:
        """No key was pressed for long."""

    def right(self, role: RoomRole) -> None:
        """What was entered opens the room."""

    def wrong(self) -> None:
        """It does not; there are tries left."""

    def wrongAtLast(self) -> None:
        """It does not, and there is none."""

    def goOn(self) -> None:
        """The pause is over."""

    def stop(self) -> None:
        """Who is asked has gone."""


@dataclass
class _Core:
    owner: AskingOwner
    patience: Patience
    timer: Timer
    left: int
    keys: list[str] = field(default_factory=list)
    pressed: int = 0

    def listen(self, machine: Asking) -> None:
        self.timer.start(self.patience.seconds, machine.quiet)

    def judge(self, machine: Asking) -> None:
        entered = "".join(self.keys)
        self.timer.stop()
        self.keys.clear()
        self.pressed = 0
        role = self.owner.roleFor(entered)
        if role is not None:
            machine.right(role)
            return
        self.left -= 1
        if self.left:
            machine.wrong()
        else:
            machine.wrongAtLast()

    def pause(self, machine: Asking) -> None:
        self.timer.start(self.patience.pause, machine.goOn)
        self.owner.complain()


builder = TypeMachineBuilder(Asking, _Core)

idle = builder.state("idle")
asking = builder.state("asking")
pausing = builder.state("pausing")
refusing = builder.state("refusing")
over = builder.state("over")


@idle.upon(Asking.begin).to(asking)
@pausing.upon(Asking.goOn).to(asking)
def ask(machine: Asking, core: _Core) -> None:
    core.listen(machine)
    core.owner.ask()


@asking.upon(Asking.heard).loop()
def askAgain(machine: Asking, core: _Core) -> None:
    if not core.pressed:
        core.listen(machine)
        core.owner.ask()


@asking.upon(Asking.press).loop()
def press(machine: Asking, core: _Core, key: str) -> None:
    core.pressed += 1
    core.owner.hush()
    if key == _END or core.pressed > MAX_KEYS:
        core.judge(machine)
        return
    core.listen(machine)
    if key == _ANEW:
        core.keys.clear()
    elif key in _DIGITS:
        core.keys.append(key)


@asking.upon(Asking.quiet).loop()
def endEntry(machine: Asking, core: _Core) -> None:
    core.judge(machine)


@asking.upon(Asking.right).to(over)
def letIn(machine: Asking, core: _Core, role: RoomRole) -> None:
    core.timer.stop()
    core.owner.letIn(role)


@asking.upon(Asking.wrong).to(pausing)
@asking.upon(Asking.wrongAtLast).to(refusing)
def complain(machine: Asking, core: _Core) -> None:
    core.pause(machine)


@refusing.upon(Asking.goOn).to(over)
def turnAway(machine: Asking, core: _Core) -> None:
    core.owner.turnAway()


@asking.upon(Asking.stop).to(over)
@pausing.upon(Asking.stop).to(over)
@refusing.upon(Asking.stop).to(over)
def stop(machine: Asking, core: _Core) -> None:
    core.timer.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
idle.upon(Asking.stop).to(over).returns(None)
for _state in (asking, pausing, refusing, over):
    _state.upon(Asking.begin).loop().returns(None)
for _state in (idle, pausing, refusing, over):
    _state.upon(Asking.heard).loop().returns(None)
    _state.upon(Asking.press).loop().returns(None)
    _state.upon(Asking.quiet).loop().returns(None)
    _state.upon(Asking.right).loop().returns(None)
    _state.upon(Asking.wrong).loop().returns(None)
    _state.upon(Asking.wrongAtLast).loop().returns(None)
for _state in (idle, asking, over):
    _state.upon(Asking.goOn).loop().returns(None)
over.upon(Asking.stop).loop().returns(None)

MACHINE = indexed(builder.build())


def newAsking(owner: AskingOwner, clock: IReactorTime, patience: Patience) -> Asking:
    """
    @param owner: plays, judges, and is told what comes of it.
    """
    return MACHINE(_Core(owner, patience, Timer(clock), patience.tries))
