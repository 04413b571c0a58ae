"""
Aliases and transport addresses.
"""

from __future__ import annotations

import pytest

from h323d.h323.signalling import addresses
from h323d.h323.signalling.addresses import Choice
from h323d.values.address import AddressKind, PartyAddress, TransportAddress


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (
            TransportAddress("127.0.0.1", 1720),
            ("ipAddress", {"ip": b"\x7f\0\0\x01", "port": 1720}),
        ),
        (TransportAddress("::1", 1), ("ip6Address", {"ip": bytes(15) + b"\x01", "port": 1})),
    ],
)
def test_transportAddresses(address: TransportAddress, value: Choice) -> None:
    assert addresses.transportToValue(address) == value
    assert addresses.transportFromValue(value) == address


def test_otherNetworksHaveNoAddressHere() -> None:
    assert addresses.transportFromValue(("ipxAddress", {})) is None
    assert addresses.transportFromValue(("_ext_7", b"")) is None


@pytest.mark.parametrize(
    ("party", "alias"),
    [
        (PartyAddress(AddressKind.DIALLED_DIGITS, "80001"), ("dialledDigits", "80001")),
        (PartyAddress(AddressKind.DIALLED_DIGITS, "+1 2"), ("h323-ID", "+1 2")),
        (PartyAddress(AddressKind.H323_ID, "Åsa"), ("h323-ID", "Åsa")),
        (PartyAddress(AddressKind.URL, "h323:a@b"), ("url-ID", "h323:a@b")),
        (PartyAddress(AddressKind.EMAIL, "a@b"), ("email-ID", "a@b")),
        (
            PartyAddress(AddressKind.TRANSPORT, "[::1]:1720"),
            ("transportID", ("ip6Address", {"ip": bytes(15) + b"\x01", "port": 1720})),
        ),
        (
            PartyAddress(AddressKind.PARTY_NUMBER, "4930"),
            (
                "partyNumber",
                (
                    "e164Number",
                    {"publicTypeOfNumber": ("unknown", None), "publicNumberDigits": "4930"},
                ),
            ),
        ),
    ],
)
def test_partiesAreAliases(party: PartyAddress, alias: Choice) -> None:
    assert addresses.aliasFromParty(party) == alias


@pytest.mark.parametrize(
    "party",
    [
        PartyAddress(AddressKind.H323_ID, ""),
        PartyAddress(AddressKind.H323_ID, "x" * 257),
        PartyAddress(AddressKind.H323_ID, "\U0001f600"),
        PartyAddress(AddressKind.URL, "h323:é"),
        PartyAddress(AddressKind.PARTY_NUMBER, "abc"),
        PartyAddress(AddressKind.TRANSPORT, "nowhere"),
    ],
)
def test_whatTheSchemaCannotSayIsLeftOut(party: PartyAddress) -> None:
    assert addresses.aliasesFromParties([party]) == []


def test_aliasesAreReadInTheirOrderWithoutRepetition() -> None:
    aliases: list[Choice] = [
        ("h323-ID", "bob"),
        ("dialledDigits", "2002"),
        ("h323-ID", "bob"),
        ("mobileUIM", ("gsm-UIM", {})),
        ("partyNumber", ("e164Number", {"publicNumberDigits": "49"})),
        ("partyNumber", ("dataPartyNumber", "")),
    ]
    assert [str(party) for party in addresses.partiesFromAliases(aliases)] == ["bob", "2002", "49"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("80001", AddressKind.DIALLED_DIGITS),
        ("h323:a@b", AddressKind.URL),
        ("bob", AddressKind.H323_ID),
        ("room: one", AddressKind.H323_ID),
    ],
)
def test_typedNamesAreUnderstood(text: str, kind: AddressKind) -> None:
    assert addresses.partyFromText(text) == PartyAddress(kind, text)
