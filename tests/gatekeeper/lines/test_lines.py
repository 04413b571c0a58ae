"""
Who may see whose calls.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.call.inquiry import Inquiry
from h323d.call.lines import LineState, Sight
from h323d.events.calls import CallAdmitted
from h323d.gatekeeper.lines.config import LineGroup, LinesConfig, Watching
from h323d.gatekeeper.lines.lines import PartyLines
from h323d.gatekeeper.lines.names import PartyNames
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, LegID
from tests.support.zone import World

HOSTS = {"anna": "10.0.0.2", "bob": "10.0.0.3", "carol": "10.0.0.4", "mallory": "10.0.0.66"}
TOGETHER = (LineGroup(("anna", "bob")),)


def party(name: str) -> tuple[PartyAddress, ...]:
    return (PartyAddress(AddressKind.H323_ID, name),)


class House:
    """
    Anna, Bob and Carol are registered, and Mallory is not.
    """

    def __init__(self, world: World, config: LinesConfig) -> None:
        for name in ("anna", "bob", "carol"):
            world.registered(HOSTS[name], ("h323-ID", name))
        self.events = world.events
        zone = world.zone
        names = PartyNames(zone.registry, zone.users, homeAt("10.0.0.1"), ())
        self.lines = PartyLines(config, names, zone.callers, world.events)

    def sight(self, who: str, whom: str) -> Sight:
        peer = TransportAddress(HOSTS[who], 40000)
        return self.lines.sightOf(party(whom), Inquiry("h323", peer, party(who), ()))


@pytest.fixture
def makeHouse(world: World) -> Any:
    def make(*values: Any) -> House:
        return House(world, LinesConfig(*values))

    return make


def test_whoIsRegisteredSeesWhetherOthersAreInACall(makeHouse: Any) -> None:
    house = makeHouse(Watching.REGISTERED, TOGETHER)
    assert house.sight("carol", "anna") is Sight.STATE
    assert house.sight("bob", "anna") is Sight.WHOLE
    assert house.sight("anna", "anna") is Sight.WHOLE
    assert house.sight("anna", "dave") is Sight.UNKNOWN


def test_whereOnlyGroupsSeeEachOtherNobodyElseDoes(makeHouse: Any) -> None:
    house = makeHouse(Watching.GROUP, TOGETHER)
    assert house.sight("carol", "anna") is Sight.FORBIDDEN
    assert house.sight("bob", "anna") is Sight.WHOLE


def test_aStrangerSeesNothingNotEvenWhoThereIs(makeHouse: Any) -> None:
    house = makeHouse()
    assert house.sight("mallory", "anna") is Sight.FORBIDDEN
    assert house.sight("mallory", "dave") is Sight.FORBIDDEN


def test_whoIsInAGroupIsWatchedThoughItsTelephoneIsOff(makeHouse: Any) -> None:
    house = makeHouse(Watching.REGISTERED, (LineGroup(("anna", "dave")),))
    assert house.sight("anna", "dave") is Sight.WHOLE


def test_otherRulesHoldFromAReloadOn(makeHouse: Any) -> None:
    house = makeHouse()
    assert house.sight("bob", "anna") is Sight.STATE
    house.lines.prepare(LinesConfig(groups=TOGETHER)).commit()
    assert house.sight("bob", "anna") is Sight.WHOLE


def test_whoWatchesIsToldAndCanLook(makeHouse: Any) -> None:
    house, told = makeHouse(), []

    class Watcher:
        def lineChanged(self) -> None:
            told.append(house.lines.calls(party("anna")))

    watcher = Watcher()
    house.lines.watch(party("anna"), watcher)
    fact = CallAdmitted(0.0, CallID("c"), LegID("l"), party("anna"), party("bob"))
    house.events.publish(fact)
    assert [[each.state for each in calls] for calls in told] == [[LineState.TRYING]]
    house.lines.unwatch(watcher)
    house.events.publish(fact)
    assert len(told) == 1
