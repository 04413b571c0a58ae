"""
What the C{[media]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.media.config import MediaConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("portFirst", 1023),
        ("portFirst", 1022),
        ("portFirst", 16385),
        ("portFirst", 65534),
        ("threads", 0),
        ("threads", 65),
        ("tickMs", 15),
        ("departureMs", -1),
        ("departureMs", 5),
        ("jitterMinMs", -1),
        ("jitterMinMs", 101),
        ("jitterMaxMs", 501),
        ("jitterMaxMs", 79),
        ("maximumPorts", 0),
        ("maximumPorts", 32769),
        ("trafficClass", -1),
        ("emergencyTrafficClass", 256),
        ("silenceTimeout", -1.0),
        ("rtcpIntervalSeconds", 0.9),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        MediaConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("portFirst", 1024),
        ("portLast", 65535),
        ("threads", 1),
        ("threads", 64),
        ("tickMs", 20),
        ("departureMs", 0),
        ("jitterMinMs", 0),
        ("jitterMaxMs", 500),
        ("maximumPorts", 1),
        ("maximumPorts", 32768),
        ("silenceTimeout", 0.0),
        ("rtcpIntervalSeconds", 1.0),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(MediaConfig(**{key: value}), key) == value
