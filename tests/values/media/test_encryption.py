"""
Keys, and with whom media are encrypted.
"""

from __future__ import annotations

import pytest

from h323d.values.media.encryption import (
    CryptoSuite,
    EncryptionRule,
    EncryptionTerms,
    KeyExchange,
    MasterKey,
    MediaEncryption,
    SRTPPeer,
    StreamKeys,
)


def test_keysAreNotShown() -> None:
    key = MasterKey(CryptoSuite.AES_CM_80, b"not to be shown, nor its salt!")
    assert "shown" not in repr(StreamKeys(key, key))


def test_theFirstNetworkThatFitsCounts() -> None:
    peers = (
        SRTPPeer("192.0.2.7", MediaEncryption.OFF),
        SRTPPeer("192.0.2.0/24"),
        SRTPPeer("2001:db8::/32", MediaEncryption.OPTIONAL, KeyExchange.DTLS),
    )
    usual = EncryptionTerms(MediaEncryption.TAKEN, KeyExchange.DTLS)
    rule = EncryptionRule(usual, peers)
    assert rule.towards("192.0.2.7").wanted is MediaEncryption.OFF
    assert rule.towards("192.0.2.8") == EncryptionTerms(MediaEncryption.REQUIRED)
    assert rule.towards("2001:db8::1").offers is KeyExchange.DTLS
    assert rule.towards("198.51.100.1") is usual


def test_aPeerHasANetwork() -> None:
    with pytest.raises(ValueError, match="network: "):
        SRTPPeer("phone.example")


def test_onlyWhatMayBeOfferedIs() -> None:
    assert [each for each in MediaEncryption if each.isOffered] == [
        MediaEncryption.OPTIONAL,
        MediaEncryption.REQUIRED,
    ]
