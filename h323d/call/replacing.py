"""
A call that is to take the place of another: what comes of a transfer after consultation (RFC 3891).

Who transfers is in two calls with us.  Whom they leave in the one is to be joined with the other
party of the second; so the leg of theirs in that one gives its place to another.  Whose it is
decides who may ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import ICallerNames, partyOf
from h323d.call.legs import ILeg

__all__ = ["FORBIDDEN", "Replacement", "isEntitled"]

FORBIDDEN = Refusal.of(Reason.NOT_PERMITTED, "replacesOthers")


@dataclass(frozen=True, slots=True)
class Replacement:
    """
    Whose place a call is to take.

    @ivar leg: theirs, which ends when the call is answered.
    @ivar referrer: the leg of who has the call made; C{None} if the caller wants it for itself.
    """

    leg: ILeg
    referrer: ILeg | None = None


def isEntitled(leg: ILeg, replacement: Replacement, callers: ICallerNames) -> bool:
    """
    Whether a call may take that place: it is by the will of whose place it is.

    @param leg: of the call.
    @param callers: knows who is registered.
    """
    asking = replacement.referrer or leg
    owner, party = replacement.leg, partyOf(replacement.leg, callers)
    if party:
        return party == partyOf(asking, callers)
    return bool(owner.peer.host == asking.peer.host)
