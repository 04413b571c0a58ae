"""
Who may send texts, and where they go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.call.inquiry import Inquiry
from h323d.call.texts import TextRefusal
from h323d.gatekeeper.lines.config import LinesConfig
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.texts import PartyTexts
from h323d.gatekeeper.registry.registrations import Contact, EndpointKind, Registration
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.digest import userOf
from tests.support.zone import EightDigits, World

CONFIG = LinesConfig(messageRate=1.0, messageBurst=2)
PHONE, TERMINAL, STRANGER = "10.0.0.2", "10.0.0.3", "10.0.0.66"


def party(name: str, kind: AddressKind = AddressKind.H323_ID) -> tuple[PartyAddress, ...]:
    return (PartyAddress(kind, name),)


def offer(name: str, host: str) -> Inquiry:
    return Inquiry("sip", TransportAddress(host, 5060), party(name), ())


class House:
    """
    Anna has two SIP phones, Bob a terminal of H.323, and Carol has nothing but a password.
    """

    def __init__(self, makeWorld: Any, config: LinesConfig = CONFIG) -> None:
        users = (userOf("carol", "secret"),)
        self.world: World = makeWorld(None, SecurityConfig(users=users))
        zone = self.world.zone
        self.world.registered(TERMINAL, ("h323-ID", "bob"))
        addresses = TransportAddress(PHONE, 5060), TransportAddress(PHONE, 5062)
        registration = Registration(
            zone.registry.newEndpointId(), "sip", addresses[0], addresses, (),
            (*party("anna"), *party("sip:anna@10.0.0.1", AddressKind.URL)),
            EndpointKind.TERMINAL, 600,
            contacts=tuple(Contact(f"sip:anna@{each}", 0) for each in addresses),
        )  # fmt: skip
        zone.registry.register(registration)
        names = PartyNames(zone.registry, zone.users, homeAt("10.0.0.1"), ())
        self.texts = PartyTexts(config, names, zone.callers, EightDigits(), self.world.clock)


@pytest.fixture
def house(makeWorld: Any) -> House:
    return House(makeWorld)


def test_whoIsRegisteredMayWriteAndAStrangerMayNot(house: House) -> None:
    writer = house.texts.writer(offer("anna", PHONE))
    assert writer is not None
    assert writer.calling == party("anna")
    assert house.texts.writer(offer("anna", STRANGER)) is None
    assert house.texts.writer(offer("mallory", STRANGER)) is None


def test_aTextGoesToAllTelephones(house: House) -> None:
    found = house.texts.find(party("anna"))
    assert not isinstance(found, TextRefusal)
    assert [each.contact for each in found] == ["sip:anna@10.0.0.2:5060", "sip:anna@10.0.0.2:5062"]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("bob", TextRefusal.NO_TEXT),
        ("80001", TextRefusal.NO_TEXT),
        ("carol", TextRefusal.ABSENT),
        ("dave", TextRefusal.UNKNOWN),
    ],
)
def test_whoHasNoTelephoneOfSIPHasNone(house: House, name: str, refusal: TextRefusal) -> None:
    assert house.texts.find(party(name)) is refusal


def test_nobodyWritesTooOften(house: House) -> None:
    anna = offer("anna", PHONE)
    assert [house.texts.takeTurn(anna) for _ in range(3)] == [True, True, False]
    house.world.clock.advance(1.0)
    assert house.texts.takeTurn(anna)
    house.texts.prepare(CONFIG).commit()
    assert not house.texts.takeTurn(anna)
    house.texts.prepare(replace(CONFIG, messageBurst=1)).commit()
    assert house.texts.takeTurn(anna)


def test_whereTheyAreNotOfferedNobodyMay(house: House) -> None:
    house.texts.prepare(LinesConfig(messages=False)).commit()
    assert house.texts.writer(offer("anna", PHONE)) is None
