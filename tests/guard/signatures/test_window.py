"""
Freshness, to the second.
"""

from __future__ import annotations

import pytest

from h323d.guard.signatures.window import isFresh


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(-6, False), (-5, True), (0, True), (30, True), (31, False), (-(2**31), False)],
)
def test_aSignatureIsFreshForAWhile(age: int, fresh: bool) -> None:
    assert isFresh(1_800_000_000 - age, 1_800_000_000) == fresh
