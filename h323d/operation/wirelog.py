"""
The signalling of the last calls, in memory and within bounds: octets are kept as they come, and
whoever looks makes rows of them.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence

from zope.interface import implementer

from h323d.call.parts import Change, Commit, Part
from h323d.call.wire import IWireLog, WireFollower, WireMessage
from h323d.operation.config import TraceConfig

__all__ = ["OVERHEAD", "WireLog"]

OVERHEAD = 512
"""Octets that a message counts beside its own, for what is kept with it."""

_Numbered = tuple[int, WireMessage]  # in the order in which they were noted


class _TracedCall:
    """
    What is kept of one call.

    @ivar names: under which it is found.
    @ivar size: octets that it counts.
    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.messages: deque[_Numbered] = deque()
        self.size = OVERHEAD

    def add(self, number: int, message: WireMessage) -> None:
        self.messages.append((number, message))
        self.size += _sizeOf(message)

    def trim(self, most: int) -> None:
        while self.size > most and self.messages:
            self.size -= _sizeOf(self.messages.popleft()[1])

    def take(self, other: _TracedCall) -> None:
        """
        Have what another has, too.
        """
        self.messages = deque(sorted((*self.messages, *other.messages), key=_numberOf))
        self.size += other.size - OVERHEAD
        self.names |= other.names


@implementer(IWireLog)
class WireLog(Part[TraceConfig]):
    """
    Keeps the last of each call, and the last calls.

    @ivar size: octets that all of it counts.
    """

    def __init__(self, config: TraceConfig) -> None:
        self.size = 0
        self._config = config
        self._numbers = itertools.count()
        self._named: dict[str, _TracedCall] = {}
        self._calls: OrderedDict[_TracedCall, None] = OrderedDict()  # the latest heard of last
        self._followers: dict[WireFollower, str] = {}  # and what each follows

    @property
    def keeps(self) -> bool:
        return self._config.callOctets > 0

    @property
    def followers(self) -> int:
        return len(self._followers)

    # The part of a server.

    def prepare(self, config: TraceConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: TraceConfig) -> None:
        """
        Keep so much from now on.
        """
        self._config = config
        for call in tuple(self._calls):
            self._trim(call)
        self._forgetOldest()

    # IWireLog

    def seen(self, name: str, message: WireMessage) -> None:
        call = self._callOf(name)
        before = call.size
        numbered = next(self._numbers), message
        call.add(*numbered)
        self.size += call.size - before
        for follower, followed in tuple(self._followers.items()):
            if followed in call.names or _concerns(numbered, followed):
                follower.noted(message)
        self._calls.move_to_end(call)
        self._trim(call)
        self._forgetOldest()

    def belongs(self, name: str, callId: str) -> None:
        if not self.keeps:
            return
        call, other = self._callOf(callId), self._named.get(name)
        if other is call:
            return
        if other is not None:
            self._tellOf(other.messages, call)
            self._tellOf(call.messages, other)
            del self._calls[other]
            call.take(other)
            self.size -= OVERHEAD
        call.names[name] = None
        self._named |= dict.fromkeys(call.names, call)
        self._trim(call)
        self._forgetOldest()

    def of(self, name: str) -> Sequence[WireMessage]:
        call = self._named.get(name)
        if call is not None:
            return [message for _, message in call.messages]
        found = (each for call in self._calls for each in call.messages if _concerns(each, name))
        return [message for _, message in sorted(found, key=_numberOf)]

    def namesOf(self, name: str) -> Sequence[str]:
        call = self._named.get(name)
        return () if call is None else tuple(call.names)

    def follow(self, name: str, follower: WireFollower) -> None:
        self._followers[follower] = name

    def unfollow(self, follower: WireFollower) -> None:
        self._followers.pop(follower, None)

    def _tellOf(self, messages: Iterable[_Numbered], call: _TracedCall) -> None:
        """
        Tell those who follow a call of what turns out to be of it.
        """
        for follower, followed in tuple(self._followers.items()):
            if followed in call.names:
                for _, message in messages:
                    follower.noted(message)

    def _callOf(self, name: str) -> _TracedCall:
        call = self._named.get(name)
        if call is None:
            call = self._named[name] = _TracedCall()
            call.names[name] = None
            call.size += len(name)
            self._calls[call] = None
            self.size += call.size
        return call

    def _trim(self, call: _TracedCall) -> None:
        before = call.size
        call.trim(self._config.callOctets)
        self.size += call.size - before
        if not call.messages and not self.keeps:
            self._forget(call)

    def _forgetOldest(self) -> None:
        while self.size > self._config.totalOctets and self._calls:
            self._forget(next(iter(self._calls)))

    def _forget(self, call: _TracedCall) -> None:
        del self._calls[call]
        for name in call.names:
            del self._named[name]
        self.size -= call.size


def _sizeOf(message: WireMessage) -> int:
    return len(message.octets) + OVERHEAD


def _numberOf(numbered: _Numbered) -> int:
    return numbered[0]


def _concerns(numbered: _Numbered, name: str) -> bool:
    peer = numbered[1].peer
    return name in ("", peer.host, str(peer))
