"""
By which names parties are known.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.sip.calls.parties import partiesOf
from h323d.sip.messages.uri import parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.digest import userOf
from tests.support.zone import World

HOME = homeAt("10.0.0.1")


def named(uri: str) -> tuple[PartyAddress, ...]:
    return partiesOf(parseURI(uri))


@pytest.fixture
def world(makeWorld: Any) -> World:
    """
    Anna has a telephone of H.323, with a name and a number; Bob is a user, whose telephone is off.
    """
    security = SecurityConfig(users=(userOf("bob", "secret", "1002"),))
    result: World = makeWorld(None, security)
    result.registered("10.0.0.2", ("h323-ID", "anna"), ("dialledDigits", "1001"))
    return result


def namesOf(world: World, *domains: str) -> PartyNames:
    return PartyNames(world.zone.registry, world.zone.users, HOME, domains)


def test_whoeverSaysOneNameOfAPartyMeansAll(world: World) -> None:
    names = namesOf(world)
    number = (PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),)
    assert names.of(number) == {"anna", "1001"}
    assert names.of(named("sip:anna@10.0.0.1")) == {"anna", "1001", "anna@10.0.0.1"}
    assert names.areOurs(number)


def test_aUserIsKnownWhoseTelephoneIsOff(world: World) -> None:
    names = namesOf(world)
    assert names.areOurs(named("sip:1002@10.0.0.1"))
    assert names.ofParty("user bob") == {"bob", "1002"}
    assert not names.areOurs(named("sip:carol@10.0.0.1"))


def test_aNameInAnotherDomainIsAnothers(world: World) -> None:
    names = namesOf(world, "example.com")
    for ours in ("sip:anna@example.com", "sip:anna@Example.COM", "sip:anna@10.0.0.1"):
        assert names.areOurs(named(ours))
    theirs = named("sip:anna@elsewhere.org")
    assert not names.areOurs(theirs)
    assert names.of(theirs) == {"anna@elsewhere.org"}


def test_whereNoDomainIsOursAllAre(world: World) -> None:
    assert namesOf(world).areOurs(named("sip:anna@elsewhere.org"))


def test_aPartyIsKnownByWhereItIsCalled(world: World) -> None:
    (anna,) = world.zone.registrations()
    names = namesOf(world)
    assert names.at(anna.signalling[0]) == names.ofParty(anna.endpointId) == {"anna", "1001"}
    assert names.at(TransportAddress("10.0.0.9", 1720)) == names.at(None) == frozenset()
    assert names.ofParty("trunk carrier") == names.ofParty("") == frozenset()
