"""
A leader has another server follow, and minds it: it is told all that happens, says how far it is,
and is replaced when it ends, falls behind, says nothing or does something else.

A leader never waits for it longer than it takes to find that out.  While nobody follows, nobody
would take over: that is told, and another begins as soon as can be.
"""

from __future__ import annotations

from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from h323d.call.protection import IProtection, ProtectionState, Standing
from h323d.events.bus import Fact
from h323d.events.following import Diverged, FollowerJoined, FollowerLost
from h323d.ha.leading import Leading
from h323d.ha.reports import DivergedReport, described
from h323d.tracing import indexed, stateName

__all__ = ["LONGEST", "MACHINE", "SHORTEST", "STEADY", "Followers", "Minding", "Protecting"]

SHORTEST, LONGEST = 1.0, 32.0  # seconds until another begins, where one has just begun
STEADY = 60.0  # seconds that it has to be there for that to count no more
GRACE = 0.1  # seconds that an operator's answer has to leave, before whoever leads ends


class Followers(Protocol):
    """
    What a leader can do about who follows: the world's.
    """

    def begin(self) -> None:
        """Have another follow all that happens from now on; it is said whether it does."""

    def drop(self) -> None:
        """Have whoever follows, or is about to, do so no more, whatever it does."""

    def end(self) -> None:
        """End this process, at once and well: another leads when it is gone."""

    def told(self, fact: Fact) -> None:
        """Let a fact enter, in a turn of its own, once the present one is over."""


class Minding(Protocol):
    """
    The inputs of the machine.
    """

    def join(self) -> None:
        """Have another follow."""

    def due(self) -> None:
        """Our own: it is time to try again."""

    def joined(self) -> None:
        """Another follows."""

    def failed(self, reason: str) -> None:
        """None could begin to."""

    def reported(self, turn: int) -> None:
        """It has done a turn, and all before."""

    def diverged(self, report: DivergedReport) -> None:
        """It has done something else, or could not read what it was told."""

    def lost(self, reason: str) -> None:
        """It follows no more, or could not be told something in time."""

    def silent(self) -> None:
        """Our own: it has reported nothing for too long."""

    def handOver(self) -> None:
        """Let it lead, once it has done all that has happened."""

    def ready(self) -> None:
        """Our own: who asked for that has his answer."""

    def leave(self) -> None:
        """Nobody is to follow any more."""


