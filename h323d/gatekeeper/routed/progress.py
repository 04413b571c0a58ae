"""
How far a routed call has come: from the gates over one way after the other to the answer.

The machine knows when another way may be tried and how long to wait; what stands in the
messages, and which way is next, is its owner's business (L{h323d.gatekeeper.routed.call}).

Another way may be tried as long as the caller has heard nothing of the one before.  Then the
call is committed to it: the caller has seen an answer begin, or has H.245 with that side.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.calls.callinputs import CallNumber
from h323d.tracing import indexed, stateName
from h323d.values.cause import Cause

__all__ = [
    "MACHINE",
    "PHASES",
    "Progress",
    "ProgressFacts",
    "ProgressOwner",
    "ProgressPhase",
    "ProgressTimers",
    "callNumbers",
    "newProgress",
    "phaseOf",
]


@dataclass(frozen=True, slots=True)
class ProgressTimers:
    """
    How long to wait, in seconds.

    @ivar setup: for a way's first answer, its connection included (T303).
    @ivar proceeding: from CallProceeding to Alerting or Connect (T310).
    @ivar ringing: for the answer (T301).
    """

    setup: float
    proceeding: float
    ringing: float


class ProgressOwner(Protocol):
    """
    What the machine needs of the call.  None of these may raise.
    """

    def locate(self) -> None:
        """Find the ways to the called party."""

    def tryRoute(self, failed: Cause | None) -> None:
        """
        Take the next way.

        @param failed: why the way before it led nowhere; C{None} for the first.
        """

    def answered(self) -> None:
        """The called party answered."""

    def clear(self, cause: Cause) -> None:
        """Release both sides, and free everything."""


class ProgressFacts(Protocol):
    """
    Who tells of the call.
    """

    def tellAdmitted(self) -> None:
        """The gates let it pass."""

    def tellAlerting(self) -> None:
        """The called party is told."""

    def tellRefused(self, cause: Cause, reason: str) -> None:
        """It may not be, or leads nowhere."""

    def tellEnded(self, cause: Cause, by: str) -> None:
        """It is over."""


class Progress(Protocol):
    """
    The inputs.
    """

    def admitted(self) -> None:
        """The gates let the call pass."""

    def located(self) -> None:
        """There are ways to try."""

    def refuse(self, cause: Cause, reason: str) -> None:
        """The gates say no, or there is no way."""

    def proceeding(self) -> None:
        """The called side works on it."""

    def commit(self) -> None:
        """The caller has heard of this way, or is not to be told again all that it has said."""

    def alerting(self) -> None:
        """The called party is told."""

    def connected(self) -> None:
        """The called party answered."""

    def redirected(self) -> None:
        """The called side names another destination."""

    def routeFailed(self, cause: Cause) -> None:
        """This way led nowhere."""

    def noneLeft(self, cause: Cause) -> None:
        """Our own: there is no other way."""

    def release(self, cause: Cause, by: str) -> None:
        """
        The call is over.

        @param by: C{"calling"}, C{"called"} or C{"server"}.
        """

    def timerExpired(self) -> None:
        """What was waited for did not happen."""


@dataclass
class _Core:
    owner: ProgressOwner
    facts: ProgressFacts
    timers: ProgressTimers
    timer: Timer

    def wait(self, machine: Progress, seconds: float) -> None:
        self.timer.start(seconds, machine.timerExpired)

    def end(self, cause: Cause, by: str) -> None:
        self.timer.stop()
        self.owner.clear(cause)
        self.facts.tellEnded(cause, by)


builder = TypeMachineBuilder(Progress, _Core)

admitting = builder.state("admitting")
locating = builder.state("locating")
calling = builder.state("calling")
committed = builder.state("committed")
ringing = builder.state("ringing")
active = builder.state("active")
released = builder.state("released")


@admitting.upon(Progress.admitted).to(locating)
def find(machine: Progress, core: _Core) -> None:
    core.facts.tellAdmitted()
    core.owner.locate()


@locating.upon(Progress.located).to(calling)
def first(machine: Progress, core: _Core) -> None:
    core.wait(machine, core.timers.setup)
    core.owner.tryRoute(None)


@admitting.upon(Progress.refuse).to(released)
@locating.upon(Progress.refuse).to(released)
def refused(machine: Progress, core: _Core, cause: Cause, reason: str) -> None:
    core.timer.stop()
    core.facts.tellRefused(cause, reason)
    core.owner.clear(cause)


@calling.upon(Progress.proceeding).loop()
@committed.upon(Progress.proceeding).loop()
def works(machine: Progress, core: _Core) -> None:
    core.wait(machine, core.timers.proceeding)


@calling.upon(Progress.commit).to(committed)
def commits(machine: Progress, core: _Core) -> None:
    """
    Nothing to do: what was waited for is waited for still.
    """


@calling.upon(Progress.alerting).to(ringing)
@committed.upon(Progress.alerting).to(ringing)
def rings(machine: Progress, core: _Core) -> None:
    core.facts.tellAlerting()
    core.wait(machine, core.timers.ringing)


@calling.upon(Progress.connected).to(active)
@committed.upon(Progress.connected).to(active)
@ringing.upon(Progress.connected).to(active)
def answered(machine: Progress, core: _Core) -> None:
    core.timer.stop()
    core.owner.answered()


@calling.upon(Progress.redirected).to(locating)
def elsewhere(machine: Progress, core: _Core) -> None:
    core.timer.stop()
    core.owner.locate()


@calling.upon(Progress.routeFailed).loop()
def another(machine: Progress, core: _Core, cause: Cause) -> None:
    core.wait(machine, core.timers.setup)
    core.owner.tryRoute(cause)


@calling.upon(Progress.timerExpired).loop()
def silent(machine: Progress, core: _Core) -> None:
    machine.routeFailed(Cause.NO_USER_RESPONDING)


@committed.upon(Progress.timerExpired).to(released)
def silentAfterAll(machine: Progress, core: _Core) -> None:
    core.end(Cause.NO_USER_RESPONDING, "server")


@ringing.upon(Progress.timerExpired).to(released)
def unanswered(machine: Progress, core: _Core) -> None:
    core.end(Cause.NO_ANSWER_FROM_USER, "server")


@calling.upon(Progress.noneLeft).to(released)
@committed.upon(Progress.routeFailed).to(released)
@ringing.upon(Progress.routeFailed).to(released)
@active.upon(Progress.routeFailed).to(released)
def failed(machine: Progress, core: _Core, cause: Cause) -> None:
    core.end(cause, "called")


@admitting.upon(Progress.release).to(released)
@locating.upon(Progress.release).to(released)
@calling.upon(Progress.release).to(released)
@committed.upon(Progress.release).to(released)
@ringing.upon(Progress.release).to(released)
@active.upon(Progress.release).to(released)
def over(machine: Progress, core: _Core, cause: Cause, by: str) -> None:
    core.end(cause, by)


# What comes too late, or twice, or cannot come at all.
_IGNORED = {
    admitting: (
        *(Progress.located, Progress.proceeding, Progress.commit, Progress.alerting),
        *(Progress.connected, Progress.redirected, Progress.routeFailed, Progress.noneLeft),
        Progress.timerExpired,
    ),
    locating: (
        *(Progress.admitted, Progress.proceeding, Progress.commit, Progress.alerting),
        *(Progress.connected, Progress.redirected, Progress.routeFailed, Progress.noneLeft),
        Progress.timerExpired,
    ),
    calling: (Progress.admitted, Progress.located, Progress.refuse),
    committed: (
        *(Progress.admitted, Progress.located, Progress.refuse, Progress.commit),
        *(Progress.redirected, Progress.noneLeft),
    ),
    ringing: (
        *(Progress.admitted, Progress.located, Progress.refuse, Progress.proceeding),
        *(Progress.commit, Progress.alerting, Progress.redirected, Progress.noneLeft),
    ),
    active: (
        *(Progress.admitted, Progress.located, Progress.refuse, Progress.proceeding),
        *(Progress.commit, Progress.alerting, Progress.connected, Progress.redirected),
        *(Progress.noneLeft, Progress.timerExpired),
    ),
    released: (
        *(Progress.admitted, Progress.located, Progress.refuse, Progress.proceeding),
        *(Progress.commit, Progress.alerting, Progress.connected, Progress.redirected),
        *(Progress.routeFailed, Progress.noneLeft, Progress.release, Progress.timerExpired),
    ),
}
for _state, _inputs in _IGNORED.items():
    for _input in _inputs:
        _state.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


class ProgressPhase(enum.Enum):
    """
    The phases of a routed call, in the order that it has them.
    """

    DECIDING = "no way is being tried"
    TRYING = "a way is being tried, and another may be"
    COMMITTED = "the caller has heard of the way that is being tried"
    ANSWERED = "answered"
    OVER = "released"


PHASES = {
    "admitting": ProgressPhase.DECIDING,
    "locating": ProgressPhase.DECIDING,
    "calling": ProgressPhase.TRYING,
    "committed": ProgressPhase.COMMITTED,
    "ringing": ProgressPhase.COMMITTED,
    "active": ProgressPhase.ANSWERED,
    "released": ProgressPhase.OVER,
}
"""
The phase that each state belongs to.
"""


def phaseOf(progress: Progress) -> ProgressPhase:
    """
    @param progress: what L{newProgress} made.
    """
    return PHASES[stateName(progress)]


_PROCEEDING = (CallNumber.INCOMING_PROCEEDING, CallNumber.OUTGOING_PROCEEDING)
_NUMBERS = {  # what the caller's side, and the called side, see of us
    "calling": _PROCEEDING,
    "committed": _PROCEEDING,
    "ringing": (CallNumber.CALL_RECEIVED, CallNumber.CALL_DELIVERED),
    "active": (CallNumber.ACTIVE, CallNumber.ACTIVE),
}
_EARLY_NUMBERS = (CallNumber.INCOMING_PROCEEDING, CallNumber.CALL_INITIATED)


def callNumbers(progress: Progress) -> tuple[CallNumber, CallNumber]:
    """
    The state of a call as Q.931 numbers it: towards the caller, and towards the called side.
    """
    return _NUMBERS.get(stateName(progress), _EARLY_NUMBERS)


def newProgress(
    owner: ProgressOwner, facts: ProgressFacts, clock: IReactorTime, timers: ProgressTimers
) -> Progress:
    """
    @param owner: the call.
    @param facts: tells of it.
    @param clock: runs the timers.
    """
    return MACHINE(_Core(owner, facts, timers, Timer(clock)))
