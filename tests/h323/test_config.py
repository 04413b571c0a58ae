"""
The C{[h323]} section.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.h323.calls.callinputs import CallTimers
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
        ("portRange", "30000"),
        ("portRange", "30999-30000"),
        ("h245PortRange", "0-10"),
        ("h245PortRange", "30000-70000"),
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


def test_rangesOfPortsMayBeLeftOut() -> None:
    config = H323Config(portRange="20000-20999", h245PortRange="")
    assert (config.portRange, config.h245PortRange) == ("20000-20999", "")
