"""
How the media and the H.245 of one call get started (H.323, 8.1.7 and 8.2).

Fast start, if it was offered, is accepted or refused; H.245 follows - tunnelled where both
sides tunnel, else on a channel of its own, else by Facility startH245 - and opens the media
that fast start did not.  Each way that fails leads to the next.  A call whose media is open
by fast start goes on for ever without H.245.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.asn1 import h245
from h323d.call.transport import IStreamListener, IStreamOpener
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.h323 import control
from h323d.h323.capabilities import RemoteCapabilities
from h323d.h323.control import ControlChannel, ControlListener, Dialling
from h323d.h323.controlpath import newControlPath
from h323d.h323.fastconnect import FastConnect, Outcome
from h323d.h323.h245.session import H245Failure, H245Owner, H245Session
from h323d.h323.legmedia import LegMedia
from h323d.h323.uuie import Content, Start
from h323d.values.address import TransportAddress
from h323d.values.media import DigitMethod, MediaProfile, ReceiveFormat, TransmitFormat

__all__ = ["ControlNetwork", "StartUp", "StartUpOptions", "StartUpOwner"]

MEDIA_GUARD = 30.0  # seconds from the answer until media must be open
MAXIMUM_EARLY = 32  # H.245 messages that are kept until we know what the call is for

Message = tuple[str, Any]  # Any: a MultimediaSystemControlMessage of the ASN.1 value model


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


@dataclass(frozen=True, slots=True)
class ControlNetwork:
    """
    How control channels reach the network.

    @ivar bind: the local address to listen on.
    @ivar advertised: the host that peers are told.
    @ivar connectTimeout: seconds that a connection may take to open.
    """

    listener: IStreamListener
    opener: IStreamOpener
    bind: str
    advertised: str
    connectTimeout: float = 5.0


class StartUpOwner(Protocol):
    """
    What the start-up needs of its leg.
    """

    def sendTunnelled(self, control: Sequence[bytes]) -> None:
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
    The start-up of one call, and its H.245 from then on.

    @ivar fast: fast connect, and what became of it.
    @ivar remote: what the peer can do, as far as it said.
    """

    def __init__(
        self,
        owner: StartUpOwner,
        media: LegMedia,
        clock: IReactorTime,
        network: ControlNetwork,
        options: StartUpOptions,
        newSession: Callable[[H245Owner, MediaProfile, LegMedia], H245Session],
    ) -> None:
        self._owner = owner
        self._media = media
        self._clock = clock
        self._network = network
        self._options = options
        self._newSession = newSession
        self._path = newControlPath(self, clock)
        self._profile: MediaProfile | None = None
        self._session: H245Session | None = None
        self._channel: ControlChannel | None = None
        self._listener: ControlListener | None = None
        self._dialling: Dialling | None = None
        self._guard: IDelayedCall | None = None
        self._theyTunnel: bool | None = None
        self._theirAddress: TransportAddress | None = None
        self._queue: list[bytes] = []
        self._early: list[Message] = []
        self._holding = 0
        self._began = self._heard = self._active = self._chosen = False
        self._asked = self._ending = self._inSetup = self._originated = False
        self.fast = FastConnect(media, options.fastStart)
        self.remote: RemoteCapabilities | None = None

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
        self._profile = profile
        self._chosen = self._originated = True
        fastStart = self.fast.offer(profile)
        if self._options.earlyH245:
            self._inSetup = True
            if self._options.tunnelling:
                self._holding += 1
                self._path.tunnel()
                self._holding -= 1
            else:
                self._path.listen()
        early, self._queue = tuple(self._queue), []
        if fastStart:
            return Start(fastStart, False, self._advertised, early), ()
        return Start(h245Address=self._advertised), early

    @property
    def _advertised(self) -> TransportAddress | None:
        return self._listener.address if self._listener else None

    def offered(self, content: Content) -> None:
        """
        Take note of the caller's Setup.
        """
        self.fast.proposed(content.start.fastStart)
        self.heard(content, True)
        for octets in content.start.parallelH245Control:
            self._received(octets)

    def accept(self, profile: MediaProfile) -> None:
        """
        Choose as the called side.  The port is open; L{begin} follows as soon as the
        message with our choice is sent.
        """
        self._profile = profile
        self.fast.choose(profile)
        if not self._tunnels and self._theirAddress is None:
            self._path.listen()

    def answering(self) -> Start:
        """
        What stands in our answers to Setup, as far as it is decided.
        """
        return replace(self.fast.answering(), h245Address=self._advertised)

    # What becomes of the call.

    def begin(self) -> None:
        """
        Our choice is sent: media may flow, and H.245 may start.
        """
        connection = self.fast.connection
        if connection.accepted and not self._chosen:
            self._media.adopt(connection.transmit, connection.receive)
        self._chosen = True
        self._consider()

    def activated(self) -> None:
        """
        The call is answered.
        """
        if self._active:
            return
        self._active = True
        self.fast.refused()
        if self._inSetup and not self._heard and self._session is not None:
            self._restart()  # what stood in Setup was ignored (H.323, 8.2.4)
        if not self._media.everReady:
            self._guard = self._clock.callLater(MEDIA_GUARD, self._noMedia)
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
            self._accepted()
        if content.reason == "startH245" and content.body == "facility":
            self._heardStartH245()
        self._holding += 1
        for octets in content.h245Control:
            self._received(octets)
        self._holding -= 1
        self._flush()
        self._consider()

    def _heardTunnelling(self, tunnelling: bool) -> None:
        if not tunnelling:
            self._theyTunnel = False
            self._path.tunnelRefused()
        elif self._theyTunnel is None:
            self._theyTunnel = True

    def _accepted(self) -> None:
        connection = self.fast.connection
        if self._session is not None:
            self._session.adoptFastStart(connection)
        self._media.adopt(connection.transmit, connection.receive)

    def _heardStartH245(self) -> None:
        if self._originated:
            self.fast.refused()
        if self._theirAddress is not None and not self._heard:
            self._path.dial(self._theirAddress, self._asked)

    @property
    def _tunnels(self) -> bool:
        return self._options.tunnelling and self._theyTunnel is True

    def _consider(self) -> None:
        """
        Start H.245 by the best way that is open by now.
        """
        if not self._chosen or self._began or self.fast.outcome is Outcome.OPEN:
            return
        if self._tunnels:
            self._path.tunnel()
        elif self.tunnelling and not self._active:
            return  # the peer has not said yet whether it tunnels
        elif self._theirAddress is not None:
            self._path.dial(self._theirAddress, self._asked)
        elif self._active and self._listener is None and not self._media.everReady:
            self._ask()

    def _ask(self) -> None:
        """
        Neither tunnel nor address: make the peer connect to us (H.323, 8.2.3).
        """
        if self._asked:
            return
        self._asked = True
        self._path.listen()
        if self._listener is not None:
            self._owner.sendStartH245(self._listener.address)

    def _noMedia(self) -> None:
        self._guard = None
        if not self._media.everReady:
            self._owner.controlFailed(None)

    # The path's wishes.

    def openListener(self) -> TransportAddress | None:
        network = self._network
        try:
            self._listener = ControlListener(
                self, self._clock, network.listener, network.bind, network.advertised
            )
        except ResourceUnavailable:
            return None
        return self._listener.address

    def closeListener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()

    def dialControl(self, address: TransportAddress) -> None:
        timeout = self._network.connectTimeout
        opener = self._network.opener
        self._dialling = control.dialControl(self, self._clock, opener, address, timeout)

    def cancelDial(self) -> None:
        dialling, self._dialling = self._dialling, None
        if dialling is not None and not dialling.isOpen:
            dialling.cancel()

    def closeChannel(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def beginSession(self) -> None:
        self._began = True
        self._startSession()

    def abandonSession(self) -> None:
        self._began = self._heard = self._inSetup = False
        session, self._session = self._session, None
        if session is not None:
            session.stop()

    def pathFailed(self) -> None:
        self._theirAddress = None
        self._consider()

    def pathLost(self) -> None:
        self._channel = None
        session, self._session = self._session, None
        if session is not None:
            session.stop()
        if self._ending:
            self._owner.controlEnded()
        elif not self._media.everReady:
            self._owner.controlFailed(None)

    # The session.

    def _startSession(self) -> None:
        profile = self._profile
        if profile is None:
            return
        session = self._session = self._newSession(self, profile, self._media)
        if self.fast.connection.accepted:
            session.adoptFastStart(self.fast.connection)
        self._holding += 1
        session.start()
        early, self._early = self._early, []
        for message in early:
            self._heard = True
            session.received(message)
        self._holding -= 1
        self._flush()

    def _restart(self) -> None:
        if self._session is not None:
            self._session.stop()
        self._inSetup = False
        self._startSession()

    def _received(self, octets: bytes) -> None:
        try:
            message = h245.decode("MultimediaSystemControlMessage", octets)
        except DecodeError as error:
            self._owner.controlFault(error)
            return
        if self._session is not None:
            self._heard = True
            self._session.received(message)
        elif not self._began and len(self._early) < MAXIMUM_EARLY:
            self._early.append(message)

    def _flush(self) -> None:
        if self._holding or not self._queue:
            return
        queue, self._queue = self._queue, []
        if self._channel is not None:
            for octets in queue:
                self._channel.send(octets)
        else:
            self._owner.sendTunnelled(queue)

    def sendControl(self, message: Message) -> None:
        self._queue.append(h245.encode("MultimediaSystemControlMessage", message))
        self._flush()

    def h245TransmitReady(self, transmit: TransmitFormat) -> None:
        self._media.setTransmit(transmit)

    def h245TransmitStopped(self) -> None:
        self._media.setTransmit(None)

    def h245ReceiveReady(self, receive: ReceiveFormat) -> None:
        self._media.setReceive(receive)

    def h245ReceiveStopped(self) -> None:
        self._media.setReceive(None)

    def h245Digit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.controlDigit(digit, milliseconds, method)

    def h245RemoteCapabilities(self, capabilities: RemoteCapabilities) -> None:
        if not capabilities.isEmpty:
            self.remote = capabilities

    def h245Ended(self) -> None:
        self._session = None
        self._flush()
        self._owner.controlEnded()

    def h245Failed(self, failure: H245Failure) -> None:
        if failure is H245Failure.PEER_SILENT:
            if self._heard:
                self._owner.controlFailed(failure)
        elif not self._media.everReady:
            self._owner.controlFailed(failure)

    def h245RoundTrip(self, seconds: float) -> None:
        """
        Kept by nobody yet: media has its own measure (RTCP).
        """

    # The control channel.

    def controlOpened(self, channel: ControlChannel) -> None:
        if self._channel is not None:
            channel.close()
            return
        self._channel = channel
        self._path.connected()

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        if channel is self._channel:
            self._holding += 1
            self._received(octets)
            self._holding -= 1
            self._flush()

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        if error is not None:
            self._owner.controlFault(error)
        if self._channel is None or channel is self._channel:
            self._path.lost()

    # In the call, and at its end.

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew, where there is H.245; otherwise only use less.
        """
        self._profile = profile
        if self._session is not None and self._heard:
            self._session.changeProfile(profile)
        self._media.restrict(profile.direction)

    def sendDigit(self, digit: str, milliseconds: int, wanted: DigitMethod | None) -> bool:
        """
        Send a digit by RFC 4733 or H.245.

        @param wanted: by this way; C{None}: whatever the peer prefers.

        @return: FALSE if neither is possible.
        """
        methods = self.remote.digitMethods if self.remote else (DigitMethod.RTP_EVENT,)
        for method in methods if wanted is None else (wanted,):
            if method is DigitMethod.RTP_EVENT:
                if self._media.telephoneEvents:
                    self._media.sendDigit(digit, milliseconds)
                    return True
            elif self._session is not None:
                self._session.sendDigit(digit, milliseconds, method)
                return True
        return False

    def end(self) -> None:
        """
        End H.245 as H.323, 8.5 wants; C{controlEnded} follows, at once where there is none.
        """
        self._ending = True
        if self._session is not None and self._heard:
            self._session.end()
        else:
            self._owner.controlEnded()

    def stop(self) -> None:
        """
        The call is over: close everything, report nothing.
        """
        guard, self._guard = self._guard, None
        if guard is not None and guard.active():
            guard.cancel()
        session, self._session = self._session, None
        if session is not None:
            session.stop()
        self._began = True
        self._path.stop()
