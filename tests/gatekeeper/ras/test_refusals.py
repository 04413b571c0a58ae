"""
What is told of refused requests.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import RASRequestRefused
from h323d.gatekeeper.ras.refusals import REJECTS, Refusals
from h323d.h323.ras.messages import ANSWERS, RASMessage, rejection
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.values.address import TransportAddress
from tests.support.ras import brq, drq, irr, keepAlive, lrq, rrq, urq

ANNA = ("h323-ID", "anna")
UNKNOWN = "0123456789abcdef"


@pytest.mark.parametrize(
    ("message", "endpointId", "reason"),
    [
        (rrq(2, "10.0.0.2", ANNA, gatekeeperIdentifier="other"), "", "discoveryRequired"),
        (keepAlive(2, "10.0.0.2", UNKNOWN), UNKNOWN, "fullRegistrationRequired"),
        (urq(2, "10.0.0.2", endpointIdentifier=UNKNOWN), UNKNOWN, "notCurrentlyRegistered"),
        (brq(2, UNKNOWN, 5), UNKNOWN, "notBound"),
        (drq(2, UNKNOWN), UNKNOWN, "notRegistered"),
        (lrq(2, "10.0.0.2", ANNA), "", "invalidPermission"),
        (irr(2, "10.0.0.2", UNKNOWN), UNKNOWN, "notRegistered"),
    ],
    ids=lambda value: value.name if isinstance(value, RASMessage) else "",
)
def test_aRefusedRequestIsTold(
    world: Any, message: RASMessage, endpointId: str, reason: str
) -> None:
    peer = world.peer("10.0.0.2")
    peer.ask(message)
    (fact,) = world.told(RASRequestRefused)
    assert (fact.source.host, fact.request) == ("10.0.0.2", message.name)
    assert fact.endpointId == endpointId
    assert fact.reason == reason


def test_whatIsConfirmedIsNotTold(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(keepAlive(2, "10.0.0.2", endpointId))
    assert world.told(RASRequestRefused) == []


def test_anIdentifierThatIsNoneOfOursIsNotRepeated(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    peer.ask(keepAlive(2, "10.0.0.2", "a\nJan 01 forged"))
    (fact,) = world.told(RASRequestRefused)
    assert fact.endpointId == ""


def test_everyRejectIsTold() -> None:
    rejects = {reject for confirm, reject in ANSWERS.values() if reject != confirm}
    assert rejects - REJECTS == {"admissionReject"}


class Later:
    """
    Answers when it is let.
    """

    def __init__(self) -> None:
        self.answer: Deferred[RASAnswer] = Deferred()

    def rasRequested(self, request: RASRequest) -> Deferred[RASAnswer]:
        return self.answer


def test_aLateRefusalIsToldWhenItComes() -> None:
    facts: list[Fact] = []
    events = EventBus()
    events.subscribe(Fact, facts.append)
    later = Later()
    message = rrq(2, "10.0.0.2", ANNA)
    source = TransportAddress("10.0.0.2", 1719)
    request = RASRequest(message, source, b"", False)
    answers: list[RASAnswer] = []
    answered = Refusals(later, Clock(), events).rasRequested(request)
    assert isinstance(answered, Deferred)
    answered.addCallback(answers.append)
    assert facts == []
    answer = rejection(message, "securityDenial")
    later.answer.callback(answer)
    assert answers == [answer]
    assert facts == [RASRequestRefused(0.0, source, "registrationRequest", "", "securityDenial")]
