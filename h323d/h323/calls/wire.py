"""
One call's side of a signalling connection: the messages that it sends there.

It fills the bodies with what is the same in all of them - identity, call reference, the
description of our endpoint, C{h245Tunnelling} - and leaves to its user when to send what.
"""

from __future__ import annotations

from collections.abc import Sequence

from h323d.call.applications import Priority, Reason
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.callstart import CallStart
from h323d.h323.calls.diverting import diversionService
from h323d.h323.calls.refusals import releaseComplete
from h323d.h323.signalling import causes, messages, redirecting, uuie
from h323d.h323.signalling.addresses import Choice
from h323d.h323.signalling.callpriority import CallPriority, answerTo
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Fields, SetupParties, Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["CallWire"]

_SIGNED = (MessageType.SETUP, MessageType.CONNECT)


class CallWire:
    """
    Sends the messages of one call.

    @ivar connection: where to; C{None} before it is opened and after the call.
    """

    def __init__(
        self,
        identity: CallIdentity,
        reference: int,
        originated: bool,
        endpointType: Fields,
        displayName: str,
        startUp: CallStart,
        signing: CallSigning | None = None,
        asked: CallPriority | None = None,
    ) -> None:
        """
        @param reference: the call reference value.
        @param originated: whether we chose it.
        @param endpointType: what we are, as an H.225.0 C{EndpointType}.
        @param displayName: our name for people to read.
        @param startUp: says whether we tunnel, and how media starts.
        @param signing: signs a Setup or Connect of ours; C{None} if nobody does.
        @param asked: the priority that a caller wants.
        """
        self.identity = identity
        self.reference = reference
        self.originated = originated
        self._endpointType = endpointType
        self._displayName = displayName
        self._startUp = startUp
        self._signing = signing
        self._refusal: Reason | None = None
        self._asked = asked
        self.connection: SignallingConnection | None = None

    def refusing(self, cause: Cause, reason: Reason | None) -> Cause:
        """
        Remember for what the call is refused, for its ReleaseComplete.

        @return: the cause to release it with.
        """
        self._refusal = reason
        return cause

    @property
    def peerKey(self) -> bytes | None:
        """
        Of whoever is at the other end, as L{SignallingConnection} has it.
        """
        return None if self.connection is None else self.connection.peerKey

    def drop(self) -> None:
        """
        The call is over: leave the connection to others.
        """
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.drop(self.reference, self.originated)

    def setup(self, parties: SetupParties, start: Start, control: Sequence[bytes]) -> None:
        body = uuie.setup(self.identity, self._endpointType, parties, start)
        if self._signing is not None:
            body = self._signing.prepared(body)
        diversions = [] if parties.diversion is None else [parties.diversion]
        services = [diversionService(each) for each in diversions]
        octets = self._userUser(body, control, services, parties.declared)
        name = parties.displayName or self._displayName
        others = [redirecting.elementOf(each) for each in diversions]
        calling, called = parties.calling, parties.called
        self._send(messages.setup(octets, name, calling, called, others, parties.isVerified))

    def sendCallProceeding(self) -> None:
        body = uuie.callProceeding(self.identity, self._endpointType, self._startUp.answering())
        self._send(messages.make(MessageType.CALL_PROCEEDING, self._userUser(body)))

    def alerting(self, media: bool) -> None:
        body = uuie.alerting(self.identity, self._endpointType, self._startUp.answering())
        others = [messages.inBand()] if media else []
        self._send(messages.make(MessageType.ALERTING, self._userUser(body), others))

    def progress(self) -> None:
        body = uuie.progress(self.identity, self._endpointType, self._startUp.answering())
        self._send(messages.make(MessageType.PROGRESS, self._userUser(body), [messages.inBand()]))

    def connect(self, granted: Priority | None = None) -> None:
        body = uuie.connect(self.identity, self._endpointType, self._startUp.answering())
        if self._signing is not None:
            body = self._signing.prepared(body)
        octets = self._userUser(body, generic=answerTo(self._asked, granted))
        self._send(messages.connect(octets, self._displayName))

    def sendReleaseComplete(self, cause: Cause) -> None:
        tunnelling = self._startUp.tunnelling
        octets = releaseComplete(self.identity, cause, self._refusal, tunnelling)
        self._send(messages.release(causes.causeToSend(cause), octets))

    def tunnelled(self, control: Sequence[bytes]) -> None:
        """
        Carry H.245 messages, and nothing else.
        """
        self._send(messages.facility(self._userUser(uuie.EMPTY, control)))

    def supplementary(self, apdu: bytes) -> None:
        """
        Carry an encoded C{H4501SupplementaryService} (H.450.1), and nothing else.
        """
        self._send(messages.facility(self._userUser(uuie.EMPTY, services=(apdu,))))

    def startH245(self, address: TransportAddress) -> None:
        body = uuie.facility(self.identity, "startH245", address)
        self._send(messages.facility(self._userUser(body)))

    def keypad(self, digits: str) -> None:
        body = uuie.plain("information", self.identity)
        self._send(messages.keypad(digits, self._userUser(body)))

    def sendStatus(self, state: CallNumber, cause: Cause) -> None:
        body = uuie.plain("status", self.identity)
        self._send(messages.status(state, cause, self._userUser(body)))

    def sendStatusInquiry(self) -> None:
        body = uuie.plain("statusInquiry", self.identity)
        self._send(messages.make(MessageType.STATUS_INQUIRY, self._userUser(body)))

    def _userUser(
        self,
        body: Choice,
        control: Sequence[bytes] = (),
        services: Sequence[bytes] = (),
        generic: Sequence[Fields] = (),
    ) -> bytes:
        return uuie.write(body, self._startUp.tunnelling, control, services, generic)

    def _send(self, message: Q931Message) -> None:
        if self.connection is not None:
            toOriginator = not self.originated
            addressed = messages.addressed(message, self.reference, toOriginator)
            if self._signing is not None and message.messageType in _SIGNED:
                addressed = self._signing.signed(addressed)
            self.connection.send(addressed)
