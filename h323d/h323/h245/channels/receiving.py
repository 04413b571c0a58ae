"""
What we receive of one medium in one session: which of the peer's channels are taken.

There may be several, while codecs change.  What comes in all of them together is kept by the
machine of L{h323d.h323.h245.channels.reception}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.kinds import Kind, suits
from h323d.h323.h245.capabilities.table import received
from h323d.h323.h245.channels.incoming import IncomingChannel, Judgement
from h323d.h323.h245.channels.reception import newReception
from h323d.h323.h245.messages import Fields
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.parameters import (
    MediaAddresses,
    RefusedChannel,
    ackParameters,
    formatsByType,
    judgeChannel,
)
from h323d.tracing import stateName
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat

__all__ = ["Receiving", "ReceivingOwner"]

MAXIMUM_CHANNELS = 4  # for one medium at once: one in use, and others while codecs change


class ReceivingOwner(Protocol):
    """
    What the receiving of a medium needs of the session.
    """

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        """Ask where we receive it."""

    def refusalToReceive(self, medium: Medium, another: MediaFormat) -> str | Deferred[str]:
        """
        Ask whether there is bandwidth for another channel.

        @return: the cause by which it is refused, or nothing if it is not.
        """

    def receiveReady(self, medium: Medium, receive: ReceiveFormat) -> None:
        """The peer may send so: for the first time, or otherwise than before."""

    def receiveStopped(self, medium: Medium) -> None:
        """The peer sends no more of it."""


class Receiving:
    """
    One medium, as the peer sends it.
    """

    def __init__(
        self,
        owner: ReceivingOwner,
        control: H245Owner,
        clock: IReactorTime,
        kind: Kind,
        profile: MediumProfile,
    ) -> None:
        """
        @param owner: told of what comes.
        @param control: sends what the channels' entities say.
        @param clock: runs their timers.
        @param kind: of the medium.
        @param profile: what may come.
        """
        self._owner = owner
        self._control = control
        self._clock = clock
        self._kind = kind
        self._profile = profile
        self._channels: dict[int, IncomingChannel] = {}
        self._reception = newReception(self)

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
    def formats(self) -> list[MediaFormat]:
        """
        What it sends in all channels that are open.
        """
        return [each for channel in self._channels.values() for each in channel.formats.values()]

    @property
    def wantsAnother(self) -> bool:
        """
        Whether the peer sends what we can take, but would rather not.
        """
        current, wanted = self.format, self._profile.formats
        return (
            current is not None
            and self._profile.direction.receives
            and any(suits(each, current) for each in wanted[1:])
            and not suits(wanted[0], current)
        )

    @property
    def state(self) -> str:
        """
        Whether it comes, for an operator to read.
        """
        return stateName(self._reception)

    @property
    def states(self) -> dict[str, str]:
        """
        Those of the channels.
        """
        return {f"LCSE in {n}": stateName(c.lcse) for n, c in self._channels.items()}

    def channel(self, number: int) -> IncomingChannel | None:
        """
        One of the channels.
        """
        return self._channels.get(number)

    def adopt(self, number: int, receive: ReceiveFormat) -> None:
        """
        Own a channel that fast connect opened, unless there is one already.
        """
        if not self._channels:
            self._channels[number] = self._newChannel(number, receive.formats)
            self._reception.adopt(self._receive(receive.formats))

    def changeProfile(self, profile: MediumProfile) -> None:
        """
        Ask the peer to close what does not suit any more.
        """
        self._profile = profile
        for channel in tuple(self._channels.values()):
            formats = channel.formats.values()
            if formats and not any(suits(w, each) for w in profile.formats for each in formats):
                channel.clcse.closeRequest()

    def open(self, fields: Fields) -> None:
        """
        The peer opens a channel: anew, if it is open already.

        @param fields: an C{OpenLogicalChannel} of our kind of medium.
        """
        number = fields["forwardLogicalChannelNumber"]
        channel = self._channels.get(number)
        if channel is None:
            channel = self._channels[number] = self._newChannel(number)
        channel.lcse.openLogicalChannel(fields)
        if not (channel.formats or channel.isJudged):
            self.forget(number)

    def close(self, number: int) -> None:
        """
        The peer closes one of the channels.
        """
        self._channels[number].lcse.closeLogicalChannel()
        self.forget(number)

    def forget(self, number: int) -> None:
        """
        A channel is gone, or becomes another medium's.
        """
        channel = self._channels.pop(number, None)
        if channel is not None:
            channel.abandon()
        self.channelChanged()

    def stop(self) -> None:
        """
        Cancel every timer; report no more.
        """
        self._reception.stop()
        channels, self._channels = self._channels, {}
        for channel in channels.values():
            channel.abandon()

    def _newChannel(
        self, number: int, adopted: Mapping[int, MediaFormat] | None = None
    ) -> IncomingChannel:
        return IncomingChannel(self, self._control, self._clock, number, adopted)

    def _receive(self, formats: Mapping[int, MediaFormat]) -> ReceiveFormat:
        return received(formats, self._profile)

    # IncomingUser

    def judge(self, channel: Fields) -> Judgement | Deferred[Judgement]:
        forward = channel["forwardLogicalChannelParameters"]
        verdict = judgeChannel(
            forward["dataType"],
            forward["multiplexParameters"],
            MediaProfile((self._profile,)),
            (self._kind,),
        )
        if isinstance(verdict, RefusedChannel):
            return verdict
        if len(self._channels) > MAXIMUM_CHANNELS:
            return RefusedChannel("dataTypeNotAvailable")
        formats = formatsByType(verdict)
        cause = self._owner.refusalToReceive(self._kind.medium, verdict.ability.format)
        if isinstance(cause, Deferred):
            return cause.addCallback(_judgement, formats)
        return _judgement(cause, formats)

    def acknowledgement(self, number: int) -> Fields:
        here = self._owner.addressesOf(self._kind.medium)
        return ackParameters(number, self._kind.session, here.rtp, here.rtcp)

    def channelChanged(self) -> None:
        formats: dict[int, MediaFormat] = {}
        for channel in self._channels.values():
            formats.update(channel.formats)
        if formats:
            self._reception.flows(self._receive(formats))
        else:
            self._reception.ceases()

    # ReceptionOwner

    def receiveReady(self, receive: ReceiveFormat) -> None:
        self._owner.receiveReady(self._kind.medium, receive)

    def receiveStopped(self) -> None:
        self._owner.receiveStopped(self._kind.medium)


def _judgement(cause: str, formats: Mapping[int, MediaFormat]) -> Judgement:
    return RefusedChannel(cause) if cause else formats
