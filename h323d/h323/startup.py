"""
How the media and the H.245 of one call get started (H.323, 8.1.7 and 8.2).

Fast start, if it was offered, is accepted or refused; H.245 follows - tunnelled where both
sides tunnel, else on a channel of its own, else by Facility startH245 - and opens the media
that fast start did not.  Each way that fails leads to the next.  A call whose media is open
by fast start goes on for ever without H.245.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.errors import DecodeError
from h323d.h323.fastconnect import FastConnect, Outcome
from h323d.h323.h245.session import H245Failure
from h323d.h323.h245link import ControlNetwork, H245Link, NewSession
from h323d.h323.legmedia import LegMedia
from h323d.h323.uuie import Content, Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media import DigitMethod, MediaProfile

__all__ = ["StartUp", "StartUpOptions", "StartUpOwner"]

MEDIA_GUARD = 30.0  # seconds from the answer until media must be open, and H.245 begun
EARLY_GRACE = 0.2  # seconds from the answer for responses to H.245 that stood in Setup

_CAUSES = {H245Failure.NO_COMMON_FORMAT: Cause.INCOMPATIBLE_DESTINATION}


@dataclass(frozen=True, slots=True)
class StartUpOptions:
    """
    Which ways a call may take.

    @ivar fastStart: offer fast start, or accept it.
    @ivar tunnelling: H.245 may travel in the signalling connection.
    @ivar earlyH245: begin H.245 in the Setup: tunnelled, beside fast start as
        C{parallelH245Control}; without tunnelling, advertise our H.245 address there.
    """

    fastStart: bool = True
    tunnelling: bool = True
    earlyH245: bool = False


class _Stage(enum.Enum):
    """
    How far a call's start has come.
    """

    OPEN = "nothing is proposed or chosen yet"
    CHOSEN = "we have chosen of the caller's proposal, and not said so yet"
    BEGUN = "our proposal or choice is sent"
    ANSWERED = "the call is answered"
    ENDING = "the call is being ended"


class _Tunnel(enum.Enum):
    """
    Whether H.245 may travel in the signalling connection.
    """

    OFFERED = "by us; the peer has not said yet"
    AGREED = "by both sides"
    OFF = "for the whole call (H.323, 8.2.1)"


class _Urging(enum.Enum):
    """
    What we have done to have H.245 begin, beside being ready for it.
    """

    NOTHING = "nothing"
    IN_SETUP = "our first messages stood in the Setup, and nobody has responded yet"
    START_H245 = "the peer is asked to connect to us"


class StartUpOwner(Protocol):
    """
    What the start-up needs of its leg.
    """

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        """Send a message of the call that carries these H.245 messages."""

    def sendStartH245(self, address: TransportAddress) -> None:
        """Send Facility, C{startH245}, with that address."""

    def admitsControl(self, source: TransportAddress) -> bool:
        """Whether who connects from there may speak the H.245 of this call."""

    def controlDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer signalled a key by H.245."""

    def controlEnded(self) -> None:
        """H.245 is over: the peer ended it, or our L{StartUp.end} is done."""

    def controlFailed(self, cause: Cause) -> None:
        """There is no media, and there will be none."""

    def controlFault(self, error: DecodeError) -> None:
        """An H.245 message could not be read."""


