"""
A call that is to take the place of another: what comes of a transfer after consultation (RFC 3891).

Or of a pick-up, of a call that rings at somebody else's (RFC 5359, 2.16).

Who transfers is in two calls with us.  Whom they leave in the one is to be joined with the other
party of the second; so the leg of theirs in that one gives its place to another.  Whose it is
decides who may ask for it.  A call that rings, and is not answered, may be picked up by those also
who sit together with whom it rings at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import ICallerNames, partyOf
from h323d.call.legs import ILeg

__all__ = ["ALONE", "FORBIDDEN", "Neighbours", "Replacement", "isEntitled"]

FORBIDDEN = Refusal.of(Reason.NOT_PERMITTED, "replacesOthers")


@dataclass(frozen=True, slots=True)
class Replacement:
    """
    Whose place a call is to take.

    @ivar leg: theirs, which ends when the call is answered.
    @ivar referrer: the leg of who has the call made; C{None} if the caller wants it for itself.
    @ivar rings: whether they have not answered: the call is picked up.
    """

    leg: ILeg
    referrer: ILeg | None = None
    rings: bool = False


class Neighbours(Protocol):
    """
    Who knows who may pick up whose calls.
    """

    def sitTogether(self, one: str, other: str) -> bool:
        """
        Whether two parties may pick up each other's.

        @param one: as L{h323d.call.callers.CallerName.party}; not empty.
        @param other: likewise.
        """


class _Alone:
    def sitTogether(self, one: str, other: str) -> bool:
        return False


ALONE = _Alone()
"""
L{Neighbours} where nobody has any.
"""


def isEntitled(
    leg: ILeg, replacement: Replacement, callers: ICallerNames, neighbours: Neighbours = ALONE
) -> bool:
    """
    Whether a call may take that place: it is by the will of whose place it is, or of their group.

    @param leg: of the call.
    @param callers: knows who is registered.
    """
    asking = replacement.referrer or leg
    owner, party = replacement.leg, partyOf(replacement.leg, callers)
    if not party:
        return bool(owner.peer.host == asking.peer.host)
    other = partyOf(asking, callers)
    isNear = replacement.rings and bool(other) and neighbours.sitTogether(party, other)
    return party == other or isNear
