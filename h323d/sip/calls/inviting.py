"""
The side of an outgoing SIP call: the user agent client's side of an INVITE (RFC 3261, 13.2).

It owns the machine L{h323d.sip.calls.callingsession}, and sends as that says.  The first 2xx is the
call; each other one is acknowledged and ended at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from h323d.call.dialrule import DialGuard
from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.sip.agent import ALLOW, SDP, SUPPORTED, UserAgent
from h323d.sip.calls.callingsession import newCallingSession
from h323d.sip.calls.causes import causeOf, proceedingOf, reasonsOf, retryAfterOf
from h323d.sip.calls.descriptions import Descriptions
from h323d.sip.calls.discord import discordOf
from h323d.sip.calls.diversion import headerOf
from h323d.sip.calls.earlymedia import EARLY_MEDIA, UNDERSTOOD, mayBeHeard
from h323d.sip.calls.history import headersOf
from h323d.sip.calls.identity import ASSERTED
from h323d.sip.calls.modification import SessionModification
from h323d.sip.calls.parties import isNobody
from h323d.sip.calls.redirection import REDIRECTIONS, waysOf
from h323d.sip.calls.referredby import referredHeaders
from h323d.sip.calls.sentinvite import CallTarget, Fork, SentInvite
from h323d.sip.calls.sessionphase import SessionPhase, phaseOf
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.resourcepriority import headersOfType
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.proceeding import Proceeding
from h323d.values.referred import Referred

__all__ = ["Inviting", "InvitingOwner"]

UNAVAILABLE = 503
EARLY_DIALOG_TERMINATED = 199  # and the option tag of RFC 6228


class InvitingOwner(Protocol):
    """
    What L{Inviting} needs of the leg that it is part of.

    @ivar peer: set to where the INVITE goes next.
    @ivar peerEnded: set where it is the peer who ends the call.
    @ivar refusedEverywhere: set where it refuses for all places.
    @ivar retryAfter: set where it wants no calls for some seconds.
    @ivar discord: set where it has no sound that we offer.
    @ivar accepted: set to the 2xx that is the call.
    """

    peer: TransportAddress
    peerEnded: bool
    refusedEverywhere: bool
    retryAfter: int
    discord: str
    accepted: Fork

    def dialled(self) -> None:
        """The INVITE leaves."""

    def proceeding(self, how: Proceeding) -> None:
        """The called side is working on it."""

    def alerting(self) -> None:
        """The called side rings."""

    def answered(self) -> None:
        """The call is answered."""

    def reportMedia(self) -> None:
        """Something is agreed: have the port follow it, and tell."""

    def redirected(self, way: Way) -> None:
        """The called side is to be called so, and not here."""

    def hangup(self, cause: Cause) -> None:
        """End the call."""

    def complain(self, error: NoCommonMedia | DecodeError) -> None:
        """What the peer sent is of no use."""

    def released(self, cause: Cause) -> None:
        """The call is over."""

    def closed(self) -> None:
        """The call is over, and nobody is to be told."""

    def finished(self) -> None:
        """Nothing is left to send."""


class Inviting:
    """
    An INVITE of ours, and what comes of it.

    @ivar session: its machine.
    @ivar sipCallId: the Call-ID.
    @ivar hops: C{None}: it is ours.
    @ivar diversion: C{None}, for the same reason.
    @ivar referred: C{None}, for the same reason.
    @ivar restricted: C{False}, for the same reason.
    """

    hops: int | None = None
    diversion: Diversion | None = None
    referred: Referred | None = None
    restricted = False

    def __init__(
        self,
        owner: InvitingOwner,
        agent: UserAgent,
        end: DialogEnd,
        descriptions: Descriptions,
        modification: SessionModification,
        profile: MediaProfile,
    ) -> None:
        """
        @param profile: what to offer.
        """
        self.session = newCallingSession(
            self, agent.clock, agent.config.ringTimeout, agent.timers.transaction
        )
        self.sipCallId = f"{agent.rng.getrandbits(64):016x}@{agent.homes.main.told}"
        self._owner = owner
        self._agent = agent
        self._end = end
        self._descriptions = descriptions
        self._modification = modification
        self._profile = profile
        self._invite: SentInvite | None = None  # before it is sent
        self._target: CallTarget | None = None  # likewise
        self._silence = Timer(agent.clock)  # of a hop that may be left for another
        self._cause = Cause.NORMAL_CALL_CLEARING  # why the call is over, once it is
        self._answer = b""  # the description that was last taken
        self._isHeard = True  # what comes before the answer (RFC 5009)

    @property
    def offered(self) -> tuple[MediaFormat, ...] | None:
        """
        What the peer's answer to our offer has settled for; C{None} before there is one.
        """
        transmit = self._descriptions.stream(Medium.AUDIO).transmit
        return None if transmit is None else (transmit.format,)

    def call(self, target: CallTarget) -> None:
        """
        Send the INVITE.
        """
        self.session.call(target)

    @property
    def awaited(self) -> None:
        """
        Nobody sends us a PRACK.
        """

    def prackArrived(self, prack: ServerTransaction) -> None:
        """
        Nothing that we have sent could be acknowledged so.
        """
        self._end.respond(prack, 481)

    # What the session machine asks for.

    def sendInvite(self, target: CallTarget) -> None:
        try:
            body = self._descriptions.offer(self._profile)
        except ResourceUnavailable as error:
            self.session.failure(error.cause)
            return
        request = self._request(target, body, self._agent.rng.randrange(1, 1 << 16))
        self._target = target
        self._owner.dialled()
        self._send(request)

    def _send(self, request: SIPRequest) -> None:
        isFirst = self._invite is None
        self._invite = SentInvite(self._agent, self._end, request, self, isFirst)
        onward = None if self._target is None else self._target.onward
        patience = None if onward is None else onward.patience
        if patience is not None:
            self._silence.start(patience, self._unanswered)

    def _request(self, target: CallTarget, body: bytes, cseq: int) -> SIPRequest:
        privacy = ["id"] if isNobody(target.caller.uri) else []  # RFC 3325, 9.3
        asserted = [] if target.asserted is None else [str(target.asserted)]
        asks = [UNDERSTOOD] if self._agent.config.trusts(target.flow.peer.host) else []
        headers = Headers(
            [
                ("Max-Forwards", str(target.hops)),
                *(("Route", f"<{each}>") for each in target.path),
                ("From", str(target.caller.withTag(self._end.localTag))),
                ("To", f"<{target.recipient}>"),
                ("Call-ID", self.sipCallId),
                ("CSeq", f"{cseq} INVITE"),
                ("Contact", self._agent.contact(target.flow, target.uri.secure, self._end.focus)),
                ("Allow", ALLOW),
                ("Supported", f"{SUPPORTED}, {EARLY_DIALOG_TERMINATED}"),
                *self._modification.inviting(),
                *(("Privacy", each) for each in privacy),
                *((ASSERTED, each) for each in asserted),
                *((EARLY_MEDIA, each) for each in asks),
                *self._diverted(target),
                *referredHeaders(target.referred),
                *headersOfType(target.callType),
                ("Content-Type", SDP),
            ]
        )
        return SIPRequest("INVITE", target.uri, headers, body)

    def _diverted(self, target: CallTarget) -> Iterator[tuple[str, str]]:
        diversion, here = target.diversion, target.flow.local
        if diversion is None:
            return
        yield "Diversion", headerOf(diversion, here)
        if self._agent.config.historyInfo:
            for value in headersOf(diversion, target.uri, here):
                yield "History-Info", value

    def sendCancel(self, cause: Cause) -> None:
        if self._invite is not None:
            self._invite.cancel(cause)

    def sendAck(self, fork: Fork) -> None:
        self._end.dialog = fork.acknowledge()

    def sendBye(self, cause: Cause) -> None:
        self._end.sendBye(cause)

    def declineAcceptance(self, fork: Fork) -> None:
        fork.decline(self._cause)

    def repeatedAcceptance(self, fork: Fork) -> None:
        fork.answerAgain()

    def progressed(self, response: SIPResponse) -> None:
        if response.status == 180:
            self._owner.alerting()
        else:
            self._owner.proceeding(proceedingOf(response.status))
        if response.status == EARLY_DIALOG_TERMINATED:
            self._end.forgetEarly(response.toAddress.tag)
            return
        wasHeard, isNew = self._isHeard, response.body != self._answer
        self._gate(response)
        if not response.body or self._isSettledFor(response):
            isNew = False
        elif not self._conclude(response):
            return
        if self._isHeard and self._descriptions.isAgreed and (isNew or not wasHeard):
            self._owner.reportMedia()
        if not response.body:
            return
        early = None if self._invite is None else self._invite.acknowledged(response)
        if early is not None:
            self._end.settled = early
            self._modification.agreeEarly()

    def _gate(self, response: SIPResponse) -> None:
        """
        Have sound before the answer heard, or not, if a peer that is trusted says so.
        """
        flow = self._end.flow
        said = mayBeHeard(response)
        if said is not None and flow is not None and self._agent.config.trusts(flow.peer.host):
            self._isHeard = said

    def established(self, fork: Fork) -> None:
        self._owner.accepted = fork
        if self._isSettledFor(fork.response) or self._conclude(fork.response):
            self._owner.answered()
            self._owner.reportMedia()
            self._modification.begin(fork.response)
        else:  # nobody can talk to who answers so: it counts as a refusal
            self._owner.hangup(Cause.INCOMPATIBLE_DESTINATION)

    def released(self, cause: Cause) -> None:
        self._silence.stop()
        self._cause = cause
        self._owner.released(cause)

    def finished(self) -> None:
        self._owner.finished()
        if self._invite is not None:
            self._invite.destroy()

    def closed(self) -> None:
        self._silence.stop()
        self._owner.closed()
        self.finished()

    def _isSettledFor(self, response: SIPResponse) -> bool:
        """
        Whether who sends it has answered our offer for good: what further descriptions it sends is
        no answer (RFC 3261, 13.2.1).
        """
        settled = self._end.settled
        return settled is not None and settled.remoteTag == response.toAddress.tag

    def _conclude(self, response: SIPResponse) -> bool:
        """
        @return: whether the answer to our offer is good.
        """
        if response.body == self._answer and self._descriptions.isAgreed:
            return True
        self._answer = response.body
        try:
            self._descriptions.conclude(response.body)
        except (NoCommonMedia, DecodeError) as error:
            self._owner.complain(error)
            return False
        return True

    # What comes of the INVITE.

    def inviteProgressed(self, response: SIPResponse) -> None:
        self._silence.stop()
        self.session.provisional(response)

    def inviteAccepted(self, fork: Fork) -> None:
        if fork.invite is not self._invite:  # from a hop that was left, too late
            fork.decline(Cause.NON_SELECTED_USER_CLEARING)
            return
        self._silence.stop()
        self.session.success(fork)

    def inviteRefused(self, response: SIPResponse) -> None:
        isWanted = phaseOf(self.session) is SessionPhase.SETTING_UP
        if isWanted and self._modification.invitesAgain(response):
            self._inviteAgain()
            return
        if response.status == UNAVAILABLE and self._goElsewhere():
            return
        self._owner.peerEnded = True
        self._owner.discord = discordOf(response)
        self._owner.refusedEverywhere = response.status >= 600
        self._owner.retryAfter = retryAfterOf(response)
        if response.status in REDIRECTIONS:
            self._redirected(response)
        warnings = response.headers.lines("Warning")
        self.session.failure(causeOf(response.status, reasonsOf(response), warnings))

    def _inviteAgain(self) -> None:
        """
        Send the same INVITE with another wish for how long the session lasts (RFC 4028, 7.3).
        """
        assert self._invite is not None
        sent = self._invite.request
        shown = ("Authorization", "Proxy-Authorization")  # which is good for one request
        headers = sent.headers.without("Session-Expires", "Min-SE", *shown)
        cseq = f"{sent.cseq.number + 1} INVITE"
        headers = headers.replacing("CSeq", cseq).extending(*self._modification.inviting())
        self._end.early.clear()
        self._send(sent.withHeaders(headers))

    def _redirected(self, response: SIPResponse) -> None:
        flow = self._end.flow
        if flow is not None:
            agent = self._agent
            guard = DialGuard(agent.dialRule, agent.complaints, flow.peer)
            for way in waysOf(response.contacts, guard, agent.homes):
                self._owner.redirected(way)

    def inviteFailed(self, cause: Cause) -> None:
        if not self._goElsewhere():
            self.session.failure(cause)

    def _unanswered(self) -> None:
        """
        The hop says nothing.
        """
        if self._invite is not None:
            self._invite.destroy()
        self.inviteFailed(Cause.NO_USER_RESPONDING)

    def _goElsewhere(self) -> bool:
        """
        Send the INVITE to the next hop, if there is one, and the call has got nowhere yet by the
        last (RFC 3263, 4.3).
        """
        self._silence.stop()
        target, last = self._target, self._invite
        isWanted = phaseOf(self.session) is SessionPhase.SETTING_UP
        if target is None or target.onward is None or last is None or not isWanted:
            return False
        target.onward.failed()
        flow = None if self._end.early else target.onward.next()
        if flow is None:
            return False
        self._end.flow, self._owner.peer = flow, flow.peer
        asserted = target.asserted if self._agent.config.trusts(flow.peer.host) else None
        target = replace(target, flow=flow, asserted=asserted)
        body = self._descriptions.offer(self._profile)
        self._send(self._request(target, body, last.request.cseq.number))
        return True

    def inviteMisanswered(self, response: SIPResponse, error: DecodeError) -> None:
        self._owner.complain(error)
        if response.isFinal:
            self.session.failure(Cause.PROTOCOL_ERROR)
        else:  # the transaction waits for ever now, so the session must know
            self.session.provisional(response)
