"""
One side of a call, in SIP.

L{SIPLeg} is what both directions have in common: media, digits, requests within the
dialog, and changes of media by either side.  L{h323d.sip.calledleg} and
L{h323d.sip.callingleg} add how a call begins.
"""

from __future__ import annotations

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.digits import DigitFilter
from h323d.call.hold import Hold
from h323d.call.homes import Home
from h323d.call.legs import ILeg, ILegObserver, LegDirection
from h323d.call.media import IMediaPort, IMediaPortObserver, Signalling
from h323d.call.silence import SilenceWatch
from h323d.errors import DecodeError
from h323d.sip.agent import NOBODY, UserAgent
from h323d.sip.calledsession import CalledSession
from h323d.sip.callingsession import CallingSession
from h323d.sip.causes import causeOf, reasonCause, reasonsOf
from h323d.sip.dialog import Dialog
from h323d.sip.dialogend import DialogEnd
from h323d.sip.digits import DIGIT_TYPES, RELAY_TYPE, relayBody, relayedDigit
from h323d.sip.exchange import newExchange
from h323d.sip.flows import Flow
from h323d.sip.legmedia import LegMedia
from h323d.sip.message import SIPRequest, SIPResponse
from h323d.sip.negotiation import NoCommonMedia
from h323d.sip.screening import capabilities
from h323d.sip.sessionphase import SessionPhase, phaseOf
from h323d.sip.transactions.running import ClientTransaction, ServerTransaction
from h323d.tracing import stateName
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, newLegID
from h323d.values.media import DigitMethod, MediaProfile

__all__ = ["SIPLeg"]

RETRY_AFTER = 10  # seconds at most, after a 500 (RFC 3261, 14.2)


