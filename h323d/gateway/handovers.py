"""
How the sides of a bridge leave it for another call, and who has that done.

A side may have the other's party call somebody else (L{h323d.gateway.transferredleg}), and a side
may have to give its place to another leg: whoever it talks with then goes on with that one
(L{h323d.gateway.joinedleg}), and it is let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.legs import ILeg, ITransferRequest, endedBy, namesOf
from h323d.call.transfers import MAXIMUM_TRANSFERS
from h323d.call.ways import Way
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.bridginginputs import Bridging
from h323d.gateway.context import BridgeContext
from h323d.gateway.facts import BridgeFacts
from h323d.gateway.joinedleg import JoinedLeg
from h323d.gateway.movedleg import MovedLeg
from h323d.gateway.successor import Successor
from h323d.gateway.transferredleg import TransferredLeg
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause

__all__ = ["Handovers", "HandoversOwner", "wayTo"]


class HandoversOwner(Protocol):
    """
    What they need of the bridge.
    """

    def otherOf(self, side: BridgeSide) -> BridgeSide | None:
        """Whom a side talks with."""

    def wayTo(self, side: BridgeSide) -> Way:
        """How a side was called; or how it could be, that has called us."""

    def sideLeaves(self, side: BridgeSide) -> None:
        """Its leg goes on elsewhere."""

    def goesOn(self, successor: Successor, joined: JoinedLeg, way: Way) -> None:
        """Those two are a call of their own now."""


@dataclass(frozen=True, slots=True)
class _Transfer:
    """
    @ivar referrer: who asked for it.
    @ivar leg: that of the other, in the call that is to come of it.
    """

    referrer: BridgeSide
    leg: TransferredLeg


class Handovers:
    """
    Those of one bridge.
    """

    def __init__(
        self, owner: HandoversOwner, machine: Bridging, context: BridgeContext, caller: ILeg
    ) -> None:
        """
        @param machine: how far the call has come.
        @param caller: the leg that has called here.
        """
        self._owner = owner
        self._machine = machine
        self._context = context
        self._facts = BridgeFacts(context)
        self._made = caller.transfers if isinstance(caller, TransferredLeg) else 0
        self._transfer: _Transfer | None = None  # that was begun last

    @property
    def isOneMore(self) -> bool:
        """
        Whether the call has come of a transfer itself.
        """
        return self._made > 0

    def isReferrer(self, side: BridgeSide) -> bool:
        """
        Whether a side has the other's party call somebody else.
        """
        return self._transfer is not None and side is self._transfer.referrer

    # Somebody else is to be called.

    def begin(self, side: BridgeSide, request: ITransferRequest) -> None:
        """
        Have the other side's party call whom a side has named.
        """
        context, other = self._context, self._owner.otherOf(side)
        party = context.partyOf(side.leg)
        mayCall = party or context.config.acceptUnregistered
        if other is None or not mayCall or self._made >= MAXIMUM_TRANSFERS:
            self.refuse(request)
            self._machine.transferFailed()
            return
        request.accept()
        sides = other, side
        leg = TransferredLeg(self, sides, request, context.newIds(), self._made + 1, party)
        self._transfer = _Transfer(side, leg)
        context.taker.legOffered(leg)

    def refuse(self, request: ITransferRequest) -> None:
        request.fail(Cause.FACILITY_REJECTED)

    def moveOn(self) -> None:
        """
        Let the other side go on where it is to go, before that call is answered.
        """
        if self._transfer is not None:
            self._transfer.leg.move()

    def lose(self, cause: Cause) -> None:
        """
        There is nobody to go on.
        """
        if self._transfer is not None:
            self._transfer.leg.lose(cause)

    # What the leg that goes on tells.

    def sideMoves(self, side: BridgeSide) -> None:
        assert self._transfer is not None  # or nobody would move
        side.depart()
        self._facts.tellTransferred(side.leg, self._transfer.leg)
        self._owner.sideLeaves(side)
        self._machine.transferred()

    def transferFailed(self) -> None:
        self._transfer = None
        self._machine.transferFailed()

    # Somebody is to have the place of a side.

    def expect(self, side: BridgeSide, leg: ILeg) -> None:
        """
        Answer who is to have a side's place.
        """
        leg.observe(Successor(self, leg, side))
        leg.answer(self._context.profile(leg.protocol, self._owner.otherOf(side)))

    def successorAnswered(self, successor: Successor) -> None:
        self._machine.successorAnswered(successor)

    def successorGone(self, successor: Successor, cause: Cause) -> None:
        leg = successor.leg
        self._facts.tellEnded(leg, cause, endedBy(leg), None)

    def yieldPlace(self, successor: Successor) -> None:
        """
        Let whom the side talks with go on with who is to have its place.
        """
        leg, other = successor.leg, self._owner.otherOf(successor.side)
        assert other is not None  # they talk
        way = self._owner.wayTo(other)
        ids = leg.callId, self._context.newIds()[1]
        joined = JoinedLeg(other, ids, leg.calling)
        other.depart()
        self._facts.tellTransferred(other.leg, joined)
        self._owner.sideLeaves(other)
        self._owner.goesOn(successor, joined, way)

    # Both are to go on elsewhere.

    def disband(self, caller: BridgeSide, called: tuple[PartyAddress, ...]) -> tuple[MovedLeg, ...]:
        """
        Let both who talk go on, each in a call of its own.

        @param called: whom that has called, as it were.

        @return: the legs in those calls; none, if they do not talk.
        """
        other = self._owner.otherOf(caller)
        if other is None or not (_talks(caller) and _talks(other)):
            return ()
        moved = tuple(self._moveOut(side, called) for side in (caller, other))
        self._machine.clear(Cause.NORMAL_CALL_CLEARING)
        return moved

    def _moveOut(self, side: BridgeSide, called: tuple[PartyAddress, ...]) -> MovedLeg:
        moved = MovedLeg(side, self._context.newIds(), called)
        side.depart()
        self._facts.tellTransferred(side.leg, moved)
        self._owner.sideLeaves(side)
        return moved


def _talks(side: BridgeSide) -> bool:
    return side.answered and side.sound is not SideSound.OVER


def wayTo(leg: ILeg) -> Way:
    """
    How the party at the other end of a leg could be called.
    """
    return Way(leg.protocol, leg.peer, namesOf(leg))
