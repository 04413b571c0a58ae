"""
What an operator wants peers to be told of us.
"""

from __future__ import annotations

import random

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.advertising import EVERYBODY, RETRY, Advertisement, Advertising
from h323d.call.homes import Homes
from h323d.call.lookups import HostRecord, LookupFailed, NoNames
from tests.support.network import SimulatedHost, SimulatedNetwork

LAN, SIX = "10.0.0.1", "2001:db8::1"


def machine() -> SimulatedHost:
    return SimulatedHost(SimulatedNetwork(Clock(), random.Random(1)), LAN, SIX)


class Names(NoNames):
    """
    A DNS whose answers are given by hand.
    """

    def __init__(self) -> None:
        self.asked: list[Deferred[tuple[HostRecord, ...]]] = []

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        looking: Deferred[tuple[HostRecord, ...]] = Deferred()
        self.asked.append(looking)
        return looking


class Desk:
    """
    What is advertised, and what a peer is told of it.
    """

    def __init__(self) -> None:
        self.names, self.clock = Names(), Clock()
        self.homes = Homes(("0.0.0.0", "::"), machine())
        self.advertising = Advertising(self.homes, self.names, self.clock)

    def everybody(self, host: str) -> None:
        self.advertising.reconfigure(tuple(Advertisement(each, host) for each in EVERYBODY))

    def told(self, peer: str = "10.0.0.9") -> str:
        return self.homes.towards(peer).told

    def close(self) -> None:
        self.advertising.close()
        assert self.clock.getDelayedCalls() == []


def records(*addresses: str) -> tuple[HostRecord, ...]:
    return tuple(HostRecord(address, 60.0) for address in addresses)


def test_aLiteralAddressIsAdvertisedAtOnceToItsFamily() -> None:
    desk = Desk()
    desk.everybody("198.51.100.7")
    assert (desk.told(), desk.told("2001:db8::9")) == ("198.51.100.7", SIX)
    assert desk.names.asked == []
    desk.close()


def test_aNameIsAdvertisedOnceItIsFound() -> None:
    desk = Desk()
    desk.everybody("gw.example.com")
    assert desk.told() == LAN
    (looking,) = desk.names.asked
    looking.callback(records("198.51.100.7", "2001:db8::77"))
    assert (desk.told(), desk.told("2001:db8::9")) == ("198.51.100.7", "2001:db8::77")
    desk.close()


def test_aNameThatIsNotFoundIsLookedForAgain() -> None:
    desk = Desk()
    desk.everybody("gw.example.com")
    desk.names.asked[0].errback(LookupFailed("nobody answers"))
    desk.clock.advance(RETRY)
    desk.names.asked[1].callback(())
    desk.clock.advance(RETRY)
    desk.names.asked[2].callback(records("198.51.100.7"))
    assert desk.told() == "198.51.100.7"
    desk.clock.advance(RETRY)
    assert len(desk.names.asked) == 3
    desk.close()


def test_meanwhileTheAddressOfBeforeIsTold() -> None:
    desk = Desk()
    desk.everybody("gw.example.com")
    desk.names.asked[0].callback(records("198.51.100.7"))
    desk.everybody("gw.example.com")
    assert desk.told() == "198.51.100.7"
    desk.names.asked[1].callback(records("198.51.100.8"))
    assert desk.told() == "198.51.100.8"
    desk.close()


def test_anAnswerThatNobodyWantsAnyMoreIsNotUsed() -> None:
    desk = Desk()
    desk.everybody("gw.example.com")
    desk.advertising.reconfigure(())
    desk.names.asked[0].callback(records("198.51.100.7"))
    assert desk.told() == LAN
    desk.everybody("other.example.com")
    desk.advertising.close()
    desk.names.asked[1].errback(LookupFailed("nobody answers"))
    desk.close()


def test_onlyWhoIsInANetworkIsToldWhatIsAdvertisedThere() -> None:
    desk = Desk()
    inside = Advertisement("10.0.0.0/8", "198.51.100.7")
    desk.advertising.prepare((inside,)).commit()
    assert (desk.told(), desk.told("192.0.2.9")) == ("198.51.100.7", LAN)
    desk.close()
