"""
The SIP user agent of this server: everything that comes in by SIP comes in here.

It takes messages from the flows, gives them to the transactions, screens new requests,
and hands each request to the dialog that it belongs to, or makes a leg of it.
"""

from __future__ import annotations

from typing import TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from h323d.call.complaints import Complaints
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegOwner
from h323d.call.parts import Part
from h323d.call.policy import IInquiry
from h323d.call.replacing import Replacement
from h323d.call.site import Site
from h323d.call.surroundings import Surroundings
from h323d.errors import DecodeError
from h323d.sip.agent import DialogUser
from h323d.sip.calls.causes import cancelCause, reasonsOf
from h323d.sip.calls.incoming import incomingLeg
from h323d.sip.calls.leg import SIPLeg
from h323d.sip.calls.parties import inquiryOf
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.replaces import REPLACES, Replaces
from h323d.sip.dialogs.routing import contactAt
from h323d.sip.dialogs.table import DialogTable
from h323d.sip.digest.answering import NO_SECRETS, Answering, Secrets
from h323d.sip.digest.challenging import Challenger
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.entrance import Entrance, sourceOf
from h323d.sip.events.notifier import Notifier
from h323d.sip.flows import Flow, Flows
from h323d.sip.lostflows import FlowHolder, LostFlows
from h323d.sip.messages.message import RefusedRequest, SIPRequest, SIPResponse
from h323d.sip.messages.rack import RAck
from h323d.sip.messages.received import stamp, stamped
from h323d.sip.messages.uri import URI
from h323d.sip.messages.via import Via
from h323d.sip.messages.writer import write
from h323d.sip.outside import NOTHING_ELSE, Services
from h323d.sip.proof import Unproven
from h323d.sip.registrar import RegistrarOwner
from h323d.sip.registrations import Registrations
from h323d.sip.screening import ALLOWED, unpacked
from h323d.sip.suspicion import Suspicion
from h323d.sip.transactions.layer import TransactionLayer
from h323d.sip.transactions.running import ClientTransaction, ClientUser, Proofs, ServerTransaction
from h323d.sip.transactions.timers import Timers
from h323d.sip.wayout import WaysOut
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["SIPEndpoint"]


M = TypeVar("M", SIPRequest, SIPResponse)


