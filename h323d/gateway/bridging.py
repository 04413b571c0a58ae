"""
How far a bridged call has come: from one rank of ways after the other to the answer, and to the
end.  Where it is we who call the caller, that comes first.

The machine knows what is to be done when; which legs there are, and which ways are next, is its
owner's business (L{h323d.gateway.bridge}, L{h323d.gateway.branches}).  "The called side" is all
the sides that are called at the same time until one of them answers, and that one afterwards:
the others are over then, before the machine hears anything else.  Each leg negotiates media
with us alone, so nothing here waits for any; but for early media, which the caller is to hear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.timer import Timer
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.bridginginputs import Bridging
from h323d.gateway.successor import Successor
from h323d.tracing import TypedState, indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "BridgingOwner", "newBridging"]


class BridgingOwner(Protocol):
    """
    What the machine needs of the bridge.  None of these may raise.
    """

    def callNext(self) -> None:
        """Call the called party by its next ways."""

    def giveUpRank(self) -> None:
        """Call nobody any more who is called, if there are others who may answer."""

    def callRedirected(self) -> None:
        """Call where a called side has sent us."""

    def ring(self) -> None:
        """Tell the caller that it rings."""

    def openEarly(self) -> None:
        """Open media with the caller before the answer."""

    def hear(self) -> None:
        """Let the caller hear a called side that speaks, if it does not hear one."""

    def refuseAloud(self) -> None:
        """Let the caller, who is in a call with us, hear that nobody can be had."""

    def endRefused(self) -> None:
        """Let go of the caller, who has heard that."""

    def answerCaller(self) -> None:
        """Answer the caller, and let go of the called sides that have not answered."""

    def beginTransfer(self, side: BridgeSide, request: ITransferRequest) -> None:
        """Have the other side's party call whom a side has named."""

    def refuseTransfer(self, request: ITransferRequest) -> None:
        """Nobody is called: they do not talk yet, or one is being called already."""

    def moveOn(self) -> None:
        """Let the other side go on where it is to go, before that call is answered."""

    def loseTransfer(self, cause: Cause) -> None:
        """There is nobody to go on."""

    def pickUp(self, side: BridgeSide, leg: ILeg) -> None:
        """Have somebody else answer who wants the place of a side that is called."""

    def expectSuccessor(self, side: BridgeSide, leg: ILeg) -> None:
        """Answer who is to have the place of a side."""

    def refuseSuccessor(self, leg: ILeg) -> None:
        """Nobody has it."""

    def yieldPlace(self, successor: Successor) -> None:
        """Let whom that side talks with go on with them."""

    def dropSuccessor(self, successor: Successor) -> None:
        """The place is there no more."""

    def end(self, cause: Cause) -> None:
        """Let go of whoever is there still."""


@dataclass
class _Core:
    owner: BridgingOwner
    timer: Timer
    rankTimer: Timer
    answerTimeout: float
    ringTimeout: float
    busySeconds: float

    def startRank(self, machine: Bridging) -> None:
        self.rankTimer.start(self.ringTimeout, machine.rankTimerExpired)

    def stop(self) -> None:
        self.timer.stop()
        self.rankTimer.stop()


builder = TypeMachineBuilder(Bridging, _Core)

offered = builder.state("offered")
fetching = builder.state("fetching")
calling = builder.state("calling")
ringing = builder.state("ringing")  # the caller has been told, and is not told again
hearing = builder.state("hearing")  # the caller has early media, an announcement as it may be
hearingRinging = builder.state("hearingRinging")  # the caller has been told both
refused = builder.state("refused")  # the caller hears that nobody can be had
answered = builder.state("answered")
talking = builder.state("talking")
transferring = builder.state("transferring")  # they talk on, as long as that is not done
over = builder.state("over")


@offered.upon(Bridging.fetch).to(fetching)
def fetches(machine: Bridging, core: _Core) -> None:
    core.timer.start(core.answerTimeout, machine.timerExpired)


@offered.upon(Bridging.begin).to(calling)
@fetching.upon(Bridging.callerAnswered).to(calling)
def first(machine: Bridging, core: _Core) -> None:
    core.timer.start(core.answerTimeout, machine.timerExpired)
    core.startRank(machine)
    core.owner.callNext()


