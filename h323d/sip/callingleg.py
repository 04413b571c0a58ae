"""
An outgoing SIP call: the user agent client's side of an INVITE (RFC 3261, 13.2).

A forked INVITE may be answered several times; the first 2xx is the call, and each other
one is acknowledged and ended at once.
"""

from __future__ import annotations

from collections.abc import Callable

from h323d.call.legs import ILegObserver, LegDirection
from h323d.call.timer import Timer
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.sip.agent import ALLOW, NOBODY, SDP, UserAgent
from h323d.sip.callingsession import CallingSession, newCallingSession
from h323d.sip.causes import causeOf, reasonOf, reasonsOf
from h323d.sip.dialog import MAX_FORWARDS, Dialog
from h323d.sip.flows import Flow
from h323d.sip.headers import Headers
from h323d.sip.leg import SIPLeg
from h323d.sip.message import SIPRequest, SIPResponse
from h323d.sip.nameaddr import NameAddr
from h323d.sip.negotiation import NoCommonMedia
from h323d.sip.sessionphase import SessionPhase, phaseOf
from h323d.sip.transactions.running import ClientTransaction
from h323d.sip.uri import SIPURI
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media import MediaProfile

__all__ = ["CallingLeg"]

MAX_FORKS = 16  # early dialogs of one INVITE


