"""
One leg on its way into a room: from the host's answer until the call is known to be answered.

Until then it has no seat, and nobody sees or hears it: over UDP, whoever calls has to show
first that it is real.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.legs import ILeg
from h323d.call.observer import SilentObserver
from h323d.conference.roles import RoomRole
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID

__all__ = ["Arrival", "ArrivalOwner"]


class ArrivalOwner(Protocol):
    """
    What an arrival tells its host.
    """

    def arrivalAnswered(self, arrival: Arrival) -> None:
        """Its call is answered: it may have its seat."""

    def arrivalLeft(self, arrival: Arrival, cause: Cause) -> None:
        """It is gone before it had one."""


class Arrival(SilentObserver):
    """
    Waits at the door.

    @ivar roomId: where it wants to go.
    @ivar role: what it will be there; C{None} where a PIN has to tell.
    @ivar counted: the name by which its wrong PINs are.
    @ivar predecessor: whose seat it is to have; C{None} for one of its own.
    """

    def __init__(
        self,
        owner: ArrivalOwner,
        leg: ILeg,
        roomId: RoomID,
        role: RoomRole | None = RoomRole.PARTICIPANT,
        counted: str = "",
        predecessor: ILeg | None = None,
    ) -> None:
        self.leg = leg
        self.roomId = roomId
        self.role = role
        self.counted = counted
        self.predecessor = predecessor
        self._owner = owner

    def legAnswered(self, leg: ILeg) -> None:
        self._owner.arrivalAnswered(self)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._owner.arrivalLeft(self, cause)
