"""
What a routed call really uses: the logical channels that are seen to be open between its two
sides (ITU-T H.245, C.4 and C.5; H.323, 8.1.7 for fast start).

A channel counts from its acknowledgement, or from its place in the answer to a fast start,
until it is closed.  This reads what passes, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from h323d.gatekeeper.routed.rates import rateOf
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.h323.h245.messages import Choice, Fields, Message

__all__ = ["ChannelUsage", "Usage", "UsageOwner", "mayConcernChannels"]

MAXIMUM_CHANNELS = 64  # of one call that are kept in mind

_FIRST_OCTETS = frozenset((0x03, 0x04, 0x22, 0x23, 0x48, 0x49, 0x4A, 0x4B))
"""How the messages begin that L{ChannelUsage.heard} looks at: their alternatives (X.691, clause
23)."""

_NUMBER = "forwardLogicalChannelNumber"
_FORWARD = "forwardLogicalChannelParameters"
_REVERSE = "reverseLogicalChannelParameters"
_NOTHING: Choice = ("nullData", None)


def mayConcernChannels(octets: bytes) -> bool:
    """
    Whether a message of H.245 is worth decoding for what it says of channels.  Capability
    sets, the longest by far, are not.
    """
    return bool(octets) and octets[0] in _FIRST_OCTETS


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

    @ivar rate: of both its directions.
    @ivar limit: what the receiver asked the sender to keep to.
    """

    rate: int
    limit: int | None = None
    open: bool = False

    @property
    def used(self) -> int:
        if not self.open:
            return 0
        return self.rate if self.limit is None else min(self.rate, self.limit)


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
        self._channels: dict[tuple[int, int], _Channel] = {}
        self._started = False
        self._told = 0

    def heard(self, which: int, message: Message) -> None:
        """
        One side said something.
        """
        match message:
            case ("request", ("openLogicalChannel", dict(channel))):
                self._propose((which, channel[_NUMBER]), channel, False)
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
        for channel in elements:
            self._started = True
            # What the called side sends on is its own channel, by a number of its own.
            kind = channel[_FORWARD]["dataType"][0]
            opener = CALLED if kind == "nullData" and _REVERSE in channel else CALLER
            self._propose((opener, channel[_NUMBER]), channel, True)
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

    def _propose(self, key: tuple[int, int], channel: Fields, accepted: bool) -> None:
        self._channels.pop(key, None)  # proposed again, it takes the place of the first
        forward = rateOf(channel[_FORWARD]["dataType"])
        reverse = rateOf(channel.get(_REVERSE, {}).get("dataType", _NOTHING))
        if forward is None or reverse is None or len(self._channels) >= MAXIMUM_CHANNELS:
            self.missed()
            return
        self._channels[key] = _Channel(forward + reverse, open=accepted)

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
