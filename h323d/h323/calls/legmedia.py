"""
The media of one H.323 leg: its port, and which way sound flows at the moment.

Fast connect and H.245 each tell one direction at a time; the media plane wants both
together.  This module keeps them together, and tells the leg when something changed.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.hold import Hold
from h323d.call.homes import Home
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver, Signalling
from h323d.call.timer import Timer
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

__all__ = ["LegMedia", "LegMediaOwner"]


PARTIAL = 1.0  # seconds that the first direction waits for the other before it is reported


class LegMediaOwner(Protocol):
    """
    What the media tells its leg.
    """

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        """Sound may flow, for the first time or otherwise than before."""

    def mediaLost(self) -> None:
        """The call is on hold."""


class LegMedia:
    """
    One leg's port and streams.

    @ivar port: C{None} until L{open}, and after L{close}.
    @ivar everReady: whether any direction was negotiated at any time.
    """

    def __init__(
        self,
        owner: LegMediaOwner,
        observer: IMediaPortObserver,
        pool: IMediaPool,
        home: Home,
        clock: IReactorTime,
    ) -> None:
        """
        @param owner: told of what is negotiated.
        @param observer: told of what the port hears.
        @param pool: where ports come from.
        @param home: our address towards the peer.
        @param clock: lets one direction wait for the other.
        """
        self._owner = owner
        self._observer = observer
        self._pool = pool
        self._home = home
        self._waiting = Timer(clock)
        self._reported = False
        self._transmit: TransmitFormat | None = None
        self._receive: ReceiveFormat | None = None
        self._direction = Direction.SENDRECV
        self._inForce = Stream()
        self._refusesSound = False
        self._hold = Hold()
        self._signalling = Signalling("")
        self.port: IMediaPort | None = None
        self.everReady = False

    @property
    def telephoneEvents(self) -> bool:
        """
        Whether the peer takes RFC 4733 events from us now.
        """
        transmit = self._inForce.transmit
        return transmit is not None and transmit.telephoneEventType is not None

    @property
    def silence(self) -> float:
        """
        For how long nothing has come from the peer, though something should; seconds.
        """
        return 0.0 if self.port is None else self.port.statistics().silence

    @property
    def held(self) -> bool:
        """
        Whether the call is on hold.
        """
        return self._hold.held

    def open(self, profile: MediaProfile, signalling: Signalling) -> IMediaPort:
        """
        Open the port, unless it is open.

        @param signalling: where the peer's signalling comes from.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        self._direction = profile.of(Medium.AUDIO).direction
        self._signalling = signalling
        if self.port is None:
            self.port = self._pool.openPort(self._observer, self._home)
        return self.port

    def expect(self, receive: ReceiveFormat | None) -> None:
        """
        The peer may send already, though nothing is agreed on (H.323, 8.1.7.1).
        """
        if self.port is not None:
            self.port.configure(Stream(None, receive), self._signalling)

    def adopt(self, transmit: TransmitFormat | None, receive: ReceiveFormat | None) -> None:
        """
        Both directions at once: the outcome of fast connect.
        """
        self._transmit, self._receive = transmit, receive
        self._apply()

    def setTransmit(self, transmit: TransmitFormat | None) -> None:
        """
        What we may send from now on.
        """
        self._transmit = transmit
        self._apply()

    def setReceive(self, receive: ReceiveFormat | None) -> None:
        """
        What the peer sends from now on.
        """
        self._receive = receive
        self._apply()

    def refuseSound(self, refused: bool) -> None:
        """
        The peer wants to hear nothing, or something again (H.323, 8.4.6).
        """
        self._refusesSound = refused
        wasHeld = self.held
        self._hold.follow(self._inForce, refused)
        if self._reported and self.held is not wasHeld:
            self._tell()

    def restrict(self, direction: Direction) -> None:
        """
        Which of the negotiated directions are used at all.
        """
        self._direction = direction
        self._apply()

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        """
        Send an RFC 4733 event.
        """
        if self.port is not None:
            self.port.sendDigit(digit, milliseconds)

    def close(self) -> None:
        """
        Free the port; nothing is reported any more.
        """
        self._waiting.stop()
        port, self.port = self.port, None
        if port is not None:
            port.close()

    def _apply(self) -> None:
        port = self.port
        if port is None:
            return
        stream = Stream(
            self._transmit if self._direction.sends else None,
            self._receive if self._direction.receives else None,
        )
        if stream == self._inForce:
            return
        self._inForce = stream
        wasHeld = self.held
        self._hold.follow(stream, self._refusesSound)
        port.configure(stream, self._signalling)
        if stream.direction is not Direction.INACTIVE:
            self.everReady = True
        if self._reported or stream.direction is self._direction:
            if not (wasHeld and self.held):
                self._tell()
        elif stream.direction is Direction.INACTIVE:
            self._waiting.stop()
        elif not self._waiting.running:
            self._waiting.start(PARTIAL, self._tell)

    def _tell(self) -> None:
        self._waiting.stop()
        if self.held:
            if self._reported:
                self._owner.mediaLost()
        elif self.port is not None:
            self._reported = True
            self._owner.mediaReady(self.port, self._inForce)
