"""
A NAT between a host and the simulated network: nothing comes in but answers.

Each port that the host sends from gets one of the NAT's public ports, and takes packets from
hosts alone that it has sent to.  Nobody can connect to the host.
"""

from __future__ import annotations

import itertools
from typing import Any

from h323d.errors import DecodeError
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling.features import feature, withFeature
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL, readIncomingCall
from tests.support.network import (
    SimulatedHost,
    SimulatedNetwork,
    SimulatedTCPPort,
    SimulatedUDPPort,
)
from tests.support.traversal import dialBack

__all__ = ["NAT", "NATHost", "TraversalHost"]

FIRST_PORT = 50001
RAS = 1719


class NAT:
    """
    A public address, and who is behind it.
    """

    def __init__(self, network: SimulatedNetwork, public: str) -> None:
        self.network = network
        self.public = public
        self.ports = itertools.count(FIRST_PORT)

    def host(self, private: str) -> NATHost:
        """
        Somebody who knows nothing of the NAT.
        """
        host = NATHost(self, private)
        self.network.behind[private] = host
        return host

    def traversalHost(self, private: str) -> TraversalHost:
        """
        Somebody who registers by H.460.18.
        """
        host = TraversalHost(self, private)
        self.network.behind[private] = host
        return host


class NATHost(SimulatedHost):
    """
    A host with a private address.
    """

    def __init__(self, nat: NAT, private: str) -> None:
        super().__init__(nat.network, private)
        self._nat = nat
        self.accepting: dict[int, Any] = {}

    def listenUDP(
        self, port: int, protocol: Any, interface: str = "", maxPacketSize: int = 8192
    ) -> SimulatedUDPPort:
        inside = (self.address, port or self.freePort())
        outside = (self._nat.public, next(self._nat.ports))
        listening = MappedPort(self, inside, outside, protocol)
        self.network.udp[outside] = listening
        protocol.makeConnection(listening)
        return listening

    def listenTCP(
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> SimulatedTCPPort:
        here = (self.address, port or self.freePort())
        self.accepting[here[1]] = factory
        return SimulatedTCPPort(self.network, here, factory)  # which nobody outside finds

    def connectTCP(
        self,
        host: str,
        port: int,
        factory: Any,
        timeout: float = 30,
        bindAddress: tuple[str, int] | None = None,
    ) -> Any:
        return super().connectTCP(host, port, factory, timeout, (self._nat.public, 0))

    def leaving(self, data: bytes, destination: tuple[str, int]) -> bytes:
        """
        What a datagram is to be when it leaves.
        """
        return data

    def arriving(self, port: MappedPort, data: bytes, source: tuple[str, int]) -> bool:
        """
        Whether a datagram is for its port.
        """
        return True


class MappedPort(SimulatedUDPPort):
    """
    A port inside, and its port outside.
    """

    def __init__(
        self, host: NATHost, inside: tuple[str, int], outside: tuple[str, int], protocol: Any
    ) -> None:
        super().__init__(host.network, outside, self)
        self._host = host
        self._inside = inside
        self._user = protocol
        self._sentTo: set[str] = set()

    def getHost(self) -> Any:
        return SimulatedUDPPort(self.network, self._inside, self._user).getHost()

    def write(self, data: bytes, destination: tuple[str, int]) -> None:
        self._sentTo.add(destination[0])
        super().write(self._host.leaving(data, destination), destination)

    def datagramReceived(self, data: bytes, source: tuple[str, int]) -> None:
        if source[0] in self._sentTo and self._host.arriving(self, data, source):
            self._user.datagramReceived(data, source)


class TraversalHost(NATHost):
    """
    Makes an endpoint of H.460.18 of one that knows nothing of it: asks for traversal in its
    stead, and connects when a call has come.
    """

    def leaving(self, data: bytes, destination: tuple[str, int]) -> bytes:
        if destination[1] != RAS:
            return data
        message = decodeRAS(data)
        if message.name not in ("gatekeeperRequest", "registrationRequest"):
            return data
        fields = withFeature(message.fields, feature(SIGNALLING_TRAVERSAL))
        return encodeRAS(RASMessage(message.name, fields))

    def arriving(self, port: MappedPort, data: bytes, source: tuple[str, int]) -> bool:
        if source[1] != RAS:
            return True
        try:
            message = decodeRAS(data)
        except DecodeError:
            return True
        incoming = readIncomingCall(message.fields)
        if message.name != "serviceControlIndication" or incoming is None:
            return True
        answer = RASMessage("serviceControlResponse", {"requestSeqNum": message.requestSeqNum})
        port.write(encodeRAS(answer), source)
        there = incoming.signalling
        self.connectTCP(there.host, there.port, DialBack(self.accepting[1720], incoming.call))
        return False


class DialBack:
    """
    The factory of a connection that is opened as if it had been accepted.
    """

    def __init__(self, accepting: Any, call: bytes) -> None:
        self._accepting = accepting
        self._call = call

    def buildProtocol(self, address: Any) -> DialBackProtocol:
        return DialBackProtocol(self._accepting.buildProtocol(address), self._call)

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        raise AssertionError("the gatekeeper can be reached")


class DialBackProtocol:
    """
    Names the call first; then it is a connection as any other.
    """

    def __init__(self, inner: Any, call: bytes) -> None:
        self._call = call
        self._inner = inner
        self.dataReceived = inner.dataReceived
        self.connectionLost = inner.connectionLost

    def makeConnection(self, transport: Any) -> None:
        transport.write(dialBack(self._call))
        self._inner.makeConnection(transport)
