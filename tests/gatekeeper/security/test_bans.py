"""
Who is banned, and for how long.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.events.doors import SourceBanned
from h323d.gatekeeper.security.bans import BY_OPERATOR, FOR_EVER, MEMORY, Bans
from h323d.gatekeeper.security.defenceconfig import DefenceConfig

HOST = "192.0.2.66"


class World:
    def __init__(self, config: DefenceConfig) -> None:
        self.clock = Clock()
        self.facts: list[SourceBanned] = []
        events = EventBus()
        events.subscribe(SourceBanned, self.facts.append)
        self.bans = Bans(config, self.clock, events)

    def banFor(self) -> float:
        """
        @return: for how long it was.
        """
        self.bans.ban(HOST, "failures")
        ban = self.bans.of(HOST)
        assert ban is not None
        return ban.until - ban.since


@pytest.fixture
def world() -> World:
    return World(DefenceConfig(banSeconds=100, maxBanSeconds=350, maxSources=3))


def test_aBanHoldsForItsTime(world: World) -> None:
    assert world.banFor() == 100.0
    world.clock.advance(99.9)
    assert world.bans.of(HOST) is not None
    world.clock.advance(0.2)
    assert world.bans.of(HOST) is None
    assert list(world.bans) == []


def test_eachTimeItIsTwiceAsLongUpToABound(world: World) -> None:
    lasted = []
    for _ in range(4):
        lasted.append(world.banFor())
        world.clock.advance(lasted[-1])
    assert lasted == [100.0, 200.0, 350.0, 350.0]
    assert [fact.times for fact in world.facts] == [1, 2, 3, 4]


def test_afterADayItIsTheFirstAgain(world: World) -> None:
    world.banFor()
    world.clock.advance(100.0 + MEMORY)
    assert world.banFor() == 100.0


def test_aBanIsTold(world: World) -> None:
    world.bans.ban(HOST, "scanner")
    world.bans.command("198.51.100.0/24", 0)
    assert world.facts == [
        SourceBanned(0.0, HOST, "scanner", 100.0, 1),
        SourceBanned(0.0, "198.51.100.0/24", BY_OPERATOR, None, 1),
    ]


def test_ofAddressesOfIPv6TheNetworkIsBanned(world: World) -> None:
    world.bans.ban("2001:db8::1", "failures")
    assert world.bans.of("2001:db8::ffff") is not None
    assert world.bans.of("2001:db8:0:1::1") is None
    assert [each.source for each in world.bans.lift("2001:db8::ffff")] == ["2001:db8::/64"]


def test_theTableIsBounded(world: World) -> None:
    for number in range(10):
        world.bans.ban(f"192.0.2.{number}", "failures")
    assert [ban.source for ban in world.bans] == ["192.0.2.7", "192.0.2.8", "192.0.2.9"]


def test_anOperatorsBanHoldsForANetworkUntilItIsLifted(world: World) -> None:
    world.bans.command("192.0.2.0/24", 0)
    world.clock.advance(10 * MEMORY)
    ban = world.bans.of(HOST)
    assert ban is not None
    assert (ban.reason, ban.until) == (BY_OPERATOR, FOR_EVER)
    assert world.bans.of("198.51.100.1") is None
    world.bans.lift("192.0.2.0/24")
    assert world.bans.of(HOST) is None


def test_orForAsLongAsTheOperatorSays(world: World) -> None:
    world.bans.command("192.0.2.0/24", 60)
    world.clock.advance(59.0)
    assert world.bans.of(HOST) is not None
    world.clock.advance(1.0)
    assert world.bans.of(HOST) is None
    assert len(world.bans) == 0


def test_theBansOfOperatorsAreNotPushedOut(world: World) -> None:
    world.bans.command(HOST, 0)
    for number in range(10):
        world.bans.ban(f"198.51.100.{number}", "failures")
    assert world.bans.of(HOST) is not None


def test_whoIsLiftedIsForgotten(world: World) -> None:
    world.banFor()
    assert [ban.source for ban in world.bans.lift(HOST)] == [HOST]
    assert world.bans.lift(HOST) == ()
    assert world.banFor() == 100.0


@pytest.mark.parametrize("text", ["", "here", "192.0.2.1/24", "sip:192.0.2.1"])
def test_whatIsNoAddressIsAnError(world: World, text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        world.bans.command(text, 0)
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        world.bans.lift(text)
