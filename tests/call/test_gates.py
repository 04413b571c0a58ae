"""
The gates: in their order, within their time, and what they do not tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    Door,
    IGate,
    Priority,
    Reason,
    Refusal,
    Texts,
    Verdict,
)
from h323d.call.gates import (
    DEADLINE,
    GATE_SECONDS,
    GATE_TIMEOUT,
    MAINTENANCE,
    POLICY_FAILED,
    SHUTTING_DOWN,
    Gates,
)
from h323d.call.lease import ILease
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallOffered
from h323d.events.doors import ApplicationRefused
from h323d.events.server import GatesClosed
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.fakegate import FakeGate
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.lease import Lease

OURS = (SHUTTING_DOWN, MAINTENANCE, POLICY_FAILED, GATE_TIMEOUT)
NO = Refusal.of(Reason.NOT_PERMITTED, "because")
SETUP = Application(Door.SETUP, "h323", TransportAddress("127.0.0.9", 1720), bandwidth=128_000)


class GatesTests(SynchronousTestCase):
    """
    L{Gates} before one application.
    """

    def setUp(self) -> None:
        self.clock = Clock()
        self.facts: list[Fact] = []
        self.events = EventBus()
        self.events.subscribe(Fact, self.facts.append)

    def judge(self, *answers: Any, application: Application = SETUP) -> list[Verdict]:
        """
        @return: the verdict, once there is one.
        """
        self.answering = [FakeGate(answer) for answer in answers]
        self.gates = Gates(self.clock, self.events, self.answering)
        verdicts: list[Verdict] = []
        verdict = self.gates.judge(application)
        if isinstance(verdict, Deferred):
            verdict.addCallback(verdicts.append)
        else:
            verdicts.append(verdict)
        return verdicts

    def asked(self) -> list[int]:
        return [len(gate.judged) for gate in self.answering]

    def test_withoutGatesEverybodyPasses(self) -> None:
        self.assertEqual(self.judge(), [PASSED])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_itFitsTheSeam(self) -> None:
        self.assertTrue(verifyObject(IGate, FakeGate(PASSED)))
        self.assertTrue(verifyObject(ILease, Lease()))

    def test_howLongEachGateTookIsCounted(self) -> None:
        slow: Deferred[Verdict] = Deferred()
        quick, asking = FakeGate(PASSED), FakeGate(slow)
        quick.name, asking.name = "quick", "asking"
        gates = Gates(self.clock, self.events, (quick, asking))
        gates.judge(SETUP)
        self.clock.advance(0.03)
        slow.callback(PASSED)
        counted = {name: each.now() for name, each in gates.seconds.items()}
        at = GATE_SECONDS.index(0.05)
        self.assertEqual((counted["quick"].counts[0], counted["asking"].counts[at]), (1, 1))
        self.assertEqual((counted["quick"].total, counted["asking"].total), (0.0, 0.03))

    def test_afterARefusalNobodyElseIsAsked(self) -> None:
        self.assertEqual(self.judge(PASSED, NO, PASSED), [NO])
        self.assertEqual(self.asked(), [1, 1, 0])

    def test_whatAnswersAtOnceNeedsNoWaiting(self) -> None:
        gates = Gates(
            self.clock, self.events, [FakeGate(PASSED), FakeGate(Admission(bandwidth=64_000))]
        )
        self.assertEqual(gates.judge(SETUP), Admission(bandwidth=64_000))

    def test_aGateIsAskedAtItsDoorsOnly(self) -> None:
        gate = FakeGate(NO, {Door.RRQ, Door.REGISTER})
        gates = Gates(self.clock, self.events, [gate])
        self.assertIs(gates.judge(SETUP), PASSED)
        self.assertEqual(gate.judged, [])
        standing = [door for door in Door if gates.standAt(door)]
        self.assertEqual(standing, [Door.RRQ, Door.REGISTER])

    def test_eachGateJudgesWhatTheOnesBeforeHaveLeft(self) -> None:
        first = Admission(Texts("[REDACTED:SSN]"), 96_000)
        verdicts = self.judge(first, Admission(bandwidth=64_000), PASSED)
        last = self.answering[2].judged[0]
        self.assertEqual((last.texts.displayName, last.bandwidth), ("[REDACTED:SSN]", 64_000))
        self.assertEqual(verdicts, [Admission(Texts("[REDACTED:SSN]"), 64_000)])

    def test_theLeastBandwidthAndTheLastPriorityCount(self) -> None:
        one = Admission(bandwidth=64_000, priority=Priority.NORMAL)
        other = Admission(bandwidth=96_000, priority=Priority.HIGH)
        self.assertEqual(self.judge(one, other, PASSED), [Admission(None, 64_000, Priority.HIGH)])

    def test_whatTheGatesKeepIsTheAskers(self) -> None:
        one, other = Lease(), Lease()
        verdicts = self.judge(Admission(leases=(one,)), Admission(leases=(other,)))
        self.assertEqual(verdicts, [Admission(leases=(one, other))])
        self.assertEqual((one.ends, other.ends), (0, 0))

    def test_whatAGateKeepsEndsWhenALaterOneRefuses(self) -> None:
        lease = Lease()
        self.judge(Admission(leases=(lease,)), NO)
        self.assertEqual(lease.ends, 1)

    def test_whatAGateKeepsEndsWhenALaterOneIsTooSlow(self) -> None:
        lease = Lease()
        self.judge(Admission(leases=(lease,)), Deferred())
        self.clock.advance(DEADLINE)
        self.assertEqual(lease.ends, 1)

    def test_onlyTheOfferIsTold(self) -> None:
        gates = Gates(self.clock, self.events, [FakeGate(PASSED)])
        leg = FakeLeg("80001", FakePool())
        verdict = gates.admit(leg, leg.application())
        self.assertEqual(self.successResultOf(verdict), PASSED)
        self.assertEqual([type(fact) for fact in self.facts], [CallOffered])

    def test_anOfferIsToldWithAllThatNamesIt(self) -> None:
        gates = Gates(self.clock, self.events, ())
        self.clock.advance(5.0)
        leg = FakeLeg("80001", FakePool())
        leg.callIdentifier, leg.conferenceId = "0a", "0b"
        gates.admit(leg, SETUP)
        told = CallOffered(5.0, leg.callId, leg.legId, "fake", leg.peer, "0a", "0b")
        self.assertEqual(self.facts, [told])

    def test_eachRefusalOfOursHasItsCauseAndItsWord(self) -> None:
        ours = {each.word: (each.cause, each.reason) for each in OURS}
        self.assertEqual(
            ours,
            {
                "shuttingDown": (Cause.TEMPORARY_FAILURE, Reason.OUT_OF_SERVICE),
                "maintenance": (Cause.SWITCHING_EQUIPMENT_CONGESTION, Reason.OUT_OF_SERVICE),
                "policyFailed": (Cause.TEMPORARY_FAILURE, Reason.GATEKEEPER_ERROR),
                "gateTimeout": (Cause.TEMPORARY_FAILURE, Reason.GATEKEEPER_ERROR),
            },
        )

    def test_aRefusalIsToldOfWithItsGateAndItsReason(self) -> None:
        wanted = replace(SETUP, party="e1", callIdentifier="00ff")
        self.judge(PASSED, NO, application=wanted)
        self.assertEqual(
            self.facts,
            [
                ApplicationRefused(
                    0.0, "Setup", "gate", "NOT_PERMITTED", "because", SETUP.source, "e1", "00ff"
                )
            ],
        )

    def test_aGateThatNeverAnswersIsToldOf(self) -> None:
        self.judge(Deferred())
        self.clock.advance(DEADLINE)
        (fact,) = self.facts
        assert isinstance(fact, ApplicationRefused)
        self.assertEqual((fact.reason, fact.detail), ("GATEKEEPER_ERROR", "gateTimeout"))

    def test_aVerdictIsThereInTimeWhateverTheGatesDo(self) -> None:
        never: Deferred[Admission] = Deferred()
        verdicts = self.judge(never)
        self.clock.advance(DEADLINE - 0.001)
        self.assertEqual(verdicts, [])
        self.clock.advance(0.001)
        self.assertEqual(verdicts, [GATE_TIMEOUT])

    def test_theTimeIsForAllGatesTogether(self) -> None:
        first: Deferred[Admission] = Deferred()
        second: Deferred[Admission] = Deferred()
        verdicts = self.judge(first, second)
        self.clock.advance(DEADLINE / 2)
        first.callback(PASSED)
        self.clock.advance(DEADLINE / 2)
        self.assertEqual(verdicts, [GATE_TIMEOUT])

    def test_whatComesTooLateIsNotHeard(self) -> None:
        late: Deferred[Admission] = Deferred()
        verdicts = self.judge(late, PASSED)
        self.clock.advance(DEADLINE)
        late.callback(PASSED)
        self.assertEqual(verdicts, [GATE_TIMEOUT])
        self.assertEqual(self.asked(), [1, 0])

    def test_aGateThatIsTooSlowIsToldToStop(self) -> None:
        stopped: list[object] = []
        self.judge(Deferred(stopped.append))
        self.clock.advance(DEADLINE)
        self.assertEqual(len(stopped), 1)

    def test_aGateThatDoesNotStopWhenToldChangesNothing(self) -> None:
        rest: Deferred[None] = Deferred()
        lease = Lease()

        async def stubborn() -> Admission:
            try:
                await Deferred()
            except CancelledError:
                await rest
            return Admission(leases=(lease,))

        verdicts = self.judge(Deferred.fromCoroutine(stubborn()), PASSED)
        self.clock.advance(DEADLINE)
        rest.callback(None)
        self.assertEqual(verdicts, [GATE_TIMEOUT])
        self.assertEqual((lease.ends, self.asked()), (1, [1, 0]))

    def test_aGateThatGivesUpHasFailed(self) -> None:
        given: Deferred[Admission] = Deferred()
        verdicts = self.judge(given)
        given.cancel()
        self.assertEqual(verdicts, [POLICY_FAILED])
        self.assertEqual(len(self.flushLoggedErrors(CancelledError)), 1)

    def test_anAnswerStopsTheTime(self) -> None:
        slow: Deferred[Admission] = Deferred()
        verdicts = self.judge(slow)
        slow.callback(PASSED)
        self.assertEqual((verdicts, self.clock.getDelayedCalls()), ([PASSED], []))

    def test_whoIsBeingJudgedIsRefusedWhenTheGatesClose(self) -> None:
        slow: Deferred[Admission] = Deferred()
        verdicts = self.judge(slow)
        self.gates.close(MAINTENANCE)
        self.assertEqual((verdicts, self.clock.getDelayedCalls()), ([MAINTENANCE], []))
        self.assertEqual([type(fact) for fact in self.facts], [GatesClosed])

    def test_closedGatesAskNobody(self) -> None:
        self.judge(PASSED)
        self.gates.close(MAINTENANCE)
        self.assertEqual(self.gates.judge(SETUP), MAINTENANCE)
        self.assertEqual(self.asked(), [1])
        self.gates.open()
        self.assertEqual(self.gates.judge(SETUP), PASSED)

    def test_closedGatesKeepOutNewCallsOnly(self) -> None:
        gates = Gates(self.clock, self.events, [])
        gates.close(MAINTENANCE)
        source = TransportAddress("127.0.0.9", 1720)
        passed = {door for door in Door if gates.judge(Application(door, "", source)) is PASSED}
        self.assertEqual(set(Door) - passed, {Door.SETUP, Door.INVITE, Door.OPERATOR})

    def test_whatIsNoNewCallIsJudgedToTheEndThoughTheGatesClose(self) -> None:
        slow: Deferred[Admission] = Deferred()
        brq = Application(Door.BRQ, "h323", TransportAddress("127.0.0.9", 1719))
        verdicts = self.judge(slow, application=brq)
        self.gates.close(MAINTENANCE)
        self.assertEqual(verdicts, [])
        slow.callback(PASSED)
        self.assertEqual(verdicts, [PASSED])
