"""
Bidirectional channels that the peer wants: none is taken yet.

H.323 has them for data (T.120) and far-end camera control (H.224); each is
refused by its own entity, with the cause that fits.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.blcse import newIncomingBLCSE
from h323d.h323.h245.lcse import CloseSource, LCSEError
from h323d.h323.h245.messages import Fields, response
from h323d.h323.h245.owner import H245Owner

__all__ = ["BidirectionalChannels"]

_CAUSES = {
    "audioData": "unsuitableReverseParameters",  # sound is unidirectional in H.323
    "videoData": "dataTypeNotSupported",
    "data": "dataTypeNotSupported",
}


class BidirectionalChannels:
    """
    Refuses them all.
    """

    def __init__(self, owner: H245Owner, clock: IReactorTime) -> None:
        self._owner = owner
        self._clock = clock

    def openLogicalChannel(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        blcse = newIncomingBLCSE(self, self._clock, number)
        blcse.openLogicalChannel(fields)
        kind = fields["forwardLogicalChannelParameters"]["dataType"][0]
        blcse.releaseRequest(_CAUSES.get(kind, "unknownDataType"))

    # IncomingBLCSEOwner

    def establishIndication(self, number: int, channel: Fields) -> None:
        """Answered by L{openLogicalChannel}, which caused it."""

    def establishConfirmIncoming(self, number: int) -> None:
        """Does not happen: nothing is accepted."""

    def releaseIndicationIncoming(self, number: int, source: CloseSource) -> None:
        """Does not happen: nothing is accepted."""

    def sendOpenAck(self, number: int) -> None:
        """Does not happen: nothing is accepted."""

    def sendOpenReject(self, number: int, cause: str) -> None:
        fields = {"forwardLogicalChannelNumber": number, "cause": (cause, None)}
        self._owner.sendControl(response("openLogicalChannelReject", fields))

    def sendCloseAck(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(response("closeLogicalChannelAck", fields))

    def errorIndication(self, number: int, error: LCSEError) -> None:
        """Does not happen: no machine outlives its refusal."""
