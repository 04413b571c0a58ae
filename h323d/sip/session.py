"""
The life of an INVITE session, on either side: RFC 3261, 9 and 13 to 15.

From the INVITE to its final response, the ACK, and the BYE, with every race
between them: a CANCEL that comes after the 200, a 200 that crosses our CANCEL,
a hang-up before the ACK (which must wait for it), two BYEs at once.  What the
session talks about (offer and answer) is L{h323d.sip.exchange}'s matter.

This module does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.message import SIPResponse
from h323d.tracing import indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "Session", "SessionOwner", "newSession"]


class SessionOwner(Protocol):
    """
    What a L{Session} needs of the leg that owns it.
    """

    def sendInvite(self) -> None:
        """Send the INVITE."""

    def sendProvisional(self, status: int) -> None:
        """Answer with 1xx."""

    def sendAcceptance(self) -> None:
        """Answer with 200."""

    def sendRefusal(self, status: int, cause: Cause) -> None:
        """Answer with 300 to 699."""

    def sendCancel(self, cause: Cause) -> None:
        """Cancel the INVITE."""

    def sendAck(self, response: SIPResponse) -> None:
        """Acknowledge a 2xx, which makes the dialog."""

    def sendBye(self, cause: Cause) -> None:
        """End the dialog."""

    def declineAcceptance(self, response: SIPResponse) -> None:
        """Acknowledge a 2xx that nobody wants any more, and end its dialog."""

    def repeatedAcceptance(self, response: SIPResponse) -> None:
        """A 2xx came again, or another one from a forked INVITE."""

    def progressed(self, response: SIPResponse) -> None:
        """The called side told something: 101 to 199, or 100."""

    def established(self) -> None:
        """The ACK came, or was sent."""

    def released(self, cause: Cause) -> None:
        """The call is over; tell whoever watches.  Once."""

    def finished(self) -> None:
        """There is nothing left to send; forget the leg.  Once, last."""

    def closed(self) -> None:
        """Give everything back, and say nothing to anybody.  Instead of C{finished}."""


class Session(Protocol):
    """
    The inputs of the machine.
    """

    def offer(self) -> None:
        """An INVITE arrived."""

    def call(self) -> None:
        """Send an INVITE."""

    def provide(self, status: int) -> None:
        """The user wants a provisional response sent."""

    def accept(self) -> None:
        """The user accepts; the body of the 200 is ready."""

    def refuse(self, status: int, cause: Cause) -> None:
        """The user refuses."""

    def hangup(self, status: int, cause: Cause) -> None:
        """
        The user ends the call.

        @param status: to answer with, if no final response went out yet.
        """

    def ack(self) -> None:
        """The ACK of our 2xx arrived."""

    def ackLost(self) -> None:
        """No ACK came in 64*T1."""

    def cancel(self, cause: Cause) -> None:
        """A CANCEL arrived."""

    def bye(self, cause: Cause) -> None:
        """A BYE arrived."""

    def provisional(self, response: SIPResponse) -> None:
        """1xx arrived."""

    def success(self, response: SIPResponse) -> None:
        """2xx arrived."""

    def failure(self, cause: Cause) -> None:
        """300 to 699 arrived, or nothing did, or the INVITE could not be sent."""

    def ringingTooLong(self) -> None:
        """Nobody answers."""

    def cancelLost(self) -> None:
        """No final response came in 64*T1 after our CANCEL (9.1)."""

    def close(self) -> None:
        """The endpoint stops: nothing can be sent any more."""


@dataclass
class _Core:
    owner: SessionOwner
    ringTimeout: float
    cancelTimeout: float
    timer: Timer
    cause: Cause = Cause.NORMAL_CALL_CLEARING

    def release(self, cause: Cause) -> None:
        self.timer.stop()
        self.cause = cause
        self.owner.released(cause)

    def finish(self, cause: Cause) -> None:
        self.release(cause)
        self.owner.finished()

    def startCancel(self, machine: Session) -> None:
        self.timer.start(self.cancelTimeout, machine.cancelLost)
        self.owner.sendCancel(self.cause)


builder = TypeMachineBuilder(Session, _Core)

idle = builder.state("idle")
offered = builder.state("offered")
accepted = builder.state("accepted")
ending = builder.state("endingUnacknowledged")
calling = builder.state("calling")
proceeding = builder.state("proceeding")
abandoning = builder.state("abandoning")
cancelling = builder.state("cancelling")
established = builder.state("established")
ended = builder.state("ended")

idle.upon(Session.offer).to(offered).returns(None)


@idle.upon(Session.call).to(calling)
def invite(machine: Session, core: _Core) -> None:
    core.owner.sendInvite()


@offered.upon(Session.provide).loop()
def provide(machine: Session, core: _Core, status: int) -> None:
    core.owner.sendProvisional(status)


@offered.upon(Session.accept).to(accepted)
def accept(machine: Session, core: _Core) -> None:
    core.owner.sendAcceptance()


@offered.upon(Session.refuse).to(ended)
@offered.upon(Session.hangup).to(ended)
def refuse(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.owner.sendRefusal(status, cause)
    core.finish(cause)


@offered.upon(Session.cancel).to(ended)
@offered.upon(Session.bye).to(ended)
def cancelled(machine: Session, core: _Core, cause: Cause) -> None:
    core.owner.sendRefusal(487, cause)
    core.finish(cause)


@accepted.upon(Session.ack).to(established)
def acknowledged(machine: Session, core: _Core) -> None:
    core.owner.established()


@accepted.upon(Session.ackLost).to(ended)
@established.upon(Session.ackLost).to(ended)  # that of a re-INVITE
def neverAcknowledged(machine: Session, core: _Core) -> None:
    core.owner.sendBye(Cause.RECOVERY_ON_TIMER_EXPIRY)
    core.finish(Cause.RECOVERY_ON_TIMER_EXPIRY)


@accepted.upon(Session.hangup).to(ending)
def endLater(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.release(cause)  # a BYE may only go out after the ACK (15)


@ending.upon(Session.ack).to(ended)
@ending.upon(Session.ackLost).to(ended)
def endNow(machine: Session, core: _Core) -> None:
    core.owner.sendBye(core.cause)
    core.owner.finished()


@ending.upon(Session.bye).to(ended)
def endedByBoth(machine: Session, core: _Core, cause: Cause) -> None:
    core.owner.finished()


@established.upon(Session.hangup).to(ended)
def end(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.owner.sendBye(cause)
    core.finish(cause)


@established.upon(Session.bye).to(ended)
@accepted.upon(Session.bye).to(ended)
def endedByPeer(machine: Session, core: _Core, cause: Cause) -> None:
    core.finish(cause)


@calling.upon(Session.provisional).to(proceeding)
def proceed(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.timer.start(core.ringTimeout, machine.ringingTooLong)
    core.owner.progressed(response)


@proceeding.upon(Session.provisional).loop()
def progress(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.owner.progressed(response)


@calling.upon(Session.success).to(established)
@proceeding.upon(Session.success).to(established)
def answered(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.timer.stop()
    core.owner.sendAck(response)
    core.owner.established()


@calling.upon(Session.failure).to(ended)
@proceeding.upon(Session.failure).to(ended)
def refused(machine: Session, core: _Core, cause: Cause) -> None:
    core.finish(cause)


@calling.upon(Session.hangup).to(abandoning)
def abandon(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.release(cause)  # a CANCEL may only follow a provisional response (9.1)


@abandoning.upon(Session.provisional).to(cancelling)
def cancelNow(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.startCancel(machine)


@proceeding.upon(Session.hangup).to(cancelling)
def cancel(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.release(cause)
    core.startCancel(machine)


@proceeding.upon(Session.ringingTooLong).to(cancelling)
def nobodyAnswers(machine: Session, core: _Core) -> None:
    core.release(Cause.NO_ANSWER_FROM_USER)
    core.startCancel(machine)


@abandoning.upon(Session.success).to(ended)
@cancelling.upon(Session.success).to(ended)
def crossed(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.timer.stop()
    core.owner.declineAcceptance(response)
    core.owner.finished()


@abandoning.upon(Session.failure).to(ended)
@cancelling.upon(Session.failure).to(ended)
def over(machine: Session, core: _Core, cause: Cause) -> None:
    core.timer.stop()
    core.owner.finished()


@cancelling.upon(Session.cancelLost).to(ended)
def cancelUnanswered(machine: Session, core: _Core) -> None:
    core.timer.stop()
    core.owner.finished()


@established.upon(Session.success).loop()
@ended.upon(Session.success).loop()
def again(machine: Session, core: _Core, response: SIPResponse) -> None:
    core.owner.repeatedAcceptance(response)


@idle.upon(Session.hangup).to(ended)
def neverBegan(machine: Session, core: _Core, status: int, cause: Cause) -> None:
    core.finish(cause)


@idle.upon(Session.failure).to(ended)
def neverSent(machine: Session, core: _Core, cause: Cause) -> None:
    core.finish(cause)


@idle.upon(Session.close).to(ended)
@offered.upon(Session.close).to(ended)
@accepted.upon(Session.close).to(ended)
@ending.upon(Session.close).to(ended)
@calling.upon(Session.close).to(ended)
@proceeding.upon(Session.close).to(ended)
@abandoning.upon(Session.close).to(ended)
@cancelling.upon(Session.close).to(ended)
@established.upon(Session.close).to(ended)
def close(machine: Session, core: _Core) -> None:
    core.timer.stop()
    core.owner.closed()


ended.upon(Session.close).loop().returns(None)

# Said outright, so that a (state, input) pair nobody thought of fails a test.
_CALLED = (offered, accepted, ending)
_CALLING = (calling, proceeding, abandoning, cancelling)
for _state in (*_CALLED, *_CALLING, established, ended):
    _state.upon(Session.offer).loop().returns(None)
    _state.upon(Session.call).loop().returns(None)
for _state in (idle, accepted, ending, *_CALLING, established, ended):
    _state.upon(Session.provide).loop().returns(None)
    _state.upon(Session.accept).loop().returns(None)
    _state.upon(Session.refuse).loop().returns(None)
    _state.upon(Session.cancel).loop().returns(None)  # too late: 9.2
for _state in (ending, abandoning, cancelling, ended):
    _state.upon(Session.hangup).loop().returns(None)
for _state in (idle, offered, *_CALLING, established, ended):
    _state.upon(Session.ack).loop().returns(None)
for _state in (idle, offered, *_CALLING, ended):
    _state.upon(Session.ackLost).loop().returns(None)
for _state in (idle, *_CALLING, ended):
    _state.upon(Session.bye).loop().returns(None)
for _state in (idle, *_CALLED, cancelling, established, ended):
    _state.upon(Session.provisional).loop().returns(None)
for _state in (idle, *_CALLED):
    _state.upon(Session.success).loop().returns(None)
for _state in (*_CALLED, established, ended):
    _state.upon(Session.failure).loop().returns(None)
for _state in (idle, *_CALLED, calling, abandoning, cancelling, established, ended):
    _state.upon(Session.ringingTooLong).loop().returns(None)
for _state in (idle, *_CALLED, calling, proceeding, abandoning, established, ended):
    _state.upon(Session.cancelLost).loop().returns(None)

MACHINE = indexed(builder.build())


def newSession(
    owner: SessionOwner, clock: IReactorTime, ringTimeout: float, cancelTimeout: float
) -> Session:
    """
    @param owner: sends, and is told what becomes of the call.
    @param clock: runs the two timers.
    @param ringTimeout: seconds that a call of ours may ring.
    @param cancelTimeout: seconds to wait for the final response after a CANCEL.
    """
    return MACHINE(_Core(owner, ringTimeout, cancelTimeout, Timer(clock)))
