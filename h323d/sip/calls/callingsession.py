"""
The calling side of an INVITE session, the user agent client's: RFC 3261, 13.2, 9.1 and 15.

From our INVITE to its final response, the ACK, and the BYE, with the races between them: a hang-up
before any response (whose CANCEL must wait for one), a 200 that crosses our CANCEL, a CANCEL that
nobody answers, the further 200s of a forked INVITE.

Its owner is L{h323d.sip.calls.inviting}, and the other side is L{h323d.sip.calls.calledsession}.
What the session talks about (offer and answer) is L{h323d.sip.calls.exchange}'s matter.

This module does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.calls.sentinvite import CallTarget, Fork
from h323d.sip.messages.message import SIPResponse
from h323d.tracing import indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "CallingSession", "CallingSessionOwner", "newCallingSession"]


class CallingSessionOwner(Protocol):
    """
    What a L{CallingSession} needs of whoever owns it.
    """

    def sendInvite(self, target: CallTarget) -> None:
        """Send the INVITE."""

    def sendCancel(self, cause: Cause) -> None:
        """Cancel the INVITE."""

    def sendAck(self, fork: Fork) -> None:
        """Acknowledge a 2xx, which makes the dialog."""

    def sendBye(self, cause: Cause) -> None:
        """End the dialog."""

    def declineAcceptance(self, fork: Fork) -> None:
        """Acknowledge a 2xx that nobody wants any more, and end its dialog."""

    def repeatedAcceptance(self, fork: Fork) -> None:
        """A 2xx came again, or another one from a forked INVITE."""

    def progressed(self, response: SIPResponse) -> None:
        """The called side told something: 101 to 199, or 100."""

    def established(self, fork: Fork) -> None:
        """The 2xx is acknowledged."""

    def released(self, cause: Cause) -> None:
        """The call is over; tell whoever watches.  Once."""

    def finished(self) -> None:
        """There is nothing left to send; forget the call.  Once, last."""

    def closed(self) -> None:
        """Give everything back, and say nothing to anybody.  Instead of C{finished}."""


class CallingSession(Protocol):
    """
    The inputs of the machine.
    """

    def call(self, target: CallTarget) -> None:
        """Send an INVITE."""

    def hangup(self, cause: Cause) -> None:
        """The user ends the call, answered or not."""

    def provisional(self, response: SIPResponse) -> None:
        """1xx arrived."""

    def success(self, fork: Fork) -> None:
        """2xx arrived."""

    def failure(self, cause: Cause) -> None:
        """300 to 699 arrived, or nothing did, or the INVITE could not be sent."""

    def ackLost(self) -> None:
        """No ACK came in 64*T1, to our 2xx to a re-INVITE."""

    def bye(self, cause: Cause) -> None:
        """A BYE arrived."""

    def ringingTooLong(self) -> None:
        """Nobody answers."""

    def cancelLost(self) -> None:
        """No final response came in 64*T1 after our CANCEL (9.1)."""

    def close(self) -> None:
        """The endpoint stops: nothing can be sent any more."""


@dataclass
class _Core:
    owner: CallingSessionOwner
    ringTimeout: float
    cancelTimeout: float
    timer: Timer

    def release(self, cause: Cause) -> None:
        self.timer.stop()
        self.owner.released(cause)

    def finish(self, cause: Cause) -> None:
        self.release(cause)
        self.owner.finished()

    def close(self) -> None:
        self.timer.stop()
        self.owner.closed()

    def cancel(self, machine: CallingSession, cause: Cause) -> None:
        self.timer.start(self.cancelTimeout, machine.cancelLost)
        self.owner.sendCancel(cause)

    def decline(self, fork: Fork) -> None:
        self.timer.stop()
        self.owner.declineAcceptance(fork)
        self.owner.finished()


@dataclass
class _Abandoning:
    """
    What is known only while the CANCEL waits for a provisional response.
    """

    cause: Cause


def _abandoning(machine: CallingSession, core: _Core, cause: Cause) -> _Abandoning:
    return _Abandoning(cause)


builder = TypeMachineBuilder(CallingSession, _Core)

idle = builder.state("idle")
calling = builder.state("calling")
proceeding = builder.state("proceeding")
abandoning = builder.state("abandoning", _abandoning)
cancelling = builder.state("cancelling")
established = builder.state("established")
ended = builder.state("ended")


@idle.upon(CallingSession.call).to(calling)
def invite(machine: CallingSession, core: _Core, target: CallTarget) -> None:
    core.owner.sendInvite(target)


@idle.upon(CallingSession.hangup).to(ended)
@idle.upon(CallingSession.failure).to(ended)
@calling.upon(CallingSession.failure).to(ended)
@proceeding.upon(CallingSession.failure).to(ended)
@established.upon(CallingSession.bye).to(ended)
def over(machine: CallingSession, core: _Core, cause: Cause) -> None:
    core.finish(cause)


@calling.upon(CallingSession.provisional).to(proceeding)
def proceed(machine: CallingSession, core: _Core, response: SIPResponse) -> None:
    core.timer.start(core.ringTimeout, machine.ringingTooLong)
    core.owner.progressed(response)


@proceeding.upon(CallingSession.provisional).loop()
def progress(machine: CallingSession, core: _Core, response: SIPResponse) -> None:
    core.owner.progressed(response)


@calling.upon(CallingSession.success).to(established)
@proceeding.upon(CallingSession.success).to(established)
def answered(machine: CallingSession, core: _Core, fork: Fork) -> None:
    core.timer.stop()
    core.owner.sendAck(fork)
    core.owner.established(fork)


@calling.upon(CallingSession.hangup).to(abandoning)
def abandon(machine: CallingSession, core: _Core, cause: Cause) -> None:
    core.release(cause)  # a CANCEL may only follow a provisional response (9.1)


@abandoning.upon(CallingSession.provisional).to(cancelling)
def cancelNow(
    machine: CallingSession, core: _Core, data: _Abandoning, response: SIPResponse
) -> None:
    core.cancel(machine, data.cause)


@proceeding.upon(CallingSession.hangup).to(cancelling)
def cancel(machine: CallingSession, core: _Core, cause: Cause) -> None:
    core.release(cause)
    core.cancel(machine, cause)


@proceeding.upon(CallingSession.ringingTooLong).to(cancelling)
def nobodyAnswers(machine: CallingSession, core: _Core) -> None:
    core.release(Cause.NO_ANSWER_FROM_USER)
    core.cancel(machine, Cause.NO_ANSWER_FROM_USER)


@abandoning.upon(CallingSession.success).to(ended)
def crossedHangup(machine: CallingSession, core: _Core, data: _Abandoning, fork: Fork) -> None:
    core.decline(fork)


@cancelling.upon(CallingSession.success).to(ended)
def crossedCancel(machine: CallingSession, core: _Core, fork: Fork) -> None:
    core.decline(fork)


@abandoning.upon(CallingSession.failure).to(ended)
def abandoned(machine: CallingSession, core: _Core, data: _Abandoning, cause: Cause) -> None:
    core.owner.finished()


@cancelling.upon(CallingSession.failure).to(ended)
def cancelled(machine: CallingSession, core: _Core, cause: Cause) -> None:
    core.timer.stop()
    core.owner.finished()


@cancelling.upon(CallingSession.cancelLost).to(ended)
def cancelUnanswered(machine: CallingSession, core: _Core) -> None:
    core.owner.finished()


@established.upon(CallingSession.success).loop()
@ended.upon(CallingSession.success).loop()
def again(machine: CallingSession, core: _Core, fork: Fork) -> None:
    core.owner.repeatedAcceptance(fork)


@established.upon(CallingSession.hangup).to(ended)
def end(machine: CallingSession, core: _Core, cause: Cause) -> None:
    core.owner.sendBye(cause)
    core.finish(cause)


@established.upon(CallingSession.ackLost).to(ended)
def neverAcknowledged(machine: CallingSession, core: _Core) -> None:
    core.owner.sendBye(Cause.RECOVERY_ON_TIMER_EXPIRY)
    core.finish(Cause.RECOVERY_ON_TIMER_EXPIRY)


@idle.upon(CallingSession.close).to(ended)
@calling.upon(CallingSession.close).to(ended)
@proceeding.upon(CallingSession.close).to(ended)
@cancelling.upon(CallingSession.close).to(ended)
@established.upon(CallingSession.close).to(ended)
def close(machine: CallingSession, core: _Core) -> None:
    core.close()


@abandoning.upon(CallingSession.close).to(ended)
def closeAbandoned(machine: CallingSession, core: _Core, data: _Abandoning) -> None:
    core.close()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (calling, proceeding, abandoning, cancelling, established, ended):
    _state.upon(CallingSession.call).loop().returns(None)
for _state in (abandoning, cancelling, ended):
    _state.upon(CallingSession.hangup).loop().returns(None)
for _state in (idle, cancelling, established, ended):
    _state.upon(CallingSession.provisional).loop().returns(None)
idle.upon(CallingSession.success).loop().returns(None)
for _state in (established, ended):
    _state.upon(CallingSession.failure).loop().returns(None)
for _state in (idle, calling, proceeding, abandoning, cancelling, ended):
    _state.upon(CallingSession.ackLost).loop().returns(None)
    _state.upon(CallingSession.bye).loop().returns(None)  # nobody may end an early dialog so: 15
for _state in (idle, calling, abandoning, cancelling, established, ended):
    _state.upon(CallingSession.ringingTooLong).loop().returns(None)
for _state in (idle, calling, proceeding, abandoning, established, ended):
    _state.upon(CallingSession.cancelLost).loop().returns(None)
ended.upon(CallingSession.close).loop().returns(None)

MACHINE = indexed(builder.build())


def newCallingSession(
    owner: CallingSessionOwner, clock: IReactorTime, ringTimeout: float, cancelTimeout: float
) -> CallingSession:
    """
    A session whose INVITE is still to be sent.

    @param owner: sends, and is told what becomes of the call.
    @param clock: runs the two timers.
    @param ringTimeout: seconds that a call of ours may ring.
    @param cancelTimeout: seconds to wait for the final response after a CANCEL.
    """
    return MACHINE(_Core(owner, ringTimeout, cancelTimeout, Timer(clock)))
