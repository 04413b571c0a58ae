from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.gatekeeper.routing.chain import Called, ICalledPolicy
from h323d.gatekeeper.routing.e164 import ENUM, substituted
from h323d.values.address import AddressKind, PartyAddress
from tests.gatekeeper.routing.test_domains import World

DOMAIN = "2.1.0.3.9.4.e164.arpa"
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "00493012")


def find(world: World, name: PartyAddress = NUMBER, hops: int = 6, prefix: str = "00") -> Any:
    zones = ("e164.arpa", "numbers.example.com")
    policy = ENUM(world.names, world.domains, world.clock, zones, prefix, 6)
    answer = policy.find(Called((name,), hops=hops))
    if answer is None:
        return None
    found: list[Any] = []
    assert isinstance(answer, Deferred)
    answer.addCallback(found.append)
    return found[0]


def test_itIsAPolicy() -> None:
    world = World()
    assert verifyObject(ICalledPolicy, ENUM(world.names, world.domains, world.clock, (), "", 6))


def test_aNumberIsCalledByTheURLThatItsDomainSays() -> None:
    world = World()
    world.names.pointer(DOMAIN, "!^.*$!h323:anna@192.0.2.5!")
    (destination,) = find(world)
    assert str(destination.destination) == "192.0.2.5:1720"
    assert [str(name) for name in destination.called] == ["h323:anna@192.0.2.5"]


def test_theURLsDomainIsLookedUpInItsTurn() -> None:
    world = World()
    world.names.pointer(DOMAIN, r"!^\+49(.*)$!h323:\1@example.com!")
    world.names.service("_h323cs._tcp.example.com", "a.example.com", 1720)
    world.names.host("a.example.com", "192.0.2.6")
    (destination,) = find(world)
    assert str(destination.destination) == "192.0.2.6:1720"
    assert [str(name) for name in destination.called] == ["h323:3012@example.com"]


def test_recordsAreTriedInTheirOrderUntilOneLeadsSomewhere() -> None:
    world = World()
    world.names.pointer(DOMAIN, "!^.*$!h323:late@192.0.2.3!", order=9)
    world.names.pointer(DOMAIN, "!^.*$!h323:anna@nowhere.example.com!", order=2)
    world.names.pointer(DOMAIN, "!^.*$!sip:anna@192.0.2.4!", order=1, service="E2U+sip")
    world.names.pointer(DOMAIN, "!^.*$!sip:anna@192.0.2.4!", order=1)
    world.names.pointer(DOMAIN, "!^.*$!h323:anna@192.0.2.4!", order=1, flags="")
    (destination,) = find(world)
    assert str(destination.destination) == "192.0.2.3:1720"


def test_theNextZoneIsLookedInIfTheFirstHasNothing() -> None:
    world = World()
    world.names.pointer("2.1.0.3.9.4.numbers.example.com", "!^.*$!h323:anna@192.0.2.5!")
    assert find(world) is not None


@pytest.mark.parametrize("digits", ["4930", "00", "0012", "00" + "1" * 16, "00*1234"])
def test_whatIsNoInternationalNumberIsNotLookedFor(digits: str) -> None:
    world = World()
    assert find(world, PartyAddress(AddressKind.DIALLED_DIGITS, digits)) is None
    assert world.names.asked == []


def test_namesAreNotLookedForEither() -> None:
    assert find(World(), PartyAddress(AddressKind.H323_ID, "00493012")) is None


def test_onTheLastHopNothingIsLookedFor() -> None:
    world = World()
    assert find(world, hops=0) is None
    assert world.names.asked == []


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        ("!^.*$!h323:anna@example.com!", "h323:anna@example.com"),
        (r"!^\+49(\d\d)(.*)$!h323:\2.\1@example.com!", "h323:12.30@example.com"),
        ("#^[+]49([0-9]+)$#h323:\\1@example.com#i", "h323:3012@example.com"),
        ("!^.*$!" + "h" * 300 + "!", None),
        ("!^(a*)*$!h323:x@example.com!", None),
        ("!^.*.*.*.*.*$!h323:x@example.com!", None),
        (r"!^(.)\1$!h323:x@example.com!", None),
        ("!^(?=.)$!h323:x@example.com!", None),
        ("!^+49$!h323:x@example.com!", None),
        ("!(!h323:x@example.com!", None),
        ("!^.{99999999999}$!h323:x@example.com!", None),
        (r"!^.*$!h323:\3@example.com!", None),
        ("!" + "a" * 65 + "!h323:x@example.com!", None),
        ("!^.*$!h323:x@example.com", None),
        ("", None),
    ],
)
def test_aRuleIsAppliedIfItIsOneThatCannotTakeForEver(rule: str, url: str | None) -> None:
    assert substituted(rule, "+493012") == url
