"""
Values of a rehearsal.
"""

from __future__ import annotations

import pytest

from h323d.rehearse.results import Distribution


def test_aDistributionHasAllItsQuantiles() -> None:
    found = Distribution.of(range(101))
    assert found is not None
    assert (found.count, found.p50, found.p99, found.greatest) == (101, 50.0, 99.0, 100.0)
    assert Distribution.of([]) is None
    with pytest.raises(ValueError, match="2 quantiles"):
        Distribution(5, (1.0, 2.0))
