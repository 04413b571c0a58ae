"""
Keys, and with whom media are encrypted.
"""

from __future__ import annotations

import pytest

from h323d.values.media.encryption import (
    CryptoSuite,
    EncryptionRule,
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
        SRTPPeer("2001:db8::/32", MediaEncryption.OPTIONAL),
    )
    rule = EncryptionRule(MediaEncryption.TAKEN, peers)
    assert rule.towards("192.0.2.7") is MediaEncryption.OFF
    assert rule.towards("192.0.2.8") is MediaEncryption.REQUIRED
    assert rule.towards("2001:db8::1") is MediaEncryption.OPTIONAL
    assert rule.towards("198.51.100.1") is MediaEncryption.TAKEN


def test_aPeerHasANetwork() -> None:
    with pytest.raises(ValueError, match="network: "):
        SRTPPeer("phone.example")


def test_onlyWhatMayBeOfferedIs() -> None:
    assert [each for each in MediaEncryption if each.isOffered] == [
        MediaEncryption.OPTIONAL,
        MediaEncryption.REQUIRED,
    ]
