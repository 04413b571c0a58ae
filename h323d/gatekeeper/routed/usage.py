"""
What a routed call really uses: the logical channels that are seen to be open between its two
sides (ITU-T H.245, C.4 and C.5; H.323, 8.1.7 for fast start).

A channel counts from its acknowledgement, or from its place in the answer to a fast start,
until it is closed.  This reads what passes, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from h323d.gatekeeper.routed.flows import Flow, flowsOf, neededBy
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.h323.h245.messages import Fields, Message

__all__ = [
    "ChannelName",
    "ChannelUsage",
    "Usage",
    "UsageOwner",
    "fastStarted",
    "mayConcernChannels",
]

MAXIMUM_CHANNELS = 64  # of one call that are kept in mind

_FIRST_OCTETS = frozenset((0x03, 0x04, 0x22, 0x23, 0x48, 0x49, 0x4A, 0x4B))
"""How the messages begin that L{ChannelUsage.heard} looks at: their alternatives (X.691, clause
23)."""

_NUMBER = "forwardLogicalChannelNumber"
_FORWARD = "forwardLogicalChannelParameters"
_REVERSE = "reverseLogicalChannelParameters"

ChannelName = tuple[int, int]
"""
A channel: the side that opened it, and the number that this side gave it.
"""


def mayConcernChannels(octets: bytes) -> bool:
    """
    Whether a message of H.245 is worth decoding for what it says of channels.  Capability
    sets, the longest by far, are not.
    """
    return bool(octets) and octets[0] in _FIRST_OCTETS


def fastStarted(elements: Iterable[Fields]) -> dict[ChannelName, Fields]:
    """
    The channels that an answer to a fast start opens.

    @param elements: the C{OpenLogicalChannel}s that the called side accepts.
    """
    channels = {}
    for channel in elements:
        # What the called side sends on is its own channel, by a number of its own.
        kind = channel[_FORWARD]["dataType"][0]
        opener = CALLED if kind == "nullData" and _REVERSE in channel else CALLER
        channels[opener, channel[_NUMBER]] = channel
    return channels


class Usage(NamedTuple):
    """
    What is seen of a call's channels.

    @ivar used: the media of all that are open, both directions together, in units of
        100 bit/s.
    @ivar complete: whether there can be no others.
    """

    used: int
    complete: bool


class UsageOwner(Protocol):
    """
    Whoever wants to know.
    """

    def usageChanged(self, usage: Usage) -> None:
        """Channels were opened or closed."""


@dataclass(slots=True)
class _Channel:
    """
    One that is proposed or open.

    @ivar flows: its two directions.
    @ivar limit: what the receiver asked the sender to keep to.
    """

    flows: tuple[Flow, ...]
    limit: int | None = None
    open: bool = False

    @property
    def used(self) -> int:
        if not self.open:
            return 0
        rate = sum(each.rate for each in self.flows)
        return rate if self.limit is None else min(rate, self.limit)


class ChannelUsage:
    """
    The channels of one call.  Each is found by the side that opened it, and the number that
    this side gave it: both sides number on their own.
    """

    def __init__(self, owner: UsageOwner, seesAll: bool) -> None:
        """
        @param seesAll: whether all H.245 passes here, whichever way the sides choose.
        """
        self._owner = owner
        self._complete = seesAll
        self._channels: dict[ChannelName, _Channel] = {}
        self._started = False
        self._told = 0

    @property
    def isFull(self) -> bool:
        """
        Whether no other channel can be kept in mind.
        """
        return len(self._channels) >= MAXIMUM_CHANNELS

    def neededWith(self, more: Mapping[ChannelName, Iterable[Flow]]) -> int:
        """
        What all channels need, those that are only proposed too, if there are these besides; in
        units of 100 bit/s.
        """
        others = (each.flows for name, each in self._channels.items() if name not in more)
        return neededBy(flow for flows in (*others, *more.values()) for flow in flows)

    def heard(self, which: int, message: Message) -> None:
        """
        One side said something.
        """
        match message:
            case ("request", ("openLogicalChannel", dict(channel))):
                self._propose((which, channel[_NUMBER]), flowsOf(which, channel), False)
            case ("response", ("openLogicalChannelAck", dict(answer))):
                proposed = self._channels.get((1 - which, answer[_NUMBER]))
                if proposed is not None:
                    proposed.open = True
            case ("response", ("openLogicalChannelReject", dict(answer))):
                self._channels.pop((1 - which, answer[_NUMBER]), None)
            case ("request", ("closeLogicalChannel", dict(channel))):
                self._channels.pop((which, channel[_NUMBER]), None)
            case ("command", ("flowControlCommand", dict(command))):
                self._limit(1 - which, command)
            case ("command", ("endSessionCommand", _)):
                self._channels.clear()
            case _:
                return
        self._tell()

    def fastStarted(self, elements: Iterable[Fields]) -> None:
        """
        The called side answered a fast start; it may say the same again later.

        @param elements: the C{OpenLogicalChannel}s that it accepts.
        """
        if self._started:
            return
        for name, channel in fastStarted(elements).items():
            self._started = True
            self._propose(name, flowsOf(CALLER, channel), True)
        self._tell()

    def missed(self) -> None:
        """
        Something passed that could not be read.
        """
        if self._complete:
            self._complete = False
            self._owner.usageChanged(Usage(self._told, False))

    def forget(self) -> None:
        """
        All channels are gone with one of the sides, or with the call.
        """
        self._channels.clear()
        self._started = False
        self._tell()

    def _propose(self, name: ChannelName, flows: tuple[Flow, Flow] | None, accepted: bool) -> None:
        self._channels.pop(name, None)  # proposed again, it takes the place of the first
        if flows is None or self.isFull:
            self.missed()
            return
        self._channels[name] = _Channel(flows, open=accepted)

    def _limit(self, opener: int, command: Fields) -> None:
        """
        Who receives on a channel asks who sends to take less (H.245, C.8.4).
        """
        kind, number = command["scope"]
        channel = self._channels.get((opener, number)) if kind == "logicalChannelNumber" else None
        if channel is not None:
            restriction, rate = command["restriction"]
            channel.limit = rate if restriction == "maximumBitRate" else None

    def _tell(self) -> None:
        used = sum(each.used for each in self._channels.values())
        if used != self._told:
            self._told = used
            self._owner.usageChanged(Usage(used, self._complete))
