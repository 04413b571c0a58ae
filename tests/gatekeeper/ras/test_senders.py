"""
What endpoints say of their registration and their calls, before gates: each from the octets of the
request to those of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Door, Reason, Refusal
from h323d.events.gatekeeper import CallUsageTold
from h323d.h323.ras.messages import RASMessage, encodeRAS, reasonOf
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.ras import CALL, arq, drq, irr, rai, urq

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
NO = Refusal.of(Reason.INVALID_SIGNATURE)
SAID: dict[Door, Callable[[str], RASMessage]] = {
    Door.URQ: lambda endpointId: urq(9, "10.0.0.2", endpointIdentifier=endpointId),
    Door.DRQ: lambda endpointId: drq(9, endpointId),
    Door.RAI: lambda endpointId: rai(9, endpointId, True),
    Door.IRR: lambda endpointId: irr(9, "10.0.0.2", endpointId),
}
EACH = pytest.mark.parametrize("door", SAID)


class Caller:
    """
    An endpoint with a call, at a gatekeeper with a gate for what it says next.
    """

    def __init__(self, makeWorld: Any, answer: Any, door: Door) -> None:
        self.gate = FakeGate(answer, (door,))
        self.world = makeWorld(gates=(self.gate,))
        self.peer, self.endpointId = self.world.registered("10.0.0.2", ANNA)
        self.peer.ask(arq(2, self.endpointId, ROOM))

    def say(self, request: RASMessage) -> list[str]:
        """
        The answers: the reasons of rejects, the names of others.
        """
        self.peer.received.clear()
        self.peer.port.send(encodeRAS(request), self.peer.peer)
        self.world.clock.pump([0.01] * 5)
        return [reasonOf(each) for each in self.peer.messages()]

    @property
    def state(self) -> tuple[bool, bool, int]:
        """
        Whether it is registered, exhausted, and the sides of calls that there are.
        """
        known = self.world.zone.registry.byId(self.endpointId)
        exhausted = known is not None and known.exhausted
        return known is not None, exhausted, len(self.world.zone.admissions)


BEFORE = (True, False, 1)


@EACH
def test_aGateIsAskedWhoSaysIt(makeWorld: Any, door: Door) -> None:
    caller = Caller(makeWorld, Admission(), door)
    caller.say(SAID[door](caller.endpointId))
    (application,) = caller.gate.judged
    assert (application.door, application.party) == (door, caller.endpointId)
    assert [each.value for each in application.registered] == ["anna"]
    assert application.callIdentifier == (CALL.hex() if door is Door.DRQ else "")


@pytest.mark.parametrize(
    ("door", "answers", "state"),
    [
        (Door.URQ, ["unregistrationConfirm"], (False, False, 0)),
        (Door.DRQ, ["disengageConfirm"], (True, False, 0)),
        (Door.RAI, ["resourcesAvailableConfirm"], (True, True, 1)),
        (Door.IRR, ["infoRequestAck"], BEFORE),
    ],
)
def test_whoPassesIsHeard(
    makeWorld: Any, door: Door, answers: list[str], state: tuple[bool, bool, int]
) -> None:
    lease = Lease()
    caller = Caller(makeWorld, Admission(leases=(lease,)), door)
    assert caller.say(SAID[door](caller.endpointId)) == answers
    assert (caller.state, lease.ends) == (state, 1)


@EACH
def test_whatIsRefusedChangesNothing(makeWorld: Any, door: Door) -> None:
    caller = Caller(makeWorld, NO, door)
    answers = caller.say(SAID[door](caller.endpointId))
    assert answers == ([] if door is Door.RAI else ["securityDenial"])
    assert caller.state == BEFORE


@EACH
def test_whoLeavesWhileAGateThinksIsToldSo(makeWorld: Any, door: Door) -> None:
    slow: Deferred[Admission] = Deferred()
    caller = Caller(makeWorld, slow, door)
    caller.say(SAID[door](caller.endpointId))
    assert caller.state == BEFORE
    caller.world.zone.unregister(caller.endpointId)
    caller.peer.received.clear()
    slow.callback(Admission())
    caller.world.clock.pump([0.01] * 5)
    answers = [reasonOf(each) for each in caller.peer.messages() if "Request" not in each.name]
    assert set(answers) <= {"notCurrentlyRegistered", "notRegistered"}
    assert caller.state[0] is False


@EACH
def test_whatIsNotTheSendersOwnIsNotJudged(makeWorld: Any, door: Door) -> None:
    caller = Caller(makeWorld, NO, door)
    other, _ = caller.world.registered("10.0.0.3")
    other.port.send(encodeRAS(SAID[door](caller.endpointId)), other.peer)
    caller.world.clock.pump([0.01] * 5)
    assert caller.gate.judged == []
    assert caller.state == BEFORE


def test_aURQThatNamesAnAddressAloneIsJudgedToo(makeWorld: Any) -> None:
    caller = Caller(makeWorld, NO, Door.URQ)
    assert caller.say(urq(9, "10.0.0.2")) == ["securityDenial"]
    assert caller.state == BEFORE


@pytest.mark.parametrize(("answer", "isHeard"), [(Admission(), True), (NO, False)])
def test_anIRRThatAsksForNoAnswerIsJudgedAndGetsNone(
    makeWorld: Any, answer: Any, isHeard: bool
) -> None:
    caller = Caller(makeWorld, answer, Door.IRR)
    begun = int(caller.world.clock.seconds()) + 10
    caller.world.clock.advance(20)
    call = {
        "callReferenceValue": 7,
        "conferenceID": bytes(16),
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": 640,
        "callModel": ("direct", None),
        "callIdentifier": {"guid": CALL},
        "substituteConfIDs": [],
        "originator": True,
        "usageInformation": {"connectTime": begun, "nonStandardUsageFields": []},
    }
    report = irr(9, "10.0.0.2", caller.endpointId, needResponse=False, perCallInfo=[call])
    assert caller.say(report) == []
    assert len(caller.gate.judged) == 1
    assert len(caller.world.told(CallUsageTold)) == isHeard
