"""
One H.225.0 call signalling connection and the calls on it (H.323, 7.3; H.225.0, 7.2).

Octets become Q.931 messages with their H.323 content, and each goes to the call whose
reference it names.  What cannot be read is counted and answered as Q.931, 5.8 says; it
harms no other call on the connection.  What a message means is the call's business.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.timer import Timer
from h323d.call.transport import IStream, IStreamUser
from h323d.call.wire import NO_WIRE, IWireLog
from h323d.errors import DecodeError
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.config import H323Config
from h323d.h323.signalling import messages, q931, reading, tpkt, uuie
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import NOTHING, Content
from h323d.h323.signalling.wiretap import WireTap
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["SignallingCall", "SignallingConnection", "SignallingOwner"]

MAXIMUM_FAULTS = 16
"""Unreadable messages after which a connection without a call is closed."""

_BODIES: dict[int, str] = {
    MessageType.SETUP: "setup",
    MessageType.SETUP_ACKNOWLEDGE: "setupAcknowledge",
    MessageType.CALL_PROCEEDING: "callProceeding",
    MessageType.ALERTING: "alerting",
    MessageType.PROGRESS: "progress",
    MessageType.CONNECT: "connect",
    MessageType.RELEASE_COMPLETE: "releaseComplete",
    MessageType.FACILITY: "facility",
    MessageType.INFORMATION: "information",
    MessageType.NOTIFY: "notify",
    MessageType.STATUS: "status",
    MessageType.STATUS_INQUIRY: "statusInquiry",
}


class SignallingCall(Protocol):
    """
    What a connection carries: a leg, or a call that is routed.
    """

    def messageReceived(self, message: Q931Message, content: Content) -> None:
        """A message of this call arrived."""

    def connectionOpened(self, connection: SignallingConnection) -> None:
        """The connection that was being opened is there."""

    def connectionLost(self, reason: str) -> None:
        """The connection is gone, or could not be opened."""


class SignallingOwner(Protocol):
    """
    What a connection needs of the endpoint that owns it.
    """

    def setupReceived(
        self, connection: SignallingConnection, message: Q931Message, content: Content
    ) -> None:
        """
        A Setup with a new call reference arrived: take it up with
        L{SignallingConnection.carry}, or refuse it.
        """

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        """
        A Facility with no known call reference arrived.  An endpoint behind a NAT sends one
        with the global call reference, when it connects for a call to it (H.460.18, 8.2.3).

        @return: whether that was expected.
        """

    def badInput(self, connection: SignallingConnection, error: DecodeError) -> None:
        """Something could not be read."""

    def connectionGone(self, connection: SignallingConnection) -> None:
        """The connection is over, after all of its calls were told."""


@implementer(IStreamUser)
class SignallingConnection:
    """
    One TCP or TLS connection.

    @ivar isSecure: whether it is TLS.
    @ivar peer: where it goes to, as soon as it is open.
    @ivar local: our side of it.
    @ivar peerKey: the public key at the other end, as L{IStream} has it.
    @ivar faults: how many messages could not be read.
    """

    def __init__(
        self,
        owner: SignallingOwner,
        clock: IReactorTime,
        config: H323Config,
        dialled: bool,
        secure: bool = False,
        wire: IWireLog = NO_WIRE,
    ) -> None:
        """
        @param owner: takes new calls.
        @param clock: runs the idle limits.
        @param config: the limits.
        @param dialled: we opened it, for one call; it is closed after that call.
        @param secure: it is TLS.
        @param wire: where messages are noted.
        """
        self.isSecure = secure
        self._owner = owner
        self._config = config
        self._dialled = dialled
        self._wiretap = WireTap(clock, wire, "TLS" if secure else "TCP")
        self._reader = tpkt.TPKTReader()
        self._stream: IStream | None = None
        self._calls: dict[tuple[int, bool], SignallingCall] = {}
        self._idle, self._partial = Timer(clock), Timer(clock)
        self.peer = self.local = TransportAddress("0.0.0.0", 0)
        self.peerKey: bytes | None = None
        self.faults = 0

    # The calls.

    def carry(self, reference: int, originated: bool, call: SignallingCall) -> bool:
        """
        Give messages with that reference to C{call}.

        @param originated: whether our side chose the reference.

        @return: FALSE if the connection carries as many calls as it may.
        """
        if len(self._calls) >= self._config.maxCallsPerConnection:
            return False
        self._calls[reference, originated] = call
        self._idle.stop()
        return True

    def drop(self, reference: int, originated: bool) -> None:
        """
        The call is over.
        """
        self._calls.pop((reference, originated), None)
        if self._calls:
            return
        if self._dialled:
            self.close()
        else:
            self._startIdle()

    def send(self, message: Q931Message) -> None:
        """
        Write one message; ignored when the connection is not there.
        """
        if self._stream is not None:
            encoded = q931.encode(message)
            self._wiretap.noteSent(self, message, encoded)
            self._stream.write(tpkt.encode(encoded))

    def close(self) -> None:
        """
        End the connection when all is sent.
        """
        if self._stream is not None:
            self._stream.close()

    # The stream.

    def streamOpened(self, stream: IStream) -> None:
        self._stream = stream
        self.peer, self.local, self.peerKey = stream.peer, stream.local, stream.peerKey
        if not self._calls:
            self._startIdle()
        for call in tuple(self._calls.values()):
            call.connectionOpened(self)

    def streamReceived(self, data: bytes) -> None:
        try:
            for packet in self._reader.feed(data):
                self._received(packet)
                if self._stream is None:
                    return
        except DecodeError as error:
            self._fault(error)
            self.close()
            self._end(error.reason)
            return
        self._watchPartial()

    def streamClosed(self, reason: str) -> None:
        self._end(reason)

    def _end(self, reason: str) -> None:
        self._stream = None
        self._idle.stop()
        self._partial.stop()
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.connectionLost(reason)
        self._idle.stop()
        self._owner.connectionGone(self)

    # The limits.

    def _startIdle(self) -> None:
        if self._stream is not None:
            self._idle.start(self._config.firstMessageTimeout, self.close)

    def _stuck(self) -> None:
        if self._stream is not None:
            self._stream.abort()

    def _watchPartial(self) -> None:
        if not self._reader.pending:
            self._partial.stop()
        elif not self._partial.running:
            self._partial.start(self._config.packetTimeout, self._stuck)

    # The messages.

    def _fault(self, error: DecodeError) -> None:
        self.faults += 1
        self._owner.badInput(self, error)
        if self.faults > MAXIMUM_FAULTS and not self._calls:
            self.close()

    def _received(self, packet: bytes) -> None:
        self._partial.stop()  # a peer that keeps sending whole packets is not stuck
        try:
            message = q931.decode(packet)
        except DecodeError as error:
            self._fault(error)  # Q.931, 5.8.1 to 5.8.3: ignored
            return
        content = self._content(message)
        self._wiretap.noteReceived(self, message, packet, content)
        call = self._calls.get((message.callReference, message.toOriginator))
        if call is not None:
            call.messageReceived(message, content)
        elif message.messageType == MessageType.FACILITY and self._owner.facilityReceived(
            self, content
        ):
            return
        elif message.messageType == MessageType.SETUP:
            # Even with the global call reference: of a hundred chan_ooh323, which draw their
            # first one from 0 to 99, one begins with it.
            if not message.toOriginator:
                self._owner.setupReceived(self, message, content)
        elif message.callReference:
            self._noSuchCall(message)

    def _content(self, message: Q931Message) -> Content:
        """
        What the message says in H.323's terms; nothing, if that cannot be read or is for
        another message.
        """
        octets = message.userUser
        if octets is None:
            return NOTHING
        try:
            content = uuie.read(octets)
            expected = _BODIES.get(message.messageType)
            if expected is None or content.body in (expected, "empty"):
                return content
            if content.body.startswith("_ext_"):
                return uuie.withoutBody(content)
            raise DecodeError("body of another message", f"H323-UserInformation.{content.body}")
        except DecodeError as error:
            self._fault(error)
            return NOTHING

    def _noSuchCall(self, message: Q931Message) -> None:
        """
        Answer a message whose call reference names no call (Q.931, 5.8.3.2).
        """
        kind = message.messageType
        if kind == MessageType.RELEASE_COMPLETE:
            return
        if kind == MessageType.STATUS_INQUIRY:
            answer = messages.status(CallNumber.NULL, Cause.RESPONSE_TO_STATUS_ENQUIRY)
        elif kind == MessageType.STATUS:
            if reading.reportedState(message, CallNumber.NULL) == CallNumber.NULL:
                return
            answer = messages.release(Cause.MESSAGE_IN_WRONG_STATE)
        else:
            answer = messages.release(Cause.INVALID_CALL_REFERENCE)
        self.send(messages.addressed(answer, message.callReference, not message.toOriginator))