class CallingLeg(SIPLeg):
    """
    A call that we make.
    """

    direction = LegDirection.OUTGOING
    _session: CallingSession

    def __init__(
        self,
        agent: UserAgent,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        profile: MediaProfile,
        observer: ILegObserver,
    ) -> None:
        super().__init__(agent, callId, calling, called, "", TransportAddress("0.0.0.0", 0), None)
        self._session = newCallingSession(
            self, agent.clock, agent.config.ringTimeout, agent.timers.transaction
        )
        self._profile = profile
        self._observer = observer
        self._uri: SIPURI | None = None
        self._recipient: SIPURI | None = None
        self._from: NameAddr | None = None
        self._sipCallId = f"{agent.rng.getrandbits(64):016x}@{agent.homes.main.told}"
        self._soon = Timer(agent.clock)
        self._invite: ClientTransaction | None = None
        self._early: dict[str | None, Dialog] = {}
        self._acks: dict[str | None, SIPRequest] = {}
        self._earlyBody = b""
        agent.enter(self._sipCallId, self._localTag, self)

    @property
    def over(self) -> bool:
        """
        Whether the call ended, perhaps before it began.
        """
        return phaseOf(self._session) is SessionPhase.OVER

    def soon(self, work: Callable[[], None]) -> None:
        """
        Do C{work} in the next turn, unless the call is over by then.
        """
        self._soon.start(0, work)

    def begin(
        self, uri: SIPURI, caller: NameAddr, flow: Flow, recipient: SIPURI | None = None
    ) -> None:
        """
        Send the INVITE.

        @param uri: whom to call: the Request-URI.
        @param recipient: what To says instead, where they are known by another address.
        @param caller: what From says, without its tag.
        @param flow: the way there.
        """
        self._uri = uri
        self._recipient = recipient or uri
        self._from = caller.withTag(self._localTag)
        self._flow = flow
        self.peer = flow.peer
        self._session.call()

    def fail(self, cause: Cause) -> None:
        """
        The call could not even begin.
        """
        self._session.failure(cause)

    # What the session machine asks for.

    def sendInvite(self) -> None:
        assert self._uri is not None
        assert self._from is not None
        assert self._profile is not None
        try:
            body = self._media.offer(self._profile)
        except ResourceUnavailable as error:
            self._session.failure(error.cause)
            return
        headers = Headers(
            [
                ("Max-Forwards", MAX_FORWARDS),
                ("From", str(self._from)),
                ("To", f"<{self._recipient}>"),
                ("Call-ID", self._sipCallId),
                ("CSeq", f"{self._agent.rng.randrange(1, 1 << 16)} INVITE"),
                ("Contact", self._agent.contact(self._flow)),
                ("Allow", ALLOW),
                ("Content-Type", SDP),
            ]
        )
        request = SIPRequest("INVITE", self._uri, headers, body)
        if self._observer is not None:
            self._observer.legDialled(self)
        self._invite = self._agent.send(request, self, self._flow)

    def sendCancel(self, cause: Cause) -> None:
        if self._invite is not None:
            self._agent.cancel(self._invite, NOBODY, reasonOf(cause))

    def sendAck(self, response: SIPResponse) -> None:
        self._dialog = self._acknowledge(response)

    def established(self, response: SIPResponse) -> None:
        if self._observer is not None:
            self._observer.legAnswered(self)
        if not self._conclude(response):
            self.hangup(Cause.INCOMPATIBLE_DESTINATION)
            return
        self._exchange.begin()

    def declineAcceptance(self, response: SIPResponse) -> None:
        dialog = self._acknowledge(response)
        bye = dialog.request("BYE")
        dialog.terminate()
        self._agent.send(bye, NOBODY, self._flow)

    def repeatedAcceptance(self, response: SIPResponse) -> None:
        ack = self._acks.get(response.toAddress.tag)
        if ack is not None:
            self._agent.sendAck(ack, self._flow)
        elif len(self._acks) < MAX_FORKS:
            self.declineAcceptance(response)

    def progressed(self, response: SIPResponse) -> None:
        if self._observer is None:
            return
        if response.status in (180, 183) and (response.status == 180 or response.body):
            self._observer.legAlerting(self)
        else:
            self._observer.legProceeding(self)
        if response.body and response.body != self._earlyBody:
            self._conclude(response)

    # What the INVITE's transaction reports.

    def responseReceived(self, response: SIPResponse) -> None:
        try:
            self._take(response)
        except DecodeError as error:
            self._agent.trouble(self.legId, error, self.peer)
            if response.isFinal:
                self._session.failure(Cause.PROTOCOL_ERROR)
            else:  # the transaction waits for ever now, so the session must know
                self._session.provisional(response)

    def _take(self, response: SIPResponse) -> None:
        """
        @raise DecodeError: a header field that makes the dialog is malformed.
        """
        _ = (response.contacts, response.recordRoutes)
        self._heard(response)
        tag = response.toAddress.tag
        if response.isProvisional:
            if tag is not None and tag not in self._early and len(self._early) < MAX_FORKS:
                assert self._invite is not None
                self._early[tag] = Dialog.calling(self._invite.request, response)
            self._session.provisional(response)
        elif response.isSuccess:
            self._session.success(response)
        else:
            self.peerEnded = True
            self._session.failure(causeOf(response.status, reasonsOf(response)))

    def _dialogOf(self, request: SIPRequest) -> Dialog | None:
        if self._dialog is None:
            return self._early.get(request.fromAddress.tag)
        return super()._dialogOf(request)

    def requestTimedOut(self) -> None:
        self._session.failure(Cause.NO_USER_RESPONDING)

    def requestFailed(self) -> None:
        self._session.failure(Cause.NETWORK_OUT_OF_ORDER)

    def finished(self) -> None:
        super().finished()
        self._soon.stop()
        if self._invite is not None:
            self._invite.destroy()
        self._agent.forget(self._sipCallId, self._localTag)

    def _acknowledge(self, response: SIPResponse) -> Dialog:
        """
        Make the dialog of a 2xx, and send its ACK (13.2.2.4).
        """
        assert self._invite is not None
        tag = response.toAddress.tag
        dialog = self._early.pop(tag, None) or Dialog.calling(self._invite.request, response)
        dialog.confirm(response)
        ack = dialog.request("ACK", self._invite.request.cseq.number)
        self._acks[tag] = ack
        self._agent.sendAck(ack, self._flow)
        return dialog

    def _conclude(self, response: SIPResponse) -> bool:
        """
        @return: whether the answer to our offer is good.
        """
        if response.body == self._earlyBody and self._mediaReported:
            return True
        self._earlyBody = response.body
        try:
            self._media.conclude(response.body)
        except NoCommonMedia as error:
            self._log.info("leg {legId}: {error}", legId=self.legId, error=str(error))
            return False
        except DecodeError as error:
            self._agent.trouble(self.legId, error, self.peer)
            return False
        self._reportMedia()
        return True
