"""
The logical channels of one session that we send on, each with the entities of it.

A channel is opened and closed by its L{OutgoingLCSE<h323d.h323.h245.lcse.OutgoingLCSE>}; when, and
for what, is said by whoever sends in it.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.kinds import Ability, Kind
from h323d.h323.h245.clcse import newIncomingCLCSE
from h323d.h323.h245.lcse import CloseSource, LCSEError, newOutgoingLCSE
from h323d.h323.h245.messages import Fields, Message, request, response
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.parameters import forwardChannel
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = ["OutgoingChannel", "OutgoingChannels", "OutgoingUser", "closeRefused"]

FIRST_NUMBER = 101  # of our channels; fast start proposals begin there too
_LAST_NUMBER = 65535


class OutgoingUser(Protocol):
    """
    Whoever sends in a channel.
    """

    @property
    def rtcp(self) -> TransportAddress:
        """Where we receive RTCP about it."""

    def channelOpened(self, channel: OutgoingChannel, ack: Fields) -> None:
        """The peer opened it; C{ack} is its C{OpenLogicalChannelAck}."""

    def channelRefused(self, channel: OutgoingChannel, source: CloseSource, cause: str) -> None:
        """The peer did not open it, or closed it; it is gone."""

    def channelClosed(self, channel: OutgoingChannel) -> None:
        """It is closed, as we wanted; it is gone."""

    def peerWantsClosed(self, number: int, reason: str) -> None:
        """The peer asks us to close it; C{reason} as in C{RequestChannelClose}."""


class OutgoingChannel:
    """
    One of them.

    @ivar number: C{forwardLogicalChannelNumber}.
    @ivar kind: what kind of medium it carries.
    @ivar ability: in which way.
    @ivar user: whoever sends in it.
    """

    def __init__(
        self,
        user: OutgoingUser,
        channels: OutgoingChannels,
        number: int,
        kind: Kind,
        ability: Ability,
        isOpen: bool = False,
    ) -> None:
        """
        @param channels: those of the session.
        @param isOpen: it was opened already, by fast connect.
        """
        self.number = number
        self.kind = kind
        self.ability = ability
        self.user = user
        self._channels = channels
        self._owner = channels.owner
        self.lcse = newOutgoingLCSE(self, channels.clock, number, isOpen)
        self._clcse = newIncomingCLCSE(self, number)

    def agreeToClose(self, reason: str) -> None:
        """
        Grant a request of the peer; whoever sends here closes it next.
        """
        self._clcse.requestChannelClose(reason)
        self._clcse.closeResponse()

    # OutgoingLCSEOwner

    def sendOpen(self, number: int) -> None:
        fields = forwardChannel(number, self.kind, self.ability, self.user.rtcp)
        self._owner.sendControl(request("openLogicalChannel", fields))

    def sendClose(self, number: int, source: CloseSource) -> None:
        fields = {
            "forwardLogicalChannelNumber": number,
            "source": (source.value, None),
            "reason": ("unknown", None),
        }
        self._owner.sendControl(request("closeLogicalChannel", fields))

    def establishConfirm(self, number: int, ack: Fields) -> None:
        self.user.channelOpened(self, ack)

    def releaseIndication(self, number: int, source: CloseSource, cause: str) -> None:
        self._channels.remove(self)
        self.user.channelRefused(self, source, cause)

    def releaseConfirm(self, number: int) -> None:
        self._channels.remove(self)
        self.user.channelClosed(self)

    def errorIndication(self, number: int, error: LCSEError) -> None:
        """The peer is out of step; what follows from that is indicated, too."""

    # IncomingCLCSEOwner

    def closeIndication(self, number: int, reason: str) -> None:
        """Answered by whoever sends in the channel, who caused it."""

    def closeWithdrawn(self, number: int, source: RejectSource) -> None:
        """Does not happen: we answer at once."""

    def sendRequestCloseAck(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(response("requestChannelCloseAck", fields))

    def sendRequestCloseReject(self, number: int) -> None:
        self._owner.sendControl(closeRefused(number))


def closeRefused(number: int) -> Message:
    """
    The C{RequestChannelCloseReject} for what is not open.
    """
    fields = {"forwardLogicalChannelNumber": number, "cause": ("unspecified", None)}
    return response("requestChannelCloseReject", fields)


class OutgoingChannels:
    """
    All of them, by number: with those that are being opened or closed.

    @ivar owner: sends what they say.
    @ivar clock: runs their timers.
    """

    def __init__(self, owner: H245Owner, clock: IReactorTime) -> None:
        self.owner = owner
        self.clock = clock
        self._channels: dict[int, OutgoingChannel] = {}
        self._next = FIRST_NUMBER

    @property
    def states(self) -> dict[str, str]:
        return {f"LCSE out {n}": stateName(c.lcse) for n, c in self._channels.items()}

    def formatsOf(self, medium: Medium) -> list[MediaFormat]:
        """
        What one medium's carry.
        """
        channels = self._channels.values()
        return [each.ability.format for each in channels if each.kind.medium is medium]

    def nextNumber(self) -> int:
        """
        The number of a channel that may be opened next.
        """
        number = self._next
        self._next = number + 1 if number < _LAST_NUMBER else FIRST_NUMBER
        return number

    def add(self, channel: OutgoingChannel) -> None:
        self._channels[channel.number] = channel
        self._next = max(self._next, (channel.number + 1) % _LAST_NUMBER)

    def remove(self, channel: OutgoingChannel) -> None:
        self._channels.pop(channel.number, None)

    def stop(self) -> None:
        """
        Cancel every timer; report no more.
        """
        channels, self._channels = self._channels, {}
        for channel in channels.values():
            channel.lcse.abandon()

    # What the peer sends.  Answers for channels that there are not change nothing.

    def openLogicalChannelAck(self, ack: Fields) -> None:
        channel = self._channels.get(ack["forwardLogicalChannelNumber"])
        if channel is not None:
            channel.lcse.openLogicalChannelAck(ack)

    def openLogicalChannelReject(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is not None:
            channel.lcse.openLogicalChannelReject(fields["cause"][0])

    def closeLogicalChannelAck(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is not None:
            channel.lcse.closeLogicalChannelAck()

    def requestChannelClose(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        channel = self._channels.get(number)
        if channel is None:
            self.owner.sendControl(closeRefused(number))
        else:
            channel.user.peerWantsClosed(number, fields.get("reason", ("unknown", None))[0])