class StartUp:
    """
    The start-up of one call.

    @ivar fast: fast connect, and what became of it.
    @ivar link: H.245, and the way it takes.
    """

    def __init__(
        self,
        owner: StartUpOwner,
        media: LegMedia,
        clock: IReactorTime,
        network: ControlNetwork,
        options: StartUpOptions,
        newSession: NewSession,
    ) -> None:
        """
        @param owner: the leg.
        @param media: the leg's media.
        @param clock: runs the guards.
        @param network: where control channels come from.
        @param options: which ways may be taken.
        @param newSession: makes an H.245 session for an owner.
        """
        self._owner = owner
        self._media = media
        self._earlyH245 = options.earlyH245
        self._stage = _Stage.OPEN
        self._tunnel = _Tunnel.OFFERED if options.tunnelling else _Tunnel.OFF
        self._urging = _Urging.NOTHING
        self._theirAddress: TransportAddress | None = None
        self._lack = Cause.RECOVERY_ON_TIMER_EXPIRY
        self._guard, self._grace = Timer(clock), Timer(clock)
        self.fast = FastConnect(media, options.fastStart)
        self.link = H245Link(self, media, clock, network, newSession)

    # What the leg writes into its messages.

    @property
    def tunnelling(self) -> bool:
        """
        The C{h245Tunnelling} of our messages.
        """
        return self._tunnel is not _Tunnel.OFF

    @property
    def hasChosen(self) -> bool:
        """
        Whether it is decided what we propose, or choose of what was proposed.
        """
        return self._stage is not _Stage.OPEN

    def place(self, profile: MediaProfile) -> tuple[Start, tuple[bytes, ...]]:
        """
        Begin as the caller.  The port is open.

        @return: what stands in Setup, and its C{h245Control}.
        """
        self.link.profile = profile
        self._stage = _Stage.BEGUN
        fastStart = self.fast.offer(profile)
        early: tuple[bytes, ...] = ()
        if self._earlyH245 and self.tunnelling:
            self._urging = _Urging.IN_SETUP
            early = self.link.begunInSetup()
        elif self._earlyH245:
            self.link.path.listen()
        address = self.link.advertised
        if fastStart:
            return Start(fastStart, False, address, early), ()
        return Start(h245Address=address), early

    def offered(self, content: Content) -> None:
        """
        Take note of the caller's Setup.
        """
        self.fast.proposed(content.start.fastStart)
        self.heard(content, True)
        for octets in content.start.parallelH245Control:
            self.link.received(octets)

    def accept(self, profile: MediaProfile) -> None:
        """
        Choose as the called side.  The port is open; L{begin} follows as soon as the
        message with our choice is sent.  Later choices change what was negotiated.
        """
        if self._stage is not _Stage.OPEN:
            if profile != self.link.profile:
                self.changeProfile(profile)
            return
        self._stage = _Stage.CHOSEN
        self.link.profile = profile
        fault = self.fast.choose(profile)
        if fault is not None:
            self._owner.controlFault(fault)
        if self._tunnel is not _Tunnel.AGREED and self._theirAddress is None:
            self.link.path.listen()

    def answering(self) -> Start:
        """
        What stands in our answers to Setup, as far as it is decided.
        """
        return replace(self.fast.answering(), h245Address=self.link.advertised)

    # What becomes of the call.

    def begin(self) -> None:
        """
        Our choice, if there is one, is sent: media may flow, and H.245 may start.
        """
        if self._stage is _Stage.CHOSEN:
            self._stage = _Stage.BEGUN
            self._adopt()
        self._consider()

    def activated(self) -> None:
        """
        The call is answered.
        """
        if self._stage in (_Stage.ANSWERED, _Stage.ENDING):
            return
        self._stage = _Stage.ANSWERED
        self.fast.refused()
        self._openChannels()
        if self._urging is _Urging.IN_SETUP:
            self._grace.start(EARLY_GRACE, self._notListened)
        if not self._media.everReady or not self.link.began:
            self._guard.start(MEDIA_GUARD, self._waitedLong)
        self._consider()

    def heard(self, content: Content, settingUp: bool) -> None:
        """
        Take note of what any message of the peer says about starting.

        @param settingUp: whether the call is not answered yet; later messages do not
            decide about tunnelling.
        """
        if settingUp and content.tunnelling is not None:
            self._heardTunnelling(content.tunnelling)
        start = content.start
        if start.h245Address is not None:
            self._theirAddress = start.h245Address
        expected = self._urging is _Urging.IN_SETUP
        if self.fast.heard(start, bool(content.h245Control) and not expected):
            self._adopt()
        self._openChannels()
        if content.reason == "startH245" and content.body == "facility":
            self._heardStartH245()
        with self.link.together():
            for octets in content.h245Control:
                self.link.received(octets)
        self._consider()

    def _heardTunnelling(self, tunnelling: bool) -> None:
        if not tunnelling:
            self._tunnel = _Tunnel.OFF
            self._urgeNoMore(_Urging.IN_SETUP)
            self.link.path.tunnelRefused()
        elif self._tunnel is _Tunnel.OFFERED:
            self._tunnel = _Tunnel.AGREED

    def _urgeNoMore(self, how: _Urging) -> None:
        if self._urging is how:
            self._urging = _Urging.NOTHING

    def _heardStartH245(self) -> None:
        self.fast.withdraw()
        self._openChannels()
        if self._theirAddress is not None and not self.link.heard:
            self._dial(self._theirAddress)

    def _dial(self, address: TransportAddress) -> None:
        self.link.path.dial(address, self._urging is _Urging.START_H245)

    def _adopt(self) -> None:
        connection = self.fast.connection
        if connection.accepted:
            self.link.adoptFastStart(connection)
            self._media.adopt(connection.transmit, connection.receive)

    def _openChannels(self) -> None:
        if self.mayOpenChannels():
            self.link.openChannels()

    def _consider(self) -> None:
        """
        Start H.245 by the best way that is open by now.
        """
        if self._stage not in (_Stage.BEGUN, _Stage.ANSWERED):
            return
        if self.link.began or self.fast.outcome is Outcome.OPEN:
            return
        answered = self._stage is _Stage.ANSWERED
        if self._tunnel is _Tunnel.AGREED:
            self.link.path.tunnel()
        elif self._tunnel is _Tunnel.OFFERED and not answered:
            return  # it may still be agreed on
        elif self._theirAddress is not None:
            self._dial(self._theirAddress)
        elif answered and self.link.advertised is None and not self._media.everReady:
            self._ask()

    def _ask(self) -> None:
        """
        Neither tunnel nor address: make the peer connect to us (H.323, 8.2.3).
        """
        if self._urging is not _Urging.START_H245:
            self._urging = _Urging.START_H245
            self.link.path.listen()

    def _notListened(self) -> None:
        """
        H.245 that stood in Setup may have been ignored: say it again (H.323, 8.2.4).
        """
        if self._urging is _Urging.IN_SETUP and not self.link.answered:
            self.link.restart()
        self._urgeNoMore(_Urging.IN_SETUP)

    def _waitedLong(self) -> None:
        """
        Nobody will come any more: without media the call is over, with it we stop waiting.
        """
        if not self._media.everReady:
            self._owner.controlFailed(self._lack)
        elif not self.link.began:
            self.link.path.lost()

    # In the call, and at its end.

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew, where there is H.245; otherwise only use less.
        """
        self.link.changeProfile(profile)
        self._media.restrict(profile.direction)

    def end(self) -> None:
        """
        End H.245; C{controlEnded} follows, at once where there is none.
        """
        self._stage = _Stage.ENDING
        if not self.link.end():
            self._owner.controlEnded()

    def stop(self) -> None:
        """
        The call is over: close everything, report nothing.
        """
        self._guard.stop()
        self._grace.stop()
        self.link.stop()

    # What the link reports.

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        self._owner.sendTunnelled(octets)

    def mayOpenChannels(self) -> bool:
        return self.fast.outcome is not Outcome.OPEN

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._owner.admitsControl(source)

    def linkListening(self, address: TransportAddress) -> None:
        if self._urging is _Urging.START_H245:
            self._owner.sendStartH245(address)

    def linkStarved(self, cause: Cause) -> None:
        self._lack = cause

    def linkFailed(self) -> None:
        self._theirAddress = None
        self._consider()

    def linkLost(self) -> None:
        if self._stage is _Stage.ENDING:
            self._owner.controlEnded()
        elif not self._media.everReady:
            self._owner.controlFailed(Cause.RECOVERY_ON_TIMER_EXPIRY)

    def linkDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.controlDigit(digit, milliseconds, method)

    def linkEnded(self) -> None:
        self._owner.controlEnded()

    def sessionFailed(self, failure: H245Failure) -> None:
        matters = (
            self.link.heard if failure is H245Failure.PEER_SILENT else not self._media.everReady
        )
        if matters:
            self._owner.controlFailed(_CAUSES.get(failure, Cause.RECOVERY_ON_TIMER_EXPIRY))

    def linkFault(self, error: DecodeError) -> None:
        self._owner.controlFault(error)