@implementer(ILeg, IMediaPortObserver)
class SIPLeg(DialogEnd):
    """
    What an incoming and an outgoing leg have in common.
    """

    _log = Logger()

    protocol = "sip"
    callIdentifier = conferenceId = ""
    peerEnded = False
    direction: LegDirection
    _session: CalledSession | CallingSession

    def __init__(
        self,
        agent: UserAgent,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        displayName: str,
        peer: TransportAddress,
        flow: Flow | None,
    ) -> None:
        """
        @param flow: the way the peer was last heard; C{None} before that.
        """
        self.legId: LegID = newLegID(agent.rng)
        self.callId = callId
        self.calling = calling
        self.called = called
        self.displayName = displayName
        self.peer = peer
        super().__init__(agent, flow)
        self._observer: ILegObserver | None = None
        self._profile: MediaProfile | None = None
        self._digits = DigitFilter(agent.clock)
        self._media = LegMedia(agent.pool, self, self, agent.rng, agent.config.user)
        self._watch = SilenceWatch(self, agent.clock, agent.pool.silenceTimeout)
        self._changing: ClientTransaction | None = None
        self._mediaReported = False
        self._hold = Hold()
        self._exchange = newExchange(
            self, agent.clock, agent.rng, self.direction is LegDirection.OUTGOING
        )

    @property
    def home(self) -> Home:
        """
        Our address, as the peer knows it.
        """
        return self._agent.homes.main if self._flow is None else self._flow.home

    # What whoever owns the call commands.

    @property
    def state(self) -> str:
        return stateName(self._session)

    @property
    def held(self) -> bool:
        return self._hold.held

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    def observe(self, observer: ILegObserver) -> None:
        self._observer = observer

    def proceed(self) -> None:
        pass

    def alert(self, early: MediaProfile | None) -> None:
        pass

    def answer(self, profile: MediaProfile) -> None:
        pass

    def reject(self, cause: Cause) -> None:
        pass

    def hangup(self, cause: Cause) -> None:
        self._session.hangup(cause)

    def close(self) -> None:
        """
        End without a word, to the peer or to whoever watches: the endpoint stops.
        """
        self._session.close()

    def changeMedia(self, profile: MediaProfile) -> None:
        self._profile = profile
        self._exchange.change()

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        """
        By RFC 4733 if the peer takes events, by INFO otherwise; ways of other protocols count
        as no wish.
        """
        transmit = self._media.stream.transmit
        events = transmit is not None and transmit.telephoneEventType is not None
        port = self._media.port
        if method is DigitMethod.RTP_EVENT or (events and method is not DigitMethod.SIP_INFO):
            if port is not None:
                port.sendDigit(digit, milliseconds)
        elif self._confirmed() and (method is DigitMethod.SIP_INFO or self._takes("info")):
            request = self._request("INFO", relayBody(digit, milliseconds), RELAY_TYPE)
            self._agent.send(request, NOBODY, self._flow)

    # What the media port reports.

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        pass

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self._reportDigit(digit, milliseconds, DigitMethod.RTP_EVENT)

    def silence(self) -> float:
        return 0.0 if self.held else self._media.silence

    def fellSilent(self) -> None:
        self.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)

    def flowLost(self) -> None:
        """
        The connection by which the peer was last heard is gone.
        """
        if self._confirmed():
            self._watch.connectionLost()

    # Requests of the peer within the dialog.

    def requestArrived(self, transaction: ServerTransaction) -> None:
        """
        Answer a request of the dialog (12.2.2).

        @raise DecodeError: a header field that matters is malformed.
        """
        request = transaction.request
        dialog = self._dialogOf(request)
        if dialog is None:
            self._respond(transaction, 481)
        elif not dialog.takes(request):
            self._respond(transaction, 500)
        else:
            self._flow = transaction.flow
            self._watch.connectionRegained()
            self._within(transaction, dialog)

    def _within(self, transaction: ServerTransaction, dialog: Dialog) -> None:
        request = transaction.request
        if request.method == "BYE":
            self._respond(transaction, 200)
            cause = reasonCause(reasonsOf(request)) or Cause.NORMAL_CALL_CLEARING
            self.peerEnded = True
            self._session.bye(cause)
        elif phaseOf(self._session) is SessionPhase.OVER:
            self._respond(transaction, 481)
        elif request.method == "INVITE" or (request.method == "UPDATE" and request.body):
            self._exchange.requested(transaction)
        elif request.method == "UPDATE":
            dialog.refresh(request)
            self._accept(transaction, b"")
        elif request.method == "INFO":
            self._informed(transaction)
        elif request.method == "OPTIONS":
            self._agent.respond(transaction, capabilities(request, self._localTag))
        else:
            self._respond(transaction, 405)

    def _informed(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if not request.body:
            self._respond(transaction, 200)
            return
        told = relayedDigit(request.contentType, request.body)
        if told is None:
            unknown = request.contentType not in DIGIT_TYPES
            self._respond(transaction, 415 if unknown else 400)
            return
        self._respond(transaction, 200)
        self._reportDigit(*told, DigitMethod.SIP_INFO)

    def _reportDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        if self._observer is not None and self._digits.isNew(digit, method):
            self._observer.legDigit(self, digit, milliseconds, method)

    def acknowledged(self, ack: SIPRequest) -> None:
        self._exchange.ack(ack)

    def neverAcknowledged(self) -> None:
        self._session.ackLost()

    # What the exchange machine asks for.

    def sendOffer(self) -> None:
        if self._profile is None:
            self._exchange.refused()
            return
        method = "INVITE"
        if self._agent.config.preferUpdate and "update" in self._peerAllows:
            method = "UPDATE"
        request = self._request(method, self._media.offer(self._profile))
        self._changing = self._agent.send(request, _Change(self, request), self._flow)

    def answerOffer(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        profile = self._profile
        if profile is None:
            self.refuseEarly(transaction)
            return
        try:
            body = (
                self._media.answer(request.body, profile)
                if request.body
                else self._media.offer(profile)
            )
        except (NoCommonMedia, DecodeError) as error:
            self._unacceptable(transaction, error)
            return
        if self._dialog is not None:
            self._dialog.refresh(request)
        self._accept(transaction, body)
        if request.method == "INVITE":
            if request.body:
                self._exchange.accepted()
            else:
                self._exchange.offered()
        if request.body:
            self._reportMedia()

    def offerAnswered(self, message: SIPRequest | SIPResponse) -> None:
        if isinstance(message, SIPRequest) and not message.body and self._media.isAgreed:
            return  # whom we had to make an offer, and who wants nothing changed
        try:
            self._media.conclude(message.body)
        except NoCommonMedia as error:
            self._log.info("leg {legId}: {error}", legId=self.legId, error=str(error))
        except DecodeError as error:
            self._agent.trouble(self.legId, error, self.peer)
        else:
            self._reportMedia()
            return
        self.hangup(Cause.INCOMPATIBLE_DESTINATION)

    def refusePending(self, transaction: ServerTransaction) -> None:
        self._respond(transaction, 491)

    def refuseEarly(self, transaction: ServerTransaction) -> None:
        response = transaction.request.response(500, None, self._localTag)
        seconds = self._agent.rng.randint(0, RETRY_AFTER)
        response = response.withHeaders(response.headers.adding("Retry-After", str(seconds)))
        self._agent.respond(transaction, response)

    def changeAnswered(self, request: SIPRequest, response: SIPResponse) -> None:
        """
        The final response to a change of ours.
        """
        if self._dialog is None:
            return
        if response.isSuccess:
            try:
                self._dialog.refresh(response)
            except DecodeError as error:  # the target stays as it was
                self._agent.trouble(self.legId, error, self.peer)
            if request.method == "INVITE":
                ack = self._dialog.request("ACK", request.cseq.number)
                self._agent.sendAck(ack, self._flow)
            self._exchange.succeeded(response)
        elif response.status == 491:
            self._exchange.glare()
        elif response.status in (408, 481):
            self.hangup(causeOf(response.status, reasonsOf(response)))  # 12.2.1.2
        else:
            self._exchange.refused()

    def changeFailed(self) -> None:
        """
        Nobody answered a change of ours: the dialog is dead (12.2.1.2).
        """
        self.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)

    # What the session machine asks for, on either side.

    def released(self, cause: Cause) -> None:
        self._giveBack()
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.legReleased(self, cause)

    def finished(self) -> None:
        self.forgetAcceptance()
        if self._changing is not None:
            self._changing.destroy()
        if self._dialog is not None:
            self._dialog.terminate()

    def closed(self) -> None:
        self._observer = None
        self._giveBack()
        self.finished()

    def _giveBack(self) -> None:
        """
        The call is over: no media, and no change of them.
        """
        self._watch.stop()
        self._media.close()
        self._exchange.stop()

    # Shared by both sides.

    def _unacceptable(
        self, transaction: ServerTransaction, error: NoCommonMedia | DecodeError
    ) -> None:
        """
        Answer an offer that has nothing for us, and say what was missing.
        """
        mismatch = isinstance(error, NoCommonMedia)
        response = transaction.request.response(488 if mismatch else 400, None, self._localTag)
        if isinstance(error, NoCommonMedia):
            self._log.info("leg {legId}: {error}", legId=self.legId, error=str(error))
            warning = error.warning(self.home.told)
            response = response.withHeaders(response.headers.adding("Warning", warning))
        else:
            self._agent.trouble(self.legId, error, self.peer)
        self._agent.respond(transaction, response)

    def _reportMedia(self) -> None:
        """
        Configure the port as negotiated, and report it.
        """
        port = self._media.port
        if port is None or self._observer is None or not self._proven:
            return
        stream = self._media.stream
        if stream == port.stream:
            return
        wasHeld = self.held
        wantsToSend = self._profile is not None and self._profile.direction.sends
        self._hold.follow(stream, wantsToSend and stream.transmit is None)
        host = self.peer.host if self._flow is None else self._flow.peer.host
        port.configure(stream, Signalling(host, self.direction is LegDirection.OUTGOING))
        if not self.held:
            self._mediaReported = True
            self._watch.start()
            self._observer.legMediaReady(self, port, stream)
        elif self._mediaReported and not wasHeld:
            self._observer.legMediaLost(self)


class _Change:
    """
    Waits for the answer to a re-INVITE or UPDATE of ours.
    """

    def __init__(self, leg: SIPLeg, request: SIPRequest) -> None:
        self._leg = leg
        self._request = request

    def responseReceived(self, response: SIPResponse) -> None:
        if response.isFinal:
            self._leg.changeAnswered(self._request, response)

    def requestTimedOut(self) -> None:
        self._leg.changeFailed()

    def requestFailed(self) -> None:
        self._leg.changeFailed()
