"""
What the called side says, on its way to the caller: what it means for the call, and what of it goes
on.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.applications import Refusal, Verdict
from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.attempt import Attempt
from h323d.gatekeeper.routed.messages import Edit
from h323d.gatekeeper.routed.progress import Progress, ProgressPhase, phaseOf
from h323d.gatekeeper.routed.ways import Ways
from h323d.h323.signalling import reading
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.cause import Cause

__all__ = ["CalledSaid", "CalledSaidOwner"]


class CalledSaidOwner(Protocol):
    """
    What it needs of the call.
    """

    def tellCaller(self, message: Q931Message, content: Content, *edits: Edit) -> None:
        """Pass it on to the caller, changed so, as it is to be for that side."""

    def leaveCalled(self, cause: Cause) -> None:
        """End what the called side has of the call."""


class CalledSaid:
    """
    That of one call, whoever it is that is called.
    """

    def __init__(self, owner: CalledSaidOwner, progress: Progress, ways: Ways) -> None:
        """
        @param progress: is told how far the call has come.
        @param ways: where it may go.
        """
        self._owner = owner
        self._progress = progress
        self._ways = ways

    def received(self, attempt: Attempt, message: Q931Message, content: Content) -> None:
        """
        Something came from there.

        @param attempt: the one that has led there.
        """
        kind = message.messageType
        if attempt.answer.keeps(message, content):
            return
        if kind == MessageType.CALL_PROCEEDING:
            self._swallow(attempt, content)
        elif kind == MessageType.CONNECT and attempt.answer.isAsked:
            self._judge(attempt, message, content)
        elif kind != MessageType.FACILITY or not self._redirected(attempt, content):
            self._pass(attempt, message, content)

    def _judge(self, attempt: Attempt, message: Q931Message, content: Content) -> None:
        """
        Ask who it is that has answered.
        """
        verdict = attempt.answer.judge(attempt.answerApplication(message, content))
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._judged, attempt, message, content)
        else:
            self._judged(verdict, attempt, message, content)

    def _judged(
        self, verdict: Verdict, attempt: Attempt, message: Q931Message, content: Content
    ) -> None:
        held = attempt.answer.decided(verdict)
        if held is not None:
            self._pass(attempt, message, content)
            for later, itsContent in held:
                self.received(attempt, later, itsContent)
        elif isinstance(verdict, Refusal) and attempt.answer.isRefused:
            self._progress.release(attempt.side.refusing(verdict), "server")

    def _pass(self, attempt: Attempt, message: Q931Message, content: Content) -> None:
        kind = message.messageType
        if kind == MessageType.ALERTING:
            self._progress.alerting()
        elif kind == MessageType.CONNECT:
            self._progress.connected()
        else:
            self._progress.proceeding()
        content, edits = attempt.withHeld(content)
        self._progress.commit()
        self._owner.tellCaller(message, content, *edits)

    def _swallow(self, attempt: Attempt, content: Content) -> None:
        """
        The caller has had one; what else stands in it goes on with the next, H.245 at once.
        """
        self._progress.proceeding()
        attempt.hold(content)
        if content.h245Control:
            self._progress.commit()
            self._owner.tellCaller(*messages.controlAlone(content))

    def _redirected(self, attempt: Attempt, content: Content) -> bool:
        """
        Whether a Facility sends the call elsewhere.  Once something of an answer has
        reached the caller, it is the caller who has to call there.
        """
        elsewhere = reading.redirection(content)
        if elsewhere is None or phaseOf(self._progress) is not ProgressPhase.TRYING:
            return False
        names, address = elsewhere
        if not self._ways.redirect(names, attempt.believed(address)):
            self._progress.release(Cause.EXCHANGE_ROUTING_ERROR, "server")
            return True
        self._owner.leaveCalled(Cause.NORMAL_CALL_CLEARING)
        self._progress.redirected()
        return True
