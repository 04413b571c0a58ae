"""
One side of a routed call: its signalling connection, and its call reference there.

It answers and asks what concerns the connection rather than the call (Q.931, 5.8.10 and
5.8.11: Status); all else is the call's.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Reason, Refusal
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.messages import withoutWords
from h323d.gatekeeper.routed.standing import newStanding
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.refusals import releaseComplete
from h323d.h323.signalling import messages, reading, uuie
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Content
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["CALLED", "CALLER", "Side", "SideOwner"]

CALLER, CALLED = 0, 1  # the places of the sides


class SideOwner(Protocol):
    """
    What a side needs of its call.
    """

    identity: CallIdentity
    isHushed: bool

    def sideOpened(self, side: Side) -> None:
        """The connection that was being opened is there."""

    def sideReceived(self, side: Side, message: Q931Message, content: Content) -> None:
        """A message arrived."""

    def sideReleased(self, side: Side, message: Q931Message, content: Content) -> None:
        """A ReleaseComplete arrived; nothing more will."""

    def sideLost(self, side: Side, reason: str) -> None:
        """The connection is gone, or could not be opened."""

    def callNumber(self, which: int) -> CallNumber:
        """In which state the call is, as that side sees us."""


class Side:
    """
    One side, a L{h323d.h323.signalling.connection.SignallingCall}.

    @ivar which: L{CALLER} or L{CALLED}.
    @ivar peer: where it is.
    @ivar isSecure: whether it is connected over TLS.
    """

    def __init__(
        self,
        owner: SideOwner,
        which: int,
        reference: int,
        peer: TransportAddress,
        clock: IReactorTime,
        statusInterval: float,
        connection: SignallingConnection | None = None,
    ) -> None:
        """
        @param reference: the call reference value: the caller's, or one that we chose
            for the called side.
        @param clock: runs the inquiries.
        @param statusInterval: seconds between two of them, once the call is answered; 0
            makes none.
        @param connection: where the call came in.
        """
        self._owner = owner
        self._reference = reference
        self._connection = connection
        self._over = False
        self._refusal: Reason | None = None
        self._standing = newStanding(self, clock, statusInterval)
        self.which = which
        self.peer = peer
        self.isSecure = connection is not None and connection.isSecure

    @property
    def local(self) -> str:
        """
        The address of ours that it is connected with; empty while it is not.
        """
        return "" if self._connection is None else self._connection.local.host

    @property
    def source(self) -> TransportAddress:
        """
        Where what it says comes from.
        """
        return self.peer if self._connection is None else self._connection.peer

    @property
    def peerKey(self) -> bytes | None:
        """
        The public key at the other end of its connection, as L{IStream} has it.
        """
        return None if self._connection is None else self._connection.peerKey

    @property
    def isOpen(self) -> bool:
        return self._connection is not None

    def belongsTo(
        self, registration: Registration | None, endpointId: str, hosts: Container[str]
    ) -> bool:
        """
        Whether this side is an endpoint's.

        @param registration: whose it is, if they are registered.
        @param hosts: where the endpoint is, which counts for a side that is not registered.
        """
        if registration is None:
            return self.peer.host in hosts
        return registration.endpointId == endpointId

    def send(self, message: Q931Message) -> None:
        """
        Pass a message on to this side; ignored where it cannot be.
        """
        if self._connection is not None:
            said = withoutWords(message) if self._owner.isHushed else message
            self._connection.send(
                replace(
                    said,
                    callReference=self._reference,
                    toOriginator=self.which == CALLER,
                    referenceLength=2,
                )
            )

    def watch(self) -> None:
        """
        The call is answered: inquire into it from now on.
        """
        self._standing.begin()

    def passRelease(self, message: Q931Message) -> None:
        """
        Pass on the ReleaseComplete of the other side.
        """
        self.send(message)
        self.drop()

    def release(self, cause: Cause) -> None:
        """
        End this side of the call, unless it is over.
        """
        octets = releaseComplete(self._owner.identity, cause, self._refusal)
        self.passRelease(messages.release(cause, octets))

    def refusing(self, refusal: Refusal) -> Cause:
        """
        Remember for what the call is refused, for the ReleaseComplete.

        @return: the cause to release it with.
        """
        self._refusal = refusal.reason
        return refusal.cause

    def drop(self) -> None:
        """
        The call is over here; nothing is reported any more.
        """
        self._over = True
        self._standing.end()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.drop(self._reference, self.which == CALLED)

    # What the connection reports.

    def connectionOpened(self, connection: SignallingConnection) -> None:
        if self._over:
            connection.close()
            return
        self._connection, self.isSecure = connection, connection.isSecure
        self._owner.sideOpened(self)

    def connectionLost(self, reason: str) -> None:
        over, self._over, self._connection = self._over, True, None
        self._standing.end()
        if not over:
            self._owner.sideLost(self, reason)

    def messageReceived(self, message: Q931Message, content: Content) -> None:
        kind = message.messageType
        if self._over:
            return
        if kind == MessageType.RELEASE_COMPLETE:
            self.drop()
            self._owner.sideReleased(self, message, content)
        elif kind == MessageType.STATUS_INQUIRY:
            body = uuie.plain("status", self._owner.identity)
            number = self._owner.callNumber(self.which)
            octets = uuie.write(body, False)
            self.send(messages.status(number, Cause.RESPONSE_TO_STATUS_ENQUIRY, octets))
        elif kind == MessageType.STATUS:
            self._statusReceived(message)
        else:
            self._owner.sideReceived(self, message, content)

    def _statusReceived(self, message: Q931Message) -> None:
        """
        A peer that does not know the call has no call with us (Q.931, 5.8.11).
        """
        if reading.reportedState(message, CallNumber.ACTIVE) == CallNumber.NULL:
            self.drop()
            self._owner.sideLost(self, "the peer does not know the call")
        else:
            self._standing.answered()

    # What the inquiries want.

    def sendStatusInquiry(self) -> None:
        body = uuie.plain("statusInquiry", self._owner.identity)
        self.send(messages.make(MessageType.STATUS_INQUIRY, uuie.write(body, False)))

    def inquiriesUnanswered(self) -> None:
        self.release(Cause.RECOVERY_ON_TIMER_EXPIRY)
        self._owner.sideLost(self, "the peer does not answer inquiries")
