"""
Who is slowed, who is banned, and who never is.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.defence import Offence
from h323d.events.bus import EventBus
from h323d.events.doors import SourceBanned, SourceRefused
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.values.address import TransportAddress
from tests.support.defended import Known, newDefence

THERE = TransportAddress("192.0.2.66", 5060)
FEW = {"failureRate": 0.5, "failureBurst": 3}


class World:
    def __init__(self, **keys: Any) -> None:
        self.clock = Clock()
        self.events = EventBus()
        self.banned: list[SourceBanned] = []
        self.refused: list[SourceRefused] = []
        self.events.subscribe(SourceBanned, self.banned.append)
        self.events.subscribe(SourceRefused, self.refused.append)
        self.known = Known()
        self.defence = newDefence(self.clock, self.events, self.known, **(FEW | keys))

    def heeds(self, offence: Offence = Offence.FAILURES) -> bool:
        return self.defence.heeds(offence, THERE)

    def fails(self, times: int, believed: bool = True) -> None:
        for _ in range(times):
            self.defence.offended(Offence.FAILURES, THERE, believed)

    @property
    def isBanned(self) -> bool:
        return self.defence.isBanned(THERE.host)


def test_whoFailsTooOftenIsSlowed() -> None:
    world = World()
    world.fails(2)
    assert world.heeds()
    world.fails(1)
    assert [world.heeds() for _ in range(3)] == [True, False, False]
    assert [fact.reason for fact in world.refused] == ["slowed"]


def test_whoIsSlowedIsAnsweredNowAndThen() -> None:
    world = World()
    world.fails(3)
    heeded = 0
    for _ in range(40):
        if world.heeds():
            heeded += 1
            world.fails(1, believed=False)
        world.clock.advance(0.1)
    assert 4 <= heeded <= 6  # instead of the 40 times that it has asked


def test_whoIsStillForAWhileIsSlowedNoMore() -> None:
    world = World()
    world.fails(3)
    world.clock.advance(6.0)
    assert [world.heeds() for _ in range(3)] == [True, True, True]


def test_whoGoesOnIsBanned() -> None:
    world = World()
    world.fails(6)
    assert not world.isBanned
    world.fails(1)
    assert world.isBanned
    assert [(fact.source, fact.reason) for fact in world.banned] == [(THERE.host, "failures")]


def test_whoeverMayBeForgedIsNeverBanned() -> None:
    world = World()
    world.fails(1000, believed=False)
    assert not world.isBanned
    assert not world.defence.bans.of(THERE.host)


def test_aForgedFloodLeavesNothingBehindThatBansWhoIsReal() -> None:
    world = World()
    world.fails(1000, believed=False)
    world.fails(6)
    assert not world.isBanned


def test_whatIsConfirmedLaterCountsAsBelieved() -> None:
    world = World()
    for _ in range(7):
        world.fails(1, believed=False)
        world.defence.confirmed(Offence.FAILURES, THERE)
    assert world.isBanned


def test_whoShowsWhatWasWantedHasNotFailed() -> None:
    world = World()
    for _ in range(50):
        world.fails(1)
        world.defence.forgiven(Offence.FAILURES, THERE)
    assert world.heeds()
    assert not world.isBanned


def test_nobodySavesTurnsByBeingForgiven() -> None:
    world = World()
    world.fails(1)
    for _ in range(50):
        world.defence.forgiven(Offence.FAILURES, THERE)
    world.fails(7)
    assert world.isBanned


def test_eachKindIsCountedByItself() -> None:
    world = World()
    world.fails(3)
    assert world.heeds()
    assert not world.heeds()
    assert world.heeds(Offence.REQUESTS)
    assert world.heeds(Offence.REGISTRATIONS)


def test_aScannerIsBannedAtOnceButOnlyIfItIsThere() -> None:
    world = World()
    assert world.defence.isScanner("friendly-scanner")
    assert world.defence.isScanner("SIPVicious 0.3")
    assert not world.defence.isScanner("Linphone (friendly-scanner)")
    assert not world.heeds(Offence.SCANNER)
    world.defence.offended(Offence.SCANNER, THERE, believed=False)
    assert not world.isBanned
    world.defence.offended(Offence.SCANNER, THERE, believed=True)
    assert world.isBanned
    assert [fact.reason for fact in world.refused] == ["scanner"]


def test_whoIsKnownIsNeitherSlowedNorBanned() -> None:
    world = World()
    world.known.hosts.add(THERE.host)
    world.fails(100)
    assert world.heeds()
    assert world.heeds(Offence.SCANNER)
    assert not world.isBanned


def test_norWhoIsExempt() -> None:
    world = World(exempt=("192.0.2.0/24",))
    world.fails(100)
    assert world.heeds()
    assert not world.isBanned


def test_inANetworkThatNobodyForgesDatagramsAreBelieved() -> None:
    world = World(unforged=("192.0.2.0/24",))
    world.fails(7, believed=False)
    assert world.isBanned


def test_switchedOffItHeedsEverybodyAndBansWhomTheOperatorBans() -> None:
    world = World(enabled=False)
    world.fails(100)
    assert world.heeds()
    assert not world.defence.isScanner("friendly-scanner")
    world.defence.bans.command(THERE.host, 0)
    assert world.isBanned


def test_aRateOfNothingIsNoLimit() -> None:
    world = World(failureRate=0.0)
    world.fails(100)
    assert world.heeds()
    assert not world.isBanned


def test_whatTheBannedSendIsCounted() -> None:
    world = World()
    world.fails(7)
    for _ in range(3):
        world.defence.turnedAway("sip", THERE)
    (ban,) = world.defence.bans
    assert ban.counted == 3
    assert world.defence.refused == 3
    assert [fact.reason for fact in world.refused] == ["banned"]


def test_anotherConfigurationLiftsWhoIsExemptByIt() -> None:
    world = World()
    world.fails(7)
    world.defence.prepare(DefenceConfig(exempt=(THERE.host,))).commit()
    assert not world.isBanned


def test_anotherConfigurationLeavesTheOtherBans() -> None:
    world = World()
    world.fails(7)
    world.defence.prepare(DefenceConfig(failureBurst=100)).commit()
    assert world.isBanned


def test_whatIsRememberedIsBounded() -> None:
    world = World(maxSources=10)
    for number in range(100):
        source = TransportAddress(f"198.51.100.{number}", 5060)
        world.defence.offended(Offence.FAILURES, source, believed=True)
    assert world.defence.suspects == 10


@pytest.mark.parametrize("offence", [Offence.REQUESTS, Offence.REGISTRATIONS, Offence.FAILURES])
def test_aPhoneThatFailsNowAndThenIsNotSlowed(offence: Offence) -> None:
    world = World(failureRate=0.1, failureBurst=20)
    for _ in range(100):
        assert world.heeds(offence)
        world.defence.offended(offence, THERE, believed=True)
        world.clock.advance(15.0)
    assert not world.isBanned
