"""
How the media and the H.245 of one call get started (H.323, 8.1.7 and 8.2): what the leg has of it.

The machine in L{h323d.h323.calls.startup} says when H.245 begins and which way is tried; there is
also the theory of it.  Here are fast connect, the link and the machines of one call together:
what the peer says is told to them, and what stands in our messages is asked of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.h323.calls.fastconnect import FastConnect, FastConnectOutcome
from h323d.h323.calls.startup import hasChosen, newStartUp
from h323d.h323.calls.tunnelling import Tunnel, newTunnelling, tunnelOf
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.link import H245Link, NewSession
from h323d.h323.h245.session import H245Failure
from h323d.h323.signalling.uuie import Content, Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.profile import MediaProfile

__all__ = ["CallStart", "CallStartOwner", "StartUpOptions"]

_CAUSES = {
    H245Failure.NO_COMMON_FORMAT: Cause.INCOMPATIBLE_DESTINATION,
    H245Failure.NO_BANDWIDTH: Cause.NO_CIRCUIT_AVAILABLE,
}


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


class CallStartOwner(Protocol):
    """
    What the start of a call needs of its leg.
    """

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        """Send a message of the call that carries these H.245 messages."""

    def sendStartH245(self, address: TransportAddress) -> None:
        """Send Facility, C{startH245}, with that address."""

    def admitsControl(self, source: TransportAddress) -> bool:
        """Whether who connects from there may speak the H.245 of this call."""

    def admitsKey(self, key: bytes | None) -> bool:
        """Whether who has that public key may, on a connection of its own."""

    def controlDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer signalled a key by H.245."""

    def controlPictureWanted(self) -> None:
        """The peer wants a whole picture."""

    def controlEnded(self) -> None:
        """H.245 is over: the peer ended it, or our L{CallStart.end} is done."""

    def controlFailed(self, cause: Cause, discord: str = "") -> None:
        """
        There is no media, and there will be none.

        @param discord: what both ends speak, for people to read, if that is why.
        """

    def controlFault(self, error: DecodeError) -> None:
        """An H.245 message could not be read."""


