"""
The media of one leg, whatever protocol it speaks: medium by medium, a port and what flows.

Fast connect and H.245 each tell one direction at a time, an answer of SDP tells both; the
media plane wants both together.  Here they are kept together, the port is told, and so is the
leg when something has changed.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Priority
from h323d.call.hold import Hold
from h323d.call.homes import Home
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver, Signalling
from h323d.call.timer import Timer
from h323d.errors import ResourceUnavailable
from h323d.values.media.digits import HOOK_FLASH
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

__all__ = ["LegMedia", "LegMediaOwner", "LegMedium"]


class LegMediaOwner(Protocol):
    """
    The leg whose media it is: what is asked of it, and what it is told.
    """

    @property
    def home(self) -> Home:
        """Our address towards the peer."""

    @property
    def signalling(self) -> Signalling:
        """Where the peer's signalling comes from."""

    @property
    def priority(self) -> Priority | None:
        """Whether it goes before others; C{None} while nobody has said."""

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        """A medium may flow, for the first time or otherwise than before."""

    def mediaLost(self, medium: Medium) -> None:
        """A medium flows no more: it is on hold, or closed."""


class LegMedium:
    """
    One medium of one leg.

    @ivar medium: which.
    @ivar port: C{None} until L{open}, and after L{close}.
    @ivar stream: what is in force.
    @ivar everReady: whether any direction was negotiated at any time.
    """

    def __init__(
        self, owner: LegMediaOwner, medium: Medium, clock: IReactorTime, patience: float
    ) -> None:
        """
        @param owner: told of what is negotiated.
        @param patience: seconds that the first direction waits for the other before it is
            reported.
        """
        self._owner = owner
        self._patience = patience
        self._waiting = Timer(clock)
        self._reported = False
        self._transmit: TransmitFormat | None = None
        self._receive: ReceiveFormat | None = None
        self._keys: StreamKeys | KeyAgreement | None = None
        self._direction = Direction.SENDRECV
        self._refused = False
        self._hold = Hold()
        self.medium = medium
        self.port: IMediaPort | None = None
        self.stream = Stream(medium=medium)
        self.everReady = False

    @property
    def held(self) -> bool:
        """
        Whether it is on hold.
        """
        return self._hold.held

    def takesEvent(self, digit: str) -> bool:
        """
        Whether the peer takes a digit as an RFC 4733 event from us now.
        """
        transmit = self.stream.transmit
        if transmit is None or transmit.telephoneEventType is None:
            return False
        return transmit.hookFlash or digit != HOOK_FLASH

    @property
    def silence(self) -> float:
        """
        For how long nothing has come from the peer, though something should; seconds.
        """
        return 0.0 if self.port is None else self.port.statistics().silence

    @property
    def flows(self) -> bool:
        """
        Whether it was reported, and is not lost since.
        """
        return self._reported and not self.held

    def open(
        self,
        pool: IMediaPool,
        observer: IMediaPortObserver,
        priority: Priority = Priority.NORMAL,
    ) -> IMediaPort:
        """
        Open the port, unless it is open.

        @param pool: where ports come from.
        @param observer: told of what the port hears.
        @param priority: of what it sends.

        @raise ResourceUnavailable: no ports are left.
        """
        if self.port is None:
            self.port = pool.openPort(observer, self._owner.home, self.medium, priority)
        return self.port

    def expect(self, receive: ReceiveFormat | None) -> None:
        """
        The peer may send already, though nothing is agreed on (H.323, 8.1.7.1).
        """
        if self.port is not None:
            stream = Stream(None, receive, self.medium)
            self.port.configure(stream, self._owner.signalling)

    def agree(self, stream: Stream, refused: bool) -> None:
        """
        The outcome of an offer and its answer.

        @param refused: whether the peer wants nothing of what we would send.
        """
        self._refused = refused
        self._keys = stream.keys
        self.adopt(stream.transmit, stream.receive)

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

    def refuse(self, refused: bool) -> None:
        """
        The peer wants to have nothing of us, or something again (H.323, 8.4.6).
        """
        self._refused = refused
        wasHeld = self.held
        self._hold.follow(self.stream, refused)
        if self._reported and self.held is not wasHeld:
            self._tell()

    def restrict(self, direction: Direction) -> None:
        """
        Which of the negotiated directions are used at all.
        """
        self._direction = direction
        self._apply()

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
            self.medium,
            self._keys,
        )
        if stream == self.stream:
            return
        self.stream = stream
        wasHeld = self.held
        self._hold.follow(stream, self._refused)
        port.configure(stream, self._owner.signalling)
        if stream.direction is not Direction.INACTIVE:
            self.everReady = True
        if self._reported or not self._patience or stream.direction is self._direction:
            if not (wasHeld and self.held):
                self._tell()
        elif stream.direction is Direction.INACTIVE:
            self._waiting.stop()
        elif not self._waiting.running:
            self._waiting.start(self._patience, self._tell)

    def _tell(self) -> None:
        self._waiting.stop()
        if self.held:
            if self._reported:
                self._owner.mediaLost(self.medium)
        elif self.port is not None:
            self._reported = True
            self._owner.mediaReady(self.port, self.stream)


