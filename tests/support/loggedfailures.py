"""
What the fences of the program caught and logged.
"""

from __future__ import annotations

from twisted.logger import ILogObserver, LogEvent, formatEvent
from zope.interface import implementer

__all__ = ["LoggedFailures"]


@implementer(ILogObserver)
class LoggedFailures:
    """
    The failures that something caught and logged while a test ran.
    """

    def __init__(self) -> None:
        self._events: list[LogEvent] = []

    def __call__(self, event: LogEvent) -> None:
        if "log_failure" in event:
            self._events.append(event)

    def take(self, *kinds: type[BaseException]) -> list[BaseException]:
        """
        Those that a test expects; they do not make it fail.

        @param kinds: of which kinds.
        """
        taken = [each for each in self._events if each["log_failure"].check(*kinds)]
        self._events = [each for each in self._events if each not in taken]
        return [each["log_failure"].value for each in taken]

    def told(self) -> str:
        return "\n".join(
            f"{formatEvent(each)}\n{each['log_failure'].getTraceback()}" for each in self._events
        )
