"""
The C{[h323]} section.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.h323.callinputs import CallTimers
from h323d.h323.config import H323Config


def test_theTimersAreThoseOfTheStandard() -> None:
    assert H323Config().timers == CallTimers(t301=180.0, t303=8.0, t310=120.0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", -1),
        ("port", 65536),
        ("tlsPort", 65536),
        ("tlsPort", 1300),
        ("verifyPeers", True),
        ("privateKey", "key.pem"),
        ("terminalType", 256),
        ("maxCalls", 0),
        ("maxConnections", 0),
        ("maxCallsPerConnection", 0),
        ("firstMessageTimeout", 0.0),
        ("connectTimeout", -1.0),
        ("ringTimeout", 0.0),
        ("statusInterval", -1.0),
    ],
)
def test_impossibleValuesAreRefusedByName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        replace(H323Config(), **{key: value})
