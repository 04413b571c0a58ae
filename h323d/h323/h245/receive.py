"""
The channels that the peer sends on: which to accept, and what arrives in them.

One L{IncomingLCSE<h323d.h323.h245.lcse>} per channel, and a CLCSE beside it
while the peer is asked to close it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import suits
from h323d.h323.h245.capabilities.table import TELEPHONE_EVENT_TYPE
from h323d.h323.h245.clcse import OutgoingCLCSE, newOutgoingCLCSE
from h323d.h323.h245.lcse import IncomingLCSE, newIncomingLCSE
from h323d.h323.h245.messages import Fields, indication, request, response
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.parameters import (
    RefusedChannel,
    ackParameters,
    formatsByType,
    judgeChannel,
)
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat

__all__ = ["ReceiveChannels"]

MAXIMUM_CHANNELS = 4  # for sound at once: one in use, and others while codecs change


@dataclass
class _Channel:
    """
    @ivar formats: by payload type; empty unless the channel is accepted.
    """

    lcse: IncomingLCSE
    formats: dict[int, MediaFormat] = field(default_factory=dict)
    clcse: OutgoingCLCSE | None = None


class ReceiveChannels:
    """
    All channels of one session that the peer sends on.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        profile: MediumProfile,
        rtp: TransportAddress,
        rtcp: TransportAddress,
    ) -> None:
        self._owner = owner
        self._clock = clock
        self._profile = profile
        self._rtp = rtp
        self._rtcp = rtcp
        self._channels: dict[int, _Channel] = {}
        self._reported: ReceiveFormat | None = None
        self._stopped = False

    @property
    def format(self) -> MediaFormat | None:
        """
        What the peer sends, as far as its latest channel says.
        """
        for channel in reversed(self._channels.values()):
            for mediaFormat in channel.formats.values():
                return mediaFormat
        return None

    @property
    def states(self) -> dict[str, str]:
        return {f"LCSE in {n}": stateName(c.lcse) for n, c in self._channels.items()}

    def adopt(self, number: int, receive: ReceiveFormat) -> None:
        """
        Own a channel that fast connect opened.
        """
        if self._channels:
            return
        lcse = newIncomingLCSE(self, number, isOpen=True)
        self._channels[number] = _Channel(lcse, dict(receive.formats))
        self._reported = self._current()

    def changeProfile(self, profile: MediumProfile) -> None:
        """
        Ask the peer to close what does not suit any more.
        """
        self._profile = profile
        for number, channel in tuple(self._channels.items()):
            unsuited = channel.formats and not any(
                suits(wanted, mediaFormat)
                for wanted in profile.formats
                for mediaFormat in channel.formats.values()
            )
            if unsuited:
                if channel.clcse is None:
                    channel.clcse = newOutgoingCLCSE(self, self._clock, number)
                channel.clcse.closeRequest()

    def stop(self) -> None:
        """
        Cancel every timer; report no more.
        """
        self._stopped = True
        for channel in self._channels.values():
            if channel.clcse is not None:
                channel.clcse.abandon()
        self._channels.clear()

    # What the peer sends.

    def openLogicalChannel(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        channel = self._channels.get(number)
        if channel is None:
            channel = self._channels[number] = _Channel(newIncomingLCSE(self, number))
        channel.lcse.openLogicalChannel(fields)
        if not channel.formats:
            self._forget(number)

    def closeLogicalChannel(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        channel = self._channels.get(number)
        if channel is None:  # closed already, or refused: C.4 acknowledges all the same
            self.sendCloseAck(number)
            return
        channel.lcse.closeLogicalChannel()
        self._forget(number)

    def requestChannelCloseAck(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is not None and channel.clcse is not None:
            channel.clcse.requestChannelCloseAck()

    def requestChannelCloseReject(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is not None and channel.clcse is not None:
            channel.clcse.requestChannelCloseReject()

    def _forget(self, number: int) -> None:
        channel = self._channels.pop(number, None)
        if channel is not None and channel.clcse is not None:
            channel.clcse.abandon()
        self._report()

    # IncomingLCSEOwner

    def establishIndication(self, number: int, channel: Fields) -> None:
        forward = channel["forwardLogicalChannelParameters"]
        verdict = judgeChannel(
            forward["dataType"],
            forward["multiplexParameters"],
            MediaProfile((self._profile,)),
            (AUDIO,),
        )
        if isinstance(verdict, RefusedChannel):
            self._channels[number].lcse.releaseRequest(verdict.cause)
        elif len(self._channels) > MAXIMUM_CHANNELS:
            self._channels[number].lcse.releaseRequest("dataTypeNotAvailable")
        else:
            self._channels[number].formats = formatsByType(verdict)
            self._channels[number].lcse.establishResponse()

    def releaseIndicationIncoming(self, number: int) -> None:
        channel = self._channels.get(number)
        if channel is not None:
            channel.formats = {}

    def sendOpenAck(self, number: int) -> None:
        ack = ackParameters(number, AUDIO.session, self._rtp, self._rtcp)
        self._owner.sendControl(response("openLogicalChannelAck", ack))
        self._report()

    def sendOpenReject(self, number: int, cause: str) -> None:
        fields = {"forwardLogicalChannelNumber": number, "cause": (cause, None)}
        self._owner.sendControl(response("openLogicalChannelReject", fields))

    def sendCloseAck(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(response("closeLogicalChannelAck", fields))

    # OutgoingCLCSEOwner

    def sendRequestClose(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number, "reason": ("reopen", None)}
        self._owner.sendControl(request("requestChannelClose", fields))

    def sendRequestCloseRelease(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(indication("requestChannelCloseRelease", fields))

    def closeConfirm(self, number: int) -> None:
        """The peer's C{closeLogicalChannel} follows."""

    def closeRejected(self, number: int, source: RejectSource) -> None:
        """It goes on sending what it sent; we can decode it still."""

    def _current(self) -> ReceiveFormat | None:
        formats: dict[int, MediaFormat] = {}
        for channel in self._channels.values():
            formats.update(channel.formats)
        if not formats:
            return None
        events = TELEPHONE_EVENT_TYPE if self._profile.telephoneEvents else None
        return ReceiveFormat(formats, events)

    def _report(self) -> None:
        if self._stopped:
            return
        previous, self._reported = self._reported, self._current()
        if self._reported == previous:
            return
        if self._reported is None:
            self._owner.h245ReceiveStopped()
        else:
            self._owner.h245ReceiveReady(self._reported)
