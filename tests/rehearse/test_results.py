"""
Values of a rehearsal.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.rehearse.results import Distribution


def test_aDistributionHasAllItsQuantiles() -> None:
    found = Distribution.of(range(101))
    assert found is not None
    assert (found.count, found.p50, found.p99, found.greatest) == (101, 50.0, 99.0, 100.0)
    assert Distribution.of([]) is None
    with pytest.raises(ValueError, match="2 quantiles"):
        Distribution(5, (1.0, 2.0))


@pytest.mark.parametrize("seed", range(5))
def test_distributionsTogetherAreThatOfAll(seed: int) -> None:
    chance = np.random.default_rng(seed)
    parts = [
        chance.normal(chance.uniform(10, 50), 3, int(chance.integers(50, 2000))) for _ in range(9)
    ]
    found = Distribution.together([None, *map(Distribution.of, parts)])
    exact = Distribution.of(np.concatenate(parts))
    assert found is not None
    assert exact is not None
    assert found.count == exact.count
    assert found.p50 == pytest.approx(exact.p50, abs=1)
    assert found.p99 == pytest.approx(exact.p99, abs=1)
    assert Distribution.together([None]) is None
