"""
The media of one session: a sending and a receiving half of each kind, and their channels.

A message about a channel is for the half that has it; what the peer opens is for the half whose
kind it is of.  Which medium something was said of is told to the leg with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.h323.calls.faststart import FastConnection
from h323d.h323.h245.bandwidth import ChannelJudge, bitRateOf
from h323d.h323.h245.capabilities.kinds import Kind, readData
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.channels.incoming import IncomingChannel, closeAcknowledged, openRefused
from h323d.h323.h245.channels.outgoing import OutgoingChannels
from h323d.h323.h245.channels.receiving import Receiving
from h323d.h323.h245.channels.sending import Sending
from h323d.h323.h245.messages import Fields
from h323d.h323.h245.modes import Mode
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.parameters import MediaAddresses, unreadable
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat

__all__ = ["MediaPlaces", "SessionMedia"]


class MediaPlaces(Protocol):
    """
    Where a leg receives its media.
    """

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        """Ask where it receives one of them."""


class SessionMedia:
    """
    All media of one session.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        profile: MediaProfile,
        places: MediaPlaces,
        kinds: Sequence[Kind],
        judge: ChannelJudge | None = None,
    ) -> None:
        """
        @param owner: the leg.
        @param clock: runs the timers of the channels' entities.
        @param profile: what may be sent and received.
        @param places: where we receive it.
        @param kinds: the kinds of media that may be spoken of.
        @param judge: says how much the channels may need; C{None} if nobody minds.
        """
        self._owner = owner
        self._judge = judge
        self._profile = profile
        self._places = places
        self._kinds = kinds
        self._outgoing = OutgoingChannels(owner, clock)
        self._receiving = {
            kind.medium: Receiving(self, owner, clock, kind, profile.of(kind.medium))
            for kind in kinds
        }
        self._sending = {
            kind.medium: Sending(
                self,
                self._outgoing,
                kind,
                profile.of(kind.medium),
                self._receiving[kind.medium],
            )
            for kind in kinds
        }

    @property
    def states(self) -> dict[str, str]:
        """
        What flows, and the states of the channels, for an operator to read.
        """
        states = {f"{m.value} out": half.state for m, half in self._sending.items()}
        states |= {f"{m.value} in": half.state for m, half in self._receiving.items()}
        states |= self._outgoing.states
        for half in self._receiving.values():
            states |= half.states
        return states

    @property
    def bitRate(self) -> int:
        """
        Bit/s that all channels need that are open or proposed, both directions together.
        """
        return self._needed(None)

    @property
    def isReceiving(self) -> bool:
        """
        Whether the peer has a channel open.
        """
        return any(half.format is not None for half in self._receiving.values())

    @property
    def wantsAnother(self) -> bool:
        """
        Whether the peer sends what we can take, but would rather not.
        """
        return any(half.wantsAnother for half in self._receiving.values())

    @property
    def spoken(self) -> dict[Medium, MediaFormat]:
        """
        What is sent, or else received.
        """
        formats = {
            medium: half.spoken or self._receiving[medium].format
            for medium, half in self._sending.items()
        }
        return {medium: each for medium, each in formats.items() if each is not None}

    def adopt(self, connection: FastConnection) -> None:
        """
        Own the channels that fast connect opened.
        """
        for opened in connection.channels:
            sending, receiving = self._sending[opened.medium], self._receiving[opened.medium]
            if opened.transmit is not None and opened.transmitChannel is not None:
                sending.adopt(opened.transmitChannel, opened.transmit)
            if opened.receive is not None and opened.receiveChannel is not None:
                receiving.adopt(opened.receiveChannel, opened.receive)

    def allow(self) -> None:
        """
        Channels may be opened from now on: the roles are determined.
        """
        for medium in self._inOrder():
            self._sending[medium].allow()

    def peerCan(self, remote: RemoteCapabilities) -> None:
        """
        What the peer can receive.
        """
        for medium in self._inOrder():
            self._sending[medium].peerCan(remote)

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        What may be sent and received from now on.
        """
        self._profile = profile
        for medium in self._inOrder():
            self._sending[medium].changeProfile(profile.of(medium))
            self._receiving[medium].changeProfile(profile.of(medium))

    def release(self) -> None:
        """
        Close our channels, and open no more.
        """
        for half in self._sending.values():
            half.release()

    def stop(self) -> None:
        """
        Cancel every timer; send and report no more.
        """
        for sending in self._sending.values():
            sending.stop()
        self._outgoing.stop()
        for receiving in self._receiving.values():
            receiving.stop()

    def _inOrder(self) -> list[Medium]:
        """
        All media, those of the profile first, in its order.
        """
        wanted = [each.medium for each in self._profile.media if each.medium in self._sending]
        return [*wanted, *(medium for medium in self._sending if medium not in wanted)]

    # What the peer says about its channels.

    def openLogicalChannel(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        dataType = fields["forwardLogicalChannelParameters"]["dataType"]
        read = readData(dataType, self._kinds)
        taker = self._receiving[read[0].medium] if read is not None else None
        if taker is None:
            self._owner.sendControl(openRefused(number, unreadable(dataType).cause))
        for half in self._receiving.values():
            if half is not taker:
                half.forget(number)
        if taker is not None:
            taker.open(fields)

    def closeLogicalChannel(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        for half in self._receiving.values():
            if half.channel(number) is not None:
                half.close(number)
                return
        # Closed already, or refused: C.4 acknowledges all the same.
        self._owner.sendControl(closeAcknowledged(number))

    def requestChannelCloseAck(self, fields: Fields) -> None:
        for channel in self._incoming(fields["forwardLogicalChannelNumber"]):
            channel.clcse.requestChannelCloseAck()

    def requestChannelCloseReject(self, fields: Fields) -> None:
        for channel in self._incoming(fields["forwardLogicalChannelNumber"]):
            channel.clcse.requestChannelCloseReject()

    def _incoming(self, number: int) -> Iterable[IncomingChannel]:
        found = (half.channel(number) for half in self._receiving.values())
        return [channel for channel in found if channel is not None]

    # What it says about ours.

    def openLogicalChannelAck(self, ack: Fields) -> None:
        self._outgoing.openLogicalChannelAck(ack)

    def openLogicalChannelReject(self, fields: Fields) -> None:
        self._outgoing.openLogicalChannelReject(fields)

    def closeLogicalChannelAck(self, fields: Fields) -> None:
        self._outgoing.closeLogicalChannelAck(fields)

    def requestChannelClose(self, fields: Fields) -> None:
        self._outgoing.requestChannelClose(fields)

    # ModeSender

    def chooseMode(self, modes: Sequence[Mode | None]) -> int | None:
        for index, mode in enumerate(modes):
            if mode is not None and self._canSend(mode):
                for medium, coding in mode.items():
                    self._sending[medium].prefer(coding)
                return index
        return None

    def _canSend(self, mode: Mode) -> bool:
        return all(self._sending[medium].canSend(coding) for medium, coding in mode.items())

    def applyMode(self) -> None:
        for medium in self._inOrder():
            self._sending[medium].improve()

    # SendingOwner and ReceivingOwner

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        return self._places.addressesOf(medium)

    def refusalToReceive(self, medium: Medium, another: MediaFormat) -> str | Deferred[str]:
        return "" if self._judge is None else self._judge.refusal(self._needed(medium, another))

    def refusalToSend(self, medium: Medium, another: MediaFormat) -> str | Deferred[str]:
        if self._judge is None:
            return ""
        return self._judge.refusal(self._needed(medium, None, another))

    def _needed(
        self,
        medium: Medium | None,
        received: MediaFormat | None = None,
        sent: MediaFormat | None = None,
    ) -> int:
        """
        Bit/s that all channels need, with another of one medium, if there is one.
        """
        more = [each for each in (received, sent) if each is not None]
        needed = 0
        for each, half in self._receiving.items():
            needed += bitRateOf((*half.formats, *(more if received and each is medium else ())))
            carried = self._outgoing.formatsOf(each)
            needed += bitRateOf((*carried, *(more if sent and each is medium else ())))
        return needed

    def transmitReady(self, medium: Medium, transmit: TransmitFormat) -> None:
        self._owner.h245TransmitReady(medium, transmit)

    def transmitStopped(self, medium: Medium) -> None:
        self._owner.h245TransmitStopped(medium)

    def receiveReady(self, medium: Medium, receive: ReceiveFormat) -> None:
        self._owner.h245ReceiveReady(medium, receive)

    def receiveStopped(self, medium: Medium) -> None:
        self._owner.h245ReceiveStopped(medium)

    def channelMissing(self, medium: Medium, failure: H245Failure) -> None:
        # Without the first medium of its profile there is no call; without another there is.
        if medium is self._profile.media[0].medium:
            self._owner.h245Failed(failure)
