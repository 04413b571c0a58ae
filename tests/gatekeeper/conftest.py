from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.zone import World, newWorld


@pytest.fixture
def makeWorld() -> Iterator[Any]:
    """
    Makes a world with a configuration; no timer may outlive it.
    """
    made: list[World] = []

    def make(**config: Any) -> World:
        made.append(newWorld(**config))
        return made[-1]

    yield make
    for world in made:
        world.clock.advance(1)
        world.zone.close()
        assert world.clock.getDelayedCalls() == []


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld()
    return result
