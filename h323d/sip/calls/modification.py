"""
Modifying a session, by re-INVITE or UPDATE of either side: RFC 3261, 14, and RFC 3311.

L{h323d.sip.calls.exchange} says whose turn it is, L{h323d.sip.calls.descriptions} what is offered
and answered; here are the messages.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.applications import Application, Door, Refusal, Verdict
from h323d.call.leases import ended, ofCall
from h323d.errors import DecodeError
from h323d.sip.agent import UserAgent
from h323d.sip.calls.calledsession import REQUEST_TERMINATED
from h323d.sip.calls.causes import causeOf, reasonsOf
from h323d.sip.calls.descriptions import Descriptions
from h323d.sip.calls.exchange import newExchange
from h323d.sip.calls.sessiontimer import Rows, SessionTimer
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.dialogs.within import RequestWithin
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["ModificationOwner", "SessionModification"]

RETRY_AFTER = 10  # seconds at most, after a 500 (RFC 3261, 14.2)


class ModificationOwner(Protocol):
    """
    What a L{SessionModification} needs of the leg that it is part of.
    """

    @property
    def legId(self) -> LegID:
        """That of the leg."""

    @property
    def over(self) -> bool:
        """Whether the call is."""

    def applicationFor(self, request: SIPRequest) -> Application:
        """What a change asks for."""

    def reportMedia(self) -> None:
        """Something is agreed: have the port follow it, and tell."""

    def hangup(self, cause: Cause) -> None:
        """End the call."""

    def refuseMedia(self, refusal: Refusal) -> None:
        """The same, as a gate does not take what the peer has answered."""

    def complain(self, error: NoCommonMedia | DecodeError) -> None:
        """What the peer sent is of no use."""


class SessionModification:
    """
    The changes of one session.
    """

    def __init__(
        self,
        owner: ModificationOwner,
        agent: UserAgent,
        end: DialogEnd,
        descriptions: Descriptions,
        ownsCallId: bool,
    ) -> None:
        """
        @param ownsCallId: we made the Call-ID: we placed the call.
        """
        self._owner = owner
        self._agent = agent
        self._end = end
        self._descriptions = descriptions
        self._exchange = newExchange(self, agent.clock, agent.rng, ownsCallId)
        self._timer = SessionTimer(self, agent.clock, agent.config.sessionExpires)
        self._sent: _Change | None = None  # our last, if there was any
        self._judging: ServerTransaction | SIPRequest | None = None  # that a gate thinks about

    # What a call begins with.

    def inviting(self) -> Rows:
        """
        What our INVITE says of how long the session lasts.
        """
        return self._timer.asking()

    def invitesAgain(self, response: SIPResponse) -> bool:
        """
        Whether our INVITE, which was refused so, says something else about that now.
        """
        return self._timer.refused(response)

    def begin(self, response: SIPResponse) -> None:
        """
        Our INVITE was accepted so, and that is acknowledged.
        """
        self._grant(response)
        self._exchange.begin()

    def accepting(self, request: SIPRequest) -> Rows:
        """
        What our 2xx to an INVITE or UPDATE says of how long the session lasts.
        """
        try:
            return self._timer.answering(request)
        except DecodeError as error:
            self._owner.complain(error)
            return ()

    def agreeEarly(self) -> None:
        """
        The offer of the INVITE has been answered for good, before any 2xx (RFC 3262, 5).
        """
        self._exchange.agree()

    def acceptanceSent(self, offering: bool) -> None:
        """
        We sent a 2xx to an INVITE or re-INVITE.

        @param offering: with our offer.
        """
        if offering:
            self._exchange.offered()
        else:
            self._exchange.accepted()

    def acknowledged(self, ack: SIPRequest) -> None:
        """
        Its ACK came.
        """
        self._exchange.ack(ack)

    def change(self) -> None:
        """
        The profile is another one now.
        """
        self._exchange.change()

    def requested(self, transaction: ServerTransaction, dialog: Dialog) -> None:
        """
        A re-INVITE or UPDATE, or an offer in a PRACK, arrived: the gates are asked first.

        @param dialog: where it belongs.
        """
        if transaction.request.method == "UPDATE" and not transaction.request.body:
            dialog.refresh(transaction.request)  # and nothing else is asked for
            self._end.accept(transaction, b"", *self.accepting(transaction.request))
            return
        isOther = dialog is not self._end.negotiable
        if transaction.request.method == "INVITE" and not self._end.confirmed:
            isOther = True
        if isOther or self._judging is not None:  # one before has no answer yet (14.2)
            self.refuseEarly(transaction)
            return
        gates = self._agent.gates
        if not gates.standAt(Door.REINVITE):
            self._exchange.requested(transaction)
            return
        verdict = gates.judge(self._owner.applicationFor(transaction.request))
        if isinstance(verdict, Deferred):
            self._judging = transaction
            verdict.addCallback(self._judgedLater, transaction)
        else:
            self._judged(verdict, transaction)

    def _judgedLater(self, verdict: Verdict, transaction: ServerTransaction) -> None:
        self._judging = None
        if not self._owner.over:
            self._judged(verdict, transaction)
            return
        if not isinstance(verdict, Refusal):
            ended(verdict.leases)
        self._end.respond(transaction, REQUEST_TERMINATED)  # 15.1.2

    def _judged(self, verdict: Verdict, transaction: ServerTransaction) -> None:
        if isinstance(verdict, Refusal):
            self._end.refuseFor(transaction, verdict)
            return
        self._agent.gates.leases.give(ofCall(self._owner.legId), verdict)
        self._exchange.requested(transaction)

    def stop(self) -> None:
        """
        The session is over: it changes no more.
        """
        self._exchange.stop()
        self._timer.stop()

    def close(self) -> None:
        """
        Nobody is to wait for an answer any more.
        """
        if self._sent is not None:
            self._sent.destroy()

    # What the exchange machine asks for.

    def sendOffer(self) -> None:
        dialog, profile = self._end.negotiable, self._descriptions.profile
        updates = self._end.names("update")
        if self._end.confirmed:
            updates = updates and self._agent.config.preferUpdate
        elif not updates:  # and only an UPDATE may go before the answer (RFC 3311, 5.1)
            dialog = None
        if dialog is None or profile is None:
            self._exchange.refused()
            return
        body = self._descriptions.offer(profile)
        self._send(dialog, "UPDATE" if updates else "INVITE", body)

    def repeatOffer(self) -> None:
        dialog = self._end.confirmed
        if dialog is not None:
            self._send(dialog, "INVITE", self._descriptions.repeat())

    def _send(self, dialog: Dialog, method: str, body: bytes = b"") -> None:
        request = self._end.request(dialog, method, body)
        request = request.withHeaders(request.headers.extending(*self._timer.refreshing()))
        self._sent = _Change(self, self._agent, dialog, request, self._end)

    def answerOffer(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        profile = self._descriptions.profile
        if profile is None:
            self.refuseEarly(transaction)
            return
        try:
            body = (
                self._descriptions.answer(request.body, profile)
                if request.body
                else self._descriptions.offer(profile)
            )
        except (NoCommonMedia, DecodeError) as error:
            self._owner.complain(error)
            self._end.refuseOffer(transaction, error)
            return
        if self._end.negotiable is not None:
            self._end.negotiable.refresh(request)
        rows = () if request.method == "PRACK" else self.accepting(request)
        self._end.accept(transaction, body, *rows)
        if request.method == "INVITE":
            self.acceptanceSent(not request.body)
        if request.body:
            self._owner.reportMedia()

    def offerAnswered(self, message: SIPRequest | SIPResponse) -> None:
        if isinstance(message, SIPResponse):
            self._conclude(message.body)
        elif message.body or not self._descriptions.isAgreed:  # or nothing is to change
            self.answered(message)

    def answered(self, request: SIPRequest) -> None:
        """
        The answer to our offer came in an ACK or a PRACK: the gates are asked first.
        """
        gates = self._agent.gates
        if not gates.standAt(Door.REINVITE):
            self._conclude(request.body)
            return
        verdict = gates.judge(self._owner.applicationFor(request))
        if isinstance(verdict, Deferred):
            self._judging = request
            verdict.addCallback(self._answerJudgedLater, request)
        else:
            self._answerJudged(verdict, request)

    def _answerJudgedLater(self, verdict: Verdict, request: SIPRequest) -> None:
        self._judging = None
        if not self._owner.over:
            self._answerJudged(verdict, request)
        elif not isinstance(verdict, Refusal):
            ended(verdict.leases)

    def _answerJudged(self, verdict: Verdict, request: SIPRequest) -> None:
        if isinstance(verdict, Refusal):
            self._owner.refuseMedia(verdict)
            return
        self._agent.gates.leases.give(ofCall(self._owner.legId), verdict)
        self._conclude(request.body)

    def _conclude(self, body: bytes) -> None:
        try:
            self._descriptions.conclude(body)
        except (NoCommonMedia, DecodeError) as error:
            self._owner.complain(error)
            self._owner.hangup(Cause.INCOMPATIBLE_DESTINATION)
        else:
            self._owner.reportMedia()

    def refusePending(self, transaction: ServerTransaction) -> None:
        self._end.respond(transaction, 491)

    def refuseEarly(self, transaction: ServerTransaction) -> None:
        seconds = self._agent.rng.randint(0, RETRY_AFTER)
        self._end.refuse(transaction, 500, ("Retry-After", str(seconds)))

    # What the session timer asks for.

    def refresh(self) -> None:
        dialog = self._end.confirmed
        if dialog is not None and self._end.names("update"):
            self._send(dialog, "UPDATE")
        else:
            self._exchange.refresh()

    def sessionExpired(self) -> None:
        self._owner.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)

    def _grant(self, response: SIPResponse) -> None:
        try:
            self._timer.granted(response)
        except DecodeError as error:
            self._owner.complain(error)

    # What became of our requests.

    def changeAnswered(self, dialog: Dialog, request: SIPRequest, response: SIPResponse) -> None:
        """
        The final response came.
        """
        if response.isSuccess:
            try:
                dialog.refresh(response)
            except DecodeError as error:  # the target stays as it was
                self._owner.complain(error)
            if request.method == "INVITE":
                self._acknowledge(dialog, request)
            if self._owner.over:  # and nothing changes any more (RFC 5407, 3.2.3)
                return
            self._grant(response)
            if request.body:
                self._exchange.succeeded(response)
        elif response.status in (408, 481):
            self._owner.hangup(causeOf(response.status, reasonsOf(response)))  # 12.2.1.2
        else:
            self._end.heard(response)  # a 405 says what is taken instead (21.4.6)
            self._timer.refused(response)
            if request.body and response.status == 491:
                self._exchange.glare()
            elif request.body:
                self._exchange.refused()

    def _acknowledge(self, dialog: Dialog, invite: SIPRequest) -> None:
        ack = dialog.request("ACK", invite.cseq.number)
        for name in ("Authorization", "Proxy-Authorization"):  # as the INVITE has them (22.3)
            ack = ack.withHeaders(ack.headers.adding(name, *invite.headers.lines(name)))
        self._agent.sendAck(ack, self._end.flow)

    def changeFailed(self) -> None:
        """
        Nobody answered: the dialog is dead (12.2.1.2).
        """
        self._owner.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)


class _Change:
    """
    Waits for the answer to a re-INVITE or UPDATE of ours.
    """

    def __init__(
        self,
        modification: SessionModification,
        agent: UserAgent,
        dialog: Dialog,
        request: SIPRequest,
        end: DialogEnd,
    ) -> None:
        self._modification = modification
        self._dialog = dialog
        self._sent = RequestWithin(agent, dialog, request, end.flow, self, end.account)

    def destroy(self) -> None:
        """
        Nobody waits for it any more.
        """
        self._sent.destroy()

    def responseReceived(self, response: SIPResponse) -> None:
        if response.isFinal:
            self._modification.changeAnswered(self._dialog, self._sent.request, response)

    def requestTimedOut(self) -> None:
        self._modification.changeFailed()

    def requestFailed(self) -> None:
        self._modification.changeFailed()
