"""
The H.245 session of one call: ITU-T H.245 as H.323 uses it (H.323, 8.2 to 8.5).

It owns the signalling entities of the call, gives each decoded message to the
one that it is for, and decides which logical channels to open and to accept.
It is not a transport: its owner encodes what L{H245Owner.sendControl} is given,
then tunnels it or writes it to the H.245 channel.
"""

from __future__ import annotations

import enum
import random
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.capabilities import RemoteCapabilities
from h323d.h323.faststart import FastConnection
from h323d.values.address import TransportAddress
from h323d.values.media import DigitMethod, MediaProfile, ReceiveFormat, TransmitFormat

__all__ = ["H245Failure", "H245Owner", "H245Session"]

Message = tuple[str, Any]  # Any: a MultimediaSystemControlMessage of the ASN.1 value model


class H245Failure(enum.Enum):
    """
    Why a session cannot do its work.  The call may go on without it where
    fast start has opened media; that is for the owner to say.
    """

    NO_ROLE = "no master-slave determination"
    NO_CAPABILITIES = "no capability exchange"
    NO_COMMON_FORMAT = "no common audio format"
    NO_CHANNEL = "the peer opens no channel of ours"
    PEER_SILENT = "round trip requests stay unanswered"


class H245Owner(Protocol):
    """
    What a session needs of the leg that owns it.  The session calls these
    while it is being called itself, or from the clock; none may raise.
    """

    def sendControl(self, message: Message) -> None:
        """
        Encode and send C{message}, a C{MultimediaSystemControlMessage}.
        Several may come from one call, in order.
        """

    def h245TransmitReady(self, transmit: TransmitFormat) -> None:
        """
        We may send: for the first time, or otherwise than before.
        """

    def h245TransmitStopped(self) -> None:
        """
        We may send no more, until L{h245TransmitReady}.
        """

    def h245ReceiveReady(self, receive: ReceiveFormat) -> None:
        """
        The peer may send: for the first time, or otherwise than before.
        """

    def h245ReceiveStopped(self) -> None:
        """
        The peer sends no more, until L{h245ReceiveReady}.
        """

    def h245Digit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        The peer signalled a key, by H.245 (one of two C{DigitMethod.H245_...}).
        """

    def h245RemoteCapabilities(self, capabilities: RemoteCapabilities) -> None:
        """
        The peer said what it can do; may come again at any time.  An empty
        set (C{capabilities.isEmpty}) holds the call.
        """

    def h245Ended(self) -> None:
        """
        The session is over: the peer ended it, or answered our C{end()}, or
        did not within 3 seconds.  Comes once; nothing follows.
        """

    def h245Failed(self, failure: H245Failure) -> None:
        """
        The session cannot do its work.  It goes on answering until it is
        ended or stopped.
        """

    def h245RoundTrip(self, seconds: float) -> None:
        """
        How long an H.245 question and its answer took.
        """


class H245Session:
    """
    One call's H.245.  Every method may be called in every state; what comes
    too early waits, and what comes too late is ignored.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        rng: random.Random,
        terminalType: int,
        profile: MediaProfile,
        rtp: TransportAddress,
        rtcp: TransportAddress,
    ) -> None:
        """
        @param owner: the leg.
        @param clock: runs the timers of the entities.
        @param rng: draws the numbers of the master-slave determination.
        @param terminalType: ours: 50 for a terminal, 60 for a gateway, 160 to
            190 for an MCU (H.323, table 1).
        @param profile: what may be sent and received.
        @param rtp: where we receive media.
        @param rtcp: where we receive RTCP.
        """

    def start(self) -> None:
        """
        Send our capabilities and begin the master-slave determination, both at
        once.  Before this, the session answers, but asks nothing itself.
        """

    def received(self, message: Message) -> None:
        """
        Take a decoded C{MultimediaSystemControlMessage}; also before L{start}.
        """

    def adoptFastStart(self, connection: FastConnection) -> None:
        """
        Own the channels that fast connect opened, so that they can be closed
        and replaced.  They are not reported: the leg knows them; but changes
        are, as when the peer's capabilities name a telephone-event type.
        """

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        @param digit: one of C{0-9 * # A-D}.
        @param milliseconds: how long it is pressed; for C{H245_SIGNAL}.
        @param method: C{H245_ALPHANUMERIC} or C{H245_SIGNAL}; others are not
            for H.245 to send, and are ignored.
        """

    def updateDigit(self, milliseconds: int) -> None:
        """
        The digit that C{H245_SIGNAL} last began lasts that long, after all.
        """

    def pause(self) -> None:
        """
        Send the empty capability set: the peer shall send no media.
        """

    def resume(self) -> None:
        """
        Send our capabilities again: the peer may send media again.
        """

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew.  Channels that still suit stay open.  A direction that
        does not receive pauses the peer, one that does not send closes our
        channel.
        """

    def requestRoundTrip(self) -> None:
        """
        Measure now, out of turn; the answer is C{h245RoundTrip}.
        """

    def end(self) -> None:
        """
        Close our channels and send C{endSessionCommand}; C{h245Ended} follows
        when the peer answers it, 3 seconds later at the latest.
        """

    def stop(self) -> None:
        """
        Cancel every timer, and report and send nothing from now on: the
        channel is gone.
        """
