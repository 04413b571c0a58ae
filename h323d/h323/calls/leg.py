"""
An H.323 call as a leg: commands down to signalling, H.245 and media, happenings up.

It owns nothing that can be wrong by itself: here the machine (L{h323d.h323.calls.call}), the start
of media (L{h323d.h323.calls.callstart}) and the messages (L{h323d.h323.calls.wire}) meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d import tracing
from h323d.call.answers import JudgedAnswer
from h323d.call.applications import Application, Door, Reason
from h323d.call.dialrule import DialGuard
from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia
from h323d.call.legs import ILeg, ILegObserver, ITransferRequest, LegDirection
from h323d.call.media import IMediaPort, IMediaPortObserver
from h323d.call.observer import SilentObserver
from h323d.call.silence import SilenceWatch
from h323d.call.ways import Way
from h323d.errors import DecodeError, RemoteProtocolError, ResourceUnavailable
from h323d.h323.applications import connectApplication, setupApplication
from h323d.h323.calls import facility
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.calls.call import newH225Call
from h323d.h323.calls.callmessages import tell
from h323d.h323.calls.callphase import CallPhase, phaseOf
from h323d.h323.calls.callstart import CallStart, StartUpOptions
from h323d.h323.calls.cutoff import CutOff
from h323d.h323.calls.furtherways import FurtherWays
from h323d.h323.calls.legcontext import CallDescription, CallSessions, DescribedCall, LegContext
from h323d.h323.calls.legdigits import LegDigits
from h323d.h323.calls.supplementary import ServedCall
from h323d.h323.signalling import causes, q931, reading
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import Content, SetupParties
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = ["H323Leg"]

PATIENCE = 1.0  # seconds that the first direction of a medium waits for the other


@implementer(ILeg, IMediaPortObserver)
class H323Leg(DescribedCall):
    """
    One H.323 call, in either direction.

    @ivar cutOff: whether it has lost its connection, and waits for another.
    """

    def __init__(
        self, context: LegContext, description: CallDescription, options: StartUpOptions
    ) -> None:
        super().__init__(description)
        self._context, self._description = context, description
        self._observer: ILegObserver = SilentObserver()
        self._answer = JudgedAnswer(self, context.gates)
        self._profile: MediaProfile | None = None
        self._options, self._ways = options, FurtherWays()
        self._digits, self.cutOff = LegDigits(self, context.clock), CutOff(self, context.clock)
        self._watch = SilenceWatch(self, context.clock, context.pool.silenceTimeout)
        self._prepare()

    def _prepare(self) -> None:
        """
        Make all that serves one try to call, or to be called.
        """
        context, clock = self._context, self._context.clock
        self._media = LegMedia(self, self, context.pool, clock, PATIENCE)
        control = context.network.ofCall(self.identity.callIdentifier), self._options
        sessions = CallSessions(context, self)
        self._startUp = CallStart(self, self._media, clock, *control, sessions, sessions.judge)
        self._wire = context.newWire(self._description, self._startUp)
        self._call = newH225Call(self, self._wire, clock, context.config.timers)

    @property
    def speaks(self) -> tuple[MediaFormat, ...] | None:
        return self._startUp.fast.spoken or None

    @property
    def state(self) -> str:
        return tracing.stateName(self._call)

    @property
    def held(self) -> bool:
        return self._media.held

    @property
    def controlStates(self) -> dict[str, str]:
        """
        The states of the H.245 entities, for an operator to read.
        """
        return self._startUp.link.states

    @property
    def _phase(self) -> CallPhase:
        return phaseOf(self._call)

    @property
    def released(self) -> bool:
        return self._phase is CallPhase.OVER

    # The endpoint's commands.

    def offered(self, connection: SignallingConnection, content: Content) -> None:
        """
        A Setup made this leg.
        """
        self._wire.connection = connection
        self._startUp.offered(reading.believed(content, self._guard))
        self._call.setupReceived()

    def dial(self, parties: SetupParties, profile: MediaProfile) -> None:
        """
        Make ready for a Setup, which goes out with C{connectionOpened}.
        """
        self._ways.begin(parties)
        self._profile = profile

    def redirect(self, way: Way, grant: AdmissionGrant, others: Sequence[Way] = ()) -> None:
        """
        A gatekeeper said where the Setup goes, and maybe to whom.

        @param grant: what it has said.
        @param others: where it goes if that leads nowhere, in this order.
        """
        self._ways.redirect(way, grant, others)

    def fail(self, cause: Cause) -> None:
        """
        The call could not be begun.
        """
        self._ways.close()
        self._call.release(cause)

    # ILeg.

    def observe(self, observer: ILegObserver) -> None:
        self._observer = self._answer.before(observer)

    def proceed(self, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self._call.proceed()

    def alert(self, early: MediaProfile | None) -> None:
        if self._phase is not CallPhase.SETTING_UP:
            return
        if early is None or self._startUp.hasChosen:
            self._call.alert()
        elif (opened := self._openMedia(early)) is not None:
            self._startUp.accept(opened)
            self._call.earlyMedia()

    def answer(self, profile: MediaProfile) -> None:
        settingUp = self._phase is CallPhase.SETTING_UP
        if not settingUp or self.direction is not LegDirection.INCOMING:
            return
        if (opened := self._openMedia(profile)) is not None:
            self._startUp.accept(opened)
            self._call.answer()

    def application(self) -> Application:
        return setupApplication(self, self._description.declaration)

    def answerApplication(self) -> Application:
        return connectApplication(self, self._startUp.bitRate)

    def undecided(self) -> Deferred[None] | None:
        return self._answer.undecided()

    def refuseAnswer(self, cause: Cause, reason: Reason) -> None:
        self.reject(cause, reason)

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        self._ways.close()
        self._call.release(self._wire.refusing(cause, reason))

    def hangup(self, cause: Cause) -> None:
        self._ways.close()
        self._call.hangup(cause)

    def changeMedia(self, profile: MediaProfile) -> None:
        if self.released or self._profile is None:
            return
        if (opened := self._openMedia(profile)) is not None:
            self._startUp.changeProfile(opened)

    def yieldTo(self, leg: ILeg) -> None:
        self._observer.legReplaced(self, leg)

    def requestTransfer(self, request: ITransferRequest) -> None:
        self._observer.legTransferRequested(self, request)

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        if not self.released:
            self._digits.send(self._startUp.link, self._wire, digit, milliseconds, method)

    def _openMedia(self, profile: MediaProfile) -> MediaProfile | None:
        """
        @return: what of it there are ports for; C{None} if there are none, and the call is over.
        """
        try:
            self._profile = opened = self._media.open(profile)
        except ResourceUnavailable as error:
            self._call.release(error.cause)
            return None
        self._media.restrict(opened)
        return opened

    # The signalling connection.

    def connectionOpened(self, connection: SignallingConnection) -> None:
        if self.released or self.cutOff.refuses(connection):
            return
        self._wire.connection, self.peer = connection, connection.peer
        if self.cutOff.end():
            self._call.inquire()
        elif self._profile is not None and self._openMedia(self._profile):
            self._call.placeCall()

    def connectionLost(self, reason: str) -> None:
        lost, self._wire.connection = self._wire.connection, None
        if self._phase is not CallPhase.ANSWERED or not self.cutOff.begin(lost, reason):
            cause = Cause.TEMPORARY_FAILURE if lost else causes.unreached(reason)
            self._call.connectionLost(cause)

    def connectAgain(self) -> None:
        self._context.owner.legCutOff(self)

    def graceOver(self) -> None:
        self._call.connectionLost(Cause.DESTINATION_OUT_OF_ORDER)

    def messageReceived(self, message: Q931Message, content: Content) -> None:
        """
        A message of this call arrived.
        """
        call, startUp = self._call, self._startUp
        self._ways.heard = True
        if message.messageType == MessageType.RELEASE_COMPLETE:
            call.releaseCompleteReceived(reading.releaseCause(message, content))
            return
        if q931.notUnderstood(message):
            call.notUnderstood(Cause.MANDATORY_IE_MISSING)
            return
        settingUp = phaseOf(call) is CallPhase.SETTING_UP
        content = reading.believed(content, self._guard)
        self._act(message, content)
        if phaseOf(call) is CallPhase.OVER:
            return
        startUp.heard(content, settingUp)
        if settingUp and phaseOf(call) is CallPhase.ANSWERED:
            startUp.activated()

    @property
    def _guard(self) -> DialGuard:
        return DialGuard(self._context.dialRule, self._context.complaints, self.peer)

    def _act(self, message: Q931Message, content: Content) -> None:
        match message.messageType:
            case MessageType.CONNECT:
                self.displayName = reading.displayName(message)
                self.proofs = self._context.proofsIn(message, content, self._wire)
                self._startUp.foresee(content.start)
            case MessageType.INFORMATION:
                self._digits.informed(message)
            case MessageType.FACILITY:
                self._facility(content)
        tell(self._call, message)

    def _facility(self, content: Content) -> None:
        called = self.called if self.direction is LegDirection.OUTGOING else ()
        served = ServedCall(self, self._wire, self._guard, self._context.consultations)
        request = facility.transferRequest(content, called, served)
        if request and self._phase not in (CallPhase.ENDED_BY_PEER, CallPhase.CLEARING):
            self._observer.legTransferRequested(self, request)
        if called and facility.forwards(content) and self._phase is CallPhase.SETTING_UP:
            self._call.release(Cause.REDIRECTION_TO_NEW_DESTINATION)

    # The call machine's wishes.

    def sendSetup(self) -> None:
        parties = self._ways.parties
        if self._profile is None or parties is None:
            return
        start, control = self._startUp.place(self._profile)
        self._observer.legDialled(self)
        self._wire.setup(parties, start, control)

    def sendAlerting(self) -> None:
        self._wire.alerting(self._startUp.hasChosen)
        self._startUp.begin()

    def sendProgress(self) -> None:
        self._wire.progress()
        self._startUp.begin()

    def sendConnect(self) -> None:
        self._wire.connect(self.priority)
        self._answered()
        self._startUp.begin()
        self._startUp.activated()

    def endControl(self) -> None:
        self._startUp.end()

    def callProceeding(self) -> None:
        self._observer.legProceeding(self)

    def callAlerting(self) -> None:
        self._ways.close()
        self._observer.legAlerting(self)

    def callConnected(self) -> None:
        self._ways.close()
        self._answered()

    def _answered(self) -> None:
        self._context.owner.legConnected(self)
        self._observer.legAnswered(self)

    def callReleased(self, cause: Cause, byPeer: bool) -> None:
        self._watch.stop()
        self.cutOff.end()
        self._startUp.stop()
        self._media.close()
        self._wire.drop()
        way = self._ways.next(cause)
        if way is not None:
            self._prepare()  # the same call, with all that serves it made anew
            self._context.owner.legGoesOn(self, way)
            return
        self.peerEnded = byPeer
        self._context.owner.legGone(self, cause)
        observer, self._observer = self._observer, SilentObserver()
        observer.legReleased(self, cause)

    # The start-up's wishes.

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        self._wire.tunnelled(octets)

    def sendStartH245(self, address: TransportAddress) -> None:
        self._wire.startH245(address)

    def controlDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._digits.heard(digit, milliseconds, method)

    def controlPictureWanted(self) -> None:
        self._observer.legPictureWanted(self)

    def controlEnded(self) -> None:
        self._call.controlEnded()

    def controlFailed(self, cause: Cause, discord: str = "") -> None:
        self.discord = discord
        self._call.hangup(cause)

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._guard.admitsControl(source)

    def admitsKey(self, key: bytes | None) -> bool:
        isOurs = self.direction is LegDirection.OUTGOING
        isAsked = not isOurs or self._context.gates.standAt(Door.ANSWER)
        return not isAsked or self._wire.peerKey in (None, key)

    def controlFault(self, error: DecodeError) -> None:
        self._context.complaints.about("h245", self.peer, error)

    # Media.

    @property
    def home(self) -> Home:
        return self._context.network.home

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        self._ways.close()  # our side knows this port by now
        self._watch.start()
        if self._mediaMatters:
            self._observer.legMediaReady(self, port, stream)

    def mediaLost(self, medium: Medium) -> None:
        if self._mediaMatters:
            self._observer.legMediaLost(self, medium)

    @property
    def _mediaMatters(self) -> bool:
        """
        Channels that close while we end the call are no news.
        """
        return self._phase not in (CallPhase.CLEARING, CallPhase.OVER)

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self._digits.heard(digit, milliseconds, DigitMethod.RTP_EVENT)

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        self._call.hangup(error.cause)

    def silence(self) -> float:
        return self._media.silence

    def fellSilent(self) -> None:
        self._call.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)

    def digitHeard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        if not self.released:
            self._observer.legDigit(self, digit, milliseconds, method)
