"""
One call's H.245 and the way it takes: tunnel or connection, and the session that speaks on it.

L{h323d.h323.calls.startup} says which way to try; the machine in L{h323d.h323.h245.controlpath}
keeps that to one.  This module encodes, decodes, and passes on reports; connections are opened and
closed by L{h323d.h323.h245.connections}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.asn1 import h245
from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.h323.calls.faststart import FastConnection
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.connections import ControlConnections
from h323d.h323.h245.controlpath import newControlPath
from h323d.h323.h245.session import H245Failure, H245Owner, H245Session
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat

__all__ = ["H245Link", "H245LinkOwner", "NewSession"]

MAXIMUM_EARLY = 32  # H.245 messages that are kept for a session that starts later
ENCODED = "MultimediaSystemControlMessage"
_KINDS = frozenset(("request", "response", "command", "indication"))

Message = tuple[str, Any]  # Any: a MultimediaSystemControlMessage of the ASN.1 value model
NewSession = Callable[[H245Owner, MediaProfile, LegMedia], H245Session]


class H245LinkOwner(Protocol):
    """
    What the link needs of the call.
    """

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        """Send a message of the call that carries these H.245 messages."""

    def mayOpenChannels(self) -> bool:
        """
        @return: FALSE while fast connect is undecided, beside which no channels may be
            opened (H.323, 8.2.4); L{H245Link.openChannels} follows.
        """

    def admitsControl(self, source: TransportAddress) -> bool:
        """Whether who connects from there may speak the H.245 of this call."""

    def admitsKey(self, key: bytes | None) -> bool:
        """Whether who has that public key may, on a connection of its own."""

    def linkListening(self, address: TransportAddress) -> None:
        """We wait there for a connection."""

    def linkStarved(self, cause: Cause) -> None:
        """We have no port to wait on for a connection; C{linkFailed} follows."""

    def linkBegun(self) -> None:
        """H.245 is spoken."""

    def linkAbandoned(self) -> None:
        """What was said in H.245 went nowhere; another way may be tried."""

    def linkFailed(self) -> None:
        """The way that was tried leads nowhere; another one may be tried."""

    def linkLost(self) -> None:
        """The connection is gone, and H.245 with it."""

    def linkDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer signalled a key by H.245."""

    def linkPictureWanted(self) -> None:
        """The peer wants a whole picture."""

    def linkEnded(self) -> None:
        """H.245 is over: the peer ended it, or our L{H245Link.end} is done."""

    def sessionFailed(self, failure: H245Failure) -> None:
        """H.245 cannot do its work."""

    def linkFault(self, error: DecodeError) -> None:
        """An H.245 message could not be read."""


