"""
Whom to believe over TLS.
"""

from __future__ import annotations

import pytest

from h323d.values.tlspeer import TLSPeer

KEY = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize("network", ["192.0.2.0/24", "192.0.2.1", "2001:db8::/32"])
def test_aPeerIsANetworkOrOneAddressAndMayHaveAKey(network: str) -> None:
    assert TLSPeer(network, KEY).key == KEY
    assert TLSPeer(network).key == ""


@pytest.mark.parametrize("network", ["", "example.com", "192.0.2.1/24", "192.0.2.0/33"])
def test_whatIsNoNetworkIsRefused(network: str) -> None:
    with pytest.raises(ValueError, match=r"^network: "):
        TLSPeer(network)


@pytest.mark.parametrize("key", ["sha256:", KEY.upper(), KEY[:-1], KEY + "0", KEY + "\n", "x"])
def test_aKeyIsWrittenInOneWay(key: str) -> None:
    with pytest.raises(ValueError, match=r"^key: must be sha256: and 64 hexadecimal digits"):
        TLSPeer("192.0.2.1", key)
