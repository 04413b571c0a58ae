"""
What fails in a media thread, or at an observer, and ends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import ILogObserver, LogEvent, Logger, formatEvent
from zope.interface import implementer

from h323d.media.failures import RareFailures, deliverAll


def newLogger(events: list[str]) -> Logger:
    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        events.append(formatEvent(event))

    return Logger(observer=observe)


def test_anObserverThatFailsKeepsNoReportFromOthers() -> None:
    events: list[str] = []
    heard: list[int] = []

    def deliver(report: int) -> None:
        heard.append(100 // report)

    deliverAll([4, 0, 5], deliver, newLogger(events), "a media observer")
    assert heard == [25, 20]
    assert events == ["a media observer failed"]


def test_aFailureIsToldOnTheReactorsThreadAndCounted() -> None:
    events: list[str] = []
    called: list[tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]] = []
    failures = RareFailures(
        newLogger(events), "media tick", lambda f, *args, **more: called.append((f, args, more))
    )
    for now in (1.0, 1.005, 10.9, 11.0):
        try:
            raise ValueError
        except ValueError:
            failures.tell(now)
    assert events == []
    for function, arguments, more in called:
        function(*arguments, **more)
    assert events == ["media tick failed (1 times)", "media tick failed (4 times)"]
