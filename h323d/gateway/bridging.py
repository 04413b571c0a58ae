"""
How far a bridged call has come: from one way after the other to the answer, and to the end.

The machine knows what is to be done when; which leg that is, and which way is next, is its
owner's business (L{h323d.gateway.bridge}).  Each leg negotiates media with us alone, so nothing
here waits for any; but for early media, which the caller is to hear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "Bridging", "BridgingOwner", "newBridging"]


class BridgingOwner(Protocol):
    """
    What the machine needs of the bridge.  None of these may raise.
    """

    def tryWay(self, failed: Cause | None) -> None:
        """
        Call the called party by its next way.

        @param failed: why the way before it led nowhere; C{None} for the first.
        """

    def ring(self) -> None:
        """Tell the caller that it rings."""

    def openEarly(self) -> None:
        """Let the caller hear what the called side has to say before it answers."""

    def answerCaller(self) -> None:
        """Answer the caller."""

    def end(self, cause: Cause) -> None:
        """Let go of whoever is there still."""


class Bridging(Protocol):
    """
    The inputs.
    """

    def begin(self) -> None:
        """The called party is to be called."""

    def calledRings(self) -> None:
        """It is told."""

    def calledSpeaks(self) -> None:
        """It has media for us, and has not answered: early media (RFC 3960, H.323 8.1.7)."""

    def calledAnswers(self) -> None:
        """It has answered."""

    def calledGone(self, cause: Cause) -> None:
        """The leg to it is over."""

    def noneLeft(self, cause: Cause) -> None:
        """Our own: there is no other way."""

    def callerAnswered(self) -> None:
        """The caller knows that it is answered."""

    def callerGone(self, cause: Cause) -> None:
        """The caller's leg is over."""

    def clear(self, cause: Cause) -> None:
        """The call is not to go on."""

    def timerExpired(self) -> None:
        """Nobody has answered."""


@dataclass
class _Core:
    owner: BridgingOwner
    timer: Timer
    answerTimeout: float


builder = TypeMachineBuilder(Bridging, _Core)

offered = builder.state("offered")
calling = builder.state("calling")
ringing = builder.state("ringing")
answered = builder.state("answered")
talking = builder.state("talking")
over = builder.state("over")


@offered.upon(Bridging.begin).to(calling)
def first(machine: Bridging, core: _Core) -> None:
    core.timer.start(core.answerTimeout, machine.timerExpired)
    core.owner.tryWay(None)


@calling.upon(Bridging.calledRings).to(ringing)
def rings(machine: Bridging, core: _Core) -> None:
    core.owner.ring()


@calling.upon(Bridging.calledSpeaks).to(ringing)
@ringing.upon(Bridging.calledSpeaks).loop()
def speaks(machine: Bridging, core: _Core) -> None:
    core.owner.openEarly()


@calling.upon(Bridging.calledGone).loop()
@ringing.upon(Bridging.calledGone).to(calling)
def another(machine: Bridging, core: _Core, cause: Cause) -> None:
    core.owner.tryWay(cause)


@calling.upon(Bridging.calledAnswers).to(answered)
@ringing.upon(Bridging.calledAnswers).to(answered)
def answers(machine: Bridging, core: _Core) -> None:
    core.timer.stop()
    core.owner.answerCaller()


@answered.upon(Bridging.callerAnswered).to(talking)
def talks(machine: Bridging, core: _Core) -> None:
    """
    Nothing to do: both are there.
    """


@calling.upon(Bridging.timerExpired).to(over)
@ringing.upon(Bridging.timerExpired).to(over)
def unanswered(machine: Bridging, core: _Core) -> None:
    core.owner.end(Cause.NO_ANSWER_FROM_USER)


@calling.upon(Bridging.noneLeft).to(over)
@calling.upon(Bridging.callerGone).to(over)
@ringing.upon(Bridging.callerGone).to(over)
@answered.upon(Bridging.callerGone).to(over)
@talking.upon(Bridging.callerGone).to(over)
@answered.upon(Bridging.calledGone).to(over)
@talking.upon(Bridging.calledGone).to(over)
@offered.upon(Bridging.clear).to(over)
@calling.upon(Bridging.clear).to(over)
@ringing.upon(Bridging.clear).to(over)
@answered.upon(Bridging.clear).to(over)
@talking.upon(Bridging.clear).to(over)
def ends(machine: Bridging, core: _Core, cause: Cause) -> None:
    core.timer.stop()
    core.owner.end(cause)


# What crosses with what the other leg has told, comes twice, or cannot come at all.
_PROGRESS = (Bridging.calledRings, Bridging.calledSpeaks, Bridging.calledAnswers)
_IGNORED = {
    offered: (
        *_PROGRESS,
        *(Bridging.calledGone, Bridging.noneLeft, Bridging.callerAnswered),
        *(Bridging.callerGone, Bridging.timerExpired),
    ),
    calling: (Bridging.begin, Bridging.callerAnswered),
    ringing: (Bridging.begin, Bridging.calledRings, Bridging.noneLeft, Bridging.callerAnswered),
    answered: (*_PROGRESS, Bridging.begin, Bridging.noneLeft, Bridging.timerExpired),
    talking: (
        *_PROGRESS,
        *(Bridging.begin, Bridging.noneLeft, Bridging.callerAnswered, Bridging.timerExpired),
    ),
    over: (
        *_PROGRESS,
        *(Bridging.begin, Bridging.calledGone, Bridging.noneLeft, Bridging.callerAnswered),
        *(Bridging.callerGone, Bridging.clear, Bridging.timerExpired),
    ),
}
for _state, _inputs in _IGNORED.items():
    for _input in _inputs:
        _state.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newBridging(owner: BridgingOwner, clock: IReactorTime, answerTimeout: float) -> Bridging:
    """
    @param owner: the bridge.
    @param clock: runs the timer.
    @param answerTimeout: seconds that the called party has.
    """
    return MACHINE(_Core(owner, Timer(clock), answerTimeout))
