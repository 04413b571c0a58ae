"""
The world that tests of H.323 share: a clock, and a network that runs by it.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from tests.support.h323 import newClock
from tests.support.network import SimulatedNetwork


@pytest.fixture
def clock() -> Clock:
    return newClock()


@pytest.fixture
def network(clock: Clock) -> SimulatedNetwork:
    return SimulatedNetwork(clock, random.Random(1))
