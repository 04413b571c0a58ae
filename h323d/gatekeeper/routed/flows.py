"""
What flows by logical channels: who sends it, in which session (ITU-T H.245, B.3), and how much.

Of one session in one direction the greatest counts of what is open at once: one channel takes the
place of another while codecs change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from h323d.gatekeeper.routed.rates import rateOf
from h323d.h323.h245.messages import Choice, Fields

__all__ = ["Flow", "flowsOf", "neededBy"]

_PARTS = ("forwardLogicalChannelParameters", "reverseLogicalChannelParameters")
_PRIMARY = {"audioData": 1, "videoData": 2}  # the sessions of who leaves the number to the master
_PARAMETERS = "h2250LogicalChannelParameters"
_NOTHING: Choice = ("nullData", None)


class Flow(NamedTuple):
    """
    One direction of a channel.

    @ivar sender: the side that sends on it.
    @ivar session: the C{sessionID}; 0 for none of sound or pictures.
    @ivar rate: in units of 100 bit/s.
    """

    sender: int
    session: int
    rate: int


def flowsOf(sender: int, channel: Fields) -> tuple[Flow, Flow] | None:
    """
    Both directions of an C{OpenLogicalChannel}.

    @param sender: the side that sends forward.

    @return: C{None} where it cannot be told how much they need.
    """
    forward, reverse = (_flowOf(each, channel.get(part, {})) for each, part in _sent(sender))
    return None if forward is None or reverse is None else (forward, reverse)


def _sent(sender: int) -> Iterable[tuple[int, str]]:
    return zip((sender, 1 - sender), _PARTS, strict=True)


def _flowOf(sender: int, part: Fields) -> Flow | None:
    dataType = part.get("dataType", _NOTHING)
    rate = rateOf(dataType)
    if rate is None:
        return None
    kind, parameters = part.get("multiplexParameters", _NOTHING)
    told = parameters["sessionID"] if kind == _PARAMETERS else 0
    return Flow(sender, told or _PRIMARY.get(dataType[0], 0), rate)


def neededBy(flows: Iterable[Flow]) -> int:
    """
    What they need together, in units of 100 bit/s.
    """
    greatest: dict[tuple[int, int], int] = {}
    for sender, session, rate in flows:
        greatest[sender, session] = max(rate, greatest.get((sender, session), 0))
    return sum(greatest.values())
