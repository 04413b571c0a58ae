"""
What we send of one medium in one session.

The machine of L{h323d.h323.h245.channels.plan} says when a channel is opened and closed; what it
is to carry is chosen by L{h323d.h323.h245.channels.selection}.  Here they are tied together, and
to the channel's entities.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.h323.h245.capabilities.kinds import Ability, Kind
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.channels.outgoing import OutgoingChannel, OutgoingChannels, closeRefused
from h323d.h323.h245.channels.plan import newChannelPlan
from h323d.h323.h245.channels.receiving import Receiving
from h323d.h323.h245.channels.selection import Selection
from h323d.h323.h245.lcse import CloseSource
from h323d.h323.h245.messages import Fields
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.parameters import MediaAddresses, readAck
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["Sending", "SendingOwner"]


class SendingOwner(Protocol):
    """
    What the sending of a medium needs of the session.
    """

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        """Ask where we receive it."""

    def refusalToSend(self, medium: Medium, another: MediaFormat) -> str | Deferred[str]:
        """
        Ask whether there is bandwidth for another channel.

        @return: the cause for which there is none, or nothing if there is.
        """

    def transmitReady(self, medium: Medium, transmit: TransmitFormat) -> None:
        """We may send so: for the first time, or otherwise than before."""

    def transmitStopped(self, medium: Medium) -> None:
        """We may send no more of it."""

    def channelMissing(self, medium: Medium, failure: H245Failure) -> None:
        """It should be sent, and no channel can be opened for it."""


class Sending:
    """
    One medium, as we send it.
    """

    def __init__(
        self,
        owner: SendingOwner,
        channels: OutgoingChannels,
        kind: Kind,
        profile: MediumProfile,
        receiving: Receiving,
    ) -> None:
        """
        @param owner: told what we may send.
        @param channels: the session's.
        @param kind: of the medium.
        @param profile: what may be sent.
        @param receiving: the other direction.
        """
        self._owner = owner
        self._channels = channels
        self._kind = kind
        self._receiving = receiving
        self._selection = Selection(profile)
        self._isJudged = False  # what we would open
        self._granted: Ability | None = None
        self._plan = newChannelPlan(self)

    @property
    def state(self) -> str:
        """
        The state of its channel, for an operator to read.
        """
        return stateName(self._plan)

    @property
    def spoken(self) -> MediaFormat | None:
        """
        What was sent last; C{None} before anything was.
        """
        return self._selection.sent

    def adopt(self, number: int, transmit: TransmitFormat) -> None:
        """
        Own a channel that fast connect opened, unless there is one already.
        """
        ability = self._kind.sentAs(transmit)
        if ability is not None:
            channel = OutgoingChannel(
                self, self._channels, number, self._kind, ability, isOpen=True
            )
            self._plan.adopt(channel, transmit)

    def allow(self) -> None:
        """
        Channels may be opened from now on: the roles are determined.
        """
        self._plan.allow()

    def peerCan(self, remote: RemoteCapabilities) -> None:
        """
        What the peer can receive.
        """
        self._selection.peerCan(remote)
        self._plan.reconsider()

    def changeProfile(self, profile: MediumProfile) -> None:
        """
        What we want to send.
        """
        self._selection.changeProfile(profile)
        self._plan.improve()

    def canSend(self, coding: str) -> bool:
        """
        Whether a mode that the peer asks for is possible.

        @param coding: an alternative of the kind's capabilities.
        """
        return self._selection.canSend(coding)

    def prefer(self, coding: str) -> None:
        """
        That mode is granted; L{improve} follows.
        """
        self._selection.prefer(coding)

    def improve(self) -> None:
        """
        Send what is best by now.
        """
        self._plan.improve()

    def release(self) -> None:
        """
        Close what is open, and open no more.
        """
        self._plan.release()

    def stop(self) -> None:
        """
        Send and report no more.
        """
        self._plan.stop()

    # OutgoingUser

    @property
    def rtcp(self) -> TransportAddress:
        return self._owner.addressesOf(self._kind.medium).rtcp

    def channelOpened(self, channel: OutgoingChannel, ack: Fields) -> None:
        rtp, rtcp, dynamicType = readAck(ack)
        ability = channel.ability
        if rtp is None:
            self._selection.refused(ability)
            self._plan.close()
            return
        payloadType = ability.payloadType if dynamicType is None else dynamicType
        transmit = self._selection.completed(ability.transmit(payloadType, rtp, rtcp))
        self._plan.opened(channel, transmit)

    def channelRefused(self, channel: OutgoingChannel, source: CloseSource, cause: str) -> None:
        if cause == "masterSlaveConflict":
            self._selection.conflicted(channel.ability)
        else:
            self._selection.refused(channel.ability, cause)
        if source is CloseSource.LCSE:
            self._selection.ignored()
        self._plan.gone()

    def channelClosed(self, channel: OutgoingChannel) -> None:
        self._plan.gone()

    def peerWantsClosed(self, number: int, reason: str) -> None:
        self._plan.closeWanted(number, reason)

    # ChannelPlanOwner

    def nextChannel(self) -> OutgoingChannel | None:
        best = self._permitted()
        if best is None:
            return None
        number = self._channels.nextNumber()
        return OutgoingChannel(self, self._channels, number, self._kind, best)

    def _permitted(self) -> Ability | None:
        """
        The best that there is bandwidth for; C{None} also while that is not said yet.
        """
        granted, self._granted = self._granted, None
        while not self._isJudged:
            best = self._selection.best(self._receiving.format)
            if best is None or best == granted:
                return best
            cause = self._owner.refusalToSend(self._kind.medium, best.format)
            if isinstance(cause, Deferred):
                self._isJudged = True
                cause.addCallback(self._judgedLater, best)
            elif cause:
                self._selection.refused(best, cause)
            else:
                return best
        return None

    def _judgedLater(self, cause: str, ability: Ability) -> None:
        self._isJudged = False
        if cause:
            self._selection.refused(ability, cause)
        else:
            self._granted = ability
        self._plan.reconsider()

    def lack(self) -> H245Failure | None:
        return None if self._isJudged else self._selection.lack()

    def suits(self, channel: OutgoingChannel) -> bool:
        return self._selection.suits(channel.ability)

    def isBest(self, channel: OutgoingChannel) -> bool:
        return self._selection.isBest(channel.ability, self._receiving.format)

    def renewed(self, transmit: TransmitFormat) -> TransmitFormat:
        return self._selection.completed(transmit)

    def openChannel(self, channel: OutgoingChannel) -> None:
        self._channels.add(channel)
        channel.lcse.establishRequest()

    def adoptChannel(self, channel: OutgoingChannel) -> None:
        self._selection.sent = channel.ability.format
        self._channels.add(channel)

    def closeChannel(self, channel: OutgoingChannel) -> None:
        channel.lcse.releaseRequest()

    def agreeToClose(self, channel: OutgoingChannel, reason: str) -> None:
        if reason != "reopen":
            self._selection.dismissed(channel.ability)
        channel.agreeToClose(reason)

    def refuseToClose(self, number: int) -> None:
        self._channels.owner.sendControl(closeRefused(number))

    def transmitReady(self, transmit: TransmitFormat) -> None:
        self._selection.sent = transmit.format
        self._owner.transmitReady(self._kind.medium, transmit)

    def transmitStopped(self) -> None:
        self._owner.transmitStopped(self._kind.medium)

    def channelMissing(self, failure: H245Failure) -> None:
        self._owner.channelMissing(self._kind.medium, failure)
