"""
What happens between a server and the one that follows it (C{docs/explanation/lockstep.rst}).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact

__all__ = ["Diverged", "FollowerJoined", "FollowerLost", "InputQuarantined", "TookOver"]


@dataclass(frozen=True, slots=True)
class FollowerJoined(Fact):
    """
    Another server follows: what happens now is protected.

    @ivar turn: the first that it is told of.
    @ivar seconds: how long it took to join.
    """

    turn: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FollowerLost(Fact):
    """
    Nobody follows any more, until another has joined.

    @ivar reason: C{"ended"}; C{"slow"}, if it could not be told in time; C{"silent"}, if it said
        nothing for too long; C{"diverged"}; or why none could begin, in words.
    @ivar lag: how many turns it was behind.
    """

    reason: str
    lag: int


@dataclass(frozen=True, slots=True)
class TookOver(Fact):
    """
    Whoever followed leads now.

    @ivar why: C{"crashed"}, C{"hung"}, C{"killed"} or C{"handed over"}.
    @ivar seconds: from when that was noticed until calls were served again.
    @ivar epoch: one more each time.
    """

    why: str
    seconds: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Diverged(Fact):
    """
    A follower did something else than its leader, and has left: a fault of ours.

    @ivar turn: the first in which it did.
    @ivar reason: in words.
    @ivar led: what left, in that turn: orders with what they were about, of octets only how many.
        Empty if that was too long ago to be known.
    @ivar followed: what the follower would have sent.
    """

    turn: int
    reason: str
    led: tuple[str, ...]
    followed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputQuarantined(Fact):
    """
    What a leader died of was not done again: that datagram was dropped, or that connection closed.

    @ivar turn: in which it was to happen.
    @ivar kind: of input, as C{"datagram"} or C{"received"}.
    @ivar why: C{"crashed"} or C{"hung"}.
    @ivar source: whom it came from, as far as that is known; empty otherwise.
    @ivar octets: how many there were.
    """

    turn: int
    kind: str
    why: str
    source: str
    octets: int
