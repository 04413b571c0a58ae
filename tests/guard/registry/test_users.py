"""
Guardians as users of SIP.
"""

from __future__ import annotations

from h323d.guard.registry.users import DigestUser, digestUserOf, digestUsers
from tests.support.guardians import entry, registry

SECRET = "ab" * 32


def test_theUserIsThatOfTheFirstSIPURI() -> None:
    aliases = "[e164:1001, 'sip:anna@council.example', 'tel:+4420']"
    found = registry(
        entry("anna", proof="digest", secret=f"[sha256:{SECRET}, md5:{'cd' * 16}]", aliases=aliases)
    )
    names = ("1001", "anna@council.example", "+4420")
    assert list(digestUsers(found)) == [DigestUser("anna", names, SECRET, "cd" * 16)]


def test_withoutOneItIsTheFirstName() -> None:
    found = registry(
        entry("anna", proof="digest", secret=f"sha256:{SECRET}", aliases="[h323:anna]")
    )
    assert list(digestUsers(found)) == [DigestUser("anna", (), SECRET, "")]


def test_whoDoesNotProveItSoIsNone() -> None:
    found = registry(entry("anna", aliases="'sip:anna@x'", secret=f"sha256:{SECRET}"))
    assert list(digestUsers(found)) == []
    assert [digestUserOf(each) for each in found] == [None]


def test_aSecretIsNotShown() -> None:
    assert SECRET not in repr(DigestUser("anna", (), SECRET, ""))
