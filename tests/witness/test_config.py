"""
What the C{[cdr]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.witness.config import CDRConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("file", "a\0b"),
        ("database", "a\0b"),
        ("recent", -1),
        ("recent", 1_000_001),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        CDRConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("recent", 0),
        ("recent", 1_000_000),
        ("file", "cdr.jsonl"),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(CDRConfig(**{key: value}), key) == value
