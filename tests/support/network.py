"""
A network in virtual time: what a reactor offers, without sockets.

Each host is a stand-in for Twisted's reactor with C{listenUDP},
C{listenMulticast}, C{listenTCP}, C{connectTCP} and the clock.  Datagrams are
lost, delayed and reordered as seeded; streams are delayed and cut into
pieces, and may be reset, but lose nothing, as TCP loses nothing.
"""

from __future__ import annotations

import errno
import ipaddress
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import (
    CannotListenError,
    ConnectBindError,
    ConnectionDone,
    ConnectionLost,
    UserError,
)
from twisted.internet.error import (
    ConnectionRefusedError as Refused,
)
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.homes import WILDCARDS, IRoutes

__all__ = ["Conditions", "SimulatedHost", "SimulatedNetwork"]

FIRST_EPHEMERAL = 40000


@dataclass
class Conditions:
    """
    What the network does to those who use it.

    @ivar loss: the part of datagrams that vanish, 0 to 1.
    @ivar delay: seconds that everything takes.
    @ivar spread: up to so many seconds more, drawn for each datagram anew:
        reordering is what comes of it.
    @ivar fragment: the most octets that arrive on a stream at once.
    """

    loss: float = 0.0
    delay: float = 0.001
    spread: float = 0.0
    fragment: int = 1 << 16


