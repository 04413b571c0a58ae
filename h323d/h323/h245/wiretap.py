"""
Notes H.245 messages that go by connections of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.h323.signalling import tpkt
from h323d.h323.signalling.masking import maskedControl
from h323d.values.address import TransportAddress

__all__ = ["ControlTap"]


class TappedStream(Protocol):
    """
    The way that a message takes.
    """

    @property
    def local(self) -> TransportAddress: ...
    @property
    def peer(self) -> TransportAddress: ...


@dataclass(frozen=True, slots=True)
class ControlTap:
    """
    Notes the messages of one call.

    @ivar transport: C{"TCP"} or C{"TLS"}.
    @ivar name: the call identifier, in hexadecimal.
    """

    clock: IReactorTime
    wire: IWireLog
    transport: str
    name: str = ""

    def named(self, name: str) -> ControlTap:
        """
        The same for a call.
        """
        return replace(self, name=name)

    def note(self, stream: TappedStream, sent: bool, octets: bytes) -> None:
        """
        @param octets: an encoded message.
        """
        if not self.wire.keeps:
            return
        message = WireMessage(
            self.clock.seconds(),
            WireProtocol.H245,
            self.transport,
            sent,
            stream.local,
            stream.peer,
            tpkt.encode(maskedControl(octets)),
        )
        self.wire.seen(self.name, message)
