"""
How a subscription goes, for who tells the events: RFC 6665, 4.2.

Whoever subscribes, or does so again, is told all at once; and afterwards what changes, not more
often than the package allows.  It ends when it is not refreshed, when who has subscribed wants no
more or does not take what they are told, and when we leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["MACHINE", "Subscribing", "SubscribingOwner", "newSubscribing"]

TIMEOUT = "timeout"  # why it ends (4.1.3)
DEACTIVATED = "deactivated"


class SubscribingOwner(Protocol):
    """
    What it needs of the subscription.
    """

    def tellAll(self) -> None:
        """Say all that there is to know."""

    def tellNews(self) -> None:
        """Say what has changed."""

    def tellLast(self, reason: str) -> None:
        """Say all, and that it is the end."""

    def over(self) -> None:
        """Forget it.  Once."""


class Subscribing(Protocol):
    """
    The inputs.
    """

    def subscribe(self, seconds: float) -> None:
        """It is to go on for so long; 0 to end."""

    def changed(self) -> None:
        """There is news."""

    def refused(self) -> None:
        """Who has subscribed does not take what they are told, or is not there."""

    def leave(self) -> None:
        """We tell nobody any more."""

    def close(self) -> None:
        """Nothing can be sent any more."""

    def pauseOver(self) -> None:
        """It may be told again."""

    def expire(self) -> None:
        """Nobody has refreshed it."""

    def unsubscribe(self) -> None:
        """Our own: it is to end."""


@dataclass
class _Core:
    owner: SubscribingOwner
    pause: float
    expiry: Timer
    pausing: Timer

    def rest(self, machine: Subscribing) -> None:
        self.pausing.start(self.pause, machine.pauseOver)

    def end(self) -> None:
        self.expiry.stop()
        self.pausing.stop()
        self.owner.over()


builder = TypeMachineBuilder(Subscribing, _Core)

ready = builder.state("ready")
resting = builder.state("resting")  # for as long as the package allows no more
stale = builder.state("stale")  # resting, and there is news
ended = builder.state("ended")

_live = (ready, resting, stale)

for _state in _live:

    @_state.upon(Subscribing.subscribe).to(resting)
    def goesOn(machine: Subscribing, core: _Core, seconds: float) -> None:
        if seconds > 0:
            core.expiry.start(seconds, machine.expire)
            core.rest(machine)
            core.owner.tellAll()
        else:
            machine.unsubscribe()

    @_state.upon(Subscribing.unsubscribe).to(ended)
    @_state.upon(Subscribing.expire).to(ended)
    def timesOut(machine: Subscribing, core: _Core) -> None:
        core.owner.tellLast(TIMEOUT)
        core.end()

    @_state.upon(Subscribing.leave).to(ended)
    def leaves(machine: Subscribing, core: _Core) -> None:
        core.owner.tellLast(DEACTIVATED)
        core.end()

    @_state.upon(Subscribing.refused).to(ended)
    @_state.upon(Subscribing.close).to(ended)
    def isOver(machine: Subscribing, core: _Core) -> None:
        core.end()


@ready.upon(Subscribing.changed).to(resting)
@stale.upon(Subscribing.pauseOver).to(resting)
def tells(machine: Subscribing, core: _Core) -> None:
    core.rest(machine)
    core.owner.tellNews()


@resting.upon(Subscribing.changed).to(stale)
@resting.upon(Subscribing.pauseOver).to(ready)
def waits(machine: Subscribing, core: _Core) -> None:
    """
    Nothing to do.
    """


# Said outright, so that a (state, input) pair nobody thought of fails a test.
ready.upon(Subscribing.pauseOver).loop().returns(None)
stale.upon(Subscribing.changed).loop().returns(None)
for _input in (
    *(Subscribing.changed, Subscribing.refused, Subscribing.leave, Subscribing.close),
    *(Subscribing.pauseOver, Subscribing.expire, Subscribing.unsubscribe),
):
    ended.upon(_input).loop().returns(None)
ended.upon(Subscribing.subscribe).loop().returns(None)

MACHINE = indexed(builder.build())


def newSubscribing(owner: SubscribingOwner, clock: IReactorTime, pause: float) -> Subscribing:
    """
    One that nobody has been told anything of.

    @param owner: tells.
    @param clock: runs the timers.
    @param pause: seconds between two notifications at least.
    """
    return MACHINE(_Core(owner, pause, Timer(clock), Timer(clock)))
