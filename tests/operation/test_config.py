"""
What the C{[trace]} section may hold.
"""

from __future__ import annotations

import pytest

from h323d.operation.config import LARGEST, TraceConfig


@pytest.mark.parametrize("key", ["callOctets", "totalOctets"])
@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        TraceConfig(**{key: value})


@pytest.mark.parametrize("value", [0, LARGEST])
def test_theOutermostValuesCanBeUsed(value: int) -> None:
    assert TraceConfig(callOctets=value).callOctets == value
