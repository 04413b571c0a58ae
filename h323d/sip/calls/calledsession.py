"""
The called side of an INVITE session, the user agent server's: RFC 3261, 13.3, 9.2 and 15.

It begins with the INVITE, and goes on to our final response, its ACK, and the BYE, with the
races between them: a CANCEL that comes after the 200, a hang-up before the ACK (whose BYE must
wait for it), two BYEs at once.

Its owner is L{h323d.sip.calls.invited}, and the other side is L{h323d.sip.calls.callingsession}.
What the session talks about (offer and answer) is L{h323d.sip.calls.exchange}'s matter, and the
repetition of the 200 L{h323d.sip.calls.acceptance}'s.

This module does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder

from h323d.sip.calls.causes import statusOf
from h323d.tracing import indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "CalledSession", "CalledSessionOwner", "newCalledSession"]

REQUEST_TERMINATED = 487  # status, after a CANCEL (9.2) or a BYE (15.1.2)


class CalledSessionOwner(Protocol):
    """
    What a L{CalledSession} needs of whoever owns it.
    """

    def sendProvisional(self, status: int) -> None:
        """Answer with 1xx."""

    def sendAcceptance(self) -> None:
        """Answer with 200."""

    def sendRefusal(self, status: int, cause: Cause) -> None:
        """Answer with 300 to 699."""

    def sendBye(self, cause: Cause) -> None:
        """End the dialog."""

    def established(self) -> None:
        """The ACK came."""

    def released(self, cause: Cause) -> None:
        """The call is over; tell whoever watches.  Once."""

    def finished(self) -> None:
        """There is nothing left to send; forget the call.  Once, last."""

    def closed(self) -> None:
        """Give everything back, and say nothing to anybody.  Instead of C{finished}."""


class CalledSession(Protocol):
    """
    The inputs of the machine.
    """

    def provide(self, status: int) -> None:
        """The user wants a provisional response sent."""

    def accept(self) -> None:
        """The user accepts; the body of the 200 is ready."""

    def refuse(self, cause: Cause, status: int) -> None:
        """The user refuses, and so."""

    def hangup(self, cause: Cause) -> None:
        """The user ends the call, answered or not."""

    def ack(self) -> None:
        """The ACK of our 2xx arrived."""

    def ackLost(self) -> None:
        """No ACK came in 64*T1, to the INVITE or to a re-INVITE."""

    def cancel(self, cause: Cause) -> None:
        """A CANCEL arrived."""

    def bye(self, cause: Cause) -> None:
        """A BYE arrived."""

    def close(self) -> None:
        """The endpoint stops: nothing can be sent any more."""


@dataclass
class _Core:
    owner: CalledSessionOwner

    def finish(self, cause: Cause) -> None:
        self.owner.released(cause)
        self.owner.finished()


@dataclass
class _Ending:
    """
    What is known only while the BYE waits for the ACK.
    """

    cause: Cause


def _ending(machine: CalledSession, core: _Core, cause: Cause) -> _Ending:
    return _Ending(cause)


builder = TypeMachineBuilder(CalledSession, _Core)

offered = builder.state("offered")
accepted = builder.state("accepted")
ending = builder.state("endingUnacknowledged", _ending)
established = builder.state("established")
ended = builder.state("ended")


@offered.upon(CalledSession.provide).loop()
def provide(machine: CalledSession, core: _Core, status: int) -> None:
    core.owner.sendProvisional(status)


@offered.upon(CalledSession.accept).to(accepted)
def accept(machine: CalledSession, core: _Core) -> None:
    core.owner.sendAcceptance()


@offered.upon(CalledSession.refuse).to(ended)
def refuse(machine: CalledSession, core: _Core, cause: Cause, status: int) -> None:
    core.owner.sendRefusal(status, cause)
    core.finish(cause)


@offered.upon(CalledSession.hangup).to(ended)
def refuseByHangup(machine: CalledSession, core: _Core, cause: Cause) -> None:
    core.owner.sendRefusal(statusOf(cause), cause)
    core.finish(cause)


@offered.upon(CalledSession.cancel).to(ended)
@offered.upon(CalledSession.bye).to(ended)
def cancelled(machine: CalledSession, core: _Core, cause: Cause) -> None:
    core.owner.sendRefusal(REQUEST_TERMINATED, cause)
    core.finish(cause)


@accepted.upon(CalledSession.ack).to(established)
def acknowledged(machine: CalledSession, core: _Core) -> None:
    core.owner.established()


@accepted.upon(CalledSession.ackLost).to(ended)
@established.upon(CalledSession.ackLost).to(ended)  # that of a re-INVITE
def neverAcknowledged(machine: CalledSession, core: _Core) -> None:
    core.owner.sendBye(Cause.RECOVERY_ON_TIMER_EXPIRY)
    core.finish(Cause.RECOVERY_ON_TIMER_EXPIRY)


@accepted.upon(CalledSession.hangup).to(ending)
def endLater(machine: CalledSession, core: _Core, cause: Cause) -> None:
    core.owner.released(cause)  # a BYE may only go out after the ACK (15)


@ending.upon(CalledSession.ack).to(ended)
@ending.upon(CalledSession.ackLost).to(ended)
def endNow(machine: CalledSession, core: _Core, data: _Ending) -> None:
    core.owner.sendBye(data.cause)
    core.owner.finished()


@ending.upon(CalledSession.bye).to(ended)
def endedByBoth(machine: CalledSession, core: _Core, data: _Ending, cause: Cause) -> None:
    core.owner.finished()


@established.upon(CalledSession.hangup).to(ended)
def end(machine: CalledSession, core: _Core, cause: Cause) -> None:
    core.owner.sendBye(cause)
    core.finish(cause)


@established.upon(CalledSession.bye).to(ended)
@accepted.upon(CalledSession.bye).to(ended)
def endedByPeer(machine: CalledSession, core: _Core, cause: Cause) -> None:
    core.finish(cause)


@offered.upon(CalledSession.close).to(ended)
@accepted.upon(CalledSession.close).to(ended)
@established.upon(CalledSession.close).to(ended)
def close(machine: CalledSession, core: _Core) -> None:
    core.owner.closed()


@ending.upon(CalledSession.close).to(ended)
def closeEnding(machine: CalledSession, core: _Core, data: _Ending) -> None:
    core.owner.closed()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
for _state in (accepted, ending, established, ended):
    _state.upon(CalledSession.provide).loop().returns(None)
    _state.upon(CalledSession.accept).loop().returns(None)
    _state.upon(CalledSession.refuse).loop().returns(None)
    _state.upon(CalledSession.cancel).loop().returns(None)  # too late: 9.2
for _state in (offered, established, ended):
    _state.upon(CalledSession.ack).loop().returns(None)
for _state in (ending, ended):
    _state.upon(CalledSession.hangup).loop().returns(None)
for _state in (offered, ended):
    _state.upon(CalledSession.ackLost).loop().returns(None)
ended.upon(CalledSession.bye).loop().returns(None)
ended.upon(CalledSession.close).loop().returns(None)

MACHINE = indexed(builder.build())


def newCalledSession(owner: CalledSessionOwner) -> CalledSession:
    """
    A session whose INVITE has come.

    @param owner: sends, and is told what becomes of the call.
    """
    return MACHINE(_Core(owner))
