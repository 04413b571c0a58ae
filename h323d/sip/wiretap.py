"""
Notes SIP messages where they come in and leave.
"""

from __future__ import annotations

import re
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.sip.messages.masking import masked
from h323d.values.address import TransportAddress

__all__ = ["WireTap"]

_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class TappedFlow(Protocol):
    """
    The way that a message takes.
    """

    @property
    def protocol(self) -> str: ...
    @property
    def local(self) -> TransportAddress: ...
    @property
    def peer(self) -> TransportAddress: ...


class WireTap:
    """
    Notes the messages of an endpoint.
    """

    def __init__(self, clock: IReactorTime, wire: IWireLog) -> None:
        self._clock = clock
        self._wire = wire

    def note(self, flow: TappedFlow, sent: bool, data: bytes) -> None:
        """
        @param data: a message; what is none, as a ping, is not noted.
        """
        if not self._wire.keeps:
            return
        found = _CALL_ID.search(data)
        if found is None:
            return
        name = found[1].rstrip().decode("utf-8", "surrogateescape")
        message = WireMessage(
            self._clock.seconds(),
            WireProtocol.SIP,
            flow.protocol,
            sent,
            flow.local,
            flow.peer,
            masked(data),
        )
        self._wire.seen(name, message)
