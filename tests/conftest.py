"""
What holds for every test.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from tests.support.loggedfailures import LoggedFailures

# Whole servers come and go by the thousand: looking for their cycles less often saves a tenth.
gc.set_threshold(200_000, 20, 50)


def pytest_xdist_auto_num_workers() -> int:
    """
    One more than there are processors: who tests real processes, waits for them.
    """
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def loggedFailures(request: pytest.FixtureRequest) -> Iterator[LoggedFailures]:
    """
    A failure that a fence swallows - around a call, a policy, a listener of facts, a tick -
    fails the test that caused it, unless the test takes it.
    """
    failures = LoggedFailures()
    globalLogPublisher.addObserver(failures)
    yield failures
    globalLogPublisher.removeObserver(failures)
    if not isinstance(request.instance, SynchronousTestCase):  # which looks by itself
        told = failures.told()
        if told:
            pytest.fail(f"a failure was logged:\n{told}", pytrace=False)
