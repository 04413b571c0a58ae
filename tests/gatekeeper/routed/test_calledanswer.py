"""
What the gates are asked about who answers a routed call, and what becomes of what they say.
"""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    Door,
    Reason,
    Refusal,
    Verdict,
)
from h323d.call.gates import Gates
from h323d.events.bus import EventBus
from h323d.gatekeeper.routed.calledanswer import MAXIMUM_HELD, CalledAnswer, CalledChannels
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.values.identifiers import LegID
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease

LATER = messages.make(MessageType.FACILITY, b"")
ASKED = Application(Door.ANSWER, "h323", None, legId="c1", answering=True)
REFUSED = Refusal.of(Reason.INVALID_SIGNATURE)
TOO_MUCH = Refusal.of(Reason.BANDWIDTH_EXCEEDED)


class House:
    """
    A gate that stands everywhere, and an answer that comes to it.
    """

    def __init__(self, *gates: FakeGate) -> None:
        self.gates = Gates(Clock(), EventBus(), gates)
        self.answer = CalledAnswer(self.gates, LegID("c1"))

    def keeps(self) -> bool:
        return self.answer.keeps(LATER, uuie.NOTHING)

    def refusal(self, bandwidth: int) -> str:
        """
        Of the caller's own judge.
        """
        return "unspecified" if bandwidth > 500_000 else ""


def test_whereNoGateStandsNobodyIsAsked() -> None:
    assert not House().answer.isAsked


def test_whoIsAskedIsAskedOnce() -> None:
    house = House(FakeGate(PASSED))
    assert house.answer.isAsked
    assert house.answer.judge(ASKED) == PASSED
    assert not house.answer.isAsked
    assert house.answer.decided(PASSED) == []
    assert (house.answer.released, house.keeps()) == (False, False)


def test_whatIsSaidMeanwhileWaits() -> None:
    late: Deferred[Verdict] = Deferred()
    house = House(FakeGate(late))
    assert not house.keeps()
    house.answer.judge(ASKED)
    assert [house.keeps() for _ in range(MAXIMUM_HELD + 1)] == [True] * (MAXIMUM_HELD + 1)
    late.callback(PASSED)
    assert house.answer.decided(PASSED) == [(LATER, uuie.NOTHING)] * MAXIMUM_HELD


def test_whoIsRefusedSaysNothingMore() -> None:
    house = House(FakeGate(REFUSED))
    house.answer.judge(ASKED)
    assert house.answer.decided(REFUSED) is None
    assert (house.answer.isRefused, house.keeps()) == (True, True)


@pytest.mark.parametrize("isLeftBefore", [False, True])
def test_whatIsKeptForAnAnswerEndsWithItsWay(isLeftBefore: bool) -> None:
    lease = Lease()
    admission = Admission(leases=(lease,))
    house = House(FakeGate(admission))
    house.answer.judge(ASKED)
    if isLeftBefore:
        house.answer.end()
        assert house.answer.decided(admission) is None
    else:
        house.answer.decided(admission)
        assert lease.ends == 0
        house.answer.end()
    assert lease.ends == 1


def test_ofAWayThatIsLeftNoRefusalIsHeardOf() -> None:
    house = House(FakeGate(REFUSED))
    house.answer.judge(ASKED)
    house.answer.end()
    assert house.answer.decided(REFUSED) is None
    assert not house.answer.isRefused


@pytest.mark.parametrize(
    ("bandwidth", "isAnswered", "refusal"),
    [
        (600_000, True, "unspecified"),  # by the caller's
        (400_000, True, "insufficientBandwidth"),
        (400_000, False, ""),
    ],
)
def test_channelsAreAskedForByBothAsSoonAsBothAreThere(
    bandwidth: int, isAnswered: bool, refusal: str
) -> None:
    gate = FakeGate(TOO_MUCH)
    house = House(gate)
    if isAnswered:
        house.answer.judge(ASKED)
        house.answer.decided(PASSED)
    channels = CalledChannels(house, house.answer, house.gates)
    assert channels.refusal(bandwidth) == refusal
    if refusal == "insufficientBandwidth":
        asked = gate.judged[-1]
        assert (asked.door, asked.legId, asked.answering) == (Door.OLC, "c1", False)


@pytest.mark.parametrize(("verdict", "refusal"), [(PASSED, ""), (REFUSED, "unspecified")])
def test_whileNobodyKnowsYetWhoHasAnsweredChannelsWait(verdict: Verdict, refusal: str) -> None:
    house = House(FakeGate(PASSED))
    house.answer.judge(ASKED)
    waiting = CalledChannels(house, house.answer, house.gates).refusal(400_000)
    assert isinstance(waiting, Deferred)
    told: list[str] = []
    waiting.addCallback(told.append)
    assert told == []
    house.answer.decided(verdict)
    assert told == [refusal]
