"""
One routed call: two signalling connections, and all that passes between them (H.323, 8.1.3).

What a side says goes to the other as it came, but for call references and addresses.  The
call answers the caller with CallProceeding itself, and tries one way after the other to the
called party, until something of an answer has reached the caller.
"""

from __future__ import annotations

from collections.abc import Container

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d import tracing
from h323d.call.applications import Application, Door, Priority, Refusal, Verdict
from h323d.call.declaration import NOTHING_DECLARED, onward
from h323d.call.leases import ended, ofCall
from h323d.call.legs import IOffer
from h323d.errors import DecodeError
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.admittance import Admittance
from h323d.gatekeeper.routed.attempt import Attempt
from h323d.gatekeeper.routed.calledsaid import CalledSaid
from h323d.gatekeeper.routed.callersaid import CallerSaid
from h323d.gatekeeper.routed.channeldoor import ControlWay, callerChannels
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.facts import CallFacts
from h323d.gatekeeper.routed.progress import ProgressPhase, callNumbers, newProgress, phaseOf
from h323d.gatekeeper.routed.remembered import AdmittedRoutes
from h323d.gatekeeper.routed.side import CALLER, Side
from h323d.gatekeeper.routed.usage import Usage
from h323d.gatekeeper.routed.ways import Ways, wantedBy
from h323d.gatekeeper.routing.chain import Decision, FoundWay
from h323d.h323.applications import setupApplication
from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.faststart import proposedFormats
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.signalling import causes, reading
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import MediaFormat

__all__ = ["RoutedCall"]

NOTHING_OPEN = Usage(0, True)


