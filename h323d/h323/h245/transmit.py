"""
The channel that we send on: which to open, and when to close it.

There is at most one at a time, each with an
L{OutgoingLCSE<h323d.h323.h245.lcse>}; a new one is opened when the one before
is closed.  What it shall be follows from the profile, from the peer's
capabilities, and from what the peer has refused; whenever one of them changes,
the channel is brought in line with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.kinds import Ability, chooseAbility, suits
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.clcse import newIncomingCLCSE
from h323d.h323.h245.lcse import CloseSource, LCSEError, OutgoingLCSE, newOutgoingLCSE
from h323d.h323.h245.messages import Fields, request, response
from h323d.h323.h245.modes import Mode
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.parameters import forwardChannel, readAck
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["TransmitChannels"]

FIRST_NUMBER = 101  # of our channels; fast start proposals begin there too
_LAST_NUMBER = 65535


@dataclass
class _Channel:
    """
    @ivar transmit: what we may send; C{None} until the channel is open.
    """

    number: int
    ability: Ability
    lcse: OutgoingLCSE
    transmit: TransmitFormat | None = None


class TransmitChannels:
    """
    All channels of one session that we send on.

    @ivar errors: how often the peer was out of step.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        profile: MediumProfile,
        rtcp: TransportAddress,
    ) -> None:
        self.errors = 0
        self._owner = owner
        self._clock = clock
        self._profile = profile
        self._rtcp = rtcp
        self._channels: dict[int, _Channel] = {}  # with those that are being closed
        self._current: _Channel | None = None
        self._next = FIRST_NUMBER
        self._remote: RemoteCapabilities | None = None
        self._mayOpen = False
        self._receiving: MediaFormat | None = None
        self._asked: str | None = None  # a coding, by requestMode
        self._yielding = False  # a slave takes the master's choice
        self._refused: set[str] = set()  # codings
        self._complained = False
        self._everOpen = False
        self._stopped = False

    @property
    def states(self) -> dict[str, str]:
        return {f"LCSE out {n}": stateName(c.lcse) for n, c in self._channels.items()}

    def adopt(self, number: int, transmit: TransmitFormat) -> None:
        """
        Own a channel that fast connect opened.
        """
        ability = AUDIO.sentAs(transmit)
        if ability is not None and not self._channels:
            lcse = newOutgoingLCSE(self, self._clock, number, isOpen=True)
            self._current = _Channel(number, ability, lcse, transmit)
            self._channels[number] = self._current
            self._everOpen = True
            self._next = max(FIRST_NUMBER, (number + 1) % _LAST_NUMBER)

    def allow(self) -> None:
        """
        Channels may be opened from now on: the roles are determined.
        """
        self._mayOpen = True
        self._consider()

    def peerSends(self, mediaFormat: MediaFormat | None) -> None:
        """
        What the other direction carries; matters where a peer can use a format
        both ways or not at all.
        """
        self._receiving = mediaFormat

    def peerCan(self, remote: RemoteCapabilities) -> None:
        """
        What the peer can receive.
        """
        self._remote = remote
        self._refused.clear()
        self._asked = None
        self._yielding = self._complained = False
        self._consider()
        self._refresh()

    def changeProfile(self, profile: MediumProfile) -> None:
        """
        What we want to send.
        """
        self._profile = profile
        self._refused.clear()
        self._asked = None
        self._complained = False
        self._consider(keep=False)
        self._refresh()

    def release(self) -> None:
        """
        Close what is open, and open no more.
        """
        self._mayOpen = False
        if self._current is not None:
            self._close(self._current)

    def stop(self) -> None:
        """
        Cancel every timer; send and report no more.
        """
        self._stopped = True
        self._current = None
        for channel in self._channels.values():
            channel.lcse.abandon()
        self._channels.clear()

    # What the peer sends.

    def openLogicalChannelAck(self, ack: Fields) -> None:
        channel = self._channels.get(ack["forwardLogicalChannelNumber"])
        if channel is None:
            self.errors += 1
        else:
            channel.lcse.openLogicalChannelAck(ack)

    def openLogicalChannelReject(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is None:
            self.errors += 1
        else:
            channel.lcse.openLogicalChannelReject(fields["cause"][0])

    def closeLogicalChannelAck(self, fields: Fields) -> None:
        channel = self._channels.get(fields["forwardLogicalChannelNumber"])
        if channel is None:
            self.errors += 1
        else:
            channel.lcse.closeLogicalChannelAck()

    def requestChannelClose(self, fields: Fields) -> None:
        number = fields["forwardLogicalChannelNumber"]
        reason = fields.get("reason", ("unknown", None))[0]
        clcse = newIncomingCLCSE(self, number)  # we answer at once: it outlives no request
        clcse.requestChannelClose(reason)
        channel = self._current
        if channel is None or channel.number != number:
            clcse.rejectRequest()
            return
        if reason != "reopen":
            self._refused.add(channel.ability.coding)
            self._complained = True  # the peer wants it so: no failure of ours
        clcse.closeResponse()
        self._close(channel)

    # ModeSender

    def chooseMode(self, modes: Sequence[Mode | None]) -> int | None:
        """
        Prefer another mode.

        @param modes: what the peer asks for, best first; C{None} for what nobody here can send.

        @return: which of them it will be; C{None} if it can be none.
        """
        if self._remote is None or not self._profile.direction.sends:
            return None
        for index, mode in enumerate(modes):
            coding = mode.get(Medium.AUDIO) if mode is not None else None
            asked = [a for a in self._remote.of(Medium.AUDIO) if a.coding == coding]
            if chooseAbility(self._profile, asked) is not None:
                self._asked = coding
                self._refused.discard(asked[0].coding)
                return index
        return None

    def applyMode(self) -> None:
        self._consider(keep=False)

    # What follows from it.

    def _consider(self, keep: bool = True) -> None:
        """
        Bring the channel in line with what it shall be.

        @param keep: a channel that still suits stays, though another format
            would be chosen now.
        """
        if self._stopped:
            return
        channel = self._current
        if channel is not None:
            if not self._stillSuits(channel, keep):
                self._close(channel)
        elif self._mayOpen and not self._channels:
            wanted = self._wanted()
            if wanted is not None:
                self._open(wanted)

    def _stillSuits(self, channel: _Channel, keep: bool) -> bool:
        if not self._profile.direction.sends:
            return False
        if not any(suits(wanted, channel.ability.format) for wanted in self._profile.formats):
            return False
        if self._remote is None:  # fast start came before any capabilities
            return True
        if not any(suits(channel.ability.format, a.format) for a in self._remote.of(Medium.AUDIO)):
            return False
        best = self._choose(self._remote)
        return keep or best is None or best.format.sameEncoding(channel.ability.format)

    def _wanted(self) -> Ability | None:
        remote = self._remote
        if remote is None or remote.isEmpty or not self._profile.direction.sends:
            return None
        best = self._choose(remote)
        # No audio at all, in a call that had some, is another way to hold it.
        if best is None and (remote.of(Medium.AUDIO) or not self._everOpen):
            self._complain(
                H245Failure.NO_CHANNEL if self._refused else H245Failure.NO_COMMON_FORMAT
            )
        return best

    def _choose(self, remote: RemoteCapabilities) -> Ability | None:
        left = [
            ability for ability in remote.of(Medium.AUDIO) if ability.coding not in self._refused
        ]
        if self._yielding and self._receiving is not None:
            same = [a for a in left if a.format.sameEncoding(self._receiving)]
            left = same or left
        left = [a for a in left if a.coding == self._asked] or left
        return chooseAbility(self._profile, left, self._receiving)

    def _complain(self, failure: H245Failure) -> None:
        if not self._complained:
            self._complained = True
            self._owner.h245Failed(failure)

    def _open(self, ability: Ability) -> None:
        number = self._next
        self._next = number + 1 if number < _LAST_NUMBER else FIRST_NUMBER
        lcse = newOutgoingLCSE(self, self._clock, number)
        self._current = self._channels[number] = _Channel(number, ability, lcse)
        lcse.establishRequest()

    def _close(self, channel: _Channel) -> None:
        self._current = None
        channel.lcse.releaseRequest()
        if channel.transmit is not None:
            channel.transmit = None
            self._owner.h245TransmitStopped()

    def _gone(self, number: int) -> None:
        channel = self._channels.pop(number, None)
        if channel is None or self._stopped:
            return
        if channel is self._current:
            self._current = None
            if channel.transmit is not None:
                self._owner.h245TransmitStopped()
        self._consider()

    def _refresh(self) -> None:
        if self._current is not None and self._current.transmit is not None:
            self._ready(self._current, self._current.transmit)

    def _ready(self, channel: _Channel, transmit: TransmitFormat) -> None:
        events = self._remote.telephoneEventType if self._remote is not None else None
        if not self._profile.telephoneEvents:
            events = None
        transmit = replace(transmit, telephoneEventType=events)
        if transmit != channel.transmit:
            channel.transmit = transmit
            self._everOpen = True
            self._owner.h245TransmitReady(transmit)

    # OutgoingLCSEOwner

    def sendOpen(self, number: int) -> None:
        channel = self._channels[number]
        fields = forwardChannel(number, AUDIO, channel.ability, self._rtcp)
        self._owner.sendControl(request("openLogicalChannel", fields))

    def sendClose(self, number: int, source: CloseSource) -> None:
        fields = {
            "forwardLogicalChannelNumber": number,
            "source": (source.value, None),
            "reason": ("unknown", None),
        }
        self._owner.sendControl(request("closeLogicalChannel", fields))

    def establishConfirm(self, number: int, ack: Fields) -> None:
        channel = self._channels.get(number)
        if channel is None or channel is not self._current:
            return
        rtp, rtcp, dynamicType = readAck(ack)
        if rtp is None:
            self._refused.add(channel.ability.coding)
            self._close(channel)
            return
        ability = channel.ability
        payloadType = ability.payloadType if dynamicType is None else dynamicType
        self._ready(channel, ability.transmit(payloadType, rtp, rtcp))

    def releaseIndication(self, number: int, source: CloseSource, cause: str) -> None:
        channel = self._channels.get(number)
        if cause == "masterSlaveConflict" and not self._yielding:
            self._yielding = True
        elif channel is not None:
            self._refused.add(channel.ability.coding)
        if source is CloseSource.LCSE and self._remote is not None:
            # A peer that does not answer one will not answer the next.
            self._refused.update(ability.coding for ability in self._remote.of(Medium.AUDIO))
        self._gone(number)

    def releaseConfirm(self, number: int) -> None:
        self._gone(number)

    def errorIndication(self, number: int, error: LCSEError) -> None:
        self.errors += 1

    # IncomingCLCSEOwner

    def closeIndication(self, number: int, reason: str) -> None:
        """Answered by L{requestChannelClose}, which caused it."""

    def closeWithdrawn(self, number: int, source: RejectSource) -> None:
        self.errors += 1

    def sendRequestCloseAck(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self._owner.sendControl(response("requestChannelCloseAck", fields))

    def sendRequestCloseReject(self, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number, "cause": ("unspecified", None)}
        self._owner.sendControl(response("requestChannelCloseReject", fields))
