"""
Refused calls of strangers: a record each, up to a limit, and then a count.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.witness.cdr import CallDetail, Outcome
from h323d.witness.refusals import INTERVAL, LISTED, LISTED_OF_ONE, MAX_COUNTED, RefusedCalls
from tests.support.cdr import START, detail


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.written: list[CallDetail] = []
        self.refusals = RefusedCalls(self.clock, self.written.append)

    def refuse(self, host: str = "10.0.0.66", times: int = 1, reason: str = "noRoute") -> None:
        for _ in range(times):
            at = START + self.clock.seconds()
            self.refusals.add(refused(host, reason, offered=at, ended=at + 0.5))
            self.clock.advance(1)


def refused(host: str, reason: str = "noRoute", **more: object) -> CallDetail:
    return detail(
        outcome=Outcome.REFUSED,
        callingPeer=TransportAddress(host, 4000),
        callingEndpoint="",
        cause=Cause.NO_ROUTE_TO_DESTINATION,
        reason=reason,
        answered=None,
        **more,
    )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_onlyRefusedCallsOfStrangersAreCounted() -> None:
    assert RefusedCalls.concern(refused("10.0.0.66"))
    assert not RefusedCalls.concern(detail(outcome=Outcome.REFUSED, callingEndpoint="a"))
    assert not RefusedCalls.concern(detail(outcome=Outcome.ANSWERED, callingEndpoint=""))


def test_fewHaveARecordEach(scene: Scene) -> None:
    scene.refuse(times=LISTED_OF_ONE)
    assert [each.count for each in scene.written] == [1] * LISTED_OF_ONE
    scene.clock.advance(INTERVAL)
    assert len(scene.written) == LISTED_OF_ONE
    assert scene.clock.getDelayedCalls() == []


def test_ofManyOneRecordTellsHowManyAndWhy(scene: Scene) -> None:
    scene.refuse(times=LISTED_OF_ONE)
    scene.refuse(times=200)
    scene.refuse(times=3, reason="rateLimit")
    assert len(scene.written) == LISTED_OF_ONE
    scene.clock.advance(INTERVAL)
    first, second = scene.written[LISTED_OF_ONE:]
    assert (first.count, first.reason, first.outcome) == (200, "noRoute", Outcome.REFUSED)
    assert (second.count, second.reason) == (3, "rateLimit")
    assert first.callingPeer == TransportAddress("10.0.0.66", 0)
    assert (first.callId, first.callIdentifier, first.called) == ("", "", ())
    assert (first.offered, first.ended) == (START + LISTED_OF_ONE, START + LISTED_OF_ONE + 199.5)
    assert first.told()["count"] == 200


def test_anotherHostHasItsOwnRecords(scene: Scene) -> None:
    scene.refuse(times=LISTED_OF_ONE + 5)
    scene.refuse("10.0.0.5")
    assert scene.written[-1].callingPeer == TransportAddress("10.0.0.5", 4000)


def test_afterTheIntervalTheyAreListedAgain(scene: Scene) -> None:
    scene.refuse(times=LISTED_OF_ONE + 1)
    scene.clock.advance(INTERVAL)
    scene.refuse()
    assert [each.count for each in scene.written] == [1] * (LISTED_OF_ONE + 2)
    assert scene.written[-1].callId


def test_thereIsABoundForAllHostsTogether(scene: Scene) -> None:
    hosts = [f"10.1.{number // 250}.{number % 250 + 1}" for number in range(5000)]
    for host in hosts:
        scene.refusals.add(refused(host))
    assert len(scene.written) == LISTED
    scene.refusals.close()
    counted = scene.written[LISTED:]
    assert len(counted) == MAX_COUNTED + 1
    assert sum(each.count for each in counted) == len(hosts) - LISTED
    assert counted[-1].callingPeer == TransportAddress("0.0.0.0", 0)
    assert scene.clock.getDelayedCalls() == []
