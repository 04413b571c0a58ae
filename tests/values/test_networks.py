"""
Sets of networks.
"""

from __future__ import annotations

import pytest

from h323d.values.networks import Networks


@pytest.mark.parametrize(
    ("host", "within"),
    [
        ("192.0.2.0", True),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("::ffff:192.0.2.9", True),
        ("::c000:209", False),
    ],
)
def test_whichAddressesAreInNetworks(host: str, within: bool) -> None:
    networks = Networks(("192.0.2.0/24", "198.51.100.7", "2001:db8::/32"))
    assert (host in networks) is within


def test_everythingAndNothing() -> None:
    assert "10.0.0.1" in Networks(("0.0.0.0/0",))
    assert "::1" not in Networks(("0.0.0.0/0",))
    assert not Networks(())
