"""
What is told of a bridged call.
"""

from __future__ import annotations

from twisted.logger import Logger

from h323d.call.legs import ILeg
from h323d.events.bus import Fact
from h323d.events.calls import (
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOriginated,
    CallRouted,
    CallTransferred,
    DigitReceived,
    PictureWanted,
    SoundBegan,
    SoundEnded,
)
from h323d.gateway.context import BridgeContext
from h323d.gateway.refusals import lackOf
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.streams import Stream
from h323d.values.sound import Sound

__all__ = ["BridgeFacts"]


class BridgeFacts:
    """
    Tells the facts of its legs.
    """

    _log = Logger()

    def __init__(self, context: BridgeContext) -> None:
        self._clock = context.clock
        self._events = context.events

    @property
    def _now(self) -> float:
        return self._clock.seconds()

    def _tell(self, fact: Fact) -> None:
        self._events.publish(fact)

    def tellOriginated(
        self, leg: ILeg, origin: LegID | None = None, callIdentifier: str = ""
    ) -> None:
        """
        A call of ours begins.

        @param origin: the leg on whose behalf.
        """
        self._tell(
            CallOriginated(
                *(self._now, leg.callId, leg.legId, leg.protocol),
                *(leg.calling, leg.called, origin, callIdentifier),
            )
        )

    def tellRouted(self, caller: ILeg, onward: ILeg) -> None:
        """
        The request for a call of ours leaves.
        """
        where = onward.peer, onward.legId
        self._tell(CallRouted(self._now, caller.callId, caller.legId, "gateway", "", *where))

    def tellPickedUp(self, caller: ILeg, by: ILeg) -> None:
        """
        A call goes to who has called to have it, and whose own call ends with it.
        """
        self._tell(CallRouted(self._now, by.callId, by.legId, "gateway", ""))
        self.tellRouted(caller, by)

    def tellAlerting(self, leg: ILeg) -> None:
        self._tell(CallAlerting(self._now, leg.callId, leg.legId))

    def tellAnswered(self, leg: ILeg) -> None:
        self._tell(CallAnswered(self._now, leg.callId, leg.legId))

    def tellSoundBegan(self, leg: ILeg, stream: Stream) -> None:
        transmit = stream.transmit
        encoding = "none" if transmit is None else str(transmit.format)
        self._tell(SoundBegan(self._now, leg.callId, leg.legId, encoding))

    def tellDigit(self, leg: ILeg, method: DigitMethod) -> None:
        """
        Which one is nobody's business.
        """
        self._tell(DigitReceived(self._now, leg.callId, leg.legId, method.value))

    def tellPictureWanted(self, leg: ILeg) -> None:
        self._tell(PictureWanted(self._now, leg.callId, leg.legId))

    def tellTransferred(self, leg: ILeg, onward: ILeg) -> None:
        """
        A leg goes on in another call.

        @param onward: as what.
        """
        ids = leg.callId, leg.legId, onward.callId, onward.legId
        self._tell(CallTransferred(self._now, *ids))

    def tellEnded(self, leg: ILeg, cause: Cause, by: str, sound: Sound | None) -> None:
        """
        @param by: who has ended that, as C{CallEnded} has it.
        @param sound: how it has fared; C{None} if there was none.
        """
        if sound is not None:
            self._tell(SoundEnded(self._now, leg.callId, leg.legId, sound))
        self._tell(CallEnded(self._now, leg.callId, leg.legId, cause, by))

    def tellLack(self, caller: ILeg, cause: Cause, discord: str) -> str:
        """
        The call fails; if that is for want of a common format, the log has it.

        @param cause: that the caller is told.
        @param discord: as for L{lackOf}.

        @return: what the caller is told beside it; may be empty.
        """
        told = lackOf(cause, discord, caller.speaks or ())
        if told:
            self._log.info("call {callId}: {told}", callId=caller.callId, told=told)
        return told
