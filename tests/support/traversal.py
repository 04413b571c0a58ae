"""
An endpoint behind a NAT, by hand: it registers for traversal, and connects when it is told.
"""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from h323d.call.transport import IDatagramUser, IStream, IStreamUser
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.features import feature, withFeature
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL, readIncomingCall
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.ras import GATEKEEPER, rrq

__all__ = ["PRIVATE", "TraversalEndpoint", "dialBack", "traversalRRQ"]

PRIVATE = "192.168.1.5"  # what it says of itself, as so many do


def traversalRRQ(seq: int, *aliases: tuple[str, Any], **more: Any) -> RASMessage:
    """
    An RRQ that asks for traversal, from an endpoint that knows its private address only.
    """
    message = rrq(seq, PRIVATE, *aliases, **more)
    fields = withFeature(message.fields, feature(SIGNALLING_TRAVERSAL))
    return RASMessage(message.name, fields)


def dialBack(call: bytes) -> bytes:
    """
    The Facility that comes first on a connection that was asked for, in its TPKT.
    """
    identity = uuie.CallIdentity(call, bytes(16))
    body = uuie.facility(identity, "undefinedReason")
    return tpkt.encode(q931.encode(messages.facility(uuie.write(body, False))))


@implementer(IDatagramUser, IStreamUser)
class TraversalEndpoint:
    """
    It answers an SCI, connects to where that says, and names the call.

    @ivar ras: what came by RAS.
    @ivar received: what came on the connection.
    @ivar connects: whether it does so at all.
    @ivar call: the call that it names, once it was told of one.
    """

    def __init__(self, network: SimulatedNetwork, host: str, port: int = 31719) -> None:
        """
        @param host: the NAT's public address.
        @param port: the NAT's port for its RAS.
        """
        here = SimulatedHost(network, host)
        self._network = network
        self._opener = StreamOpener(here)
        self._port = Datagrams(here).bind(TransportAddress(host, port), self)
        self._reader = tpkt.TPKTReader()
        self.call = b""
        self.stream: IStream | None = None
        self.ras: list[RASMessage] = []
        self.received: list[Q931Message] = []
        self.connects = True
        self.answers = True

    def send(self, message: RASMessage) -> None:
        self._port.send(encodeRAS(message), GATEKEEPER)

    def ask(self, message: RASMessage) -> RASMessage:
        """
        Send, let a tenth of a second pass, and read the answer.
        """
        self.ras.clear()
        self.send(message)
        self._network.clock.pump([0.025] * 4)
        return self.ras[-1]

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        message = decodeRAS(data)
        self.ras.append(message)
        if message.name != "serviceControlIndication" or not self.answers:
            return
        self.send(RASMessage("serviceControlResponse", {"requestSeqNum": message.requestSeqNum}))
        incoming = readIncomingCall(message.fields)
        if incoming is not None and self.connects and not self.call:
            self.call = incoming.call
            self._opener.open(incoming.signalling, self, 5.0)

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream
        stream.write(dialBack(self.call))

    def streamReceived(self, data: bytes) -> None:
        self.received += [q931.decode(packet) for packet in self._reader.feed(data)]

    def streamClosed(self, reason: str) -> None:
        self.stream = None
