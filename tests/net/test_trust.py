"""
What is asked of whom over TLS.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from h323d.net.trust import ANYBODY, Expected, Trust
from h323d.values.tlspeer import TLSPeer

KEY = b"the DER of a public key"
FINGERPRINT = "sha256:" + hashlib.sha256(KEY).hexdigest()
OTHER = "sha256:" + "0" * 64
UNASKED: Any = None  # a connection that is not looked at


def test_whereAuthoritiesSayWhoIsWhoTheNameIsCompared() -> None:
    assert Trust(named=True).of("gw.example.com") == Expected("gw.example.com")
    assert Trust(named=True).of("192.0.2.1") == Expected("192.0.2.1")


def test_whereThereAreNoneAnybodyIsBelieved() -> None:
    assert Trust(named=False).of("192.0.2.1") == ANYBODY


def test_whoIsConfiguredIsNotAskedForItsName() -> None:
    trust = Trust(named=True, peers=(TLSPeer("192.0.2.0/24"),))
    assert trust.of("192.0.2.1") == ANYBODY
    assert trust.of("198.51.100.1") == Expected("198.51.100.1")
    assert trust.of("gw.example.com") == Expected("gw.example.com")


def test_allKeysOfAnAddressCountTogether() -> None:
    peers = (TLSPeer("192.0.2.0/24", OTHER), TLSPeer("192.0.2.1", FINGERPRINT))
    trust = Trust(named=False, peers=peers)
    assert trust.of("192.0.2.1") == Expected("", frozenset((OTHER, FINGERPRINT)))
    assert trust.of("192.0.2.2") == Expected("", frozenset((OTHER,)))


@pytest.mark.parametrize(
    ("keys", "key", "isFine"),
    [
        ({FINGERPRINT}, KEY, True),
        ({OTHER, FINGERPRINT}, KEY, True),
        ({OTHER}, KEY, False),
        ({FINGERPRINT}, None, False),
    ],
)
def test_whoHasOneOfTheKeysIsWhoItShouldBe(keys: set[str], key: bytes | None, isFine: bool) -> None:
    fault = Expected("gw.example.com", frozenset(keys)).fault(UNASKED, key)
    assert fault == ("" if isFine else "the peer's public key is not the configured one")


def test_anybodyIsWhoItShouldBe() -> None:
    assert ANYBODY.fault(UNASKED, None) == ""


def test_aSIPDomainThatWasLookedForCountsInPlaceOfTheAddress() -> None:
    trust = Trust(named=True, peers=(TLSPeer("192.0.2.0/24", OTHER),))
    assert trust.of("198.51.100.1", "example.com") == Expected(domain="example.com")
    assert trust.of("192.0.2.1", "example.com") == Expected(keys=frozenset((OTHER,)))
    assert Trust(named=False).of("198.51.100.1", "example.com") == ANYBODY
