"""
What the C{[sip]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.config import SIPConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", -1),
        ("port", 65536),
        ("T1", 0.0),
        ("T2", -1.0),
        ("T4", 0.0),
        ("idleTimeout", 0.0),
        ("firstMessageTimeout", 0.0),
        ("ringTimeout", 0.0),
        ("maxCalls", 0),
        ("maxTransactions", 0),
        ("maxConnections", 0),
        ("maxContacts", 0),
        ("minExpires", 0),
        ("minExpires", 3601),
        ("maxExpires", 59),
        ("maxExpires", 604801),
        ("mtu", 575),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        SIPConfig(**{key: value})


def test_theShortestAndTheLongestTimeMayBeTheSame() -> None:
    assert SIPConfig(minExpires=600, maxExpires=600).maxExpires == 600
