"""
How the media and the H.245 of one call get started (H.323, 8.1.7 and 8.2).

Fast start, if it was offered, is accepted or refused; H.245 follows - tunnelled where both
sides tunnel, else on a channel of its own, else by Facility startH245 - and opens the media
that fast start did not.  Each way that fails leads to the next.  A call whose media is open
by fast start goes on for ever without H.245.
"""

from __future__ import annotations

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
from h323d.values.media import DigitMethod, MediaProfile

__all__ = ["StartUp", "StartUpOptions", "StartUpOwner"]

MEDIA_GUARD = 30.0  # seconds from the answer until media must be open, and H.245 begun
EARLY_GRACE = 0.2  # seconds from the answer for responses to H.245 that stood in Setup


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


class StartUpOwner(Protocol):
    """
    What the start-up needs of its leg.
    """

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        """Send a message of the call that carries these H.245 messages."""

    def sendStartH245(self, address: TransportAddress) -> None:
        """Send Facility, C{startH245}, with that address."""

    def controlDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer signalled a key by H.245."""

    def controlEnded(self) -> None:
        """H.245 is over: the peer ended it, or our L{StartUp.end} is done."""

    def controlFailed(self, failure: H245Failure | None) -> None:
        """There is no media, and there will be none; C{None}: no H.245 at all."""

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
        self._options = options
        self._theyTunnel: bool | None = None
        self._theirAddress: TransportAddress | None = None
        self._guard, self._grace = Timer(clock), Timer(clock)
        self._active = self._chosen = self._originated = False
        self._asked = self._ending = self._inSetup = False
        self.fast = FastConnect(media, options.fastStart)
        self.link = H245Link(self, media, clock, network, newSession)

    # What the leg writes into its messages.

    @property
    def tunnelling(self) -> bool:
        """
        The C{h245Tunnelling} of our messages.
        """
        return self._options.tunnelling and self._theyTunnel is not False

    def place(self, profile: MediaProfile) -> tuple[Start, tuple[bytes, ...]]:
        """
        Begin as the caller.  The port is open.

        @return: what stands in Setup, and its C{h245Control}.
        """
        self.link.profile = profile
        self._chosen = self._originated = True
        fastStart = self.fast.offer(profile)
        early: tuple[bytes, ...] = ()
        if self._options.earlyH245 and self._options.tunnelling:
            self._inSetup = True
            early = self.link.begunInSetup()
        elif self._options.earlyH245:
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
        message with our choice is sent.
        """
        self.link.profile = profile
        fault = self.fast.choose(profile)
        if fault is not None:
            self._owner.controlFault(fault)
        if not self._tunnels and self._theirAddress is None:
            self.link.path.listen()

    def answering(self) -> Start:
        """
        What stands in our answers to Setup, as far as it is decided.
        """
        return replace(self.fast.answering(), h245Address=self.link.advertised)

    # What becomes of the call.

    def begin(self) -> None:
        """
        Our choice is sent: media may flow, and H.245 may start.
        """
        if not self._chosen:
            self._chosen = True
            self._adopt()
        self._consider()

    def activated(self) -> None:
        """
        The call is answered.
        """
        if self._active:
            return
        self._active = True
        self.fast.refused()
        if self._inSetup:
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
        if self.fast.heard(start, bool(content.h245Control) and not self._inSetup):
            self._adopt()
        if content.reason == "startH245" and content.body == "facility":
            self._heardStartH245()
        with self.link.together():
            for octets in content.h245Control:
                self.link.received(octets)
        self._consider()

    def _heardTunnelling(self, tunnelling: bool) -> None:
        if not tunnelling:
            self._theyTunnel = False
            self._inSetup = False
            self.link.path.tunnelRefused()
        elif self._theyTunnel is None:
            self._theyTunnel = True

    def _heardStartH245(self) -> None:
        if self._originated:
            self.fast.refused()
        if self._theirAddress is not None and not self.link.heard:
            self.link.path.dial(self._theirAddress, self._asked)

    def _adopt(self) -> None:
        connection = self.fast.connection
        if connection.accepted:
            self.link.adoptFastStart(connection)
            self._media.adopt(connection.transmit, connection.receive)

    @property
    def _tunnels(self) -> bool:
        return self._options.tunnelling and self._theyTunnel is True

    def _consider(self) -> None:
        """
        Start H.245 by the best way that is open by now.
        """
        if not self._chosen or self.link.began or self.fast.outcome is Outcome.OPEN:
            return
        if self._tunnels:
            self.link.path.tunnel()
        elif self.tunnelling and not self._active:
            return  # the peer has not said yet whether it tunnels
        elif self._theirAddress is not None:
            self.link.path.dial(self._theirAddress, self._asked)
        elif self._active and self.link.advertised is None and not self._media.everReady:
            self._ask()

    def _ask(self) -> None:
        """
        Neither tunnel nor address: make the peer connect to us (H.323, 8.2.3).
        """
        if not self._asked:
            self._asked = True
            self.link.path.listen()

    def _notListened(self) -> None:
        """
        H.245 that stood in Setup may have been ignored: say it again (H.323, 8.2.4).
        """
        if self._inSetup and not self.link.answered:
            self.link.restart()
        self._inSetup = False

    def _waitedLong(self) -> None:
        """
        Nobody will come any more: without media the call is over, with it we stop waiting.
        """
        if not self._media.everReady:
            self._owner.controlFailed(None)
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
        self._ending = True
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

    def linkListening(self, address: TransportAddress) -> None:
        if self._asked:
            self._owner.sendStartH245(address)

    def linkFailed(self) -> None:
        self._theirAddress = None
        self._consider()

    def linkLost(self) -> None:
        if self._ending:
            self._owner.controlEnded()
        elif not self._media.everReady:
            self._owner.controlFailed(None)

    def linkDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.controlDigit(digit, milliseconds, method)

    def linkEnded(self) -> None:
        self._owner.controlEnded()

    def sessionFailed(self, failure: H245Failure) -> None:
        if failure is H245Failure.PEER_SILENT:
            if self.link.heard:
                self._owner.controlFailed(failure)
        elif not self._media.everReady:
            self._owner.controlFailed(failure)

    def linkFault(self, error: DecodeError) -> None:
        self._owner.controlFault(error)
