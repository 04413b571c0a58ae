"""
Looking up guardians.
"""

from __future__ import annotations

import hashlib

import pytest

from h323d.guard.registry.reading import parse
from h323d.guard.registry.registry import EMPTY
from h323d.values.address import AddressKind, PartyAddress
from tests.support.guardians import entry, publicKey, registry


def test_anEntryIsFoundByEachOfItsNames() -> None:
    found = registry(entry("anna", aliases="[e164:1001, 'sip:anna@x']"), entry("bert"))
    anna = found.byTerminalId("if://guardian/anna")
    assert anna is not None
    assert found.byAlias(PartyAddress(AddressKind.URL, "sip:Anna@X")) is anna
    assert found.byAlias(PartyAddress(AddressKind.DIALLED_DIGITS, "1001")) is anna
    assert found.byAlias(PartyAddress(AddressKind.H323_ID, "1001")) is None


def test_anEntryIsFoundByItsKeyOrItsCertificate() -> None:
    spki = b"some key of RSA"
    digest = hashlib.sha256(spki).hexdigest()
    found = registry(entry("anna"), entry("bert", certificate=f"sha256:{digest}", proof="tls"))
    anna, bert = found
    assert found.byKey(publicKey("anna").raw) == (anna, publicKey("anna"))
    assert found.byKey(publicKey("anna").thumbprint.encode()) == (anna, publicKey("anna"))
    assert found.byKey(publicKey("carl").raw) is None
    assert found.bySPKI(publicKey("anna").spki) is anna
    assert found.bySPKI(spki) is bert
    assert found.bySPKI(b"") is None


@pytest.mark.parametrize("host", ["192.0.2.17", "::ffff:192.0.2.17", "198.51.100.9", "2001:db8::1"])
def test_anEntryIsFoundByItsNetworks(host: str) -> None:
    networks = "[192.0.2.17, 198.51.100.0/28, '2001:db8::/64']"
    found = registry(entry("anna", addresses=networks))
    assert found.byAddress(host) is next(iter(found))


@pytest.mark.parametrize("host", ["192.0.2.18", "198.51.100.16", "2001:db8:0:1::1"])
def test_otherHostsAreNobodys(host: str) -> None:
    networks = "[192.0.2.17, 198.51.100.0/28, '2001:db8::/64']"
    assert registry(entry("anna", addresses=networks)).byAddress(host) is None


def test_eachFileIsAGenerationOfItsOwn() -> None:
    one, other = parse("guardians:\n"), parse("guardians: []\n")
    assert one.generation != other.generation
    assert one.generation == parse("guardians:\n").generation
    assert len(EMPTY) == 0


def test_namesHaveAnOwnerWhereAllAreOfOneEntry() -> None:
    anna, bert = (
        PartyAddress(AddressKind.H323_ID, "anna"),
        PartyAddress(AddressKind.H323_ID, "bert"),
    )
    other = PartyAddress(AddressKind.H323_ID, "nobody")
    known = registry(entry("anna", aliases="h323:anna"), entry("bert", aliases="h323:bert"))
    owner = known.ownerOf((anna,))
    assert owner is not None
    assert owner.terminalId == "if://guardian/anna"
    assert known.ownerOf((anna, bert)) is None
    assert known.ownerOf((other,)) is None
