"""
What holds for every test.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from tests.support.loggedfailures import LoggedFailures

TESTS = Path(__file__).parent

# Whoever is run in the background ignores Ctrl-C, and so would all programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Whole servers come and go by the thousand: looking for their cycles less often saves a tenth.
gc.set_threshold(200_000, 20, 10)

# The same examples in each run, and no verdict that depends on how busy the machine is.
settings.register_profile(
    "steady",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--followed",
        action="store_true",
        help="have the servers of all walks led in turns, and followed",
    )
    parser.addoption(
        "--minutes",
        type=float,
        help="how long twelve guardians are together (default: half a minute)",
    )


def pytest_xdist_auto_num_workers() -> int:
    """
    One more than there are processors: who tests real processes, waits for them.
    """
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """
    Several workers that import all tests would compile each of them at the same time: where all are
    to be run, each begins with a share of its own, and finds the others compiled.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or str(TESTS) not in session.config.args:
        return
    number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    for file in sorted(TESTS.rglob("test_*.py"))[number::count]:
        with suppress(Exception, pytest.skip.Exception):  # it is told when it is collected
            import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


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
