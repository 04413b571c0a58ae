"""
One guardian of a council: whether they are there, and what is done so that they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.legs import ILeg
from h323d.council.context import CouncilContext
from h323d.council.ringing import NOBODY, Media, Ringing, Rung
from h323d.council.summons import Persistence, newSummons
from h323d.events.council import GuardianAbsent
from h323d.guard.registry.guardian import Guardian, Status
from h323d.tracing import stateName
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, RoomID

__all__ = ["CROWDED", "LastRefusal", "Member", "MemberOwner"]

ANOTHER = "anotherGuardian"  # has answered
CROWDED = "roomFull"
UNLISTED = "notListed"


@dataclass(frozen=True, slots=True)
class LastRefusal:
    """
    Why a guardian, or who says to be one, was not let in.

    @ivar reason: as it was told.
    @ivar detail: the gate's own word.
    @ivar isProven: whether it was the guardian.
    """

    reason: str
    detail: str
    isProven: bool


class MemberOwner(Protocol):
    """
    What a member needs of the council.
    """

    def keepSeat(self) -> bool:
        """Keep a seat for who is rung, unless there is none."""

    def giveSeatBack(self) -> None:
        """It is not needed, or taken."""

    def mayQueue(self) -> bool:
        """Whether one more may wait for a seat."""

    def queue(self, member: Member) -> None:
        """One waits for a seat."""

    def unqueue(self, member: Member) -> None:
        """One does no more."""

    def memberAnswered(self, member: Member, leg: ILeg, media: Media) -> None:
        """One has answered, and is to have the seat that is kept."""


class Member:
    """
    One guardian.

    @ivar name: of the entry.
    @ivar isExpected: whether they are on the list, and not only somebody who has come.
    @ivar attended: whether they have been there.
    @ivar calls: in the room, by leg: whether we have rung them.
    @ivar attempts: how often they were rung.
    @ivar why: why the last attempt came to nothing; empty if none did.
    @ivar refusal: the last; C{None} if there was none.
    """

    def __init__(
        self,
        owner: MemberOwner,
        context: CouncilContext,
        roomId: RoomID,
        name: str,
        persistence: Persistence,
        ringSeconds: float,
    ) -> None:
        self.name = name
        self.isExpected = self.attended = False
        self.calls: dict[LegID, bool] = {}
        self.attempts = 0
        self.why = ""
        self.refusal: LastRefusal | None = None
        self._owner = owner
        self._context = context
        self._roomId = roomId
        self._ringSeconds = ringSeconds
        self._ringing: Ringing | None = None
        self._summons = newSummons(self, context.clock, persistence)

    @property
    def state(self) -> str:
        """
        How far their summons is, in a word.
        """
        return stateName(self._summons)

    def call(self) -> None:
        """
        Have them rung, unless they are there, or are being rung.
        """
        self._summons.call()

    def appeared(self) -> None:
        """
        They have registered; who could not be called for want of that is called now.
        """
        if self.why == NOBODY:
            self._summons.appeared()

    def turnedAway(self) -> None:
        """
        They have called, and there was no seat.
        """
        if self._owner.mayQueue():
            self._summons.full()

    def joined(self, legId: LegID) -> bool:
        """
        They have a seat, by this leg.

        @return: whether we have rung them.
        """
        self.why = ""
        wasCalled = self.calls.setdefault(legId, False)
        self._summons.joined()
        return wasCalled

    def left(self, legId: LegID) -> None:
        """
        They have no seat by this leg any more.
        """
        del self.calls[legId]
        if not self.calls:
            self._summons.left()

    def dismiss(self) -> None:
        """
        Ring them no more, for good.
        """
        self._summons.dismiss()

    # What the machine wants.

    def ring(self) -> None:
        guardian = self._context.guard.registry.byTerminalId(self.name)
        obstacle = _obstacle(guardian)
        if guardian is None or obstacle:
            self.rungFailed(obstacle)
        elif self._owner.keepSeat():
            self._ringAt(guardian)
        elif self._owner.mayQueue():
            self._summons.crowded()
        else:
            self.rungFailed(CROWDED)

    def _ringAt(self, guardian: Guardian) -> None:
        self.attempts += 1
        rung = Rung(self._roomId, self.name, self.attempts)
        self._ringing = Ringing(self, self._context, rung, self._ringSeconds)
        self._ringing.begin(self._context.places.ways(guardian))

    def hush(self) -> None:
        ringing, self._ringing = self._ringing, None
        if ringing is not None:
            ringing.stop()
            self._owner.giveSeatBack()

    def queue(self) -> None:
        self._owner.queue(self)

    def unqueue(self) -> None:
        self._owner.unqueue(self)

    def giveUp(self, why: str) -> None:
        now = self._context.clock.seconds()
        self._context.events.publish(
            GuardianAbsent(now, self._roomId, self.name, why, self.attempts)
        )

    # What comes of ringing.

    def rungAnswered(self, leg: ILeg, media: Media) -> None:
        guard = self._context.guard
        obstacle = _obstacle(guard.registry.byTerminalId(self.name))
        held = guard.holdings.of(leg.legId)
        if held is not None and held.lease.call.terminalId != self.name:
            obstacle = ANOTHER
        if obstacle:  # since it rang
            leg.hangup(Cause.CALL_REJECTED)
            self.rungFailed(obstacle)
            return
        self.why = ""
        self.calls[leg.legId] = True
        self._owner.memberAnswered(self, leg, media)
        self._summons.joined()  # and the seat that was kept is theirs

    def rungFailed(self, why: str) -> None:
        self.why = why
        self.hush()
        self._summons.failed(why)


def _obstacle(guardian: Guardian | None) -> str:
    """
    Why a guardian is not to be called; empty if they are.
    """
    if guardian is None:
        return UNLISTED
    return "" if guardian.status is Status.ACTIVE else guardian.status.value
