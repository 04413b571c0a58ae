"""
When we tell the peer what we can do: at once, but for the end of a hold (H.323, 8.4.6).

An empty set makes the peer close the channels that it sends by.  Some need a while for that, and
clear a call that is resumed in between: they take the new set for what their old channel has to
suit.  So that set waits until the peer has closed them, or L{CLOSING} seconds have passed since the
hold; not all close them.  It does not say what the set is: L{h323d.h323.h245.cese}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["CLOSING", "MACHINE", "Telling", "TellingOwner", "newTelling"]

CLOSING = 3.0  # seconds that a peer that was put on hold has to close its channels


class TellingOwner(Protocol):
    """
    What the machine needs of the session.
    """

    def wantsMedia(self) -> bool:
        """Ask whether there is anything that we can receive now."""

    def isSentMedia(self) -> bool:
        """Ask whether the peer has a channel open."""

    def transfer(self) -> None:
        """Send what we can do now."""


class Telling(Protocol):
    """
    The inputs.
    """

    def tell(self) -> None:
        """What we can do has changed, or the peer wants to hear it."""

    def ceased(self) -> None:
        """The peer has closed its last channel."""

    def closingExpired(self) -> None:
        """It has not in time."""

    def stop(self) -> None:
        """The session is over."""

    def held(self) -> None:
        """Our own: the peer is on hold now, and has to close its channels."""

    def resumed(self) -> None:
        """Our own: the hold is over."""

    def heldAgain(self) -> None:
        """Our own: it is not after all."""


@dataclass
class _Core:
    owner: TellingOwner
    timer: Timer


builder = TypeMachineBuilder(Telling, _Core)

free = builder.state("free")
closing = builder.state("closing")  # the peer is to close its channels
postponed = builder.state("postponed")  # and is to be resumed then


@free.upon(Telling.tell).loop()
def tell(machine: Telling, core: _Core) -> None:
    core.owner.transfer()
    if core.owner.isSentMedia() and not core.owner.wantsMedia():
        machine.held()


@free.upon(Telling.held).to(closing)
def awaitClosing(machine: Telling, core: _Core) -> None:
    core.timer.start(CLOSING, machine.closingExpired)


@closing.upon(Telling.tell).loop()
def tellOnHold(machine: Telling, core: _Core) -> None:
    if core.owner.wantsMedia():
        machine.resumed()
    else:
        core.owner.transfer()


closing.upon(Telling.resumed).to(postponed).returns(None)


@postponed.upon(Telling.tell).loop()
def tellLater(machine: Telling, core: _Core) -> None:
    if not core.owner.wantsMedia():
        machine.heldAgain()


postponed.upon(Telling.heldAgain).to(closing).returns(None)


@postponed.upon(Telling.ceased).to(free)
@postponed.upon(Telling.closingExpired).to(free)
def tellNow(machine: Telling, core: _Core) -> None:
    core.timer.stop()
    core.owner.transfer()


@closing.upon(Telling.ceased).to(free)
@closing.upon(Telling.closingExpired).to(free)
@closing.upon(Telling.stop).to(free)
@postponed.upon(Telling.stop).to(free)
def forget(machine: Telling, core: _Core) -> None:
    core.timer.stop()


for _late in (Telling.ceased, Telling.closingExpired, Telling.stop):
    free.upon(_late).loop().returns(None)
for _own in (Telling.resumed, Telling.heldAgain):
    free.upon(_own).loop().returns(None)
for _own in (Telling.held, Telling.heldAgain):
    closing.upon(_own).loop().returns(None)
for _own in (Telling.held, Telling.resumed):
    postponed.upon(_own).loop().returns(None)

MACHINE = indexed(builder.build())


def newTelling(owner: TellingOwner, clock: IReactorTime) -> Telling:
    """
    @param owner: the session.
    @param clock: runs the wait for the peer to close its channels.
    """
    return MACHINE(_Core(owner, Timer(clock)))
