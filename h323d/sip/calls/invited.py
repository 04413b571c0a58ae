"""
The side of an incoming SIP call: the user agent server's side of an INVITE (RFC 3261, 13.3).

It owns the machine L{h323d.sip.calls.calledsession}, and answers as that says.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.applications import Reason
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.sip.agent import UserAgent
from h323d.sip.calls.calledsession import newCalledSession
from h323d.sip.calls.causes import provisionalOf, reasonOf
from h323d.sip.calls.descriptions import Descriptions
from h323d.sip.calls.discord import warningOf
from h323d.sip.calls.diversion import diversionOf
from h323d.sip.calls.history import diversionIn
from h323d.sip.calls.modification import SessionModification
from h323d.sip.calls.parties import isRestricted
from h323d.sip.calls.provisionals import Provisionals
from h323d.sip.calls.referredby import referredOf
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.rack import RAck
from h323d.sip.reasons import explained, statusOfCall
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.payloads import soundOf
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from h323d.values.proceeding import Proceeding
from h323d.values.referred import Referred

__all__ = ["Invited", "InvitedOwner"]

PRACK_LOST = 504  # status: RFC 3262, 3 leaves the choice of any 5xx


class InvitedOwner(Protocol):
    """
    What L{Invited} needs of the leg that it is part of.
    """

    def giveUp(self) -> None:
        """Others need the place, and nobody knows whether the caller is real."""

    def tell(self) -> None:
        """Tell of the answer and of media, if the caller is known to be real."""

    def complain(self, error: NoCommonMedia | ResourceUnavailable | DecodeError) -> None:
        """The call cannot have media."""

    def released(self, cause: Cause) -> None:
        """The call is over."""

    def closed(self) -> None:
        """The call is over, and nobody is to be told."""

    def finished(self) -> None:
        """Nothing is left to send."""


class Invited:
    """
    An INVITE that a peer sent, and our answers to it.

    @ivar session: its machine.
    @ivar sipCallId: the Call-ID.
    """

    def __init__(
        self,
        owner: InvitedOwner,
        agent: UserAgent,
        end: DialogEnd,
        descriptions: Descriptions,
        modification: SessionModification,
        invite: ServerTransaction,
    ) -> None:
        """
        @param invite: it has been checked.
        """
        self.session = newCalledSession(self)
        self.sipCallId = invite.request.callId
        self._owner = owner
        self._agent = agent
        self._end = end
        self._descriptions = descriptions
        self._modification = modification
        self._invite = invite
        self._body = b""  # what we answered, or offered
        self._discord = NONE  # for which it is refused
        self._reason: Reason | None = None
        self._agreed = False  # for good, before the call is answered
        self._provisionals = Provisionals(self, agent, end, invite)
        localCSeq = agent.rng.randrange(1, 1 << 16)
        self._dialog = end.dialog = Dialog.called(invite.request, end.localTag, localCSeq)
        end.heard(invite.request)
        invite.observe(end)

    # What the INVITE says.

    @property
    def request(self) -> SIPRequest:
        return self._invite.request

    @property
    def offer(self) -> bytes:
        """
        The session description that came with it; empty if there was none.
        """
        return self._invite.request.body

    @property
    def offered(self) -> tuple[MediaFormat, ...] | None:
        """
        The formats of its offer, in the caller's order; C{None} if it has none that can be read.
        """
        try:
            return soundOf(parse(self.offer)) if self.offer else None
        except DecodeError:
            return None

    @property
    def hops(self) -> int | None:
        return self._invite.request.maxForwards

    @property
    def diversion(self) -> Diversion | None:
        return diversionOf(self._invite.request) or diversionIn(self._invite.request)

    @property
    def referred(self) -> Referred | None:
        return referredOf(self._invite.request)

    @property
    def restricted(self) -> bool:
        return isRestricted(self._invite.request)

    # What the leg commands, as long as there is no final response.

    def alert(self, early: MediaProfile | None) -> None:
        """
        Ring; with early media, a 183 carries our answer, and the 200 the same.  To a caller who has
        made no offer, a 183 can only carry ours if it is sure to arrive.
        """
        if early is None or not (self._invite.request.body or self._provisionals.allowed):
            self.session.provide(180)
        elif self._negotiate(early):
            self.session.provide(183)
            self._owner.tell()

    def proceed(self, how: Proceeding) -> None:
        """
        Tell what becomes of the call.
        """
        self.session.provide(provisionalOf(how))

    def answer(self, profile: MediaProfile) -> None:
        """
        Accept: the 200 leaves before this returns, unless it has to wait for a PRACK.
        """
        if self._negotiate(profile):
            self._provisionals.accept()

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        self._discord, self._reason = discord, reason
        self.session.refuse(cause, statusOfCall(cause, reason))

    def cancelled(self, cause: Cause) -> None:
        self.session.cancel(cause)

    def _negotiate(self, profile: MediaProfile) -> bool:
        """
        Answer the INVITE's offer, or make one.

        @return: whether that could be done; the call is refused if not.
        """
        request = self._invite.request
        self._descriptions.profile = profile
        if not self._mayHavePort():
            self.reject(Cause.SWITCHING_EQUIPMENT_CONGESTION)
            return False
        try:
            if not request.body:
                self._body = self._descriptions.offer(profile)
            elif not self._body:
                self._body = self._descriptions.answer(request.body, profile)
        except ResourceUnavailable as error:
            self._owner.complain(error)
            self.reject(error.cause)
            return False
        except (NoCommonMedia, DecodeError) as error:
            self._owner.complain(error)
            self._end.refuseOffer(self._invite, error)
            self.reject(Cause.INCOMPATIBLE_DESTINATION)
            return False
        return True

    def _mayHavePort(self) -> bool:
        """
        Whether the caller is real, or is one of few that may not be.
        """
        source = self._invite.flow.peer.host
        return self._end.proven or self._agent.unproven.enter(self._owner, source)

    def acknowledged(self) -> None:
        """
        The ACK of a 2xx came, to this INVITE or to a later one.
        """
        self.session.ack()

    # Provisional responses, and their PRACKs.

    @property
    def awaited(self) -> RAck | None:
        """
        What the PRACK says that has not come yet; C{None} if none is awaited.
        """
        return self._provisionals.awaited

    def prackArrived(self, prack: ServerTransaction) -> None:
        """
        @raise DecodeError: it does not say of what it is.
        """
        self._provisionals.arrived(prack)

    def descriptionArrived(self, prack: SIPRequest) -> None:
        self._agreed = True
        self._modification.agreeEarly()
        if not self._invite.request.body:  # what it has is no offer, but the answer to ours
            self._modification.answered(prack)

    def prackOffers(self, prack: ServerTransaction) -> None:
        self._modification.requested(prack, self._dialog)

    def acceptNow(self) -> None:
        self.session.accept()

    def provisionalLost(self) -> None:
        self.session.refuse(Cause.RECOVERY_ON_TIMER_EXPIRY, PRACK_LOST)

    # What the session machine asks for.

    def sendProvisional(self, status: int) -> None:
        body = self._body if status == 183 and not self._agreed else b""
        if body or self._agreed or not self._provisionals.silent:
            self._provisionals.provide(status, body)

    def sendAcceptance(self) -> None:
        self._dialog.confirm()
        rows = self._modification.accepting(self._invite.request)
        self._end.accept(self._invite, b"" if self._agreed else self._body, *rows)
        self._modification.acceptanceSent(not (self._agreed or self._invite.request.body))
        self._owner.tell()

    def sendRefusal(self, status: int, cause: Cause) -> None:
        headers = [("Reason", reasonOf(cause)), *explained(status, self._reason)]
        if self._discord.words:
            headers.append(("Warning", warningOf(self._discord.words, self._end.home.told)))
        self._end.refuse(self._invite, status, *headers, instead=self._discord)

    def sendBye(self, cause: Cause) -> None:
        self._end.sendBye(cause)

    def established(self) -> None:
        self._owner.tell()

    def released(self, cause: Cause) -> None:
        self._provisionals.stop()
        self._owner.released(cause)

    def finished(self) -> None:
        self._owner.finished()
        self._agent.inviteDone(self._invite)

    def closed(self) -> None:
        self._provisionals.stop()
        self._owner.closed()
        self.finished()
