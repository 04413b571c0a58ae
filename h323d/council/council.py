"""
One council: the guardians who are to meet in a room, those who do, and those who wait for a seat.

It lasts until it is dismissed, or has lasted as long as it may.  That nobody is there any more does
not end it: its type is to hold for who comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from h323d.call.applications import Refusal
from h323d.call.legs import ILeg
from h323d.call.timer import Timer
from h323d.conference.host import ROOM_FULL
from h323d.council.config import CouncilConfig
from h323d.council.context import CouncilContext
from h323d.council.kept import Convening, KeptCouncil
from h323d.council.member import LastRefusal, Member
from h323d.council.ringing import Media
from h323d.council.summons import Persistence
from h323d.events.council import (
    CouncilConvened,
    GuardianJoined,
    GuardianLeft,
    GuardianQueued,
    GuardianRefused,
)
from h323d.values.identifiers import CallID, LegID

__all__ = ["RESUME", "Council", "CouncilOwner"]

RESUME = 6.0  # seconds after a start, by which what guardians sign counts again in any case


class CouncilOwner(Protocol):
    """
    Who has all of them.
    """

    def councilLate(self, council: Council) -> None:
        """It has lasted as long as it may."""

    def councilChanged(self) -> None:
        """There is something that is to be kept of it."""


@dataclass(frozen=True, slots=True)
class _Seated:
    """
    One call of a guardian who is in the room.
    """

    member: Member
    callId: CallID
    legId: LegID


class Council:
    """
    One.

    @ivar convening: how it was convened.
    @ivar seats: how many may be in the room.
    @ivar kept: how many of these are kept for those who are rung.
    @ivar members: the guardians on the list, and those who have come without being on it; by the
        names of their entries, in their order.
    @ivar queued: those who wait for a seat, in their order.
    @ivar guests: legs in the room of which nobody knows whose they are.
    """

    def __init__(
        self,
        owner: CouncilOwner,
        context: CouncilContext,
        config: CouncilConfig,
        convening: Convening,
    ) -> None:
        self.convening = convening
        self.roomId, self.callType = convening.roomId, convening.callType
        self.seats = config.maxParticipants
        self.kept = 0
        self.members: dict[str, Member] = {}
        self.queued: dict[str, Member] = {}
        self.guests: set[LegID] = set()
        self._context = context
        self._config = config
        self._seated: dict[LegID, _Seated] = {}
        self._owner = owner
        self._resuming = Timer(context.clock)
        self._timer = Timer(context.clock)
        self._timer.start(max(0.0, convening.until - self._now), owner.councilLate, self)

    @property
    def _now(self) -> float:
        return self._context.clock.seconds()

    def call(self, names: Iterable[str]) -> None:
        """
        Call guardians, who are on the list from now on.
        """
        names = tuple(dict.fromkeys(names))
        self._context.events.publish(
            CouncilConvened(self._now, self.roomId, self.callType.value, self.seats, names)
        )
        members = [self._member(name) for name in names]
        for member in members:
            member.isExpected = True
        self._owner.councilChanged()
        for member in members:
            member.call()

    def resume(self, kept: KeptCouncil) -> None:
        """
        Go on after a restart: those who are expected may come at once, and who has not is called
        before long.
        """
        for name in kept.guardians:
            self._member(name).isExpected = True
        for name in kept.came:
            self._member(name).attended = True
        self._resuming.start(RESUME, self.call, kept.guardians)

    @property
    def lasting(self) -> KeptCouncil:
        """
        What outlives the process.
        """
        members = self.members.values()
        expected = tuple(each.name for each in members if each.isExpected)
        came = tuple(each.name for each in members if each.attended)
        return KeptCouncil(self.convening, expected, came)

    def _member(self, name: str) -> Member:
        member = self.members.get(name)
        if member is None:
            config = self._config
            persistence = Persistence(config.redials, config.redialSeconds)
            member = self.members[name] = Member(
                *(self, self._context, self.roomId, name, persistence),
                config.ringSeconds,
            )
        return member

    def appeared(self, name: str) -> None:
        """
        A guardian has registered.
        """
        if name in self.members:
            self.members[name].appeared()

    def dismiss(self) -> None:
        """
        Call nobody any more, and let nobody wait.
        """
        self._timer.stop()
        self._resuming.stop()
        self.queued.clear()  # or who waits would be called as others are no more
        for member in self.members.values():
            member.dismiss()
        for seated in tuple(self._seated.values()):
            self._tellLeft(seated)

    # What the room tells.

    def turnedAway(self, leg: ILeg, refusal: Refusal) -> None:
        member = self._memberOf(leg.legId)
        if member is not None:
            member.refusal = LastRefusal(refusal.reason.value, refusal.word, True)
            if refusal is ROOM_FULL:
                member.turnedAway()

    def joined(self, callId: CallID, legId: LegID) -> None:
        """
        Somebody is heard in the room.
        """
        seated = self._seated.get(legId)
        member = self._memberOf(legId) if seated is None else seated.member
        if member is None:
            self.guests.add(legId)
            return
        self._seated[legId] = _Seated(member, callId, legId)
        if not member.attended:
            member.attended = True
            self._owner.councilChanged()
        wasCalled = member.joined(legId)
        self._context.events.publish(
            GuardianJoined(self._now, self.roomId, member.name, callId, legId, wasCalled)
        )

    def over(self, legId: LegID) -> None:
        """
        A call is over, in the room or elsewhere.
        """
        self.guests.discard(legId)
        seated = self._seated.pop(legId, None)
        if seated is not None:
            seated.member.left(legId)
            self._tellLeft(seated)
        self.look()

    def _tellLeft(self, seated: _Seated) -> None:
        ids = seated.callId, seated.legId
        self._context.events.publish(GuardianLeft(self._now, self.roomId, seated.member.name, *ids))

    def look(self) -> None:
        """
        Call who has waited longest, as long as there is a seat.
        """
        for member in tuple(self.queued.values()):
            if self._context.host.lackAt(self.roomId) is not None:
                return
            member.call()

    def refused(self, fact: GuardianRefused) -> None:
        """
        The guard has not let in who is a guardian, or says so.
        """
        member = self.members.get(fact.guardian)
        if member is not None:
            member.refusal = LastRefusal(fact.reason, fact.detail, fact.isProven)

    def _memberOf(self, legId: LegID) -> Member | None:
        held = self._context.guard.holdings.of(legId)
        return None if held is None else self._member(held.lease.call.terminalId)

    # What members need.

    def keepSeat(self) -> bool:
        if self._context.host.lackAt(self.roomId) is not None:
            return False
        self.kept += 1
        return True

    def giveSeatBack(self) -> None:
        self.kept -= 1
        self.look()

    def mayQueue(self) -> bool:
        return len(self.queued) < self._config.waiting

    def queue(self, member: Member) -> None:
        self.queued[member.name] = member
        place = len(self.queued)
        self._context.events.publish(GuardianQueued(self._now, self.roomId, member.name, place))

    def unqueue(self, member: Member) -> None:
        self.queued.pop(member.name, None)

    def memberAnswered(self, member: Member, leg: ILeg, media: Media) -> None:
        self._seated[leg.legId] = _Seated(member, leg.callId, leg.legId)
        leg.introduce(leg.calling, member.name)  # whatever else its telephone shows
        guardian = self._context.guard.registry.byTerminalId(member.name)
        names = () if guardian is None else guardian.aliases
        self._context.host.seatCalled(leg, self.roomId, media, [each.value for each in names])

    def placeOf(self, member: Member) -> int:
        """
        Where somebody stands in the list of those who wait, from 1; 0 if they do not.
        """
        places = {name: index for index, name in enumerate(self.queued, 1)}
        return places.get(member.name, 0)

    @property
    def present(self) -> Iterator[Member]:
        """
        Who is there.
        """
        return (each for each in self.members.values() if each.calls)
