"""
Whether trunks are there, again and again.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from h323d.call.lookups import LookupFailed
from h323d.events.bus import EventBus
from h323d.gatekeeper.trunks.checking import IN_DOUBT, UNCHECKED, Check, TrunkChecks
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.gatekeeper.trunks.trunk import Obstacle, Trunk
from h323d.values.address import TransportAddress

HERE = TransportAddress("192.0.2.1", 5060)


class Asking:
    """
    A probe that leaves the answers to the test, and what it has asked.

    @ivar cancelled: how many are not wanted any more.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[TransportAddress, Check]] = []
        self.cancelled = 0
        self.hosts: tuple[str, ...] = ()
        self.looking: Deferred[tuple[TrunkPlace, ...]] | None = None

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        if self.looking is not None:
            return self.looking
        places = tuple(TrunkPlace(TransportAddress(each, 5060), "udp") for each in self.hosts)
        return succeed(places) if places else fail(LookupFailed("it leads nowhere"))

    def ask(self, config: TrunkConfig, place: TrunkPlace, check: Check) -> Asking:
        self.asked.append((place.address, check))
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
        self.clock, self.probe = Clock(), Asking()
        given = {"address": "192.0.2.1", "failures": 2, **config}
        self.trunk = Trunk(TrunkConfig("carrier", **given), self.clock, EventBus())
        probes = {TrunkProtocol.SIP: self.probe} if probed else {}
        self.checks = TrunkChecks(self.trunk, probes, self.clock)

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


def named(*hosts: str, **config: Any) -> Checked:
    """
    A trunk that has a name, and these servers.
    """
    checked = Checked(address="sip.example.com", **config)
    checked.probe.hosts = hosts
    return checked


def test_aNameIsLookedUpBeforeEachCheck() -> None:
    checked = named("192.0.2.7").start()
    assert checked.trunk.address == TransportAddress("192.0.2.7", 5060)
    checked.probe.last.answered()
    checked.probe.hosts = ("192.0.2.9",)
    checked.clock.advance(30.0)
    assert checked.probe.asked[-1][0] == TransportAddress("192.0.2.9", 5060)


def test_aNameThatIsNotFoundIsAFailureUnlessItWasFoundBefore() -> None:
    checked = named().start()
    assert (checked.trunk.state, checked.trunk.obstacle) == ("failing", Obstacle.NOWHERE)
    assert checked.trunk.reason == "it leads nowhere"
    checked.probe.hosts = ("192.0.2.7",)
    checked.clock.advance(IN_DOUBT)
    checked.probe.last.answered()
    checked.probe.hosts = ()
    checked.clock.advance(30.0)
    assert len(checked.probe.asked) == 2
    assert checked.trunk.obstacle is None


def test_whatTheDNSSaysTooLateIsNotHeard() -> None:
    checked = named()
    checked.probe.looking = Deferred()
    checked.start()
    checked.checks.stop()
    checked.probe.looking.callback((TrunkPlace(HERE, "udp"),))
    assert checked.probe.asked == []
    assert checked.clock.getDelayedCalls() == []


def test_aNameServerThatIsSilentIsAFailureUnlessTheServersAreKnown() -> None:
    checked = named("192.0.2.7", checkTimeout=2.0)
    checked.probe.looking = Deferred()
    checked.start()
    checked.clock.advance(2.0)
    assert checked.trunk.reason == "the name server says nothing"
    checked.probe.looking = None
    checked.clock.advance(IN_DOUBT)
    checked.probe.last.answered()
    checked.probe.looking = Deferred()
    checked.clock.advance(30.0)
    checked.clock.advance(2.0)
    checked.probe.last.answered()
    assert (len(checked.probe.asked), checked.trunk.state) == (2, "up")


def test_allServersAreAskedAndOneIsEnough() -> None:
    checked = named("192.0.2.7", "192.0.2.8", failures=1).start()
    (_, first), (_, second) = checked.probe.asked
    first.refused("OPTIONS: 503")
    second.answered()
    assert checked.trunk.state == "up"
    assert [each.state for each in checked.trunk.targets] == ["failing: OPTIONS: 503", "up"]
    assert checked.trunk.address == TransportAddress("192.0.2.8", 5060)
    checked.clock.advance(30.0)
    assert len(checked.probe.asked) == 4


def test_aServerThatIsSilentIsAFailureThoughAnotherAnswers() -> None:
    checked = named("192.0.2.7", "192.0.2.8", checkTimeout=2.0).start()
    checked.probe.last.answered()
    checked.clock.advance(2.0)
    assert [each.reason for each in checked.trunk.targets] == ["no answer", ""]
    assert (checked.trunk.state, checked.probe.cancelled) == ("up", 2)


def test_whenAllServersFailSoDoesTheTrunkOnce() -> None:
    checked = named("192.0.2.7", "192.0.2.8").start()
    for _, check in checked.probe.asked:
        check.refused("OPTIONS: 503")
    assert (checked.trunk.state, checked.trunk.isDown) == ("failing", False)
    checked.clock.advance(IN_DOUBT)
    assert len(checked.probe.asked) == 4


def test_aServerThatWantsNoCallsIsLeftOutAlone() -> None:
    checked = named("192.0.2.7", "192.0.2.8").start()
    (_, first), (_, second) = checked.probe.asked
    first.refused("OPTIONS: 503", 20.0)
    second.answered()
    (left,) = checked.trunk.open
    assert (left.place.address.host, checked.trunk.obstacle) == ("192.0.2.8", None)


def test_whatIsKnownOfAServerStaysKnownWhereItIsFoundAgain() -> None:
    checked = named("192.0.2.7", "192.0.2.8").start()
    for _, check in checked.probe.asked:
        check.refused("OPTIONS: 503")
    checked.probe.hosts = ("192.0.2.9", "192.0.2.7")
    checked.clock.advance(IN_DOUBT)
    assert [each.reason for each in checked.trunk.targets] == ["", "OPTIONS: 503"]


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
