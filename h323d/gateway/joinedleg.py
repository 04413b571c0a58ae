"""
A leg that is joined with another in a call of their own: the far side of who has transferred them
after consultation, as the called side of the new call.

Its party has talked with who transferred, and goes on talking; nobody rings.
"""

from __future__ import annotations

from h323d.call.legs import LegDirection
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.standin import StandIn
from h323d.values.address import PartyAddress
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.profile import MediaProfile

__all__ = ["JoinedLeg"]


class JoinedLeg(StandIn):
    """
    Stands for it in the new call, in which it counts as one that we have called.
    """

    direction = LegDirection.OUTGOING

    def __init__(
        self, side: BridgeSide, ids: tuple[CallID, LegID], calling: tuple[PartyAddress, ...]
    ) -> None:
        """
        @param side: of the old call; its leg comes over with L{comeOver}.
        @param ids: of the new call, and of the leg in it.
        @param calling: who is joined with it.
        """
        super().__init__(side, ids)
        self.called, self.calling = self.calling, calling
        self._port = side.port if side.sound is SideSound.FLOWING else None

    def comeOver(self, profile: MediaProfile) -> None:
        """
        Report here from now on: it is answered, and perhaps heard.

        @param profile: what it may speak.
        """
        self._leg.observe(self)
        self._observer.legAnswered(self)
        if self._port is not None:
            self._observer.legMediaReady(self, self._port, self._port.stream)
        self._settle(profile)