@implementer(IOffer)
class RoutedCall:
    """
    One call.

    @ivar identity: the call's identifiers in H.323.
    @ivar caller: the registration of the caller, if there is one.
    @ivar route: where the call goes, or was to go last; C{None} before it is known.
    @ivar model: how much of it goes through us.
    @ivar isHushed: whether its sides are to read nothing of each other.
    @ivar since: when it came in, in seconds of the clock.
    @ivar answeredAt: when it was answered; C{None} before that.
    @ivar usage: what its channels are seen to use.
    @ivar priority: whether it goes before others; C{None} while nobody has said.
    @ivar declared: what is said of it to whom it goes on to.
    @ivar channels: says how much they may need; C{None} if nobody minds.
    """

    protocol = "h323"

    def __init__(
        self,
        context: CallContext,
        ids: tuple[CallID, LegID],
        connection: SignallingConnection,
        message: Q931Message,
        setup: IncomingSetup,
        caller: Registration | None,
        admitted: AdmittedRoutes | None,
        sent: AdmissionRequest | None,
    ) -> None:
        """
        @param message: the Setup.
        @param admitted: what the ARQ was told, where there was one.
        @param sent: what is asked of a gatekeeper that has sent us the call, if one has.
        """
        self._context, self.caller = context, caller
        self.callId, self.legId = ids
        self.identity = setup.identity
        self.calling, self.called = setup.calling, setup.called
        self.displayName, self.proofs = setup.displayName, setup.proofs
        self.hops, self.restricted = setup.content.hopCount, setup.restricted
        self.peer, self._declaration = connection.peer, setup.declaration
        self.callIdentifier = setup.identity.callIdentifier.hex()
        self.conferenceId = setup.identity.conferenceID.hex()
        self.route: FoundWay | None = None
        self.model = CallModel.ROUTED if admitted is None else admitted.model
        self.since, self.isHushed = context.clock.seconds(), False
        self.answeredAt: float | None = None
        self.usage, gates = Usage(0, False), context.zone.gates
        self.channels = callerChannels(self, gates)
        self.priority: Priority | None = None
        self.declared = NOTHING_DECLARED
        self.callerSide = context.newSide(self, CALLER, setup.reference, self.peer, connection)
        self._content = setup.content
        self._said = CallerSaid(message, setup)
        self._ways = Ways(
            context.chain,
            context.zone.numbers,
            context.identity.isOurSignalling,
            wantedBy(setup, caller, connection.peer),
            None if admitted is None else admitted.routes,
        )
        self._admittance = Admittance(self, context, self._ways, sent)
        self._attempt: Attempt | None = None
        self._facts = CallFacts(context, self)
        self._progress = newProgress(self, self._facts, context.clock, context.rules.timers)
        self._calledSaid = CalledSaid(self, self._progress, self._ways)

    @property
    def state(self) -> str:
        """
        How far it is, for an operator to read.
        """
        return tracing.stateName(self._progress)

    @property
    def startBandwidth(self) -> int:
        return self._said.startBandwidth

    @property
    def released(self) -> bool:
        """
        Whether it is over.
        """
        return self._phase is ProgressPhase.OVER

    @property
    def _phase(self) -> ProgressPhase:
        return phaseOf(self._progress)

    @property
    def calledSide(self) -> Side | None:
        """
        The called party's side of the way that is being tried, or was taken.
        """
        return None if self._attempt is None else self._attempt.side

    @property
    def sides(self) -> tuple[Side, Side | None]:
        """
        The caller's, and the called party's as far as there is one.
        """
        return self.callerSide, self.calledSide

    # Commands.

    def begin(self) -> None:
        """
        Tell the caller that we work on it, and ask the gates.
        """
        if self._phase is ProgressPhase.OVER:
            return
        ours, tunnelling = self._context.rules.endpointType, bool(self._content.tunnelling)
        self.callerSide.send(messages.callProceeding(self.identity, ours, tunnelling))
        if self.hops is not None and self.hops <= 1:
            self._progress.refuse(Cause.EXCHANGE_ROUTING_ERROR, "hopCountExceeded")
            return
        self._context.zone.gates.admit(self, self.application()).addCallback(self._judged)

    def application(self) -> Application:
        """
        What the Setup asks for.
        """
        endpointId = "" if self.caller is None else self.caller.endpointId
        return setupApplication(self, self._declaration, endpointId)

    def refuse(self, cause: Cause, reason: str) -> None:
        """
        Say no, before any gate is asked.
        """
        self._progress.refuse(cause, reason)

    def hangup(self, cause: Cause) -> None:
        """
        End the call.
        """
        self._progress.release(cause, "server")

    def transfer(
        self, which: int, target: PartyAddress, destination: TransportAddress | None = None
    ) -> bool:
        """
        Ask one side to call somebody else instead (Facility, callForwarded): a side that
        does so releases this call.  One that is not registered asks nobody where that is,
        and is told to call through us.

        @param destination: where C{target} is, where nobody else knows that.

        @return: whether that side could be asked; only in an answered call.
        """
        side = self.sides[which]
        if side is None or not side.isOpen or self._phase is not ProgressPhase.ANSWERED:
            return False
        if destination is None and self.registrationOf(which) is None:
            home = self._context.homeTowards(side.peer, side.local)
            destination = self._context.signallingAt(home)
        side.send(messages.callForwarded(self.identity, (target,), destination))
        return True

    @property
    def speaks(self) -> tuple[MediaFormat, ...] | None:
        return proposedFormats(self._content.start.fastStart) or None

    def registrationOf(self, which: int) -> Registration | None:
        """
        Whose side it is, if they are registered.
        """
        if which == CALLER:
            return self.caller
        return None if self.route is None else self.route.registration

    def involves(self, endpointId: str, hosts: Container[str]) -> bool:
        """
        Whether one of the sides is an endpoint's.

        @param hosts: where it is, which counts for a side that is not registered.
        """
        return any(
            side is not None and side.belongsTo(self.registrationOf(which), endpointId, hosts)
            for which, side in enumerate(self.sides)
        )

    def callNumber(self, which: int) -> CallNumber:
        return callNumbers(self._progress)[which]

    # What the machine wants.

    def _judged(self, verdict: Verdict) -> None:
        if isinstance(verdict, Refusal):
            self._progress.refuse(self.callerSide.refusing(verdict), verdict.word)
        elif self._phase is ProgressPhase.OVER:  # its caller left meanwhile
            ended(verdict.leases)
        else:
            self._context.zone.gates.leases.give(ofCall(self.legId), verdict)
            self.priority = verdict.priority
            self.declared = onward(self._declaration, verdict.priority)
            if (shown := self._said.admitted(verdict)) is not None:
                self.isHushed, self.calling = True, shown.calling
                self.displayName = shown.displayName
            self._said.judgeStart(self.channels).addCallback(self._startJudged)

    def _startJudged(self, _: None) -> None:
        self._progress.admitted()

    def locate(self) -> None:
        self._admittance.enter()

    def letIn(self) -> None:
        decision = self._ways.ask()
        if isinstance(decision, Deferred):
            decision.addCallback(self._decided)
        else:
            self._decided(decision)

    def _decided(self, decision: Decision) -> None:
        if isinstance(decision, Refusal):
            self._progress.refuse(decision.cause, decision.word)
        elif not decision:
            self._progress.refuse(Cause.NO_ROUTE_TO_DESTINATION, "noRoute")
        else:
            self._ways.found(decision)
            self._progress.located()

    def tryRoute(self, failed: Cause | None) -> None:
        self.leaveCalled(failed or Cause.NORMAL_UNSPECIFIED)
        self._admittance.tryNext(failed)

    def noWayLeft(self, cause: Cause) -> None:
        self._progress.noneLeft(cause)

    def dial(self, route: FoundWay, reference: int) -> None:
        context, names = self._context, self._ways.namesFor(route)
        self.route = route
        attempt = self._attempt = Attempt(self, context, route, names, reference)
        self.model = attempt.model  # which holds for the ways after it, too
        self._facts.tellRouted(self.model, route, attempt.address)
        attempt.dial()

    def askToConnect(self, which: int, address: TransportAddress) -> None:
        """
        Have a side that cannot be connected to open its H.245 channel (H.460.18, 8.3).
        """
        side = self.sides[which]
        if side is not None:
            side.send(messages.startControl(self.identity, address))

    def leaveCalled(self, cause: Cause) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.leave(cause)

    def answered(self) -> None:
        self.answeredAt = self._context.clock.seconds()
        self._said.forget()
        self._admittance.answered()
        for side in self.sides:
            if side is not None:
                side.watch()
        self._facts.tellAnswered()

    def clear(self, cause: Cause) -> None:
        self.callerSide.release(cause)
        self.leaveCalled(cause)
        self._admittance.end(cause)
        self._context.owner.callGone(self)

    # What the sides report.

    def sideOpened(self, side: Side) -> None:
        route = self.route
        if side is not self.calledSide or route is None:
            return
        names = route.called or self._ways.forwarded
        here = self._context.signallingAt(self._context.homeTowards(side.peer, side.local))
        for message, content, edits in self._said.again(here, route, names):
            self._pass(side, message, content, *edits)

    def sideReceived(self, side: Side, message: Q931Message, content: Content) -> None:
        if messages.unreadable(message, content):
            message = messages.withoutUserUser(message)
        attempt, kind = self._attempt, message.messageType
        if side is self.callerSide:
            if kind not in messages.OF_THE_CALLED:
                self._fromCaller(message, content)
        elif attempt is not None and side is attempt.side and kind != MessageType.SETUP:
            self._calledSaid.received(attempt, message, content)

    def sideReleased(self, side: Side, message: Q931Message, content: Content) -> None:
        cause = reading.releaseCause(message, content)
        if messages.unreadable(message, content):
            message = messages.withoutUserUser(message)
        if side is self.callerSide:
            if self.calledSide is not None:
                self.calledSide.passRelease(message)
            self._progress.release(cause, "calling")
        elif side is self.calledSide:
            self._calledGone(cause, message)

    def sideLost(self, side: Side, reason: str) -> None:
        if side is self.callerSide:
            self._progress.release(Cause.NETWORK_OUT_OF_ORDER, "calling")
        elif side is self.calledSide:
            self._calledGone(causes.unreached(reason), None)

    def _calledGone(self, cause: Cause, message: Q931Message | None) -> None:
        """
        The called side is not there any more; perhaps there is another.

        @param message: its ReleaseComplete, if there was one.
        """
        other = self._phase is ProgressPhase.TRYING and self._ways.areLeft
        if other and (message is None or cause in self._context.rules.config.failoverCauses):
            self._progress.routeFailed(cause)
            return
        if message is not None:
            self.callerSide.passRelease(message)
        self._progress.release(cause, "called")

    def _fromCaller(self, message: Q931Message, content: Content) -> None:
        early = self._phase in (ProgressPhase.DECIDING, ProgressPhase.TRYING)
        if early and not self._said.keep(message, content):
            self._progress.commit()  # the next way would not be told all
        if self.calledSide is not None and self.calledSide.isOpen:
            self._pass(self.calledSide, message, content)

    def tellCaller(self, message: Q931Message, content: Content, *edits: messages.Edit) -> None:
        self._pass(self.callerSide, message, content, *edits)

    def _pass(
        self, to: Side, message: Q931Message, content: Content, *edits: messages.Edit
    ) -> None:
        if self._attempt is not None:
            self._attempt.passTo(to, message, content, *edits)

    # What the passage reports.

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        attempt = self._attempt
        return None if attempt is None else attempt.passage.translateControl(which, octets, way)

    def tunnel(self, which: int, octets: bytes) -> None:
        side = self.sides[which]
        if side is not None:
            side.send(messages.tunnelled(octets))

    def fault(self, door: str, which: int, error: DecodeError) -> None:
        side = self.sides[which] or self.callerSide
        self._context.owner.callFault(door, side.peer, error)

    def admitsKey(self, which: int, key: bytes | None) -> bool:
        side, isAsked = self.sides[which], self._context.zone.gates.standAt(Door.ANSWER)
        return side is None or not isAsked or side.peerKey in (None, key)

    def controlCoupled(self) -> None:
        self._progress.commit()

    def usageChanged(self, usage: Usage) -> None:
        self.usage = usage
        self._context.owner.usageChanged(self.identity.callIdentifier)

    def mediaSilent(self) -> None:
        if self.usage != NOTHING_OPEN:  # or else it is held, by closing all channels
            self.hangup(Cause.RECOVERY_ON_TIMER_EXPIRY)