_unanswered = (calling, ringing, hearing, hearingRinging)


@calling.upon(Bridging.calledRings).to(ringing)
@hearing.upon(Bridging.calledRings).to(hearingRinging)
def rings(machine: Bridging, core: _Core) -> None:
    core.owner.ring()


@calling.upon(Bridging.calledSpeaks).to(hearing)
@ringing.upon(Bridging.calledSpeaks).to(hearingRinging)
def speaks(machine: Bridging, core: _Core) -> None:
    core.owner.openEarly()
    core.owner.hear()


@hearing.upon(Bridging.calledSpeaks).loop()
@hearingRinging.upon(Bridging.calledSpeaks).loop()
def speaksToo(machine: Bridging, core: _Core) -> None:
    core.owner.hear()


for _state in _unanswered:

    @_state.upon(Bridging.noneAnswers).loop()
    def another(machine: Bridging, core: _Core) -> None:
        core.startRank(machine)
        core.owner.callNext()

    @_state.upon(Bridging.rankTimerExpired).loop()
    def rankUnanswered(machine: Bridging, core: _Core) -> None:
        core.owner.giveUpRank()

    @_state.upon(Bridging.calledRedirects).loop()
    def elsewhere(machine: Bridging, core: _Core) -> None:
        core.startRank(machine)
        core.owner.callRedirected()

    @_state.upon(Bridging.noneLeftToHear).to(refused)
    def refuses(machine: Bridging, core: _Core) -> None:
        core.stop()
        core.timer.start(core.busySeconds, machine.timerExpired)
        core.owner.refuseAloud()

    @_state.upon(Bridging.calledAnswers).to(answered)
    def answers(machine: Bridging, core: _Core) -> None:
        core.stop()
        core.owner.answerCaller()


for _state in (fetching, *_unanswered):

    @_state.upon(Bridging.timerExpired).to(over)
    def unanswered(machine: Bridging, core: _Core) -> None:
        core.stop()
        core.owner.end(Cause.NO_ANSWER_FROM_USER)


@refused.upon(Bridging.timerExpired).to(over)
def hasHeard(machine: Bridging, core: _Core) -> None:
    core.owner.endRefused()


@offered.upon(Bridging.join).to(calling)  # but for the word that both are answered
@answered.upon(Bridging.callerAnswered).to(talking)
@transferring.upon(Bridging.transferFailed).to(talking)
def talks(machine: Bridging, core: _Core) -> None:
    """
    Nothing to do: both are there.
    """


@talking.upon(Bridging.transferAsked).to(transferring)
def transfers(machine: Bridging, core: _Core, side: BridgeSide, request: ITransferRequest) -> None:
    core.owner.beginTransfer(side, request)


@talking.upon(Bridging.replaceAsked).loop()
def expectsSuccessor(machine: Bridging, core: _Core, side: BridgeSide, leg: ILeg) -> None:
    core.owner.expectSuccessor(side, leg)


@talking.upon(Bridging.successorAnswered).to(over)
def yields(machine: Bridging, core: _Core, successor: Successor) -> None:
    core.owner.yieldPlace(successor)
    core.owner.end(Cause.NORMAL_CALL_CLEARING)


@transferring.upon(Bridging.referrerGone).to(over)
def movesOn(machine: Bridging, core: _Core, cause: Cause) -> None:
    core.owner.moveOn()


@transferring.upon(Bridging.transferred).to(over)
def isLeft(machine: Bridging, core: _Core) -> None:
    core.owner.end(Cause.NORMAL_CALL_CLEARING)


@transferring.upon(Bridging.callerGone).to(over)
@transferring.upon(Bridging.calledGone).to(over)
@transferring.upon(Bridging.clear).to(over)
def isLost(machine: Bridging, core: _Core, cause: Cause) -> None:
    core.owner.loseTransfer(cause)
    core.owner.end(cause)


for _state in (offered, fetching, *_unanswered, refused, answered, transferring, over):

    @_state.upon(Bridging.transferAsked).loop()
    def refusesTransfer(
        machine: Bridging, core: _Core, side: BridgeSide, request: ITransferRequest
    ) -> None:
        core.owner.refuseTransfer(request)

    @_state.upon(Bridging.successorAnswered).loop()
    def dropsSuccessor(machine: Bridging, core: _Core, successor: Successor) -> None:
        core.owner.dropSuccessor(successor)


