"""
Observers that let everything happen: the base of those who care for some of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from zope.interface import implementer

from h323d.call.legs import ILeg, ILegObserver, ITransferRequest
from h323d.call.media import IMediaPort, IMixerObserver
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = ["SilentObserver", "Unheeded"]


@implementer(ILegObserver)
class SilentObserver:
    """
    Does nothing, whatever the leg reports; so nobody is called for its peer.
    """

    def legDialled(self, leg: ILeg) -> None:
        pass

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        pass

    def legAlerting(self, leg: ILeg) -> None:
        pass

    def legAnswered(self, leg: ILeg) -> None:
        pass

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        pass

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        pass

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        pass

    def legPictureWanted(self, leg: ILeg) -> None:
        pass

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        request.fail(Cause.FACILITY_REJECTED)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        by.reject(Cause.FACILITY_REJECTED)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        pass


@implementer(IMixerObserver)
class Unheeded:
    """
    Whom a mixer reports to where nobody has to be told: those in it know.
    """

    def activeSpeaker(self, portId: int | None) -> None:
        pass

    def levels(self, levels: Mapping[int, float]) -> None:
        pass
