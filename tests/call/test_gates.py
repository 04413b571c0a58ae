"""
The gates: in their order, within their time, and what they do not tell.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from h323d.call.gates import DEADLINE, GATE_TIMEOUT, MAINTENANCE, POLICY_FAILED, Gates
from h323d.call.legs import IOffer
from h323d.call.policy import Admission, IAdmissionPolicy, Refusal
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallOffered
from h323d.events.server import GatesClosed
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

NO = Refusal(Cause.CALL_REJECTED, "because")


@implementer(IAdmissionPolicy)
class Gate:
    """
    Answers what it was given.
    """

    name = "gate"

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked = 0

    def admit(self, offer: IOffer) -> Any:
        self.asked += 1
        return self.answer


class GatesTests(SynchronousTestCase):
    """
    L{Gates} before one call.
    """

    def setUp(self) -> None:
        self.clock = Clock()
        self.facts: list[Fact] = []
        self.events = EventBus()
        self.events.subscribe(Fact, self.facts.append)

    def judge(self, *answers: Any) -> list[Refusal | None]:
        """
        @return: the verdict, once there is one.
        """
        self.policies = [Gate(answer) for answer in answers]
        self.gates = Gates(self.clock, self.events, self.policies)
        verdicts: list[Refusal | None] = []
        self.gates.admit(FakeLeg("80001", FakePool())).addCallback(verdicts.append)
        return verdicts

    def asked(self) -> list[int]:
        return [gate.asked for gate in self.policies]

    def test_withoutGatesEverybodyPasses(self) -> None:
        self.assertEqual(self.judge(), [None])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_afterARefusalNobodyElseIsAsked(self) -> None:
        self.assertEqual(self.judge(Admission(), NO, Admission()), [NO])
        self.assertEqual(self.asked(), [1, 1, 0])

    def test_onlyTheOfferIsTold(self) -> None:
        self.judge(Admission())
        self.assertEqual([type(fact) for fact in self.facts], [CallOffered])

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
        first.callback(Admission())
        self.clock.advance(DEADLINE / 2)
        self.assertEqual(verdicts, [GATE_TIMEOUT])

    def test_whatComesTooLateIsNotHeard(self) -> None:
        late: Deferred[Admission] = Deferred()
        verdicts = self.judge(late, Admission())
        self.clock.advance(DEADLINE)
        late.callback(Admission())
        self.assertEqual(verdicts, [GATE_TIMEOUT])
        self.assertEqual(self.asked(), [1, 0])

    def test_aGateThatIsTooSlowIsToldToStop(self) -> None:
        stopped: list[object] = []
        self.judge(Deferred(stopped.append))
        self.clock.advance(DEADLINE)
        self.assertEqual(len(stopped), 1)

    def test_aGateThatDoesNotStopWhenToldChangesNothing(self) -> None:
        rest: Deferred[None] = Deferred()

        async def stubborn() -> Admission:
            try:
                await Deferred()
            except CancelledError:
                await rest
            return Admission()

        verdicts = self.judge(Deferred.fromCoroutine(stubborn()))
        self.clock.advance(DEADLINE)
        rest.callback(None)
        self.assertEqual(verdicts, [GATE_TIMEOUT])

    def test_aGateThatGivesUpHasFailed(self) -> None:
        given: Deferred[Admission] = Deferred()
        verdicts = self.judge(given)
        given.cancel()
        self.assertEqual(verdicts, [POLICY_FAILED])
        self.assertEqual(len(self.flushLoggedErrors(CancelledError)), 1)

    def test_anAnswerStopsTheTime(self) -> None:
        slow: Deferred[Admission] = Deferred()
        verdicts = self.judge(slow)
        slow.callback(Admission())
        self.assertEqual((verdicts, self.clock.getDelayedCalls()), ([None], []))

    def test_whoIsBeingJudgedIsRefusedWhenTheGatesClose(self) -> None:
        slow: Deferred[Admission] = Deferred()
        verdicts = self.judge(slow)
        self.gates.close(MAINTENANCE)
        self.assertEqual((verdicts, self.clock.getDelayedCalls()), ([MAINTENANCE], []))
        self.assertEqual([type(fact) for fact in self.facts], [CallOffered, GatesClosed])

    def test_closedGatesAskNobody(self) -> None:
        self.judge(Admission())
        self.gates.close(MAINTENANCE)
        verdict = self.gates.admit(FakeLeg("80001", FakePool()))
        self.assertEqual(self.successResultOf(verdict), MAINTENANCE)
        self.assertEqual(self.asked(), [1])
        self.gates.open()
        self.assertIsNone(self.successResultOf(self.gates.admit(FakeLeg("1", FakePool()))))