class LegMedia:
    """
    All media of one leg.

    Its sound says how the call stands: whether it is on hold, and how digits travel.
    """

    def __init__(
        self,
        owner: LegMediaOwner,
        observer: IMediaPortObserver,
        pool: IMediaPool,
        clock: IReactorTime,
        patience: float = 0.0,
    ) -> None:
        """
        @param owner: told of what is negotiated.
        @param observer: told of what the ports hear.
        @param pool: where ports come from.
        @param clock: lets one direction wait for the other.
        @param patience: seconds that it waits, where directions are negotiated one by one.
        """
        self._owner = owner
        self._observer = observer
        self._pool = pool
        self._media = {medium: LegMedium(owner, medium, clock, patience) for medium in Medium}

    def of(self, medium: Medium) -> LegMedium:
        """
        One of them, whether there is any of it in the call or not.
        """
        return self._media[medium]

    @property
    def home(self) -> Home:
        """
        Our address towards the peer.
        """
        return self._owner.home

    @property
    def signalling(self) -> Signalling:
        """
        Where the peer's signalling comes from.
        """
        return self._owner.signalling

    @property
    def fingerprint(self) -> Fingerprint:
        """
        Of the certificate that is shown where keys are agreed on.
        """
        fingerprint: Fingerprint = self._pool.fingerprint
        return fingerprint

    @property
    def suites(self) -> Set[CryptoSuite]:
        """
        By which the ports can encrypt.
        """
        suites: Set[CryptoSuite] = self._pool.suites
        return suites

    @property
    def ports(self) -> dict[Medium, IMediaPort]:
        """
        The open ports.
        """
        return {medium: part.port for medium, part in self._media.items() if part.port is not None}

    @property
    def held(self) -> bool:
        """
        Whether the call is on hold.
        """
        return self.of(Medium.AUDIO).held

    @property
    def everReady(self) -> bool:
        """
        Whether any direction of any medium was negotiated at any time.
        """
        return any(part.everReady for part in self._media.values())

    def takesEvent(self, digit: str) -> bool:
        """
        Whether the peer takes a digit as an RFC 4733 event from us now.
        """
        return self.of(Medium.AUDIO).takesEvent(digit)

    @property
    def silence(self) -> float:
        """
        For how long nothing has come from the peer, by any medium, though something should;
        seconds.  Who has put us on hold may be silent.
        """
        if self.held:
            return 0.0
        return min((part.silence for part in self._media.values() if part.flows), default=0.0)

    def open(self, profile: MediaProfile) -> MediaProfile:
        """
        Open a port for each medium of a profile, unless it is open.

        @return: the profile, without the media for which no port is left.

        @raise ResourceUnavailable: none is left for the first of them, without which there is
            no call.
        """
        had: list[MediumProfile] = []
        priority = self._owner.priority or Priority.NORMAL
        for wanted in profile.media:
            try:
                self.of(wanted.medium).open(self._pool, self._observer, priority)
            except ResourceUnavailable:
                if not had:
                    raise
            else:
                had.append(wanted)
        return MediaProfile(tuple(had))

    def expectHandshakes(self) -> None:
        """
        It was offered to agree on keys.
        """
        for port in self.ports.values():
            port.expectHandshake()

    def restrict(self, profile: MediaProfile) -> None:
        """
        Which of the negotiated directions are used at all: those of a profile.
        """
        for part in self._media.values():
            part.restrict(profile.of(part.medium).direction)

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        """
        Send an RFC 4733 event.
        """
        port = self.of(Medium.AUDIO).port
        if port is not None:
            port.sendDigit(digit, milliseconds)

    def close(self) -> None:
        """
        Free the ports; nothing is reported any more.
        """
        for part in self._media.values():
            part.close()
