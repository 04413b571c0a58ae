"""
A SIP call as a leg: commands down to the session, the dialog and media, happenings up.

The leg owns nothing that can be wrong by itself: the side of the INVITE that we are on
(L{h323d.sip.calls.invited}, L{h323d.sip.calls.inviting}) has the session's machine,
L{h323d.sip.calls.modification} changes the media of a call that stands,
L{h323d.sip.calls.legdigits} has the digits, L{h323d.sip.calls.referral} whom the peer wants to be
called instead of it, L{h323d.sip.calls.requests} which of them answers a request, and
L{h323d.sip.dialogs.dialogend} sends and answers for all of them.  Here they meet.

Whoever watches a call is told that it is answered, and of its media, when its source is known
to be real (L{h323d.sip.proof}): at once over a connection, with the ACK over UDP.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.answers import JudgedAnswer
from h323d.call.applications import Application, Reason, Refusal
from h323d.call.forwarding import Forwarding
from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia
from h323d.call.legs import ILeg, ILegObserver, ITransferRequest, LegDirection
from h323d.call.media import IMediaPort, IMediaPortObserver, Signalling
from h323d.call.observer import SilentObserver
from h323d.call.replacing import Replacement
from h323d.call.silence import SilenceWatch
from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.errors import DecodeError, RemoteProtocolError, ResourceUnavailable
from h323d.sip.agent import UserAgent
from h323d.sip.applications import answerApplication, inviteApplication, withinApplication
from h323d.sip.calls.calledsession import CalledSession
from h323d.sip.calls.callingsession import CallingSession
from h323d.sip.calls.describedcall import DescribedCall
from h323d.sip.calls.descriptions import Descriptions
from h323d.sip.calls.invited import Invited
from h323d.sip.calls.inviting import Inviting
from h323d.sip.calls.legdigits import LegDigits
from h323d.sip.calls.mediacontrol import LegPictures
from h323d.sip.calls.modification import SessionModification
from h323d.sip.calls.referral import Referrals
from h323d.sip.calls.requests import Requests
from h323d.sip.calls.sentinvite import CallTarget
from h323d.sip.calls.sessionphase import SessionPhase, phaseOf
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.transactions.running import ServerTransaction
from h323d.tracing import stateName
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = ["SIPLeg"]


@implementer(ILeg, IMediaPortObserver)
class SIPLeg(DescribedCall):
    """
    One SIP call, in either direction.
    """

    _log = Logger()

    def __init__(
        self,
        agent: UserAgent,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        displayName: str,
        begun: ServerTransaction | MediaProfile,
        replaces: Replacement | None = None,
    ) -> None:
        """
        @param begun: of a call that a peer made, its INVITE, which has been checked; of one that
            we make, what to offer.
        """
        super().__init__(agent.rng, callId, calling, called, displayName, begun, replaces)
        self._agent = agent
        self._observer: ILegObserver = SilentObserver()
        self._answer = JudgedAnswer(self, agent.gates)
        self._answerTold = False
        self._soon = Timer(agent.clock)
        self._watch = SilenceWatch(self, agent.clock, agent.pool.silenceTimeout)
        flow = begun.flow if isinstance(begun, ServerTransaction) else None
        self._end = DialogEnd(agent, self, flow)
        self._media = LegMedia(self, self, agent.pool, agent.clock)
        config, rng = agent.config, agent.rng
        self._descriptions = Descriptions(self._media, rng, config.user, config.encryption)
        self._digits = LegDigits(self, agent, self._end, self._media)
        self._pictures = LegPictures(self, agent, self._end, self._media)
        referrals = Referrals(self, agent, self._end)
        self._modification = SessionModification(
            self, agent, self._end, self._descriptions, flow is None
        )
        parts = self._modification, self._digits, self._pictures, referrals
        self._requests = Requests(self, agent, self._end, *parts)
        self._side = self._sideOf(begun)
        self.hops, self.restricted = self._side.hops, self._side.restricted
        self.diversion, self.referred = self._side.diversion, self._side.referred
        self._session: CalledSession | CallingSession = self._side.session
        agent.enter(self._side.sipCallId, self._end.localTag, self)

    def _sideOf(self, begun: ServerTransaction | MediaProfile) -> Invited | Inviting:
        parts = (self._agent, self._end, self._descriptions, self._modification)
        if isinstance(begun, ServerTransaction):
            return Invited(self, *parts, begun)
        self._descriptions.profile = begun
        return Inviting(self, *parts, begun)

    @property
    def flow(self) -> Flow | None:
        return self._end.flow

    @property
    def localTag(self) -> str:
        return self._end.localTag

    @property
    def over(self) -> bool:
        """
        Whether the call ended, perhaps before it began.
        """
        return self._phase is SessionPhase.OVER

    def soon(self, work: Callable[..., None], *arguments: object) -> None:
        """
        Do C{work} with C{arguments} in the next turn, unless the call is over by then.
        """
        self._soon.start(0, work, *arguments)

    def dial(self, target: CallTarget) -> None:
        """
        Send the INVITE of a call that we make.
        """
        if isinstance(self._side, Inviting):
            self._end.flow, self._end.account = target.flow, target.account
            self.peer = target.flow.peer
            self._side.call(target)

    def cancelled(self, cause: Cause) -> None:
        """
        A CANCEL for the INVITE came; after our 2xx it changes nothing (9.2).
        """
        if self._offered is not None:
            self.peerEnded = True
            self._offered.cancelled(cause)

    def flowLost(self) -> None:
        if self._end.confirmed:
            self._watch.connectionLost()

    def flowRegained(self, flow: Flow) -> None:
        self._end.flow = flow
        self._watch.connectionRegained()

    def close(self) -> None:
        self._session.close()

    @property
    def replaceable(self) -> Replaces | None:
        return self._end.named(self._side.sipCallId)

    def ringingAt(self, replaces: Replaces) -> ILeg | None:
        isRinging = self._phase is SessionPhase.SETTING_UP and replaces.remoteTag in self._end.early
        return self if isRinging else None

    def replacedBy(self, replaces: Replaces) -> ILeg | int:
        return self._end.refusalOf(replaces) or self

    # ILeg.

    @property
    def state(self) -> str:
        return stateName(self._session)

    @property
    def speaks(self) -> tuple[MediaFormat, ...] | None:
        return self._side.offered

    @property
    def held(self) -> bool:
        return self._media.held

    @property
    def _phase(self) -> SessionPhase:
        return phaseOf(self._session)

    @property
    def _offered(self) -> Invited | None:
        """
        The peer's INVITE, as long as it waits for our final response.
        """
        if self._phase is SessionPhase.SETTING_UP and isinstance(self._side, Invited):
            return self._side
        return None

    def observe(self, observer: ILegObserver) -> None:
        self._observer = self._answer.before(observer)

    def proceed(self, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        # Where no other answer comes soon, the transaction sends 100 (17.2.1).
        if self._offered is not None and how is not Proceeding.UNDER_WAY:
            self._offered.proceed(how)

    def alert(self, early: MediaProfile | None) -> None:
        if self._offered is not None:
            self._offered.alert(early)

    def focus(self, name: str) -> None:
        self._end.focus = name

    def answer(self, profile: MediaProfile) -> None:
        if self._offered is not None:
            self._offered.answer(profile)

    def application(self) -> Application:
        invite = None if self._offered is None else self._offered.request
        return inviteApplication(self, self._side.sipCallId, invite)

    def answerApplication(self) -> Application:
        return answerApplication(self, self.accepted, self._agent.clock.seconds())

    def refuseAnswer(self, cause: Cause, reason: Reason) -> None:
        self._end.refused = reason.value
        self.hangup(cause)

    def refuseMedia(self, refusal: Refusal) -> None:
        if self._offered is None:
            self.refuseAnswer(refusal.cause, refusal.reason)
        else:
            self.reject(refusal.cause, refusal.reason)

    def applicationFor(self, request: SIPRequest) -> Application:
        return withinApplication(self, request)

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        if self._offered is not None:
            self._offered.reject(cause, reason, discord)

    def hangup(self, cause: Cause) -> None:
        self._session.hangup(cause)

    def changeMedia(self, profile: MediaProfile) -> None:
        self._descriptions.profile = profile
        self._modification.change()

    def yieldTo(self, leg: ILeg) -> None:
        self._observer.legReplaced(self, leg)

    def requestTransfer(self, request: ITransferRequest) -> None:
        self._observer.legTransferRequested(self, request)

    def refreshPicture(self) -> None:
        self._pictures.ask()

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        self._digits.send(digit, milliseconds, method)

    # What the media port and the watch over it report.

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self._digits.heard(digit, milliseconds, DigitMethod.RTP_EVENT)

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        self._log.warn("leg {legId}: {error}", legId=self.legId, error=str(error))
        self.hangup(error.cause)

    def silence(self) -> float:
        return self._media.silence

    def fellSilent(self) -> None:
        self.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)

    # Requests of the peer within the dialog.

    def requestArrived(self, transaction: ServerTransaction) -> None:
        self._requests.arrived(transaction)

    def reached(self, transaction: ServerTransaction) -> None:
        self._prove()
        self.flowRegained(transaction.flow)
        self.tell()

    def endedByPeer(self, cause: Cause) -> None:
        self.peerEnded = True
        self._session.bye(cause)

    def prackArrived(self, transaction: ServerTransaction) -> None:
        self._side.prackArrived(transaction)

    def ackArrived(self, ack: SIPRequest) -> None:
        self._end.ackArrived(ack)

    def acknowledged(self, ack: SIPRequest) -> None:
        self._prove()
        if isinstance(self._side, Invited):
            self._side.acknowledged()
        self._modification.acknowledged(ack)

    def neverAcknowledged(self) -> None:
        self._session.ackLost()

    # Whether the caller is where the call seems to come from.

    def _prove(self) -> None:
        """
        Any request of the dialog has our tag: a PRACK, once there is one, as well as a BYE.
        """
        self._end.prove()
        self._agent.unproven.leave(self)

    def giveUp(self) -> None:
        if self._offered is not None:
            self.hangup(Cause.SWITCHING_EQUIPMENT_CONGESTION)
        else:
            self.neverAcknowledged()

    # What the parts report.

    def dialled(self) -> None:
        self._observer.legDialled(self)

    def proceeding(self, how: Proceeding) -> None:
        self._observer.legProceeding(self, how)

    def alerting(self) -> None:
        self._observer.legAlerting(self)

    def answered(self) -> None:
        if not self._answerTold:
            self._answerTold = True
            self._observer.legAnswered(self)

    def redirected(self, way: Way) -> None:
        self._observer.legTransferRequested(self, Forwarding(way))

    def tell(self) -> None:
        if self._end.proven:
            if self._phase is SessionPhase.ANSWERED:
                self.answered()
            self.reportMedia()

    def reportMedia(self) -> None:
        profile = self._descriptions.profile
        if profile is None or self.over or not self._end.proven:
            return
        self._descriptions.tell(profile)

    # What the media ask, and tell.

    @property
    def home(self) -> Home:
        return self._end.home

    @property
    def signalling(self) -> Signalling:
        host = self.peer.host if self.flow is None else self.flow.peer.host
        return Signalling(host, self.direction is LegDirection.OUTGOING)

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        self._watch.start()
        self._observer.legMediaReady(self, port, stream)

    def mediaLost(self, medium: Medium) -> None:
        self._observer.legMediaLost(self, medium)

    def pictureWanted(self) -> None:
        self._observer.legPictureWanted(self)

    def digitHeard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._observer.legDigit(self, digit, milliseconds, method)

    def complain(self, error: NoCommonMedia | ResourceUnavailable | DecodeError) -> None:
        if isinstance(error, DecodeError):
            self._agent.trouble(self.legId, error, self.peer)
            return
        if isinstance(error, NoCommonMedia):
            self.discord = error.reason
        log = self._log.warn if isinstance(error, ResourceUnavailable) else self._log.info
        log("leg {legId}: {error}", legId=self.legId, error=str(error))

    def released(self, cause: Cause) -> None:
        self._giveBack()
        observer, self._observer = self._observer, SilentObserver()
        observer.legReleased(self, cause)

    def closed(self) -> None:
        self._observer = SilentObserver()
        self._giveBack()

    def finished(self) -> None:
        self._soon.stop()
        self._end.close()
        self._modification.close()
        self._agent.forget(self._side.sipCallId, self.localTag, self._side.awaited)

    def _giveBack(self) -> None:
        """
        The call is over: no media, and no change of them.
        """
        self._watch.stop()
        self._media.close()
        self._modification.stop()
        self._agent.unproven.leave(self)
