"""
Refused calls of those who are not registered: so many are listed, the others counted.

Anybody can have calls refused, as fast as the network carries them; records of all of them
would fill a disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.values.address import TransportAddress
from h323d.witness.cdr import CallDetail, Outcome

__all__ = ["INTERVAL", "LISTED", "LISTED_OF_ONE", "MAX_COUNTED", "RefusedCalls"]

INTERVAL = 3600.0  # seconds
LISTED = 1000  # refused calls in an interval that have records of their own
LISTED_OF_ONE = 60  # of them, those from one host
MAX_COUNTED = 1000  # hosts and reasons in an interval whose other calls are counted for themselves

_SOMEBODY = TransportAddress("0.0.0.0", 0)


@dataclass(slots=True)
class _Counted:
    """
    Calls of one host that were refused for one reason.
    """

    first: CallDetail
    last: CallDetail
    count: int = 1


class RefusedCalls:
    """
    Takes records of refused calls, and hands out those that are written.

    An interval begins with the first call, and its counts are handed out when it ends.
    """

    def __init__(self, clock: IReactorTime, write: Callable[[CallDetail], None]) -> None:
        self._clock = clock
        self._write = write
        self._end: IDelayedCall | None = None  # of the interval, while there is one
        self._listed: dict[str, int] = {}  # how many, by host
        self._listedOfAll = 0
        self._counted: dict[tuple[str, str], _Counted] = {}  # by host and reason

    @staticmethod
    def concern(record: CallDetail) -> bool:
        """
        Whether a record is of a stranger's call that was refused.
        """
        return record.outcome is Outcome.REFUSED and not record.callingEndpoint

    def add(self, record: CallDetail) -> None:
        """
        One more was refused.
        """
        if self._end is None:
            self._end = self._clock.callLater(INTERVAL, self.close)
        host = _hostOf(record)
        listed = self._listed.get(host, 0)
        if listed < LISTED_OF_ONE and self._listedOfAll < LISTED:
            self._listed[host] = listed + 1
            self._listedOfAll += 1
            self._write(record)
        else:
            self._count(host, record)

    def close(self) -> None:
        """
        End the interval: hand out what was counted.
        """
        end, self._end = self._end, None
        if end is not None and end.active():
            end.cancel()
        self._listed.clear()
        self._listedOfAll = 0
        counted, self._counted = self._counted, {}
        for each in counted.values():
            self._write(_summary(each))

    def _count(self, host: str, record: CallDetail) -> None:
        key = (host, record.reason)
        if key not in self._counted and len(self._counted) >= MAX_COUNTED:
            key = (_SOMEBODY.host, record.reason)
        counted = self._counted.get(key)
        if counted is None:
            peer = TransportAddress(key[0], 0)
            self._counted[key] = _Counted(replace(record, callingPeer=peer), record)
        else:
            counted.last = record
            counted.count += 1


def _hostOf(record: CallDetail) -> str:
    return (record.callingPeer or _SOMEBODY).host


def _summary(counted: _Counted) -> CallDetail:
    return replace(
        counted.first,
        callId="",
        callIdentifier="",
        conferenceId="",
        calling=(),
        called=(),
        ended=counted.last.ended,
        count=counted.count,
    )
