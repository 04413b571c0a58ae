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
from h323d.call.wire import IWireLog, WireFollower, WireMessage, WireProtocol
from h323d.operation.config import TraceConfig
from h323d.values.address import TransportAddress

__all__ = ["MAX_CONCEALED", "OVERHEAD", "WireLog"]

OVERHEAD = 512
"""Octets that a message counts beside its own, for what is kept with it."""

MAX_CONCEALED = 65_536
"""Names of calls of which nothing is kept; calls that began longer ago than so many are over."""

OTHERS_SHARE = 8
"""What is of no call has one part of so many, so that registrations do not drive calls out."""

# Flat, of numbers and texts alone: then the garbage collector leaves out what is kept, which
# otherwise stops the server for as long as it takes to look at all of it.  The first is the number
# in the order in which they were noted; then at, protocol, transport, sent, local, peer, octets.
_Kept = tuple[int, float, str, str, bool, str, int, str, int, bytes]


class _TracedCall:
    """
    What is kept of one call.

    @ivar names: under which it is found.
    @ivar size: octets that it counts.
    """

    __slots__ = ("messages", "names", "size")

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.messages: deque[_Kept] = deque()
        self.size = OVERHEAD

    def trim(self, most: int) -> None:
        while self.size > most and self.messages:
            self.size -= _sizeOf(self.messages.popleft())

    def take(self, other: _TracedCall) -> None:
        """
        Have what another has, too.
        """
        self.messages = deque(sorted((*self.messages, *other.messages)))
        self.size += other.size - OVERHEAD
        self.names |= other.names


@implementer(IWireLog)
class WireLog(Part[TraceConfig]):
    """
    Keeps the last of each call, and the last calls.

    @ivar size: octets that all of it counts.
    @ivar keeps: whether anything is kept.
    """

    def __init__(self, config: TraceConfig) -> None:
        self.size = 0
        self._use(config)
        self._numbers = itertools.count()
        self._named: dict[str, _TracedCall] = {}
        self._concealed: OrderedDict[str, None] = OrderedDict()  # names, the latest last
        self._others = _TracedCall()  # what is of no call
        self._calls: OrderedDict[_TracedCall, None] = OrderedDict()  # the latest heard of last
        self._followers: dict[WireFollower, str] = {}  # and what each follows

    def _use(self, config: TraceConfig) -> None:
        self._config = config
        self.keeps = config.callOctets > 0
        self._othersShare = config.totalOctets // OTHERS_SHARE if self.keeps else 0

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
        self._use(config)
        for call in (self._others, *self._calls):
            self._trim(call)
        self._forgetOldest()

    # IWireLog

    def seen(self, name: str, message: WireMessage) -> None:
        if name in self._concealed:
            return
        call, most = self._others, self._othersShare
        if name:
            call, most = self._callOf(name), self._config.callOctets
            self._calls.move_to_end(call)
        kept = _flat(next(self._numbers), message)
        call.messages.append(kept)
        size = _sizeOf(kept)
        call.size += size
        self.size += size
        if self._followers:
            self._tell(kept, message, call)
        if call.size > most:
            self._trim(call)
        if self.size > self._config.totalOctets:
            self._forgetOldest()

    def belongs(self, name: str, callId: str) -> None:
        if not self.keeps:
            return
        if name in self._concealed or callId in self._concealed:
            self.conceal(name)
            self.conceal(callId)
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

    def conceal(self, name: str) -> None:
        if not self.keeps:
            return
        call = self._named.get(name)
        names = (name,) if call is None else tuple(call.names)
        if call is not None:
            self._forget(call)
        for each in names:
            self._concealed[each] = None
            self._concealed.move_to_end(each)
        while len(self._concealed) > MAX_CONCEALED:
            self._concealed.popitem(last=False)

    def of(self, name: str) -> Sequence[WireMessage]:
        call = self._named.get(name)
        if call is not None:
            return list(map(_message, call.messages))
        everything = (each for call in (self._others, *self._calls) for each in call.messages)
        found = (each for each in everything if _concerns(each, name))
        return list(map(_message, sorted(found)))

    def namesOf(self, name: str) -> Sequence[str]:
        call = self._named.get(name)
        return () if call is None else tuple(call.names)

    def follow(self, name: str, follower: WireFollower) -> None:
        self._followers[follower] = name

    def unfollow(self, follower: WireFollower) -> None:
        self._followers.pop(follower, None)

    def _tell(self, kept: _Kept, message: WireMessage, call: _TracedCall) -> None:
        for follower, followed in tuple(self._followers.items()):
            if followed in call.names or _concerns(kept, followed):
                follower.noted(message)

    def _tellOf(self, messages: Iterable[_Kept], call: _TracedCall) -> None:
        """
        Tell those who follow a call of what turns out to be of it.
        """
        for follower, followed in tuple(self._followers.items()):
            if followed in call.names:
                for each in messages:
                    follower.noted(_message(each))

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
        before, isCall = call.size, call is not self._others
        call.trim(self._config.callOctets if isCall else self._othersShare)
        self.size += call.size - before
        if isCall and not call.messages and not self.keeps:
            self._forget(call)

    def _forgetOldest(self) -> None:
        while self.size > self._config.totalOctets and self._calls:
            self._forget(next(iter(self._calls)))

    def _forget(self, call: _TracedCall) -> None:
        del self._calls[call]
        for name in call.names:
            del self._named[name]
        self.size -= call.size


def _flat(number: int, message: WireMessage) -> _Kept:
    at, protocol, transport, sent, local, peer, octets = message
    ends = (local.host, local.port, peer.host, peer.port)
    return (number, at, protocol.value, transport, sent, *ends, octets)


def _message(kept: _Kept) -> WireMessage:
    _, at, protocol, transport, sent, localHost, localPort, host, port, octets = kept
    local, peer = TransportAddress(localHost, localPort), TransportAddress(host, port)
    return WireMessage(at, WireProtocol(protocol), transport, sent, local, peer, octets)


def _sizeOf(kept: _Kept) -> int:
    return len(kept[-1]) + OVERHEAD


def _concerns(kept: _Kept, name: str) -> bool:
    host, port = kept[7:9]
    return name in ("", host) or name == str(TransportAddress(host, port))
