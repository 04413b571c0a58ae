"""
Signalling that an operator sees as it comes: the rows of what is kept, and then those of what is
noted, until the call is over or nobody reads any more.

Messages wait for their reader, within bounds; of a slow one's, the oldest are left out, and
counted.  Rows are made when they are read, never where a message passes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from zope.interface import implementer

from h323d.call.wire import IWireLog, WireMessage
from h323d.operation.command import OperatorError
from h323d.operation.views import View, told
from h323d.operation.wirelog import OVERHEAD

__all__ = ["BATCH", "LOOK", "MAXIMUM", "PAUSE", "WAITING", "Flow", "FollowReader", "Following"]

WAITING = 1 << 20  # octets that wait for one reader, counted as the log does
BATCH = 100  # rows that are made at one time
PAUSE = 0.05  # seconds between a message, or a batch, and the rows that follow
LOOK = 1.0  # seconds between two looks whether a call is over; the second that finds it so ends it
MAXIMUM = 16  # readers at the same time


class FollowReader(Protocol):
    """
    Who is told.
    """

    def told(self, rows: Sequence[Any], lost: int) -> None:
        """
        @param rows: the next, ready for JSON; Any, as JSON can say anything.
        @param lost: how many were left out before these.
        """

    def ended(self) -> None:
        """The call is over, and all that was said of it has been told."""


@dataclass(frozen=True, slots=True)
class Following:
    """
    What somebody wants to see as it comes; it begins once they read.

    @ivar name: as L{IWireLog.of} takes it.
    @ivar view: makes a row of a message.
    @ivar limit: messages that are kept already, the last ones, to begin with.
    @ivar isOn: whether a call lasts, which has one of these names.
    """

    clock: IReactorTime
    wire: IWireLog
    name: str
    view: Callable[[WireMessage], View]
    limit: int
    isOn: Callable[[Sequence[str]], bool]

    def begin(self, reader: FollowReader) -> Flow:
        """
        @raise OperatorError: too many read already.
        """
        if self.wire.followers >= MAXIMUM:
            raise OperatorError(f"{MAXIMUM} follow what is said already")
        return Flow(self, reader)


@implementer(IPushProducer)
class Flow:
    """
    One reader's rows: an L{h323d.call.wire.WireFollower}.  As a producer, it can be told to wait.
    """

    def __init__(self, following: Following, reader: FollowReader) -> None:
        self._following = following
        self._reader = reader
        self._messages: deque[WireMessage] = deque()
        self._size = 0
        self._lost = 0
        self._paused = self._over = False
        self._absent = 0  # looks in a row that have found no such call
        self._telling: IDelayedCall | None = None
        self._looking: IDelayedCall | None = None
        kept = following.wire.of(following.name)
        for message in _last(kept, following.limit):
            self._take(message)
        following.wire.follow(following.name, self)
        self._tellSoon()
        if following.wire.namesOf(following.name):
            self._look()

    # WireFollower

    def noted(self, message: WireMessage) -> None:
        """
        A message has come, or left.
        """
        self._take(message)
        while self._size > WAITING:
            self._size -= _sizeOf(self._messages.popleft())
            self._lost += 1
        self._tellSoon()

    # IPushProducer

    def pauseProducing(self) -> None:
        """
        The reader has enough to read.
        """
        self._paused = True

    def resumeProducing(self) -> None:
        """
        It has read that.
        """
        self._paused = False
        self._tellSoon()

    def stopProducing(self) -> None:
        """
        It has left.
        """
        self._following.wire.unfollow(self)
        self._messages.clear()
        for each in (self._telling, self._looking):
            if each is not None:
                each.cancel()
        self._telling = self._looking = None

    def _take(self, message: WireMessage) -> None:
        self._messages.append(message)
        self._size += _sizeOf(message)

    def _tellSoon(self) -> None:
        if self._telling is None and not self._paused:
            self._telling = self._following.clock.callLater(PAUSE, self._tell)

    def _tell(self) -> None:
        self._telling = None
        if self._paused:
            return
        if self._messages:
            self._tellBatch()
        elif self._over:
            self.stopProducing()
            self._reader.ended()

    def _tellBatch(self) -> None:
        rows: list[Any] = []  # as JSON can say anything
        while self._messages and len(rows) < BATCH:
            message = self._messages.popleft()
            self._size -= _sizeOf(message)
            rows.append(told(self._following.view(message)))
        lost, self._lost = self._lost, 0
        if self._messages or self._over:
            self._tellSoon()
        self._reader.told(rows, lost)

    def _look(self) -> None:
        self._looking = None
        following = self._following
        names = following.wire.namesOf(following.name) or (following.name,)
        self._absent = 0 if following.isOn(names) else self._absent + 1
        if self._absent < 2:
            self._looking = following.clock.callLater(LOOK, self._look)
        else:
            self._over = True
            self._tellSoon()


def _last(messages: Sequence[WireMessage], limit: int) -> Sequence[WireMessage]:
    """
    The last of them: so many, and no more than may wait.
    """
    first, size = len(messages), 0
    while first > max(0, len(messages) - limit):
        size += _sizeOf(messages[first - 1])
        if size > WAITING:
            break
        first -= 1
    return messages[first:]


def _sizeOf(message: WireMessage) -> int:
    return len(message.octets) + OVERHEAD