class H245Link:
    """
    The H.245 of one call.

    @ivar path: the machine that is told which way to try.
    @ivar profile: what may be negotiated; set before any way is tried.
    @ivar remote: what the peer can do, as far as it said.
    """

    def __init__(
        self,
        owner: H245LinkOwner,
        media: LegMedia,
        clock: IReactorTime,
        network: ControlNetwork,
        newSession: NewSession,
    ) -> None:
        """
        @param owner: the call.
        @param media: told what is negotiated.
        @param clock: runs the timers of connections.
        @param network: where connections come from.
        @param newSession: makes a session for an owner.
        """
        self._owner = owner
        self._media = media
        self._newSession = newSession
        self._session: H245Session | None = None
        self._fastStart = FastConnection()
        self._queue: list[bytes] = []
        self._early: list[Message] = []
        self._holding = 0
        self._connections = ControlConnections(self, clock, network)
        self.path = newControlPath(self, clock)
        self.profile: MediaProfile | None = None
        self.remote: RemoteCapabilities | None = None

    @property
    def advertised(self) -> TransportAddress | None:
        """
        Where we wait for a connection, if we do.
        """
        return self._connections.advertised

    @property
    def heard(self) -> bool:
        """
        Whether the peer said anything, so far as it has not been abandoned.
        """
        return bool(self._early)

    @property
    def answered(self) -> bool:
        """
        Whether the peer responded to anything that we asked.
        """
        return self.heard and self._early[-1][0] == "response"  # nothing is kept after one

    @property
    def bitRate(self) -> int:
        """
        Bit/s that the session's channels need, both directions together.
        """
        return self._session.bitRate if self._session else 0

    @property
    def states(self) -> dict[str, str]:
        """
        The states of the session's entities, for an operator to read.
        """
        return self._session.states if self._session else {}

    # What is sent and received.

    @contextmanager
    def together(self) -> Iterator[None]:
        """
        What is sent meanwhile goes out in one message, afterwards.
        """
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
            self._flush()

    def begunInSetup(self) -> tuple[bytes, ...]:
        """
        Begin at once in the tunnel.

        @return: what is to be said first, for the Setup to carry.
        """
        self._holding += 1
        self.path.tunnel()
        self._holding -= 1
        queue, self._queue = tuple(self._queue), []
        return queue

    def received(self, octets: bytes) -> None:
        """
        Take one H.245 message, as it was tunnelled or came by the connection.
        """
        try:
            message = h245.decode(ENCODED, octets)
        except DecodeError as error:
            self._owner.linkFault(error)
            return
        if message[0] not in _KINDS:
            return  # a kind of message of some later version
        if not self.answered and (len(self._early) < MAXIMUM_EARLY or message[0] == "response"):
            self._early.append(message)  # a session that starts later is told it, too
        if self._session is not None:
            self._session.received(message)

    def _flush(self) -> None:
        if self._holding or not self._queue:
            return
        queue, self._queue = self._queue, []
        if self._connections.isOpen:
            self._connections.send(queue)
        else:
            self._owner.sendTunnelled(queue)

    # What the call wants.

    def adoptFastStart(self, connection: FastConnection) -> None:
        """
        Fast start opened these channels.
        """
        self._fastStart = connection
        if self._session is not None:
            self._session.adoptFastStart(connection)

    def openChannels(self) -> None:
        """
        Fast connect is decided: open what it has not opened.
        """
        if self._session is not None:
            self._session.openChannels()

    def restart(self) -> None:
        """
        Say everything again: what was said so far was not listened to.
        """
        if self._session is not None:
            self._session.stop()
            self._startSession()

    @property
    def discord(self) -> str:
        """
        What sound both ends speak, for people to read.
        """
        theirs = self.remote.of(Medium.AUDIO) if self.remote is not None else ()
        ours = self.profile.of(Medium.AUDIO).formats if self.profile is not None else ()
        have = " ".join(dict.fromkeys(str(each.format) for each in theirs)) or "none that we know"
        return f"no common format; they have {have}, we {' '.join(map(str, ours)) or 'none'}"

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew, if there is anybody to negotiate with.
        """
        self.profile = profile
        if self._session is not None and self.heard:
            self._session.changeProfile(profile)

    def sendDigit(self, digit: str, milliseconds: int, wanted: DigitMethod | None = None) -> bool:
        """
        Send a digit by RFC 4733 or H.245.

        @param wanted: which of them; C{None} takes what the peer prefers.

        @return: FALSE if it is not possible.
        """
        methods = self.remote.digitMethods if self.remote else (DigitMethod.RTP_EVENT,)
        for method in methods if wanted is None else (wanted,):
            if method is DigitMethod.RTP_EVENT:
                if self._media.takesEvent(digit):
                    self._media.sendDigit(digit, milliseconds)
                    return True
            elif self._session is not None:
                self._session.sendDigit(digit, milliseconds, method)
                return True
        return False

    def end(self) -> bool:
        """
        End H.245 as H.323, 8.5 wants; C{linkEnded} or C{linkLost} follows.

        @return: FALSE if there is none to end.
        """
        if self._session is None or not self.heard:
            return False
        with self.together():
            self._session.end()
        return True

    def stop(self) -> None:
        """
        The call is over: close everything, report nothing.
        """
        self._forgetSession()
        self.path.stop()

    # What the path wants.

    def openListener(self) -> TransportAddress | None:
        return self._connections.listen()

    def closeListener(self) -> None:
        self._connections.stopListening()

    def dialControl(self, address: TransportAddress) -> None:
        self._connections.dial(address)

    def cancelDial(self) -> None:
        self._connections.cancelDial()

    def closeChannel(self) -> None:
        self._connections.closeChannel()

    def beginSession(self) -> None:
        self._owner.linkBegun()
        self._startSession()

    def abandonSession(self) -> None:
        self._early.clear()
        self._forgetSession()
        self._owner.linkAbandoned()

    def pathFailed(self) -> None:
        self._owner.linkFailed()

    def pathLost(self) -> None:
        self._forgetSession()
        self._owner.linkLost()

    def _startSession(self) -> None:
        if self.profile is None:
            return
        with self.together():
            session = self._session = self._newSession(self, self.profile, self._media)
            session.adoptFastStart(self._fastStart)
            session.start(self._owner.mayOpenChannels())
            for message in tuple(self._early):
                session.received(message)

    def _forgetSession(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.stop()

    # What the connections report.

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._owner.admitsControl(source)

    def admitsKey(self, key: bytes | None) -> bool:
        return self._owner.admitsKey(key)

    def listens(self, address: TransportAddress) -> None:
        self._owner.linkListening(address)

    def starved(self, cause: Cause) -> None:
        self._owner.linkStarved(cause)

    def connected(self) -> None:
        self.path.connected()

    def packetReceived(self, octets: bytes) -> None:
        with self.together():
            self.received(octets)

    def disconnected(self) -> None:
        self.path.lost()

    def connectionFault(self, error: DecodeError) -> None:
        self._owner.linkFault(error)

    # What the session reports.

    def sendControl(self, message: Message) -> None:
        self._queue.append(h245.encode(ENCODED, message))
        self._flush()

    def h245TransmitReady(self, medium: Medium, transmit: TransmitFormat) -> None:
        self._media.of(medium).setTransmit(transmit)

    def h245TransmitStopped(self, medium: Medium) -> None:
        self._media.of(medium).setTransmit(None)

    def h245ReceiveReady(self, medium: Medium, receive: ReceiveFormat) -> None:
        self._media.of(medium).setReceive(receive)

    def h245ReceiveStopped(self, medium: Medium) -> None:
        self._media.of(medium).setReceive(None)

    def h245PictureWanted(self) -> None:
        self._owner.linkPictureWanted()

    def h245Digit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.linkDigit(digit, milliseconds, method)

    def h245RemoteCapabilities(self, capabilities: RemoteCapabilities) -> None:
        for medium in Medium:
            self._media.of(medium).refuse(not capabilities.of(medium))
        if not capabilities.isEmpty:
            self.remote = capabilities

    def h245Ended(self) -> None:
        self._session = None
        self._flush()
        self._owner.linkEnded()

    def h245Failed(self, failure: H245Failure) -> None:
        self._owner.sessionFailed(failure)

    def h245RoundTrip(self, seconds: float) -> None:
        """
        Kept by nobody yet: media has its own measure (RTCP).
        """
