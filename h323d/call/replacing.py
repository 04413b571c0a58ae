"""
A call that is to take the place of another: what comes of a transfer after consultation (RFC 3891).

Who transfers is in two calls with us.  Whom they leave in the one is to be joined with the other
party of the second; so the leg of theirs in that one gives its place to another.  Whose it is
decides who may ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import ICallerNames
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ILeg, namesOf

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
    owner, party = replacement.leg, _partyOf(replacement.leg, callers)
    if party:
        return party == _partyOf(asking, callers)
    return bool(owner.peer.host == asking.peer.host)


def _partyOf(leg: ILeg, callers: ICallerNames) -> str:
    """
    Who is at the other end; empty if they are not registered.
    """
    who = Inquiry(leg.protocol, leg.peer, namesOf(leg), (), leg.displayName)
    party: str = callers.nameOf(who).party
    return party