class CallStart:
    """
    The start of one call.

    @ivar fast: fast connect, and what became of it.
    @ivar link: H.245, and the way it takes.
    """

    def __init__(
        self,
        owner: CallStartOwner,
        media: LegMedia,
        clock: IReactorTime,
        network: ControlNetwork,
        options: StartUpOptions,
        newSession: NewSession,
        judge: ChannelJudge | None = None,
    ) -> None:
        """
        @param owner: the leg.
        @param media: the leg's media.
        @param clock: runs the guards.
        @param network: where control channels come from.
        @param options: which ways may be taken.
        @param newSession: makes an H.245 session for an owner.
        @param judge: says how much the channels may need; C{None} if nobody minds.
        """
        self._owner = owner
        self._media = media
        self._earlyH245 = options.earlyH245
        self._isForeseen = False
        self._lack = Cause.RECOVERY_ON_TIMER_EXPIRY
        self._machine = newStartUp(self, clock)
        self._tunnelling = newTunnelling(self)
        if not options.tunnelling:
            self._tunnelling.forgo()
        self.fast = FastConnect(media, options.fastStart, judge=judge)
        self.link = H245Link(self, media, clock, network, newSession)

    @property
    def bitRate(self) -> int:
        """
        Bit/s that the channels need that are open, both directions together: those too that an
        answer has accepted which does not count in all else yet.
        """
        return max(self.fast.connection.bitRate, self.link.bitRate)

    # What the leg writes into its messages.

    @property
    def tunnelling(self) -> bool:
        """
        The C{h245Tunnelling} of our messages.
        """
        return self.tunnel() is not Tunnel.OFF

    @property
    def hasChosen(self) -> bool:
        """
        Whether it is decided what we propose, or choose of what was proposed.
        """
        return hasChosen(self._machine)

    def place(self, profile: MediaProfile) -> tuple[Start, tuple[bytes, ...]]:
        """
        Begin as the caller.  The port is open.

        @return: what stands in Setup, and its C{h245Control}.
        """
        self.link.profile = profile
        self._machine.place()
        fastStart = self.fast.offer(profile)
        if fastStart:
            self._machine.offerFastStart()
        early: tuple[bytes, ...] = ()
        if self._earlyH245 and self.tunnelling:
            self._machine.speakInSetup()
            early = self.link.begunInSetup()
        elif self._earlyH245:
            self.listen()
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
        self._machine.choose(profile)

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
        self._machine.sent()
        self._machine.seek()

    def activated(self) -> None:
        """
        The call is answered.
        """
        self._machine.answered()
        self._machine.seek()

    def foresee(self, start: Start) -> None:
        """
        Know what the called side has chosen by fast connect, before its message counts in all else
        (L{heard}): what is done about an answer may depend on it.
        """
        self._isForeseen |= self.fast.heard(start)

    def heard(self, content: Content, settingUp: bool) -> None:
        """
        Take note of what any message of the peer says about starting.

        @param settingUp: whether the call is not answered yet; later messages do not
            decide about tunnelling.
        """
        machine, start = self._machine, content.start
        if settingUp and content.tunnelling is not None:
            self._heardTunnelling(content.tunnelling)
        if start.h245Address is not None:
            machine.addressTold(start.h245Address)
        self.foresee(start)
        if self._isForeseen:
            self._isForeseen = False
            self.adoptFastStart()
        if self.mayOpenChannels():
            machine.fastStartDecided()
        if content.h245Control:
            machine.controlHeard()
        if content.reason == "startH245" and content.body == "facility":
            machine.startH245Heard()
        with self.link.together():
            for octets in content.h245Control:
                self.link.received(octets)
        machine.seek()

    def _heardTunnelling(self, tunnelling: bool) -> None:
        if tunnelling:
            self._tunnelling.peerTunnels()
        else:
            self._tunnelling.peerDeclines()

    # In the call, and at its end.

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew, where there is H.245.
        """
        self.link.changeProfile(profile)

    def end(self) -> None:
        """
        End H.245; C{controlEnded} follows, at once where there is none.
        """
        self._machine.end()

    def stop(self) -> None:
        """
        The call is over: close everything, report nothing.
        """
        self._machine.stop()

    # What the machines ask.

    def tunnel(self) -> Tunnel:
        return tunnelOf(self._tunnelling)

    def hasMedia(self) -> bool:
        return self._media.everReady

    def isListening(self) -> bool:
        return self.link.advertised is not None

    def peerSpoke(self) -> bool:
        return self.link.heard

    # What the machines want.

    def tunnelRefused(self) -> None:
        self.link.path.tunnelRefused()

    def choose(self, profile: MediaProfile) -> None:
        self.link.profile = profile
        fault = self.fast.choose(profile)
        if fault is not None:
            self._owner.controlFault(fault)

    def chooseAnew(self, profile: MediaProfile) -> None:
        if profile != self.link.profile:
            self.changeProfile(profile)

    def adoptFastStart(self) -> None:
        connection = self.fast.connection
        if connection.accepted:
            self.link.adoptFastStart(connection)
            for opened in connection.channels:
                self._media.of(opened.medium).adopt(opened.transmit, opened.receive)

    def refuseFastStart(self) -> None:
        self.fast.refused()
        self.link.openChannels()

    def openChannels(self) -> None:
        self.link.openChannels()

    def useTunnel(self) -> None:
        self.link.path.tunnel()

    def dial(self, address: TransportAddress, contested: bool) -> None:
        self.link.path.dial(address, contested)

    def listen(self) -> None:
        self.link.path.listen()

    def sendStartH245(self, address: TransportAddress) -> None:
        self._owner.sendStartH245(address)

    def repeatControl(self) -> None:
        if not self.link.answered:
            self.link.restart()

    def waitNoMore(self) -> None:
        self.link.path.lost()

    def mediaMissing(self) -> None:
        self._owner.controlFailed(self._lack)

    def controlLost(self) -> None:
        self._owner.controlFailed(Cause.RECOVERY_ON_TIMER_EXPIRY)

    def controlEnded(self) -> None:
        self._owner.controlEnded()

    def endControl(self) -> None:
        if not self.link.end():
            self._owner.controlEnded()

    def stopControl(self) -> None:
        self.link.stop()

    # What the link reports.

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        self._owner.sendTunnelled(octets)

    def mayOpenChannels(self) -> bool:
        return self.fast.outcome is not FastConnectOutcome.OPEN

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._owner.admitsControl(source)

    def admitsKey(self, key: bytes | None) -> bool:
        return self._owner.admitsKey(key)

    def linkListening(self, address: TransportAddress) -> None:
        self._machine.listening(address)

    def linkStarved(self, cause: Cause) -> None:
        self._lack = cause

    def linkBegun(self) -> None:
        self._machine.begun()

    def linkAbandoned(self) -> None:
        self._machine.abandoned()

    def linkFailed(self) -> None:
        self._machine.pathFailed()

    def linkLost(self) -> None:
        self._machine.lost()

    def linkDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.controlDigit(digit, milliseconds, method)

    def linkPictureWanted(self) -> None:
        self._owner.controlPictureWanted()

    def linkEnded(self) -> None:
        self._owner.controlEnded()

    def sessionFailed(self, failure: H245Failure) -> None:
        matters = (
            self.link.heard if failure is H245Failure.PEER_SILENT else not self._media.everReady
        )
        if matters:
            cause = _CAUSES.get(failure, Cause.RECOVERY_ON_TIMER_EXPIRY)
            lacks = failure is H245Failure.NO_COMMON_FORMAT
            self._owner.controlFailed(cause, self.link.discord if lacks else "")

    def linkFault(self, error: DecodeError) -> None:
        self._owner.controlFault(error)
