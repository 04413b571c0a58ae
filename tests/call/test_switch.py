"""
The switch: gates, routes, destinations, and who gives up when.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import (
    EVERYWHERE,
    Admission,
    Application,
    IGate,
    Reason,
    Refusal,
    Texts,
)
from h323d.call.callers import CallerName, ICallerNames
from h323d.call.gates import Gates
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ILeg, ILegOwner, IOffer
from h323d.call.policy import IDestination, IInquiry, IRoutePolicy, Route
from h323d.call.switch import Switch
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallAdmitted, CallEnded, CallOffered, CallRefused, CallRouted
from h323d.events.doors import ApplicationRefused
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.lease import Lease

FULL = Refusal(Cause.USER_BUSY, Reason.CAPACITY_EXCEEDED, "full")


@implementer(IGate, IRoutePolicy)
class Policy:
    """
    Answers both questions with what it was given, or raises it.
    """

    name = "fixed"
    doors = EVERYWHERE

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked = 0

    def judge(self, application: Application) -> Any:
        return self.asks()

    def route(self, offer: IOffer) -> Any:
        return self.asks()

    def asks(self) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@implementer(IDestination)
class Destination:
    """
    Remembers what it was handed.
    """

    name = "somewhere"

    def __init__(self) -> None:
        self.accepted: list[tuple[ILeg, Route]] = []

    def accept(self, leg: ILeg, route: Route) -> None:
        if route.target == "broken":
            raise RuntimeError("of our own fault")
        self.accepted.append((leg, route))

    def refusal(self, route: Route) -> Refusal | None:
        return FULL if route.target == "full" else None


class SwitchTests(SynchronousTestCase):
    """
    L{Switch} over fake legs.
    """

    def offer(self, gates: Sequence[Any], routes: Sequence[Any]) -> FakeLeg:
        self.facts: list[Any] = []
        self.events = events = EventBus()
        events.subscribe(Fact, self.facts.append)
        self.destination = Destination()
        self.clock = clock = Clock()
        self.routes = [Policy(each) for each in routes]
        self.switch = Switch(
            clock,
            events,
            Gates(clock, events, [Policy(each) for each in gates]),
            self.routes,
            {"somewhere": self.destination},
        )
        verifyObject(ILegOwner, self.switch)
        leg = FakeLeg("80001", FakePool())
        self.switch.legOffered(leg)
        return leg

    def test_whatTheCallerMayCallItselfIsSaidBeforeAnybodySeesIt(self) -> None:
        nobody = CallerName((), "nobody")

        @implementer(ICallerNames)
        class Nobodies:
            def nameOf(self, offer: IOffer) -> CallerName:
                return nobody

        clock, events, told = Clock(), EventBus(), []
        events.subscribe(CallAdmitted, lambda fact: told.append(fact.calling))
        switch = Switch(clock, events, Gates(clock, events, ()), (), {}, Nobodies())
        leg = FakeLeg("80001", FakePool())
        switch.legOffered(leg)
        self.assertEqual((leg.calling, leg.displayName, told), ((), "nobody", [()]))

    def kinds(self) -> list[type[Fact]]:
        return [type(fact) for fact in self.facts]

    def inquire(self, routes: Sequence[Any], shut: bool = False) -> object:
        """
        @return: the reason of the refusal that a call would get; C{None} if it would get none.
        """
        self.offer([], [])
        switch = Switch(
            Clock(),
            EventBus(),
            Gates(Clock(), EventBus(), [Policy(RuntimeError("no gate is asked"))]),
            [Policy(each) for each in routes],
            {"somewhere": self.destination},
        )
        verifyObject(IInquiry, switch)
        if shut:
            switch.leave()
        called = (PartyAddress(AddressKind.DIALLED_DIGITS, "80001"),)
        inquiry = Inquiry("sip", TransportAddress("127.0.0.9", 5060), (), called)
        verifyObject(IOffer, inquiry)
        refusal = switch.inquire(inquiry)
        self.assertEqual(switch.waiting, {})
        return None if refusal is None else refusal.word

    def test_whatACallWouldGetIsToldWithoutOne(self) -> None:
        self.assertIsNone(self.inquire([None, Route("somewhere", "here")]))
        self.assertEqual(self.inquire([Route("somewhere", "full")]), "full")
        self.assertEqual(self.inquire([Refusal.of(Reason.NOT_PERMITTED, "mine")]), "mine")
        self.assertEqual(self.inquire([Route("nowhere", "here")]), "noRoute")
        self.assertEqual(self.inquire([None]), "noRoute")
        self.assertEqual(self.inquire([Route("somewhere", "here")], shut=True), "shuttingDown")
        self.assertEqual(self.destination.accepted, [])

    def test_aRouteThatHasToThinkIsNotWaitedFor(self) -> None:
        waiting: Deferred[Route] = Deferred()
        self.assertIsNone(self.inquire([waiting]))
        self.assertTrue(waiting.called)

    def test_aRouteThatFailsWouldRefuse(self) -> None:
        self.assertEqual(self.inquire([RuntimeError("broken")]), "policyFailed")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_admittedAndRouted(self) -> None:
        leg = self.offer([Admission()], [None, Route("somewhere", "here"), Route("x", "y")])
        self.assertEqual(self.destination.accepted, [(leg, Route("somewhere", "here"))])
        self.assertEqual(self.kinds(), [CallOffered, CallAdmitted, CallRouted])
        self.assertEqual(self.facts[1].called, leg.called)
        self.assertEqual((self.facts[2].model, self.facts[2].target), ("somewhere", "here"))
        self.assertEqual(self.switch.waiting, {})

    def test_theFirstRefusalDecides(self) -> None:
        leg = self.offer(
            [Admission(), Refusal.of(Reason.NOT_PERMITTED, "because"), Admission()],
            [Route("somewhere", "here")],
        )
        self.assertEqual(leg.done, [("reject", Cause.CALL_REJECTED)])
        self.assertEqual(self.kinds(), [CallOffered, ApplicationRefused, CallRefused])

    def test_noRoute(self) -> None:
        leg = self.offer([], [None])
        self.assertEqual(leg.done, [("reject", Cause.NO_ROUTE_TO_DESTINATION)])

    def test_aRouteToNowhereIsNone(self) -> None:
        leg = self.offer([], [Route("nowhere", "")])
        self.assertEqual(leg.done, [("reject", Cause.NO_ROUTE_TO_DESTINATION)])

    def test_aPolicyThatFailsRefuses(self) -> None:
        leg = self.offer([ZeroDivisionError()], [Route("somewhere", "here")])
        self.assertEqual(leg.done, [("reject", Cause.TEMPORARY_FAILURE)])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_aRoutePolicyThatFailsRefuses(self) -> None:
        leg = self.offer([], [ZeroDivisionError(), Route("somewhere", "here")])
        self.assertEqual(leg.done, [("reject", Cause.TEMPORARY_FAILURE)])
        self.assertEqual(self.kinds(), [CallOffered, CallAdmitted, CallRefused])
        self.assertEqual(self.facts[-1].reason, "policyFailed")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_aDestinationThatFailsEndsTheCallOnly(self) -> None:
        leg = self.offer([], [Route("somewhere", "broken")])
        self.assertEqual(leg.done, [("hangup", Cause.TEMPORARY_FAILURE)])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_aSlowPolicyIsWaitedFor(self) -> None:
        slow: Deferred[Admission] = Deferred()
        leg = self.offer([slow], [Route("somewhere", "here")])
        self.assertEqual(self.destination.accepted, [])
        slow.callback(Admission())
        self.assertEqual(self.destination.accepted, [(leg, Route("somewhere", "here"))])

    def test_aCallerWhoGivesUpIsForgotten(self) -> None:
        slow: Deferred[Admission] = Deferred()
        leg = self.offer([slow], [Route("somewhere", "here")])
        leg.release(Cause.NORMAL_CALL_CLEARING)
        slow.callback(Admission())
        self.assertEqual(self.destination.accepted, [])
        self.assertEqual(self.kinds(), [CallOffered, CallEnded])

    def test_routesAreNotAskedForACallerWhoGaveUp(self) -> None:
        slow: Deferred[Admission] = Deferred()
        leg = self.offer([slow], [Route("somewhere", "here")])
        leg.release(Cause.NORMAL_CALL_CLEARING)
        slow.callback(Admission())
        self.assertEqual(self.routes[0].asked, 0)

    def test_aCallThatPassesButLeadsNowhereIsToldOfWithItsNames(self) -> None:
        leg = self.offer([Admission()], [None])
        self.assertEqual(self.kinds(), [CallOffered, CallAdmitted, CallRefused])
        self.assertEqual(self.facts[1].called, leg.called)

    def test_aGateThatNeverAnswersRefusesTheCall(self) -> None:
        never: Deferred[Admission] = Deferred()
        leg = self.offer([never], [Route("somewhere", "here")])
        self.clock.advance(2.0)
        never.callback(Admission())
        self.assertEqual(leg.done, [("reject", Cause.TEMPORARY_FAILURE)])
        self.assertEqual(self.kinds(), [CallOffered, ApplicationRefused, CallRefused])
        self.assertEqual(self.facts[2].reason, "gateTimeout")

    def test_closingRefusesWhoWaitsForARoute(self) -> None:
        slow: Deferred[Route] = Deferred()
        leg = self.offer([Admission()], [slow])
        self.switch.leave()
        self.assertEqual(leg.done, [("reject", Cause.TEMPORARY_FAILURE)])
        slow.callback(Route("somewhere", "here"))
        self.assertEqual(self.destination.accepted, [])
        self.assertEqual(len(leg.done), 1)

    def test_closingRefusesWhatWaitsAndWhatComes(self) -> None:
        slow: Deferred[Admission] = Deferred()
        first = self.offer([slow], [Route("somewhere", "here")])
        self.switch.leave()
        second = FakeLeg("80001", FakePool())
        self.switch.legOffered(second)
        self.assertEqual(
            [leg.done for leg in (first, second)], [[("reject", Cause.TEMPORARY_FAILURE)]] * 2
        )

    def test_theCallerIsShownAsTheGatesAdmitIt(self) -> None:
        leg = self.offer([Admission(texts=Texts("[REDACTED:EMAIL]"))], [Route("somewhere", "here")])
        self.assertEqual(leg.displayName, "[REDACTED:EMAIL]")

    def test_whatAGateKeepsForACallEndsWithIt(self) -> None:
        lease = Lease()
        leg = self.offer([Admission(leases=(lease,))], [Route("somewhere", "here")])
        self.assertEqual(lease.ends, 0)
        self.events.publish(CallEnded(0.0, leg.callId, leg.legId, Cause.NORMAL_CALL_CLEARING))
        self.assertEqual(lease.ends, 1)

    def test_whatAGateKeepsForACallThatLeadsNowhereEndsAtOnce(self) -> None:
        lease = Lease()
        self.offer([Admission(leases=(lease,))], [None])
        self.assertEqual(lease.ends, 1)

    def test_whatAGateKeepsForACallerWhoHasGoneEndsAtOnce(self) -> None:
        lease = Lease()
        slow: Deferred[Admission] = Deferred()
        leg = self.offer([slow], [Route("somewhere", "here")])
        leg.release(Cause.NORMAL_CALL_CLEARING)
        slow.callback(Admission(leases=(lease,)))
        self.assertEqual(lease.ends, 1)
