"""
The H.225.0 call machine: call states of Q.931 as H.225.0, 7.3 and 7.4 keep them, both roles.

It knows when which message may be sent, what a message that arrives means in the state that
the call is in, and how long to wait.  It does not know what stands in the messages: its
owner fills and reads them.  Clearing is ReleaseComplete alone, as H.225.0 forbids Disconnect
and Release.  T313 does not run, because ConnectAcknowledge is not used on a reliable
transport and Setup is not sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.calls.callinputs import (
    N322,
    T304,
    T322,
    CallNumber,
    CallTimers,
    H225Call,
    H225CallOwner,
    H225Wire,
)
from h323d.tracing import TypedDataState, TypedState, indexed
from h323d.values.cause import Cause

__all__ = ["MACHINE", "newH225Call"]

RELEASE_WAIT = 0.5  # seconds from the peer's endSession to its ReleaseComplete


@dataclass
class _Core:
    owner: H225CallOwner
    wire: H225Wire
    timers: CallTimers
    timer: Timer
    t322: Timer
    inquiries: int = 0  # since the last answer

    def start(self, machine: H225Call, seconds: float) -> None:
        self.timer.start(seconds, machine.timerExpired)

    def stopT322(self) -> None:
        self.inquiries = 0
        self.t322.stop()

    def ask(self, machine: H225Call) -> None:
        self.inquiries += 1
        self.t322.start(T322, machine.t322Expired)
        self.wire.sendStatusInquiry()

    def watch(self, machine: H225Call) -> None:
        self.timer.stop()
        if self.timers.status:
            self.start(machine, self.timers.status)

    def finish(self, cause: Cause, byPeer: bool = False) -> None:
        self.timer.stop()
        self.stopT322()
        self.owner.callReleased(cause, byPeer)


@dataclass
class _Clearing:
    """
    What is known only while H.245 is being ended.
    """

    cause: Cause


def _clearing(machine: H225Call, core: _Core, cause: Cause) -> _Clearing:
    return _Clearing(cause)


builder = TypeMachineBuilder(H225Call, _Core)

null = builder.state("null")
callInitiated = builder.state("callInitiated")
overlapSending = builder.state("overlapSending")
outgoingProceeding = builder.state("outgoingProceeding")
callDelivered = builder.state("callDelivered")
callPresent = builder.state("callPresent")
incomingProceeding = builder.state("incomingProceeding")
callReceived = builder.state("callReceived")
active = builder.state("active")
ending = builder.state("ending")
clearing = builder.state("clearing", _clearing)
released = builder.state("released")

_outgoing = (callInitiated, overlapSending, outgoingProceeding, callDelivered)
_incoming = (callPresent, incomingProceeding, callReceived)
_established = (*_outgoing, *_incoming, active)

_NUMBERS = {
    callInitiated: CallNumber.CALL_INITIATED,
    overlapSending: CallNumber.OVERLAP_SENDING,
    outgoingProceeding: CallNumber.OUTGOING_PROCEEDING,
    callDelivered: CallNumber.CALL_DELIVERED,
    callPresent: CallNumber.CALL_PRESENT,
    incomingProceeding: CallNumber.INCOMING_PROCEEDING,
    callReceived: CallNumber.CALL_RECEIVED,
    active: CallNumber.ACTIVE,
}


# The caller's side.


@null.upon(H225Call.placeCall).to(callInitiated)
def place(machine: H225Call, core: _Core) -> None:
    core.start(machine, core.timers.t303)
    core.owner.sendSetup()


@callInitiated.upon(H225Call.setupAcknowledgeReceived).to(overlapSending)
def overlap(machine: H225Call, core: _Core) -> None:
    # The whole number was in the Setup; if that is not enough, T304 ends the call.
    core.start(machine, T304)


@callInitiated.upon(H225Call.callProceedingReceived).to(outgoingProceeding)
@callInitiated.upon(H225Call.progressReceived).to(outgoingProceeding)
@overlapSending.upon(H225Call.callProceedingReceived).to(outgoingProceeding)
@overlapSending.upon(H225Call.progressReceived).to(outgoingProceeding)
def proceeding(machine: H225Call, core: _Core) -> None:
    core.start(machine, core.timers.t310)
    core.owner.callProceeding()


@outgoingProceeding.upon(H225Call.progressReceived).loop()
def progressed(machine: H225Call, core: _Core) -> None:
    # Q.931, 5.1.6 stops T310 here and starts nothing; T301 keeps the wait finite.
    core.start(machine, core.timers.t301)


@callInitiated.upon(H225Call.alertingReceived).to(callDelivered)
@overlapSending.upon(H225Call.alertingReceived).to(callDelivered)
@outgoingProceeding.upon(H225Call.alertingReceived).to(callDelivered)
def alerted(machine: H225Call, core: _Core) -> None:
    core.start(machine, core.timers.t301)
    core.owner.callAlerting()


for _state in _outgoing:

    @_state.upon(H225Call.connectReceived).to(active)
    def connected(machine: H225Call, core: _Core) -> None:
        core.watch(machine)
        core.owner.callConnected()

    @_state.upon(H225Call.timerExpired).to(released)
    def noAnswer(machine: H225Call, core: _Core) -> None:
        core.wire.sendReleaseComplete(Cause.RECOVERY_ON_TIMER_EXPIRY)
        core.finish(Cause.RECOVERY_ON_TIMER_EXPIRY)


# The called side.


@null.upon(H225Call.setupReceived).to(callPresent)
def present(machine: H225Call, core: _Core) -> None:
    """
    Nothing to do: whoever made the machine offers the call.
    """


@callPresent.upon(H225Call.proceed).to(incomingProceeding)
def proceedWith(machine: H225Call, core: _Core) -> None:
    core.wire.sendCallProceeding()


@callPresent.upon(H225Call.alert).to(callReceived)
@incomingProceeding.upon(H225Call.alert).to(callReceived)
@callPresent.upon(H225Call.earlyMedia).to(callReceived)
@incomingProceeding.upon(H225Call.earlyMedia).to(callReceived)
def ring(machine: H225Call, core: _Core) -> None:
    core.owner.sendAlerting()


@callReceived.upon(H225Call.earlyMedia).loop()
def tellProgress(machine: H225Call, core: _Core) -> None:
    core.owner.sendProgress()


for _state in _incoming:

    @_state.upon(H225Call.answer).to(active)
    def accept(machine: H225Call, core: _Core) -> None:
        core.watch(machine)
        core.owner.sendConnect()


# Clearing.


for _state in (*_outgoing, *_incoming, ending):

    @_state.upon(H225Call.release).to(released)
    @_state.upon(H225Call.hangup).to(released)
    def releaseNow(machine: H225Call, core: _Core, cause: Cause) -> None:
        core.wire.sendReleaseComplete(cause)
        core.finish(cause)


active.upon(H225Call.release).to(released)(releaseNow)


@active.upon(H225Call.hangup).to(clearing)
def endControlFirst(machine: H225Call, core: _Core, cause: Cause) -> None:
    core.timer.stop()
    core.stopT322()
    core.owner.endControl()


@clearing.upon(H225Call.controlEnded).to(released)
def cleared(machine: H225Call, core: _Core, data: _Clearing) -> None:
    core.wire.sendReleaseComplete(data.cause)
    core.finish(data.cause)


@clearing.upon(H225Call.release).to(released)
def releaseAfterAll(machine: H225Call, core: _Core, data: _Clearing, cause: Cause) -> None:
    core.wire.sendReleaseComplete(data.cause)
    core.finish(data.cause)


@clearing.upon(H225Call.releaseCompleteReceived).to(released)
@clearing.upon(H225Call.connectionLost).to(released)
def goneWhileClearing(machine: H225Call, core: _Core, data: _Clearing, cause: Cause) -> None:
    core.finish(data.cause)


@clearing.upon(H225Call.statusNullReceived).to(released)
def unknownWhileClearing(machine: H225Call, core: _Core, data: _Clearing) -> None:
    core.finish(data.cause)


@active.upon(H225Call.controlEnded).to(ending)
def endedByPeer(machine: H225Call, core: _Core) -> None:
    # The peer's ReleaseComplete, which tells why, is about to come.
    core.stopT322()
    core.start(machine, RELEASE_WAIT)


@ending.upon(H225Call.timerExpired).to(released)
def noRelease(machine: H225Call, core: _Core) -> None:
    core.wire.sendReleaseComplete(Cause.NORMAL_CALL_CLEARING)
    core.finish(Cause.NORMAL_CALL_CLEARING)


@ending.upon(H225Call.statusNullReceived).to(released)
def unknownWhileEnding(machine: H225Call, core: _Core) -> None:
    core.finish(Cause.NORMAL_CALL_CLEARING)


for _state in (null, *_established, ending):

    @_state.upon(H225Call.connectionLost).to(released)
    def gone(machine: H225Call, core: _Core, cause: Cause) -> None:
        core.finish(cause, byPeer=True)


for _state in (*_established, ending):

    @_state.upon(H225Call.releaseCompleteReceived).to(released)
    def releasedByPeer(machine: H225Call, core: _Core, cause: Cause) -> None:
        core.finish(cause, byPeer=True)


@null.upon(H225Call.release).to(released)
@null.upon(H225Call.hangup).to(released)
def neverBegun(machine: H225Call, core: _Core, cause: Cause) -> None:
    core.finish(cause)


# Status (Q.931, 5.8.10 and 5.8.11).


def _declareAnswers(state: TypedState[H225Call, _Core], number: CallNumber) -> None:
    @state.upon(H225Call.statusInquiryReceived).loop()
    def tellState(machine: H225Call, core: _Core) -> None:
        core.wire.sendStatus(number, Cause.RESPONSE_TO_STATUS_ENQUIRY)

    @state.upon(H225Call.notUnderstood).loop()
    def complain(machine: H225Call, core: _Core, cause: Cause) -> None:
        core.wire.sendStatus(number, cause)


for _state in _established:
    _declareAnswers(_state, _NUMBERS[_state])

    @_state.upon(H225Call.inquire).loop()
    def inquireNow(machine: H225Call, core: _Core) -> None:
        if not core.inquiries:
            core.ask(machine)

    @_state.upon(H225Call.t322Expired).loop()
    def inquireAgain(machine: H225Call, core: _Core) -> None:
        if core.inquiries < N322:
            core.ask(machine)
        else:
            machine.statusUnanswered()

    @_state.upon(H225Call.statusUnanswered).to(released)
    def silent(machine: H225Call, core: _Core) -> None:
        core.wire.sendReleaseComplete(Cause.TEMPORARY_FAILURE)
        core.finish(Cause.TEMPORARY_FAILURE)

    @_state.upon(H225Call.statusReceived).loop()
    def told(machine: H225Call, core: _Core) -> None:
        core.stopT322()

    @_state.upon(H225Call.statusNullReceived).to(released)
    def unknownToPeer(machine: H225Call, core: _Core) -> None:
        core.finish(Cause.MESSAGE_IN_WRONG_STATE)


@active.upon(H225Call.timerExpired).loop()
def inquireInTime(machine: H225Call, core: _Core) -> None:
    # The only timer of an active call: a peer that forgot it is not to keep it for ever.
    core.watch(machine)
    machine.inquire()


@ending.upon(H225Call.statusInquiryReceived).loop()
def tellEnding(machine: H225Call, core: _Core) -> None:
    core.wire.sendStatus(CallNumber.RELEASE_REQUEST, Cause.RESPONSE_TO_STATUS_ENQUIRY)


@clearing.upon(H225Call.statusInquiryReceived).loop()
def tellClearing(machine: H225Call, core: _Core, data: _Clearing) -> None:
    core.wire.sendStatus(CallNumber.RELEASE_REQUEST, Cause.RESPONSE_TO_STATUS_ENQUIRY)


# What arrives at a wrong time is ignored: proxies repeat CallProceeding after Alerting, and
# a Status about it confuses more peers than it helps.
_State = TypedState[H225Call, _Core] | TypedDataState[H225Call, _Core, _Clearing, ...]
_TIMER = H225Call.timerExpired
_CONTROL = H225Call.controlEnded
_COMMANDS = (
    H225Call.placeCall,
    H225Call.proceed,
    H225Call.alert,
    H225Call.earlyMedia,
    H225Call.answer,
)
_MESSAGES = (
    H225Call.setupReceived,
    H225Call.setupAcknowledgeReceived,
    H225Call.callProceedingReceived,
    H225Call.alertingReceived,
    H225Call.progressReceived,
    H225Call.connectReceived,
)
_QUESTIONS = (
    H225Call.inquire,
    H225Call.statusReceived,
    H225Call.notUnderstood,
    H225Call.t322Expired,
    H225Call.statusUnanswered,
)
_ENDS = (
    H225Call.releaseCompleteReceived,
    H225Call.statusInquiryReceived,
    H225Call.statusNullReceived,
)
_SETUPS = _MESSAGES[:2]
_PROGRESSING = _MESSAGES[:3]
_RINGING = _MESSAGES[:5]
_MINE = H225Call.placeCall

_IGNORED: tuple[tuple[_State, tuple[Callable[..., None], ...]], ...] = (
    (null, (*_COMMANDS[1:], *_MESSAGES[1:], *_QUESTIONS, *_ENDS, _TIMER, _CONTROL)),
    (callInitiated, (*_COMMANDS, H225Call.setupReceived, _CONTROL)),
    (overlapSending, (*_COMMANDS, *_SETUPS, _CONTROL)),
    (outgoingProceeding, (*_COMMANDS, *_PROGRESSING, _CONTROL)),
    (callDelivered, (*_COMMANDS, *_RINGING, _CONTROL)),
    (callPresent, (_MINE, *_MESSAGES, _TIMER, _CONTROL)),
    (incomingProceeding, (_MINE, *_MESSAGES, _TIMER, _CONTROL, H225Call.proceed)),
    (callReceived, (_MINE, *_MESSAGES, _TIMER, _CONTROL, H225Call.proceed, H225Call.alert)),
    (active, (*_COMMANDS, *_MESSAGES)),
    (ending, (*_COMMANDS, *_MESSAGES, *_QUESTIONS, _CONTROL)),
    (clearing, (*_COMMANDS, *_MESSAGES, *_QUESTIONS, _TIMER, H225Call.hangup)),
    (
        released,
        (
            *(*_COMMANDS, *_MESSAGES, *_QUESTIONS, *_ENDS, _TIMER, _CONTROL),
            *(H225Call.release, H225Call.hangup, H225Call.connectionLost),
        ),
    ),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newH225Call(
    owner: H225CallOwner, wire: H225Wire, clock: IReactorTime, timers: CallTimers | None = None
) -> H225Call:
    """
    @param owner: fills messages, and is told what becomes of the call.
    @param wire: sends the others.
    @param clock: runs the timers.
    @param timers: other times than the standard's.
    """
    return MACHINE(_Core(owner, wire, timers or CallTimers(), Timer(clock), Timer(clock)))
