"""
The operator's policies: who is asked, how long they may take, and what becomes of those that fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Door, Reason
from h323d.events.bus import EventBus
from h323d.events.doors import PolicySwitchedOff
from h323d.guard.gates.chain import decide
from h323d.guard.gates.inputs import ABSENT, Asker, Decision, Demand, Failure, GateInput, Stock
from h323d.guard.gates.opinions import Answer, IGuardPolicy, Opinion
from h323d.guard.policies import (
    BUDGET,
    HANG,
    MAX_LATE,
    NO_POLICIES,
    SHADOW_BUDGET,
    WINDOW,
    Policies,
)
from h323d.guard.registry.guardian import ProofForm, Status
from tests.support.loggedfailures import LoggedFailures

ANNA = Asker("", ProofForm.ED25519, "if://guardian/anna", Status.ACTIVE)
CALL = GateInput(Door.INVITE, 0.0, "", ANNA, Demand(bandwidth=1), Stock(quota=1))
NO = Failure(Reason.NOT_PERMITTED, "no")


@implementer(IGuardPolicy)
class Policy:
    """
    Says what it is told to, after a time.

    @ivar asked: what it was asked about.
    """

    def __init__(self, clock: Clock, says: Callable[[], Any] = lambda: None) -> None:
        self.takes = 0.0
        self.says = says
        self.asked: list[GateInput] = []
        self._clock = clock

    def judge(self, asked: GateInput) -> Any:  # as anybody's code may
        self.asked.append(asked)
        self._clock.advance(self.takes)
        return self.says()


class House:
    """
    One policy in force, and one that is tried out.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        events = EventBus()
        self.off: list[PolicySwitchedOff] = []
        events.subscribe(PolicySwitchedOff, self.off.append)
        self.first = Policy(self.clock)
        self.policy = Policy(self.clock)
        self.candidate = Policy(self.clock)
        self.policies = Policies(
            {"first": self.first, "night": self.policy}, {"candidate": self.candidate}, events
        )
        self.opinions: tuple[Opinion, ...] = ()
        self.shadows: tuple[Opinion, ...] = ()

    def decide(self, asked: GateInput = CALL) -> Decision:
        consulted = self.policies.consulted(self.clock)
        decision = decide(asked, consulted.ask)
        self.shadows = consulted.shadows(asked, decision)
        self.opinions = consulted.opinions
        return decision

    def answers(self) -> list[str]:
        return [each.answer.value for each in self.opinions]


@pytest.fixture
def house() -> House:
    return House()


def test_policiesAreAskedInTheirOrderWithAllThatTheGatesKnow(house: House) -> None:
    assert house.decide().admitted
    assert house.first.asked == house.policy.asked == house.candidate.asked == [CALL]
    assert [each.policy for each in house.opinions] == ["first", "night"]


def test_theFirstThatRefusesHasSaidWhatThereIsToSay(house: House) -> None:
    house.first.says = lambda: NO
    decision = house.decide()
    assert (decision.gate, decision.told) == ("3.1", Reason.NOT_PERMITTED)
    assert decision.failure == Failure(Reason.NOT_PERMITTED, "first:no")
    assert house.policy.asked == []


@pytest.mark.parametrize(
    "asked",
    [
        replace(CALL, asker=ABSENT),
        replace(CALL, asker=replace(ANNA, status=Status.SUSPENDED)),
        replace(CALL, asker=replace(ANNA, namesAreOwn=False)),
        replace(CALL, door=Door.RRQ),
        replace(CALL, door=Door.BRQ),
        replace(CALL, door=Door.REINVITE),
    ],
)
def test_nobodyIsAskedAboutWhoFailsBeforeNorAboutWhatIsNoCall(
    house: House, asked: GateInput
) -> None:
    house.decide(asked)
    assert (house.opinions, house.shadows) == ((), ())
    assert house.policy.asked == house.candidate.asked == []


def test_whoRefusesKeepsItFromTheGatesThatFollow(house: House) -> None:
    poor = replace(CALL, stock=Stock())
    assert house.decide(poor).gate == "4"
    house.policy.says = lambda: NO
    assert house.decide(poor).gate == "3.1"


def test_whoIsTriedOutChangesNothing(house: House) -> None:
    house.candidate.says = lambda: NO
    assert house.decide().admitted
    assert house.shadows == (
        Opinion("candidate", Answer.REFUSES, Failure(Reason.NOT_PERMITTED, "candidate:no")),
    )
    house.first.says = lambda: NO
    assert house.decide().gate == "3.1"
    assert len(house.shadows) == 1


def test_whoRaisesRefuses(house: House, loggedFailures: LoggedFailures) -> None:
    house.policy.says = lambda: 1 // 0
    decision = house.decide()
    assert decision.failure == Failure(Reason.GATEKEEPER_ERROR, "night:failed")
    assert house.answers() == ["opens", "failed"]
    assert len(loggedFailures.take(ZeroDivisionError)) == 1


def test_whoLiesRefuses(house: House) -> None:
    house.policy.says = lambda: True
    decision = house.decide()
    assert decision.failure == Failure(Reason.GATEKEEPER_ERROR, "night:invalid")


@pytest.mark.parametrize(("takes", "answer"), [(BUDGET, "opens"), (BUDGET + 0.001, "late")])
def test_whatIsSaidTooLateCountsForNothing(house: House, takes: float, answer: str) -> None:
    house.policy.takes = takes
    assert house.decide().admitted is (answer == "opens")
    assert house.answers() == ["opens", answer]
    assert house.off == []


def test_whoIsLateTooOftenIsAskedNoMoreAndTheGuardRefuses(house: House) -> None:
    house.policy.takes = 0.06
    for _ in range(MAX_LATE):
        assert house.off == []
        house.decide()
    (off,) = house.off
    assert (off.policy, round(off.took, 3)) == ("night", 0.06)
    assert house.decide().failure == Failure(Reason.GATEKEEPER_ERROR, "night:off")
    assert len(house.policy.asked) == MAX_LATE


def test_whoIsLateNowAndThenIsAskedAgain(house: House) -> None:
    house.policy.takes = 0.06
    for _ in range(3 * MAX_LATE):
        house.decide()
        house.clock.advance(WINDOW)
    assert house.off == []


def test_whoHangsIsNotAskedTwice(house: House) -> None:
    house.policy.takes = HANG
    house.decide()
    house.decide()
    assert (len(house.policy.asked), len(house.off)) == (1, 1)


def test_whoIsTriedOutHasLessTimeAndStopsNobody(house: House) -> None:
    house.candidate.takes = SHADOW_BUDGET + 0.001
    for answer in ("late", "late", "late", "off"):
        assert house.decide().admitted
        assert [each.answer.value for each in house.shadows] == [answer]
    assert [each.policy for each in house.off] == ["candidate"]


def test_whoHasNoPoliciesAsksNobody() -> None:
    consulted = NO_POLICIES.consulted(Clock())
    assert decide(CALL, consulted.ask).admitted
    assert consulted.opinions == ()
