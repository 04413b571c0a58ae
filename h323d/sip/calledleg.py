"""
An incoming SIP call: the user agent server's side of an INVITE (RFC 3261, 13.3).

Whoever watches a call is told that it is answered, and of its media, when its source is known
to be real (L{h323d.sip.proof}): at once over a connection, with the ACK over UDP.
"""

from __future__ import annotations

from h323d.call.legs import LegDirection
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.sip.agent import UserAgent
from h323d.sip.calledsession import CalledSession, newCalledSession
from h323d.sip.causes import reasonOf
from h323d.sip.dialog import Dialog
from h323d.sip.leg import SIPLeg
from h323d.sip.message import SIPRequest
from h323d.sip.negotiation import NoCommonMedia
from h323d.sip.parties import partiesOf
from h323d.sip.sessionphase import SessionPhase, phaseOf
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from h323d.values.media import MediaProfile

__all__ = ["CalledLeg"]


class CalledLeg(SIPLeg):
    """
    A call that a peer made.
    """

    direction = LegDirection.INCOMING
    _session: CalledSession

    def __init__(self, agent: UserAgent, transaction: ServerTransaction) -> None:
        """
        @param transaction: of the INVITE; it has been checked.
        """
        request = transaction.request
        super().__init__(
            agent,
            newCallID(agent.rng),
            partiesOf(request.fromAddress.uri),
            partiesOf(request.uri),
            request.fromAddress.displayName,
            transaction.flow.peer,
            transaction.flow,
        )
        self._session = newCalledSession(self)
        self._invite = transaction
        self._early = b""
        self._answerTold = False
        self._dialog = Dialog.called(request, self._localTag, agent.rng.randrange(1, 1 << 16))
        transaction.observe(self)
        self._heard(request)
        agent.enter(request.callId, self._localTag, self)

    @property
    def _isOpen(self) -> bool:
        """
        Whether the INVITE has no final response yet.
        """
        return phaseOf(self._session) is SessionPhase.SETTING_UP

    def cancelled(self, cause: Cause) -> None:
        """
        A CANCEL for the INVITE came; after our 2xx it changes nothing (9.2).
        """
        if self._isOpen:
            self.peerEnded = True
        self._session.cancel(cause)

    def proceed(self) -> None:
        self._session.provide(100)

    def alert(self, early: MediaProfile | None) -> None:
        """
        Ring; with early media, a 183 carries our answer, and the 200 the same.
        """
        if early is None or not self._invite.request.body or not self._isOpen:
            self._session.provide(180)
        elif self._negotiate(early):
            self._session.provide(183)
            self._tell()

    def answer(self, profile: MediaProfile) -> None:
        """
        Accept: the 200 leaves before this returns.
        """
        if self._isOpen and self._negotiate(profile):
            self._session.accept()

    def reject(self, cause: Cause) -> None:
        self._session.refuse(cause)

    def _negotiate(self, profile: MediaProfile) -> bool:
        """
        Answer the INVITE's offer, or make one.

        @return: whether that could be done; the call is refused if not.
        """
        request = self._invite.request
        self._profile = profile
        if not self._proven and not self._agent.unproven.enter(self, self._invite.flow.peer.host):
            self._session.refuse(Cause.SWITCHING_EQUIPMENT_CONGESTION)
            return False
        try:
            if not request.body:
                self._early = self._media.offer(profile)
            elif not self._early:
                self._early = self._media.answer(request.body, profile)
        except ResourceUnavailable as error:
            self._log.warn("leg {legId}: {error}", legId=self.legId, error=str(error))
            self._session.refuse(error.cause)
            return False
        except (NoCommonMedia, DecodeError) as error:
            self._unacceptable(self._invite, error)
            self._session.refuse(Cause.INCOMPATIBLE_DESTINATION)
            return False
        return True

    # Whether the caller is where the call seems to come from.

    def acknowledged(self, ack: SIPRequest) -> None:
        self._prove()
        self._session.ack()
        super().acknowledged(ack)

    def established(self) -> None:
        self._tell()

    def _within(self, transaction: ServerTransaction, dialog: Dialog) -> None:
        """
        Any request of the dialog has our tag: a PRACK, once there is one, as well as a BYE.
        """
        self._prove()
        self._tell()
        super()._within(transaction, dialog)

    def giveUp(self) -> None:
        """
        Others need the place, and nobody knows whether the caller is real.
        """
        if self._isOpen:
            self.hangup(Cause.SWITCHING_EQUIPMENT_CONGESTION)
        else:
            self.neverAcknowledged()

    def _prove(self) -> None:
        self._invite.flow.credit.prove()
        self._agent.unproven.leave(self)

    def _tell(self) -> None:
        """
        Tell of the answer and of media, if there is somebody to hear it.
        """
        if not self._proven:
            return
        answered = phaseOf(self._session) is SessionPhase.ANSWERED
        if answered and not self._answerTold and self._observer is not None:
            self._answerTold = True
            self._observer.legAnswered(self)
        self._reportMedia()

    def _giveBack(self) -> None:
        super()._giveBack()
        self._agent.unproven.leave(self)

    # What the session machine asks for.

    def sendProvisional(self, status: int) -> None:
        tag = None if status == 100 else self._localTag
        response = self._invite.request.response(status, None, tag)
        if status == 183:
            response = self._withBody(response, self._early)
        if status != 100:
            contact = self._agent.contact(self._invite.flow)
            response = response.withHeaders(response.headers.adding("Contact", contact))
        self._agent.respond(self._invite, response)

    def sendAcceptance(self) -> None:
        assert self._dialog is not None
        self._dialog.confirm()
        self._accept(self._invite, self._early)
        if self._invite.request.body:
            self._exchange.accepted()
        else:
            self._exchange.offered()
        self._tell()

    def sendRefusal(self, status: int, cause: Cause) -> None:
        response = self._invite.request.response(status, None, self._localTag)
        response = response.withHeaders(response.headers.adding("Reason", reasonOf(cause)))
        self._agent.respond(self._invite, response)

    def finished(self) -> None:
        super().finished()
        self._agent.inviteDone(self._invite)
        self._agent.forget(self._invite.request.callId, self._localTag)
