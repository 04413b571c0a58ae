"""
What the gates are asked before a logical channel, and what becomes of their answer.
"""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.applications import (
    CAUSES,
    PASSED,
    Admission,
    Application,
    Door,
    Reason,
    Refusal,
    Texts,
    Verdict,
)
from h323d.call.gates import Gates
from h323d.events.bus import EventBus
from h323d.h323.calls.channelgate import ChannelGate
from h323d.values.identifiers import LegID
from h323d.values.proof import Proof
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease


class Leg:
    """
    A call, as far as its channels are concerned.
    """

    legId = LegID("l1")
    released = False
    pending: Deferred[None] | None = None

    def undecided(self) -> Deferred[None] | None:
        return self.pending

    def application(self) -> Application:
        texts, proofs = Texts("Anna"), (Proof("h235", "anna", 0),)
        return Application(Door.SETUP, "h323", None, texts=texts, proofs=proofs, legId=self.legId)


class House:
    def __init__(self, answer: Verdict | Deferred[Verdict]) -> None:
        self.gate, self.leg = FakeGate(answer), Leg()
        self.gates = Gates(Clock(), EventBus(), (self.gate,))
        self.channels = ChannelGate(self.leg, self.gates)


def test_theyAreAskedForTheBandwidthAlone() -> None:
    house = House(PASSED)
    assert house.channels.refusal(128_000) == ""
    assert house.gate.judged == [
        Application(Door.OLC, "h323", None, bandwidth=128_000, legId="l1"),
    ]


@pytest.mark.parametrize("reason", CAUSES)
def test_everyReasonHasItsCause(reason: Reason) -> None:
    causes = {
        Reason.INVALID_SIGNATURE: "securityDenied",
        Reason.NOT_REGISTERED: "securityDenied",
        Reason.BANDWIDTH_EXCEEDED: "insufficientBandwidth",
        Reason.CAPACITY_EXCEEDED: "insufficientBandwidth",
    }
    expected = causes.get(reason, "unspecified")
    assert House(Refusal.of(reason)).channels.refusal(1) == expected


def test_whatIsKeptForItIsKeptForTheLeg() -> None:
    house = House(Admission(leases=(Lease(),)))
    house.channels.refusal(1)
    assert len(house.gates.leases) == 1


def test_nothingIsKeptForALegThatIsOverMeanwhile() -> None:
    late: Deferred[Verdict] = Deferred()
    house, lease = House(late), Lease()
    told: list[str] = []
    answer = house.channels.refusal(1)
    assert isinstance(answer, Deferred)
    answer.addCallback(told.append)
    house.leg.released = True
    late.callback(Admission(leases=(lease,)))
    assert told == [""]
    assert (len(house.gates.leases), lease.ends) == (0, 1)


@pytest.mark.parametrize(("isOver", "refusal"), [(False, ""), (True, "unspecified")])
def test_theyAreAskedWhenItIsKnownWhoHasAnswered(isOver: bool, refusal: str) -> None:
    house = House(PASSED)
    house.leg.pending = Deferred()
    answer = house.channels.refusal(64_000)
    assert isinstance(answer, Deferred)
    told: list[str] = []
    answer.addCallback(told.append)
    assert house.gate.judged == []
    house.leg.released = isOver
    house.leg.pending.callback(None)
    assert told == [refusal]
    assert len(house.gate.judged) == (not isOver)
