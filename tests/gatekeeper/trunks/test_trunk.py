"""
One trunk.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import TrunkDown, TrunkUp
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.gatekeeper.trunks.trunk import MAX_PAUSE, Obstacle, Trunk
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

HERE = TransportAddress("192.0.2.1", 5060)


class Used:
    """
    A trunk, and calls by it.
    """

    def __init__(self, **config: Any) -> None:
        self.clock, events = Clock(), EventBus()
        self.facts: list[Fact] = []
        events.subscribe(Fact, self.facts.append)
        given = {"address": "192.0.2.1", "failures": 2, **config}
        self.trunk = Trunk(TrunkConfig("carrier", **given), self.clock, events)

    def begun(self) -> FakeLeg:
        leg = FakeLeg("1002", FakePool())
        self.trunk.began(leg, self.trunk.address)
        return leg

    def call(self, cause: Cause, byPeer: bool = True, rings: bool = False) -> None:
        leg = self.begun()
        leg.peerEnded = byPeer
        if rings:
            self.trunk.reached(leg)
        self.trunk.ended(leg, cause)


@pytest.mark.parametrize(
    ("cause", "byPeer", "rings", "state"),
    [
        (Cause.TEMPORARY_FAILURE, True, False, "failing"),  # 503
        (Cause.RECOVERY_ON_TIMER_EXPIRY, True, False, "failing"),  # 408
        (Cause.SWITCHING_EQUIPMENT_CONGESTION, True, False, "failing"),
        (Cause.NETWORK_OUT_OF_ORDER, False, False, "failing"),  # TCP is refused
        (Cause.DESTINATION_OUT_OF_ORDER, False, False, "failing"),
        (Cause.NO_USER_RESPONDING, False, False, "failing"),  # silence
        (Cause.NO_USER_RESPONDING, True, False, "up"),  # 480: somebody is not there
        (Cause.USER_BUSY, True, False, "up"),
        (Cause.NO_CIRCUIT_AVAILABLE, True, False, "up"),
        (Cause.TEMPORARY_FAILURE, True, True, "up"),
        (Cause.NORMAL_CALL_CLEARING, False, False, "not tried yet"),  # the caller gives up
    ],
)
def test_whatACallMeetsWithSpeaksOfTheTrunkOrNot(
    cause: Cause, byPeer: bool, rings: bool, state: str
) -> None:
    used = Used()
    used.call(cause, byPeer, rings)
    assert (used.trunk.state, used.trunk.lastCause, used.trunk.calls) == (state, cause, 0)


def test_whatFailsTooOftenIsDownUntilItIsThereAgain() -> None:
    used = Used()
    used.call(Cause.TEMPORARY_FAILURE)
    assert not used.trunk.isDown
    used.clock.advance(3.0)
    used.trunk.failed("no answer")
    assert used.trunk.isDown
    assert used.facts == [TrunkDown(3.0, "carrier", HERE, "no answer")]
    used.clock.advance(9.0)
    used.trunk.answered(used.trunk.targets[0], 0.02)
    assert not used.trunk.isDown
    assert used.facts[1:] == [TrunkUp(12.0, "carrier", HERE, 9.0)]
    assert (used.trunk.roundTrip, used.trunk.since, used.trunk.reason) == (0.02, 12.0, "")


def test_aCallThatGetsThroughIsAsGoodAsACheck() -> None:
    used = Used(failures=1)
    used.trunk.failed("no answer")
    used.trunk.reached(used.begun())
    assert used.trunk.state == "up"


def test_anAnswerAfterTheRingingIsNotCountedTwice() -> None:
    used = Used(failures=1, successes=2)
    used.trunk.failed("no answer")
    leg = used.begun()
    used.trunk.reached(leg)
    used.trunk.reached(leg)
    assert used.trunk.isDown


def test_whoNobodyChecksIsBelievedToBeBack() -> None:
    used = Used(failures=1)
    used.trunk.revived()
    assert used.trunk.state == "not tried yet"
    used.trunk.failed("no answer")
    used.trunk.revived()
    assert used.trunk.state == "up"


def test_itIsFullWhenItHasAsManyCallsAsItMay() -> None:
    used = Used(capacity=2)
    first, _ = used.begun(), used.begun()
    assert used.trunk.obstacle is Obstacle.FULL
    used.trunk.ended(first, Cause.NORMAL_CALL_CLEARING)
    assert used.trunk.calls == 1
    assert not used.trunk.obstacle


@pytest.mark.parametrize(("asked", "kept"), [(20, 20.0), (10**9, MAX_PAUSE)])
def test_whoWantsNoCallsIsLeftAloneForAWhile(asked: int, kept: float) -> None:
    used = Used()
    leg = used.begun()
    leg.peerEnded, leg.retryAfter = True, asked
    used.trunk.ended(leg, Cause.TEMPORARY_FAILURE)
    used.clock.advance(kept - 0.1)
    assert used.trunk.obstacle is Obstacle.WAITING
    used.clock.advance(0.2)
    assert used.trunk.obstacle is None


def test_whereANameIsNotFoundNoCallCanBeSent() -> None:
    used = Used(address="sip.example.com")
    assert used.trunk.obstacle is Obstacle.NOWHERE
    used.trunk.located((TrunkPlace(HERE, "udp"),))
    assert used.trunk.obstacle is None


def test_anotherConfigurationFindsTheSameCalls() -> None:
    used = Used()
    leg = used.begun()
    used.trunk.failed("no answer")
    used.trunk.reconfigure(TrunkConfig("carrier", "192.0.2.9", capacity=1))
    assert (used.trunk.state, used.trunk.obstacle) == ("not tried yet", Obstacle.FULL)
    used.trunk.ended(leg, Cause.NORMAL_CALL_CLEARING)
    assert used.trunk.calls == 0


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_everyObstacleHasACause(obstacle: Obstacle) -> None:
    assert isinstance(obstacle.cause, Cause)


def several(*hosts: str, **config: Any) -> Used:
    """
    A trunk with several servers.
    """
    used = Used(address="sip.example.com", **config)
    used.trunk.located(TrunkPlace(TransportAddress(each, 5060), "udp") for each in hosts)
    return used


def test_aCallThatOneServerDoesNotTakePutsItBehindTheOthersAndNoMore() -> None:
    used = several("192.0.2.1", "192.0.2.2", failures=1)
    used.call(Cause.TEMPORARY_FAILURE)
    assert (used.trunk.state, used.trunk.address) == (
        "not tried yet",
        TransportAddress("192.0.2.2", 5060),
    )
    used.call(Cause.TEMPORARY_FAILURE)
    assert used.trunk.isDown


def test_aCallThatAServerTakesPutsItBackInItsPlace() -> None:
    used = several("192.0.2.1", "192.0.2.2")
    first = used.trunk.targets[0]
    leg = FakeLeg("1002", FakePool())
    used.trunk.began(leg, first.place.address)
    used.trunk.targetFailed(first, "no answer")
    used.trunk.reached(leg)
    assert (used.trunk.open[0], used.trunk.state) == (first, "up")


def test_aServerThatWantsNoCallsForAWhileIsLeftOutAlone() -> None:
    used = several("192.0.2.1", "192.0.2.2")
    leg = used.begun()
    leg.peerEnded, leg.retryAfter = True, 20
    used.trunk.ended(leg, Cause.TEMPORARY_FAILURE)
    assert [each.place.address.host for each in used.trunk.open] == ["192.0.2.2"]
    used.clock.advance(20.1)
    assert [each.place.address.host for each in used.trunk.open] == ["192.0.2.2", "192.0.2.1"]


def test_aCallToAServerThatIsNotTheTrunksAnyMoreEndsAsAnyOther() -> None:
    used = several("192.0.2.1", failures=1)
    leg = used.begun()
    used.trunk.located((TrunkPlace(TransportAddress("192.0.2.9", 5060), "udp"),))
    leg.peerEnded, leg.retryAfter = True, 20
    used.trunk.ended(leg, Cause.TEMPORARY_FAILURE)
    assert (used.trunk.calls, used.trunk.state, len(used.trunk.open)) == (0, "not tried yet", 1)


def test_whoNobodyChecksIsBelievedToBeBackWithAllItsServers() -> None:
    used = several("192.0.2.1", "192.0.2.2")
    for each in used.trunk.targets:
        used.trunk.targetFailed(each, "no answer")
    used.trunk.revived()
    assert [each.reason for each in used.trunk.targets] == ["", ""]
