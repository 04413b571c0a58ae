"""
Whether trunks are there, again and again.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.lookups import HostRecord
from h323d.events.bus import EventBus
from h323d.gatekeeper.trunks.checking import IN_DOUBT, UNCHECKED, Check, TrunkChecks
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.trunk import Obstacle, Trunk
from h323d.values.address import TransportAddress
from tests.support.lookups import FakeNames

HERE = TransportAddress("192.0.2.1", 5060)


class Asking:
    """
    A probe that leaves the answers to the test, and what it has asked.

    @ivar cancelled: how many are not wanted any more.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[TransportAddress, Check]] = []
        self.cancelled = 0

    def ask(self, config: TrunkConfig, address: TransportAddress, check: Check) -> Asking:
        self.asked.append((address, check))
        return self

    def cancel(self) -> None:
        self.cancelled += 1

    @property
    def last(self) -> Check:
        return self.asked[-1][1]


class Checked:
    """
    A trunk that is checked.
    """

    def __init__(self, probed: bool = True, **config: Any) -> None:
        self.clock, self.names, self.probe = Clock(), FakeNames(), Asking()
        given = {"address": "192.0.2.1", "failures": 2, **config}
        self.trunk = Trunk(TrunkConfig("carrier", **given), self.clock, EventBus())
        probes = {TrunkProtocol.SIP: self.probe} if probed else {}
        self.checks = TrunkChecks(self.trunk, probes, self.names, self.clock)

    def start(self) -> Checked:
        self.checks.start()
        self.clock.advance(0)
        return self


def test_itIsAskedAtOnceAndAgainAfterAWhile() -> None:
    checked = Checked().start()
    assert [address for address, _ in checked.probe.asked] == [HERE]
    checked.clock.advance(0.5)
    checked.probe.last.answered()
    assert (checked.trunk.state, checked.trunk.roundTrip) == ("up", 0.5)
    checked.clock.advance(29.9)
    assert len(checked.probe.asked) == 1
    checked.clock.advance(0.2)
    assert len(checked.probe.asked) == 2


def test_oneThatFailsIsAskedSooner() -> None:
    checked = Checked().start()
    checked.probe.last.refused("OPTIONS: 503")
    assert (checked.trunk.state, checked.trunk.reason) == ("failing", "OPTIONS: 503")
    checked.clock.advance(IN_DOUBT)
    assert len(checked.probe.asked) == 2


def test_silenceIsAFailureAndALateAnswerIsNotHeard() -> None:
    checked = Checked(checkTimeout=2.0).start()
    checked.clock.advance(2.0)
    assert (checked.trunk.state, checked.trunk.reason) == ("failing", "no answer")
    assert checked.probe.cancelled == 1
    checked.probe.last.answered()
    assert checked.trunk.state == "failing"


def test_whoWantsNoCallsForAWhileGetsNone() -> None:
    checked = Checked().start()
    checked.probe.last.refused("OPTIONS: 503", 20.0)
    assert checked.trunk.obstacle is Obstacle.WAITING


def test_aNameIsLookedUpBeforeEachCheck() -> None:
    checked = Checked(address="sip.example.com:5080")
    checked.names.host("sip.example.com", "192.0.2.7", "192.0.2.8")
    checked.start()
    assert checked.trunk.address == TransportAddress("192.0.2.7", 5080)
    checked.probe.last.answered()
    checked.names.host("sip.example.com", "192.0.2.9")
    checked.clock.advance(30.0)
    assert checked.probe.asked[-1][0] == TransportAddress("192.0.2.9", 5080)


def test_aNameThatIsNotFoundIsAFailureUnlessItWasFoundBefore() -> None:
    checked = Checked(address="sip.example.com").start()
    assert (checked.trunk.state, checked.trunk.obstacle) == ("failing", Obstacle.NOWHERE)
    checked.names.host("sip.example.com", "192.0.2.7")
    checked.clock.advance(IN_DOUBT)
    checked.probe.last.answered()
    checked.names.broken.add("sip.example.com")
    checked.clock.advance(30.0)
    assert len(checked.probe.asked) == 2
    assert checked.trunk.obstacle is None


def test_whatTheDNSSaysTooLateIsNotHeard() -> None:
    checked = Checked(address="sip.example.com")
    later: Deferred[tuple[HostRecord, ...]] = Deferred()
    checked.names.hosts = lambda name: later  # type: ignore[method-assign]  # it takes its time
    checked.start()
    checked.checks.stop()
    later.callback((HostRecord("192.0.2.7", 60.0),))
    assert checked.probe.asked == []
    assert checked.clock.getDelayedCalls() == []


def test_oneThatNobodyChecksIsBelievedToBeBackAfterAMinute() -> None:
    checked = Checked(checkInterval=0.0, failures=1).start()
    checked.trunk.failed("a call: TEMPORARY_FAILURE")
    checked.clock.advance(UNCHECKED - 1)
    assert checked.trunk.isDown
    checked.clock.advance(1.0)
    assert checked.trunk.state == "up"
    assert checked.probe.asked == []


def test_aProtocolThatIsSwitchedOffIsAFailure() -> None:
    assert Checked(probed=False).start().trunk.reason == "sip is switched off"


def test_whoStopsIsAskedNothingMore() -> None:
    checked = Checked().start()
    assert checked.checks.running
    checked.checks.stop()
    assert not checked.checks.running
    assert checked.probe.cancelled == 1
    assert checked.clock.getDelayedCalls() == []
    checked.probe.last.answered()
    assert checked.trunk.state == "not tried yet"