class SIPEndpoint(Part[SIPConfig]):
    """
    One user agent: a UDP port, its listeners for TCP and TLS, and all their calls.

    @ivar address: where peers reach it, with the real port once it is started.
    @ivar complaints: the count of bad input.
    @ivar answering: shows who we are to who asks.
    @ivar unproven: the calls that wait for their source to show that it is real.
    """

    _log = Logger()

    def __init__(
        self,
        config: SIPConfig,
        world: Surroundings,
        site: Site,
        owner: ILegOwner,
        registrations: RegistrarOwner | None = None,
        inquiry: IInquiry | None = None,
        users: IDigestUsers | None = None,
        secrets: Secrets = NO_SECRETS,
        services: Services = NOTHING_ELSE,
    ) -> None:
        """
        @param owner: gets incoming legs: the switch.
        @param registrations: keeps who registers; C{None} to take no REGISTER.
        @param inquiry: asked for an OPTIONS what a call would get; C{None} if any is taken.
        @param users: who can prove who they are; C{None} if nobody has to.
        @param secrets: what we have with others.
        @param services: what it does beside calls and registrations.
        """
        clock = self.clock = world.clock
        self.rng = world.rng
        self.timers = Timers(config.T1, config.T2, config.T4)
        self.config = config
        self.pool = world.pool
        self.homes = site.homes
        self.complaints = Complaints(clock, world.events)
        self.answering = Answering(secrets, clock, world.rng)
        self._owner = owner
        self.dialRule = site.dialRule
        self._flows = Flows(config, world, site.homes, self)
        self._waysOut = WaysOut(config, self._flows, site.dialRule, self.complaints)
        self._layer = TransactionLayer(
            clock, world.rng, self.timers, config.maxTransactions, self, site.shareRule
        )
        lifetime = self.timers.transaction
        self._lostFlows = LostFlows(self, clock)
        self._dialogs = DialogTable(clock, lifetime, site.shareRule, config.maxCalls)
        self.unproven = Unproven(
            clock, config.maxUnacknowledged, config.maxUnacknowledgedPerSource, config.T1
        )
        self._invites: dict[ServerTransaction, SIPLeg] = {}
        self._notifier = Notifier(self, services.packages, site.shareRule)
        self._outside = services.outside
        self._registered = registrations
        self._registrations: Registrations | None = None
        if registrations is not None:
            self._registrations = Registrations(self, clock, config, registrations)
        challenger = None if users is None else Challenger(users, world)
        more = ("REGISTER",) if self._registrations is not None else ()
        methods = dict.fromkeys((*ALLOWED, *more, *services.outside))
        self._suspicion = Suspicion(site.defence, challenger, world.rng)
        self._entrance = Entrance(
            config, tuple(methods), site.homes, self, challenger, inquiry, self._suspicion
        )

    # The life of a part.

    def start(self) -> None:
        self._flows.start()

    def leave(self) -> None:
        self._notifier.leave()
        for leg in self.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def close(self) -> Deferred[None]:
        self.leave()
        for leg in self.legs:
            leg.close()
        self._notifier.close()
        for taker in self._outside.values():
            taker.close()
        self._layer.close()
        self._lostFlows.close()
        self._flows.close()
        return succeed(None)

    @property
    def address(self) -> TransportAddress:
        return self._flows.address

    @property
    def legs(self) -> tuple[DialogUser, ...]:
        return self._dialogs.users

    @property
    def transactions(self) -> tuple[int, int]:
        """
        Server and client transactions that run.
        """
        return self._layer.counts

    # What the flows report.

    def messageReceived(self, message: SIPRequest | SIPResponse, flow: Flow) -> None:
        try:
            if isinstance(message, SIPRequest):
                self._layer.requestReceived(stamped(unpacked(message), flow.peer), flow)
            else:
                self._layer.responseReceived(unpacked(message))
        except DecodeError as error:
            self.messageRefused(error, flow)

    def messageRefused(self, error: DecodeError, flow: Flow) -> None:
        self.complaints.about("sip", flow.peer, error)
        if not isinstance(error, RefusedRequest) or error.method == "ACK":
            return
        if self.answers(flow):
            response = error.response()
            headers = stamp(response.headers, response.via, flow.peer)
            self._layer.respondStateless(response.withHeaders(headers), flow)

    def answers(self, flow: Flow) -> bool:
        return self._entrance.mayAnswer(flow)

    def flowClosed(self, flow: Flow) -> None:
        self._layer.flowClosed(flow)
        for user in self.legs:
            if user.flow is flow:
                user.flowLost()
        self._lostFlows.closed(flow)
        if self._registered is not None and self._flows.connection(flow.peer) is None:
            self._registered.connectionClosed(flow.peer)

    def needs(self, flow: Flow) -> bool:
        if self._registered is not None and self._registered.needs(flow.peer):
            return True
        return any(user.flow is flow for user in self.legs)

    def reachedBy(self, flow: Flow) -> tuple[FlowHolder, ...]:
        everybody: tuple[FlowHolder, ...] = (*self.legs, *self._notifier.subscriptions)
        return tuple(each for each in everybody if each.flow is flow)

    # What the transactions report.

    def screened(self, request: SIPRequest, flow: Flow) -> SIPResponse | Proofs | None:
        screened = self._entrance.screened(request, flow)
        return self._named(screened) if isinstance(screened, SIPResponse) else screened

    def requestArrived(self, transaction: ServerTransaction) -> None:
        try:
            self._take(transaction)
        except DecodeError as error:
            self.malformed(transaction, error)
        except Exception:  # the fence: one call must not take the others with it
            self._died(transaction.request)
            self.respond(transaction, transaction.request.response(500, None, self._tag()))

    def ackArrived(self, ack: SIPRequest, flow: Flow) -> None:
        user = self._dialogs.get(ack.callId, ack.toAddress.tag or "")
        if user is None:
            self._suspicion.strayAck(ack, flow.peer, flow.reliable)
            return
        try:
            user.ackArrived(ack)
        except Exception:  # the fence, as above
            self._died(ack)

    def refusalAcknowledged(self, transaction: ServerTransaction) -> None:
        self._suspicion.acknowledged(transaction)

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        return self._flows.back(via, flow)

    def flowTo(self, hop: URI, domain: str = "") -> Flow | None:
        """
        As L{WaysOut.to}.
        """
        return self._waysOut.to(hop, domain)

    # What the entrance asks.

    def knows(self, request: SIPRequest, tag: str) -> bool:
        if request.method == "CANCEL":
            return self._layer.invited(request) is not None
        found = self._notifier.of(request.callId, tag) or self._dialogs.get(request.callId, tag)
        return found is not None

    def cut(self, flow: Flow) -> None:
        self._flows.cut(flow)

    def subscriptionRefusal(self, request: SIPRequest, tag: str) -> SIPResponse | None:
        return self._notifier.refusal(request, sourceOf(request).host, tag)

    def outsideRefusal(self, request: SIPRequest, proofs: Proofs) -> int | None:
        taker = self._outside.get(request.method)
        if taker is None:  # a REFER need not belong to a dialog, but we call nobody for one
            return 403 if request.method == "REFER" else 481
        return taker.refusal(request, inquiryOf(request, sourceOf(request), proofs))

    def knew(self, request: SIPRequest, tag: str) -> bool:
        if request.method != "PRACK":
            return self._dialogs.isPast(request.callId, tag)
        rack = request.headers.first("RAck", RAck.parse)
        return rack is not None and self._dialogs.isAwaited(request.callId, tag, rack)

    def isFullFor(self, host: str) -> bool:
        return self._dialogs.isFullFor(host)

    # What the legs ask for.

    @property
    def gates(self) -> Gates:
        gates: Gates = self._owner.gates
        return gates

    def contact(self, flow: Flow | None, secure: bool = False, focus: str = "") -> str:
        here, by = (self.address, "UDP") if flow is None else (flow.local, flow.protocol)
        return contactAt(here, focus or self.config.user, by, secure, bool(focus))

    def send(self, request: SIPRequest, user: ClientUser, flow: Flow | None) -> ClientTransaction:
        if flow is not None:
            user = self._lostFlows.patient(request, user, flow)
        request = self.answering.signed(self._named(request))
        way = self._waysOut.of(request, flow)
        if self._waysOut.isTooLarge(request, way):
            larger = self._flows.to("TCP", way.peer, way)
            return self._layer.request(request, larger, user, fallback=way)
        return self._layer.request(request, way, user)

    def sendBy(self, request: SIPRequest, user: ClientUser, flow: Flow) -> None:
        self._layer.request(self.answering.signed(self._named(request)), flow, user)

    def sendAck(self, ack: SIPRequest, flow: Flow | None) -> None:
        way = self._waysOut.of(ack, flow)
        ack = self.answering.signed(self._named(ack))
        way.send(write(self._layer.addressed(ack, way)))

    def cancel(self, invite: ClientTransaction, user: ClientUser, reason: str) -> None:
        self._layer.cancel(invite, user, reason)

    def respond(self, transaction: ServerTransaction, response: SIPResponse) -> None:
        self._suspicion.refused(transaction, response)
        transaction.respond(self._named(response))

    def enter(self, callId: str, localTag: str, user: DialogUser) -> None:
        self._dialogs.enter(callId, localTag, user)
        self._flows.wire.belongs(callId, user.callId)

    def forget(self, callId: str, localTag: str, awaited: RAck | None = None) -> None:
        self._dialogs.forget(callId, localTag, awaited)

    def dialogOf(self, legId: LegID) -> Replaces | None:
        leg = next((each for each in self._dialogs.users if each.legId == legId), None)
        return None if leg is None else leg.replaceable

    def replaced(self, replaces: Replaces) -> ILeg | int:
        return self._dialogs.replaced(replaces)

    def inviteDone(self, transaction: ServerTransaction) -> None:
        self._invites.pop(transaction, None)

    def trouble(self, legId: LegID, error: DecodeError, peer: TransportAddress) -> None:
        self._log.info("leg {legId}: {error}", legId=legId, error=str(error))
        self.complaints.about("sip", peer, error)

    def _died(self, request: SIPRequest) -> None:
        """
        A fault of our own, in whatever watches a call: that call ends, the others go on.
        """
        self._log.failure("call {callId} died of our own fault", callId=request.callId)
        for user in self._dialogs.ofCall(request.callId):
            user.hangup(Cause.TEMPORARY_FAILURE)

    def _take(self, transaction: ServerTransaction) -> None:
        """
        Give a new request to whom it belongs.

        @raise DecodeError: a header field that is looked at is malformed.
        """
        request = transaction.request
        tag = request.toAddress.tag
        if request.method == "CANCEL":
            self._cancelled(transaction)
        elif tag is not None:  # it is ours, which only a receiver of our answers knows
            transaction.flow.credit.prove()
            subscription = self._notifier.of(request.callId, tag)
            user = subscription or self._dialogs[request.callId, tag]
            before = user.flow
            user.requestArrived(transaction)
            if before is not None and user.flow is not before:
                self._lostFlows.regained(before, transaction.flow, request.callId)
        elif request.method == "SUBSCRIBE":
            self._notifier.subscribed(transaction, self._tag())
        elif request.method in self._outside:
            self._outside[request.method].arrived(transaction, self._tag(), self)
        elif request.method == "REGISTER" and self._registrations is not None:
            self._registrations.take(transaction, self._tag())
        else:
            self._invited(transaction)

    def _invited(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        text = request.headers.get(REPLACES)
        replacement = None if text is None else self._replacementOf(Replaces.parse(text))
        if isinstance(replacement, int):
            self.respond(transaction, request.response(replacement, None, self._tag()))
            return
        leg = incomingLeg(self, transaction, replacement)
        self._invites[transaction] = leg
        self._dialogs.called(request.callId, leg.localTag, transaction.flow.peer.host)
        self._owner.legOffered(leg)

    def _replacementOf(self, replaces: Replaces) -> Replacement | int:
        """
        Whose place a call is to take; or the status that says why it has none.
        """
        ringing = self._dialogs.ringingAt(replaces)
        if ringing is not None:
            return Replacement(ringing, rings=True)
        replaced = self.replaced(replaces)
        return replaced if isinstance(replaced, int) else Replacement(replaced)

    def registered(self, transaction: ServerTransaction) -> None:
        self._lostFlows.registered(transaction.request, transaction.flow, transaction.proofs)

    def malformed(self, transaction: ServerTransaction, error: DecodeError) -> None:
        self.complaints.about("sip", transaction.flow.peer, error)
        phrase = f"Bad Request: {error.path}" if error.path else None
        self.respond(transaction, transaction.request.response(400, phrase, self._tag()))

    def _cancelled(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        invite = self._layer.invited(request)
        leg = None if invite is None else self._invites.get(invite)
        tag = self._tag() if leg is None else leg.localTag
        self.respond(transaction, request.response(200, None, tag))
        if leg is not None:
            leg.cancelled(cancelCause(reasonsOf(request)))

    def _named(self, message: M) -> M:
        """
        Say what program this is (20.35, 20.41).
        """
        if not self.config.userAgent:
            return message
        name = "User-Agent" if isinstance(message, SIPRequest) else "Server"
        return message.withHeaders(message.headers.adding(name, self.config.userAgent))

    def _tag(self) -> str:
        return f"{self.rng.getrandbits(48):012x}"
