"""
Ranges of ports.
"""

from __future__ import annotations

import pytest

from h323d.values.portspan import PortSpan


@pytest.mark.parametrize("text", ["30000-30999", " 30000 - 30999 "])
def test_bothEndsBelongToIt(text: str) -> None:
    ports = PortSpan.parse(text)
    assert (ports.first, ports.last, ports.size) == (30000, 30999, 1000)
    assert str(ports) == "30000-30999"


def test_onePortIsARange() -> None:
    assert PortSpan.parse("1720-1720").size == 1


@pytest.mark.parametrize(
    "text", ["0-10", "2-1", "1-65536", "30000", "a-b", "-5-10", "30000-", "1-2-3", "1-99999999"]
)
def test_whatIsNoneIsRefused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be 1-65535|is not a range"):
        PortSpan.parse(text)
