"""
Where those are who are asked for the PIN of a room: they are answered, and have no seat.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Reason, Refusal
from h323d.call.legs import ILeg, endedBy
from h323d.call.media import IMediaPool
from h323d.call.observer import SilentObserver
from h323d.conference.access import RoomAccess
from h323d.conference.arrival import Arrival
from h323d.conference.asking import Patience
from h323d.conference.config import ConferenceConfig
from h323d.conference.failures import Failures
from h323d.conference.roles import RoomRole
from h323d.conference.visitor import Visitor
from h323d.events.bus import EventBus
from h323d.events.calls import CallAnswered, CallEnded, CallRefused, DigitReceived
from h323d.events.rooms import PINEntered
from h323d.sounds.house import Sounds
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID
from h323d.values.media.digits import DigitMethod

__all__ = ["TOO_MANY", "WRONG_PIN", "Lobby", "LobbyOwner"]

WRONG_PIN = Refusal(Cause.CALL_REJECTED, Reason.NOT_PERMITTED, "wrongPIN")
TOO_MANY = Refusal(Cause.CALL_REJECTED, Reason.RATE_EXCEEDED, "wrongPINs")


class LobbyOwner(Protocol):
    """
    Whom the lobby tells who has passed it.
    """

    def visitorAdmitted(self, visitor: Visitor, role: RoomRole) -> None:
        """It may have its seat, if there still is one."""


class Lobby:
    """
    @ivar visitors: who is asked, by leg.
    """

    def __init__(
        self,
        owner: LobbyOwner,
        clock: IReactorTime,
        events: EventBus,
        pool: IMediaPool,
        sounds: Sounds,
    ) -> None:
        """
        @param sounds: the prompts.
        """
        self.visitors: dict[LegID, Visitor] = {}
        self._owner = owner
        self._clock = clock
        self._events = events
        self._pool = pool
        self._sounds = sounds
        self._failures = Failures(clock)

    @property
    def legs(self) -> Iterator[ILeg]:
        """
        Of those who are asked.
        """
        return (visitor.leg for visitor in tuple(self.visitors.values()))

    def refusalOf(self, counted: str, config: ConferenceConfig) -> Refusal | None:
        """
        Why somebody is not asked any more; C{None} if they are.

        @param counted: the name by which their failures are
            (L{h323d.conference.failures.failingName}).
        """
        return TOO_MANY if self._hasFailed(counted, config.pinFailures) else None

    def _hasFailed(self, counted: str, most: int) -> bool:
        return most > 0 and self._failures.reach(counted, most)

    def enter(self, arrival: Arrival, access: RoomAccess, config: ConferenceConfig) -> None:
        """
        Ask somebody whose call was just answered.
        """
        leg = arrival.leg
        patience = Patience(config.pinTries, config.pinSeconds, config.pinPause, config.pinFailures)
        visitor = Visitor(
            *(self, arrival, access, patience),
            *(self._pool, self._sounds, self._clock),
        )
        self.visitors[leg.legId] = visitor
        leg.observe(visitor)
        self._events.publish(CallAnswered(self._clock.seconds(), leg.callId, leg.legId))
        visitor.begin()

    def visitorDigit(self, visitor: Visitor, method: DigitMethod) -> None:
        leg, now = visitor.leg, self._clock.seconds()
        self._events.publish(DigitReceived(now, leg.callId, leg.legId, method.value))

    def visitorEnters(self, visitor: Visitor, entered: str) -> RoomRole | None:
        leg, arrival, now = visitor.leg, visitor.arrival, self._clock.seconds()
        # Who calls often at the same time has not more tries for that.
        isLate = self._hasFailed(arrival.counted, visitor.patience.failures)
        role = None if isLate else visitor.access.roleFor(entered)
        if entered:
            if role is None:
                self._failures.count(arrival.counted)
            isRight = role is not None
            self._events.publish(PINEntered(now, arrival.roomId, leg.callId, leg.legId, isRight))
        return role

    def visitorPassed(self, visitor: Visitor, role: RoomRole) -> None:
        del self.visitors[visitor.leg.legId]
        self._owner.visitorAdmitted(visitor, role)

    def visitorFailed(self, visitor: Visitor) -> None:
        leg, now = visitor.leg, self._clock.seconds()
        del self.visitors[leg.legId]
        self._events.publish(
            CallRefused(now, leg.callId, leg.legId, WRONG_PIN.cause, WRONG_PIN.word)
        )
        leg.observe(SilentObserver())
        leg.hangup(WRONG_PIN.cause)

    def visitorLeft(self, visitor: Visitor, cause: Cause) -> None:
        leg, now = visitor.leg, self._clock.seconds()
        del self.visitors[leg.legId]
        self._events.publish(CallEnded(now, leg.callId, leg.legId, cause, endedBy(leg)))
