"""
A leg that goes on in a room: one side of a bridged call whose both parties are to go on there.

It counts as one that has called the room.  Its party, who is in a call already, hears nothing of
that but the others.
"""

from __future__ import annotations

from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.standin import StandIn
from h323d.values.address import PartyAddress
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.profile import MediaProfile

__all__ = ["MovedLeg"]


class MovedLeg(StandIn):
    """
    Stands for it in the call to the room.
    """

    def __init__(
        self, side: BridgeSide, ids: tuple[CallID, LegID], called: tuple[PartyAddress, ...]
    ) -> None:
        """
        @param side: of the old call; its leg comes over with L{comeOver}.
        @param ids: of the new call, and of the leg in it.
        @param called: the names of the room.
        """
        super().__init__(side, ids)
        self.called = called
        self._port = side.port if side.sound is SideSound.FLOWING else None

    def comeOver(self, profile: MediaProfile) -> None:
        """
        Report here from now on: it is answered, and perhaps heard.

        @param profile: what is spoken in the room.
        """
        self._leg.observe(self)
        self._observer.legAnswered(self)
        if self._port is not None:
            self._observer.legMediaReady(self, self._port, self._port.stream)
        self._settle(profile)
