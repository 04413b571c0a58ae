"""
What holds for every walk.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.seal import sealed


@pytest.fixture(autouse=True)
def oneDoor() -> Iterator[None]:
    """
    Whatever enters a server enters by its surroundings: every other way is walled up.
    """
    with sealed():
        yield
