"""
A call that is to be made: what is decided of it before anybody is called.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.legs import ILeg, ILegObserver, IOriginator
from h323d.call.ways import Way
from h323d.values.address import PartyAddress
from h323d.values.identifiers import CallID
from h323d.values.media.profile import MediaProfile

__all__ = ["Dial"]


@dataclass(frozen=True, slots=True)
class Dial:
    """
    One leg that we shall make.

    @ivar originator: makes it; it speaks the protocol of C{way}.
    @ivar callId: the call that it will be of.
    @ivar calling: who calls, as the called party is told.
    @ivar way: whom to call, and where.
    """

    originator: IOriginator
    callId: CallID
    calling: tuple[PartyAddress, ...]
    way: Way

    def begin(self, profile: MediaProfile, observer: ILegObserver) -> ILeg:
        """
        Call them.

        @return: the leg, which reports to C{observer}, and not before it is returned.
        """
        leg: ILeg = self.originator.originate(
            self.callId, self.calling, self.way, profile, observer
        )
        return leg