@dataclass
class SimulatedNetwork:
    """
    Hosts, and what lies between them.

    @ivar lost: how many datagrams vanished.
    @ivar observers: called with C{(kind, source, destination, data)} for
        everything that is sent.
    @ivar filters: called with C{(source, destination, data)} for each datagram; it
        vanishes if one of them says no.
    @ivar behind: hosts that are not directly on the network, by their address.
    @ivar heldUntil: no datagram arrives before that time; seconds of the clock.
    """

    clock: Clock
    rng: random.Random
    conditions: Conditions = field(default_factory=Conditions)
    lost: int = 0
    observers: list[Callable[[str, tuple[str, int], tuple[str, int], bytes], None]] = field(
        default_factory=list
    )
    filters: list[Callable[[tuple[str, int], tuple[str, int], bytes], bool]] = field(
        default_factory=list
    )
    heldUntil: float = 0.0
    behind: dict[str, SimulatedHost] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.udp: dict[tuple[str, int], SimulatedUDPPort] = {}
        self.groups: dict[tuple[str, int], list[SimulatedUDPPort]] = {}
        self.tcp: dict[tuple[str, int], SimulatedTCPPort] = {}
        self.streams: list[SimulatedTransport] = []
        self.connecting: dict[tuple[str, int], None] = {}

    def host(self, address: str, *others: str) -> SimulatedHost:
        """
        A reactor for one address, or for a machine with several.
        """
        return self.behind.get(address) or SimulatedHost(self, address, *others)

    def isInUse(self, here: tuple[str, int]) -> bool:
        """
        Whether a local TCP address is somebody's.
        """
        opened = any(stream.here == here for stream in self.streams)
        return opened or here in self.tcp or here in self.connecting

    def observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        for observer in self.observers:
            observer(kind, source, destination, data)

    def sendDatagram(
        self, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        self.observe("udp", source, destination, data)
        passes = all(each(source, destination, data) for each in self.filters)
        if self.rng.random() < self.conditions.loss or not passes:
            self.lost += 1
            return
        delay = self.conditions.delay + self.conditions.spread * self.rng.random()
        delay = max(delay, self.heldUntil - self.clock.seconds())
        self.clock.callLater(delay, self._arrive, source, destination, data)

    def _arrive(self, source: tuple[str, int], destination: tuple[str, int], data: bytes) -> None:
        for port in self.groups.get(destination, ()):
            port.protocol.datagramReceived(data, source)
        port_ = self.udp.get(destination)
        if port_ is not None:
            port_.arrive(data, source, destination)

    def stall(self, seconds: float) -> None:
        """
        Hold all datagrams back, and let them arrive at once after C{seconds}.
        """
        self.heldUntil = self.clock.seconds() + seconds

    def resetStreams(self, address: str) -> None:
        """
        Cut every connection of a host, as a crash or a firewall does.
        """
        for stream in [each for each in self.streams if each.here[0] == address]:
            stream.abortConnection()


@implementer(IRoutes)
class SimulatedHost:
    """
    One machine's reactor, and its routes.

    @ivar addresses: all that it has.
    """

    def __init__(self, network: SimulatedNetwork, address: str, *others: str) -> None:
        self.network = network
        self.address = address
        self.addresses = (address, *others)
        self._ephemeral = itertools.count(FIRST_EPHEMERAL)

    def seconds(self) -> float:
        return float(self.network.clock.seconds())

    def callLater(
        self, delay: float, function: Callable[..., object], *args: Any, **kw: Any
    ) -> IDelayedCall:
        return self.network.clock.callLater(delay, function, *args, **kw)

    def getDelayedCalls(self) -> Any:
        return self.network.clock.getDelayedCalls()

    def callFromThread(self, function: Callable[..., object], *args: Any, **kw: Any) -> None:
        self.network.clock.callLater(0, function, *args, **kw)

    def source(self, host: str) -> str:
        """
        The address that is nearest to another: most of its beginning is the same.
        """
        version = ipaddress.ip_address(host).version
        family = [each for each in self.addresses if ipaddress.ip_address(each).version == version]
        there = int(ipaddress.ip_address(host))
        return min(family, key=lambda each: int(ipaddress.ip_address(each)) ^ there, default="")

    def isOurs(self, host: str) -> bool:
        return host in self.addresses

    def bound(self, interface: str) -> list[str]:
        """
        The addresses that a socket is bound to.
        """
        if interface not in WILDCARDS:
            return [interface or self.address]
        return [each for each in self.addresses if (":" in each) == (":" in interface)]

    def freePort(self) -> int:
        return next(self._ephemeral)

    def listenUDP(
        self, port: int, protocol: Any, interface: str = "", maxPacketSize: int = 8192
    ) -> SimulatedUDPPort:
        number = port or self.freePort()
        heres = [(host, number) for host in self.bound(interface)]
        for here in heres:
            if here in self.network.udp:
                raise CannotListenError(here[0], here[1], OSError("address in use"))
        listening = SimulatedUDPPort(self.network, heres[0], protocol)
        if interface in WILDCARDS:
            listening = SimulatedAnyPort(self, (interface, number), protocol)
        self.network.udp.update(dict.fromkeys(heres, listening))
        protocol.makeConnection(listening)
        return listening

    def listenMulticast(
        self,
        port: int,
        protocol: Any,
        interface: str = "",
        maxPacketSize: int = 8192,
        listenMultiple: bool = False,
    ) -> SimulatedUDPPort:
        listening = SimulatedUDPPort(self.network, (interface, port), protocol)
        protocol.makeConnection(listening)
        return listening

    def listenTCP(
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> SimulatedTCPPort:
        number = port or self.freePort()
        heres = [(host, number) for host in self.bound(interface)]
        for here in heres:
            if here in self.network.tcp:
                raise CannotListenError(here[0], here[1], OSError("address in use"))
        listening = SimulatedTCPPort(self.network, (interface or self.address, number), factory)
        self.network.tcp.update(dict.fromkeys(heres, listening))
        return listening

    def connectTCP(
        self,
        host: str,
        port: int,
        factory: Any,
        timeout: float = 30,
        bindAddress: tuple[str, int] | None = None,
    ) -> SimulatedConnector:
        connector = SimulatedConnector(self, (host, port), factory, bindAddress)
        connector.connect()
        return connector


class SimulatedUDPPort:
    """
    A bound port, and the transport of its protocol.
    """

    def __init__(self, network: SimulatedNetwork, here: tuple[str, int], protocol: Any) -> None:
        self.network = network
        self.here = here
        self.protocol = protocol

    def getHost(self) -> IPv4Address:
        return IPv4Address("UDP", *self.here)

    def write(self, data: bytes, destination: tuple[str, int]) -> None:
        self.network.sendDatagram(self.here, destination, data)

    def arrive(self, data: bytes, source: tuple[str, int], destination: tuple[str, int]) -> None:
        self.protocol.datagramReceived(data, source)

    def joinGroup(self, group: str, interface: str = "") -> Deferred[None]:
        self.network.groups.setdefault((group, self.here[1]), []).append(self)
        return succeed(None)

    def stopListening(self) -> None:
        for here in [here for here, port in self.network.udp.items() if port is self]:
            del self.network.udp[here]
        for members in self.network.groups.values():
            if self in members:
                members.remove(self)


class SimulatedAnyPort(SimulatedUDPPort):
    """
    A port on all addresses of one family, which says where each datagram came, as
    L{h323d.net.anyaddress.AnyAddressPort} does.
    """

    def __init__(self, host: SimulatedHost, here: tuple[str, int], protocol: Any) -> None:
        super().__init__(host.network, here, protocol)
        self._host = host

    def arrive(self, data: bytes, source: tuple[str, int], destination: tuple[str, int]) -> None:
        self.protocol.datagramReceivedAt(data, source, destination[0])

    def writeFrom(self, local: str, data: bytes, destination: tuple[str, int]) -> None:
        here = (local or self._host.source(destination[0]), self.here[1])
        self.network.sendDatagram(here, destination, data)


class SimulatedTCPPort:
    """
    A listening port.
    """

    def __init__(self, network: SimulatedNetwork, here: tuple[str, int], factory: Any) -> None:
        self.network = network
        self.here = here
        self.factory = factory

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", *self.here)

    def stopListening(self) -> None:
        for here in [here for here, port in self.network.tcp.items() if port is self]:
            del self.network.tcp[here]


class SimulatedConnector:
    """
    A connection on its way.
    """

    def __init__(
        self,
        host: SimulatedHost,
        there: tuple[str, int],
        factory: Any,
        bindAddress: tuple[str, int] | None,
    ) -> None:
        self.host = host
        self.network = host.network
        self.there = there
        self.factory = factory
        self.bindAddress = bindAddress
        self.state = "disconnected"

    def connect(self) -> None:
        """
        Try; once more, where a port was in use.
        """
        local, port = self.bindAddress or ("", 0)
        self.here = (local or self.host.source(self.there[0]), port or self.host.freePort())
        self.state = "connecting"
        clock = self.network.clock
        if port and self.network.isInUse(self.here):
            clock.callLater(0, self._inUse)
            return
        self.network.connecting[self.here] = None
        clock.callLater(self.network.conditions.delay * 2, self.complete)

    def stopConnecting(self) -> None:
        if self.state != "connecting":
            raise UserError("not connecting")
        self._fail(UserError("stopped"))

    def complete(self) -> None:
        if self.state != "connecting":
            return
        self.network.connecting.pop(self.here, None)
        listening = self.network.tcp.get(self.there)
        if listening is None:
            self._fail(Refused())
            return
        self.state = "connected"
        near = SimulatedTransport(self.network, self.here, self.there)
        far = SimulatedTransport(self.network, self.there, self.here)
        near.other, far.other = far, near
        far.protocol = listening.factory.buildProtocol(near.getHost())
        near.protocol = self.factory.buildProtocol(far.getHost())
        if far.protocol is None:
            far.connected = False
            near.protocol.makeConnection(near)
            near.abortConnection()
            return
        self.network.streams += [near, far]
        far.protocol.makeConnection(far)
        near.protocol.makeConnection(near)

    def _inUse(self) -> None:
        if self.state == "connecting":
            self.state = "disconnected"
            error = ConnectBindError(errno.EADDRINUSE, "in use")
            self.factory.clientConnectionFailed(self, Failure(error))

    def _fail(self, error: Exception) -> None:
        self.network.connecting.pop(self.here, None)
        self.state = "disconnected"
        self.factory.clientConnectionFailed(self, Failure(error))


class SimulatedTransport:
    """
    One end of a connection.
    """

    protocol: Any
    other: SimulatedTransport

    def __init__(
        self, network: SimulatedNetwork, here: tuple[str, int], there: tuple[str, int]
    ) -> None:
        self.network = network
        self.here = here
        self.there = there
        self.connected = True
        self.closing = False

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", *self.here)

    def getPeer(self) -> IPv4Address:
        return IPv4Address("TCP", *self.there)

    def setTcpNoDelay(self, enabled: bool) -> None:
        pass

    def setTcpKeepAlive(self, enabled: bool) -> None:
        pass

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """
        Everything is taken at once here: nobody is ever told to pause.
        """

    def unregisterProducer(self) -> None:
        pass

    def pauseProducing(self) -> None:
        pass

    def resumeProducing(self) -> None:
        pass

    def write(self, data: bytes) -> None:
        if not self.connected or self.closing:
            return
        self.network.observe("tcp", self.here, self.there, data)
        size = self.network.conditions.fragment
        delay = self.network.conditions.delay
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            self.network.clock.callLater(delay, self.other.deliver, piece)

    def deliver(self, data: bytes) -> None:
        if self.connected:
            self.protocol.dataReceived(data)

    def loseConnection(self) -> None:
        if self.connected and not self.closing:
            self.closing = True
            delay = self.network.conditions.delay
            self.network.clock.callLater(0, self.lose, ConnectionDone())
            self.network.clock.callLater(delay, self.other.lose, ConnectionDone())

    def abortConnection(self) -> None:
        if self.connected:
            self.network.clock.callLater(0, self.lose, ConnectionLost())
            self.network.clock.callLater(
                self.network.conditions.delay, self.other.lose, ConnectionLost()
            )

    def lose(self, reason: Exception) -> None:
        if self.connected:
            self.connected = False
            if self in self.network.streams:
                self.network.streams.remove(self)
            self.protocol.connectionLost(Failure(reason))