for _state in _unanswered:

    @_state.upon(Bridging.replaceAsked).loop()
    def picksUp(machine: Bridging, core: _Core, side: BridgeSide, leg: ILeg) -> None:
        core.owner.pickUp(side, leg)


for _state in (offered, fetching, refused, answered, transferring, over):

    @_state.upon(Bridging.replaceAsked).loop()
    def refusesSuccessor(machine: Bridging, core: _Core, side: BridgeSide, leg: ILeg) -> None:
        core.owner.refuseSuccessor(leg)


@offered.upon(Bridging.clear).to(over)
@answered.upon(Bridging.calledGone).to(over)
@talking.upon(Bridging.calledGone).to(over)
def ends(machine: Bridging, core: _Core, cause: Cause) -> None:
    core.stop()
    core.owner.end(cause)


for _state in _unanswered:
    _state.upon(Bridging.noneLeft).to(over)(ends)

for _state in (fetching, *_unanswered, refused, answered, talking):
    _state.upon(Bridging.callerGone).to(over)(ends)
    _state.upon(Bridging.clear).to(over)(ends)


# What crosses with what the other leg has told, comes twice, or cannot come at all.
_PROGRESS = (
    *(Bridging.calledRings, Bridging.calledSpeaks, Bridging.calledAnswers),
    *(Bridging.calledRedirects, Bridging.noneAnswers, Bridging.noneLeft),
    Bridging.noneLeftToHear,
)
_TIMERS = (Bridging.timerExpired, Bridging.rankTimerExpired)
_BEGINNINGS = (Bridging.fetch, Bridging.begin, Bridging.join)
_TRANSFER = (Bridging.transferFailed, Bridging.transferred, Bridging.referrerGone)
_LATER = (*_BEGINNINGS, *_TRANSFER, Bridging.callerAnswered, Bridging.calledGone)
_IGNORED: dict[TypedState[Bridging, _Core], tuple[Callable[..., None], ...]] = {
    offered: (
        *_PROGRESS,
        *_TRANSFER,
        *(Bridging.calledGone, Bridging.callerAnswered, Bridging.callerGone),
        *_TIMERS,
    ),
    fetching: (
        *_PROGRESS,
        *_BEGINNINGS,
        *_TRANSFER,
        *(Bridging.calledGone, Bridging.rankTimerExpired),
    ),
    calling: _LATER,
    ringing: (*_LATER, Bridging.calledRings),
    hearing: _LATER,
    hearingRinging: (*_LATER, Bridging.calledRings),
    refused: (
        *_PROGRESS,
        *_BEGINNINGS,
        *_TRANSFER,
        *(Bridging.calledGone, Bridging.callerAnswered, Bridging.rankTimerExpired),
    ),
    answered: (*_PROGRESS, *_BEGINNINGS, *_TRANSFER, *_TIMERS),
    talking: (*_PROGRESS, *_BEGINNINGS, *_TRANSFER, *_TIMERS, Bridging.callerAnswered),
    transferring: (*_PROGRESS, *_BEGINNINGS, *_TIMERS, Bridging.callerAnswered),
    over: (
        *_PROGRESS,
        *_BEGINNINGS,
        *_TRANSFER,
        *(Bridging.calledGone, Bridging.callerAnswered, Bridging.callerGone),
        *(*_TIMERS, Bridging.clear),
    ),
}
for _state, _inputs in _IGNORED.items():
    for _input in _inputs:
        _state.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newBridging(
    owner: BridgingOwner,
    clock: IReactorTime,
    answerTimeout: float,
    ringTimeout: float,
    busySeconds: float,
) -> Bridging:
    """
    @param owner: the bridge.
    @param clock: runs the timers.
    @param answerTimeout: seconds that whoever is called has.
    @param ringTimeout: seconds that those have who are called at the same time, if others are left.
    @param busySeconds: for which the caller hears that nobody can be had.
    """
    timers = Timer(clock), Timer(clock)
    return MACHINE(_Core(owner, *timers, answerTimeout, ringTimeout, busySeconds))
