"""
The configuration of the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.gateway.selection import Preference
from h323d.values.live import Live

__all__ = ["GatewayConfig"]


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """
    Calls that end here, and go on from here by a call of our own: between SIP and H.323, and
    from one SIP phone to another.
    """

    maxCalls: Live[int] = 1000
    """How many there may be at one time; more are refused with cause 47."""

    acceptUnregistered: Live[bool] = False
    """Whether somebody who is not registered may call others than our rooms through the gateway."""

    answerTimeout: Live[float] = 180.0
    """Seconds that the called party has to answer, on all its ways together."""

    wayTimeout: Live[float] = 6.0
    """Seconds in which something has to be heard of a call on one way; after that, it goes on by
    the next."""

    progressTimeout: Live[float] = 20.0
    """Seconds in which more has to be heard of a call on one way than that it is worked on, if
    there is a next; 0 gives it all the time that the called party has."""

    ringTimeout: Live[float] = 30.0
    """Seconds that the places of a party which are called at the same time have to answer, if it
    has others that it likes less."""

    failoverCauses: Live[tuple[int, ...]] = (3, 18, 20, 27, 34, 38, 41, 42, 44, 47, 102)
    """The causes (Q.850) of a refusal after which the next way to the called party is tried; after
    any, where the ways are places that it has registered itself."""

    maxBranches: Live[int] = 10
    """At how many places one call is tried, at the same time and one after the other; those beyond
    are not called."""

    busySeconds: Live[float] = 3.0
    """Seconds for which somebody who is in a call already hears that whom they are to be joined
    with cannot be had, before that call ends too; 0 ends it at once."""

    packetMs: Live[int] = 20
    """Milliseconds of sound in each packet that we send, unless the peer asks otherwise."""

    audioFormats: Live[tuple[str, ...]] = ()
    """What sides may speak at all; if nothing is named, whatever is loaded, or can be passed, and
    with a guard, what guard.bridgedFormats names."""

    codecPreference: Live[Preference] = Preference.QUALITY
    """
    Which format a side is offered first, of those that the other side speaks too: what sounds
    best, or what the caller names first.
    """

    maxBitRate: Live[int] = 0
    """
    Kbit/s, with headers, that the sound of a side may take each way: formats that take more
    come last. 0 for any.
    """

    def __post_init__(self) -> None:
        if self.maxCalls < 1:
            raise ValueError("maxCalls: must be at least 1")
        if self.answerTimeout <= 0:
            raise ValueError("answerTimeout: must be more than 0")
        if self.wayTimeout <= 0:
            raise ValueError("wayTimeout: must be more than 0")
        if self.progressTimeout < 0:
            raise ValueError("progressTimeout: must be 0 or more")
        if self.maxBranches < 1:
            raise ValueError("maxBranches: must be at least 1")
        if self.ringTimeout <= 0:
            raise ValueError("ringTimeout: must be more than 0")
        if not all(1 <= cause <= 127 for cause in self.failoverCauses):
            raise ValueError("failoverCauses: must be 1 to 127")
        if self.maxBitRate < 0:
            raise ValueError("maxBitRate: must be 0 or more")
        if self.busySeconds < 0:
            raise ValueError("busySeconds: must be 0 or more")
        if self.packetMs not in (10, 20, 30, 40, 50, 60):
            raise ValueError("packetMs: must be 10, 20, 30, 40, 50 or 60")
