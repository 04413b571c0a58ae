"""
Notes the messages of a signalling connection where they come in and leave.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.errors import DecodeError
from h323d.h323.signalling import q931, tpkt, uuie
from h323d.h323.signalling.masking import masked
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import NOTHING, Content
from h323d.values.address import TransportAddress

__all__ = ["WireTap"]

MAXIMUM_NAMES = 256  # calls of a connection whose names are remembered


class TappedConnection(Protocol):
    """
    The way that a message takes.
    """

    @property
    def local(self) -> TransportAddress: ...
    @property
    def peer(self) -> TransportAddress: ...


class WireTap:
    """
    Notes the messages of one connection, under the call identifiers that they have.
    """

    def __init__(self, clock: IReactorTime, wire: IWireLog, transport: str) -> None:
        """
        @param transport: C{"TCP"} or C{"TLS"}.
        """
        self._clock = clock
        self._wire = wire
        self._transport = transport
        self._names: dict[tuple[int, bool], str] = {}  # by call reference, and whether it is ours

    def noteSent(self, connection: TappedConnection, message: Q931Message, encoded: bytes) -> None:
        """
        @param encoded: the message, as it leaves.
        """
        if self._wire.keeps:
            self._note(connection, message, encoded, True, _contentOf(message))

    def noteReceived(
        self, connection: TappedConnection, message: Q931Message, encoded: bytes, content: Content
    ) -> None:
        """
        @param encoded: the message, as it came.
        """
        if self._wire.keeps:
            self._note(connection, message, encoded, False, content)

    def _note(
        self,
        connection: TappedConnection,
        message: Q931Message,
        encoded: bytes,
        sent: bool,
        content: Content,
    ) -> None:
        shown = masked(message, content)
        octets = tpkt.encode(encoded if shown is message else q931.encode(shown))
        noted = WireMessage(
            self._clock.seconds(),
            WireProtocol.H225,
            self._transport,
            sent,
            connection.local,
            connection.peer,
            octets,
        )
        self._wire.seen(self._nameOf(connection.peer, message, sent, content), noted)

    def _nameOf(
        self, peer: TransportAddress, message: Q931Message, sent: bool, content: Content
    ) -> str:
        key = message.callReference, message.toOriginator != sent
        identifier = content.callIdentifier
        if identifier is None:  # version 1, or a message of Q.931 alone
            return self._names.get(key) or f"{peer}/{message.callReference}"
        name = self._names[key] = identifier.hex()
        if len(self._names) > MAXIMUM_NAMES:
            del self._names[next(iter(self._names))]
        return name


def _contentOf(message: Q931Message) -> Content:
    """
    What a message of ours says, or one that we pass on.
    """
    try:
        return uuie.read(message.userUser) if message.userUser else NOTHING
    except DecodeError:
        return NOTHING