class _Core:
    """
    @ivar turn: the last that the follower is known to have done.
    @ivar since: when it has joined, or has begun to.
    @ivar mark: a turn that it has not done yet, and when that was the last that had happened.
    @ivar told: why none could begin to, as long as that is no news.
    """

    def __init__(
        self, followers: Followers, leading: Leading, clock: IReactorTime, patience: float
    ) -> None:
        self.followers = followers
        self.leading = leading
        self.turn = leading.turn
        self.mark = (leading.turn, 0.0)
        self.since = 0.0
        self.told = ""
        self._clock = clock
        self._patience = patience
        self._pause = SHORTEST
        self._timer: IDelayedCall | None = None

    @property
    def lag(self) -> int:
        return max(0, self.leading.done - self.turn)

    @property
    def lagSeconds(self) -> float:
        return self._clock.seconds() - self.mark[1] if self.lag else 0.0

    def hear(self, turn: int) -> None:
        """
        It has done so much.
        """
        self.turn = turn
        if turn >= self.mark[0]:
            self.mark = (self.leading.done, self._clock.seconds())

    def start(self, machine: Minding) -> None:
        self.stop()
        self.since = self._clock.seconds()
        self.turn = self.leading.turn
        self.mark = (self.turn, self.since)
        self.followers.begin()

    def joined(self, machine: Minding) -> None:
        now = self._clock.seconds()
        self.followers.told(FollowerJoined(now, self.turn + 1, now - self.since))
        self.since = now
        self.told = ""
        self.listen(machine)

    def listen(self, machine: Minding) -> None:
        """
        It has said something, and may be silent for a while.
        """
        self.stop()
        self._timer = self._clock.callLater(self._patience, self.look, machine)

    def look(self, machine: Minding) -> None:
        assert self._timer is not None
        late = self._clock.seconds() - self._timer.getTime()
        self._timer = None
        if late > self._patience / 2:
            self.listen(machine)  # it is we who have slept: what it said may wait to be read
        else:
            machine.silent()

    def lose(self, machine: Minding, reason: str, isNews: bool = True) -> None:
        """
        It follows no more; another begins, the later the more of them were there only briefly.
        """
        now = self._clock.seconds()
        self.followers.drop()
        if isNews:
            self.followers.told(FollowerLost(now, reason, self.lag))
        if now - self.since >= STEADY:
            self._pause = SHORTEST
        self.stop()
        self._timer = self._clock.callLater(self._pause, machine.due)
        self._pause = min(2 * self._pause, LONGEST)

    def fail(self, machine: Minding, reason: str) -> None:
        """
        None could begin to; which is told once, and not at each attempt.
        """
        isNews, self.told = reason != self.told, reason
        self.lose(machine, reason, isNews)

    def grant(self, machine: Minding) -> None:
        self.stop()
        self._timer = self._clock.callLater(GRACE, machine.ready)

    def stop(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def tellDivergence(self, report: DivergedReport) -> None:
        now, turn = self._clock.seconds(), report.turn
        led = described(self.leading.outputsOf(turn))
        self.followers.told(Diverged(now, turn, report.reason, led, report.outputs))


builder = TypeMachineBuilder(Minding, _Core)

alone = builder.state("alone")
joining = builder.state("joining")
protected = builder.state("protected")
answering = builder.state("answering")  # who has asked that another leads
handingOver = builder.state("handingOver")
ended = builder.state("ended")


@alone.upon(Minding.join).to(joining)
@alone.upon(Minding.due).to(joining)
def begin(machine: Minding, core: _Core) -> None:
    core.start(machine)


@joining.upon(Minding.joined).to(protected)
def welcome(machine: Minding, core: _Core) -> None:
    core.joined(machine)


@joining.upon(Minding.failed).to(alone)
def fail(machine: Minding, core: _Core, reason: str) -> None:
    core.fail(machine, reason)


@joining.upon(Minding.lost).to(alone)
@protected.upon(Minding.lost).to(alone)
@answering.upon(Minding.lost).to(alone)
@handingOver.upon(Minding.lost).to(alone)
def lose(machine: Minding, core: _Core, reason: str) -> None:
    core.lose(machine, reason)


@protected.upon(Minding.silent).to(alone)
@answering.upon(Minding.silent).to(alone)
@handingOver.upon(Minding.silent).to(alone)
def giveUp(machine: Minding, core: _Core) -> None:
    core.lose(machine, "silent")


@joining.upon(Minding.diverged).to(alone)
@protected.upon(Minding.diverged).to(alone)
@answering.upon(Minding.diverged).to(alone)
@handingOver.upon(Minding.diverged).to(alone)
def disown(machine: Minding, core: _Core, report: DivergedReport) -> None:
    core.tellDivergence(report)
    core.lose(machine, "diverged")


@protected.upon(Minding.reported).loop()
def hear(machine: Minding, core: _Core, turn: int) -> None:
    core.hear(turn)
    core.listen(machine)


@answering.upon(Minding.reported).loop()
def hearMeanwhile(machine: Minding, core: _Core, turn: int) -> None:
    core.hear(turn)


@protected.upon(Minding.handOver).to(answering)
def answer(machine: Minding, core: _Core) -> None:
    core.grant(machine)


@answering.upon(Minding.ready).to(handingOver)
def await_(machine: Minding, core: _Core) -> None:
    core.listen(machine)
    machine.reported(core.turn)


@handingOver.upon(Minding.reported).loop()
def endWhenItIsUpToDate(machine: Minding, core: _Core, turn: int) -> None:
    core.hear(turn)
    if core.lag:
        core.leading.beat()  # which it answers when it has done all until now
    else:
        core.followers.end()


@alone.upon(Minding.leave).to(ended)
def stop(machine: Minding, core: _Core) -> None:
    core.stop()


@joining.upon(Minding.leave).to(ended)
@protected.upon(Minding.leave).to(ended)
@answering.upon(Minding.leave).to(ended)
@handingOver.upon(Minding.leave).to(ended)
def dismiss(machine: Minding, core: _Core) -> None:
    core.stop()
    core.followers.drop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (joining, protected, answering, handingOver, ended):
    _state.upon(Minding.join).loop().returns(None)
    _state.upon(Minding.due).loop().returns(None)
for _state in (alone, protected, answering, handingOver, ended):
    _state.upon(Minding.joined).loop().returns(None)
    _state.upon(Minding.failed).loop().returns(None)
for _state in (alone, joining, ended):
    _state.upon(Minding.reported).loop().returns(None)
    _state.upon(Minding.silent).loop().returns(None)
for _state in (alone, ended):
    _state.upon(Minding.diverged).loop().returns(None)
    _state.upon(Minding.lost).loop().returns(None)
for _state in (alone, joining, answering, handingOver, ended):
    _state.upon(Minding.handOver).loop().returns(None)
for _state in (alone, joining, protected, handingOver, ended):
    _state.upon(Minding.ready).loop().returns(None)
ended.upon(Minding.leave).loop().returns(None)

MACHINE = indexed(builder.build())
_STATES = {
    "alone": ProtectionState.ALONE,
    "joining": ProtectionState.JOINING,
    "protected": ProtectionState.PROTECTED,
    "answering": ProtectionState.HANDING_OVER,
    "handingOver": ProtectionState.HANDING_OVER,
    "ended": ProtectionState.OFF,
}


@implementer(IProtection)
class Protecting:
    """
    That another follows, for whoever leads.

    @ivar minding: what happens to who follows is told it.
    """

    def __init__(
        self,
        followers: Followers,
        leading: Leading,
        clock: IReactorTime,
        patience: float,
    ) -> None:
        """
        @param clock: which goes on between turns.
        @param patience: seconds in which a follower has to report something.
        """
        self._core = _Core(followers, leading, clock, patience)
        self._leading = leading
        self.minding = MACHINE(self._core)

    def standing(self) -> Standing:
        state, leading = _STATES[stateName(self.minding)], self._leading
        if state is ProtectionState.ALONE:
            return Standing(state, leading.epoch, leading.turn)
        core = self._core
        return Standing(state, leading.epoch, leading.turn, core.lag, round(core.lagSeconds, 4))

    def switchOver(self, epoch: int) -> None:
        if epoch == self._leading.epoch:
            self.minding.handOver()

    def join(self) -> None:
        self.minding.join()
