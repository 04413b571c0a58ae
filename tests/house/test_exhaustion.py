"""
That memory has run out is known as soon as a fence has said so.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.logger import Logger, globalLogPublisher

from h323d.house.exhaustion import Exhaustion
from h323d.house.renewal import silence
from tests.support.loggedfailures import LoggedFailures

log = Logger()


class Heard:
    """
    @ivar times: how often it was told.
    """

    def __init__(self) -> None:
        self.times = 0

    def hear(self) -> None:
        self.times += 1


@pytest.fixture
def heard() -> Iterator[Heard]:
    made = Heard()
    observer = Exhaustion(made.hear)
    globalLogPublisher.addObserver(observer)
    yield made
    globalLogPublisher.removeObserver(observer)


def fence(error: Exception) -> None:
    try:
        raise error
    except Exception:
        log.failure("something failed")


def test_whatAFenceCaughtIsKnown(heard: Heard, loggedFailures: LoggedFailures) -> None:
    fence(MemoryError())
    assert heard.times == 1
    assert len(loggedFailures.take(MemoryError)) == 1


def test_otherErrorsAreForTheFence(heard: Heard, loggedFailures: LoggedFailures) -> None:
    fence(ValueError())
    log.error("there was no memory")
    assert heard.times == 0
    loggedFailures.take(ValueError)


def test_itIsKnownWhereNothingIsLogged(heard: Heard, loggedFailures: LoggedFailures) -> None:
    with silence():
        fence(MemoryError())
    assert heard.times == 1
    assert loggedFailures.take(MemoryError) == []
