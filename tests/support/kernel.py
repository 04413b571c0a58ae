"""
What is there of a machine beside its server: a host of the simulated network, and the media.

It goes on where a server dies: ports and connections stay open, what has arrived waits until somebody
takes it, and it is known how much of each connection was read and written.  What has arrived is
taken as soon as it is logged that it happens.
"""

from __future__ import annotations

import functools
import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.protection import IProtection, NoProtection, Standing
from h323d.call.transport import (
    SERVER_DIED,
    IDatagramUser,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    SecureStreams,
)
from h323d.ha.doors import Kind, Security
from h323d.ha.records import InputRecord
from h323d.inputs import Input
from h323d.net.datagram import Datagrams
from h323d.net.files import Files
from h323d.net.stream import StreamListener, StreamOpener
from h323d.telling.primitives import encode
from h323d.values.address import TransportAddress
from h323d.values.media.shaken import Shaken
from tests.support.network import SimulatedHost
from tests.support.networkmedia import NetworkPair, NetworkPorts
from tests.support.seal import aside
from tests.support.sealed import sealedStreams
from tests.support.simulatedprocess import SimulatedProcess
from tests.support.simulation import Simulation

__all__ = ["Kernel", "Leader"]


class Leader(Protocol):
    """
    Who has inputs happen.
    """

    def enter(self, kind: str, *arguments: Any) -> Any:
        """Have one happen."""


@dataclass
class _Arrival:
    """
    Something that waits to be taken.
    """

    kind: str
    arguments: tuple[Any, ...]


class _Connection:
    """
    One that is open, or on its way.

    @ivar there: what the net has made of it; Any: an opening, or a stream; C{None} when it has
        ended.
    @ivar read: octets that were taken.
    @ivar written: octets that have left.
    """

    def __init__(self) -> None:
        self.there: Any = None
        self.isOpen = False
        self.isRefused = self.isLost = False
        self.read = self.written = 0


class Kernel:
    """
    The doors of one server (L{h323d.ha.doors.Doors}), and its ledger (L{h323d.ha.takeover.Ledger}).

    @ivar leader: who is to be given what arrives; C{None} while there is nobody.
    @ivar processes: of the media, by number.
    @ivar launched: all that there were.
    @ivar protection: who has another follow.
    @ivar waiting: what has arrived, and was not taken.
    @ivar isBusy: whether something happens.
    """

    def __init__(self, world: Simulation, address: str, others: Sequence[str]) -> None:
        host = world.network.host(address, *others)
        self.leader: Leader | None = None
        self.protection: IProtection = NoProtection()
        self.waiting: deque[_Arrival] = deque()
        self.isBusy = False
        self._world = world
        self._clock = world.clock
        self._secret = hashlib.sha256(f"{world.seed} {address}".encode()).digest()
        self._wake: IDelayedCall | None = None
        self._host = host
        self._connect(host)
        self._startMedia()

    def _connect(self, host: SimulatedHost) -> None:
        self._files = Files()
        self._datagrams = Datagrams(host)
        plain: tuple[IStreamListener, IStreamOpener] = (StreamListener(host), StreamOpener(host))
        self._streams = {Security.NONE: plain}
        self._sealed: SecureStreams = sealedStreams(host)
        self._streams[Security.CALLS] = (self._sealed.listener, self._sealed.opener)
        self._bound: dict[int, Any] = {}  # Any: ports and listeners, by number
        self._connections: dict[int, _Connection] = {}
        self._accepted = 0
        self._prepared: dict[int, Any] = {}

    def _startMedia(self) -> None:
        self._rng = self._world.chance(f"{self._host.address} outside")
        self._ports = NetworkPorts(self._host)
        self._pairs: dict[int, NetworkPair] = {}
        self.processes: dict[int, SimulatedProcess] = {}
        self.launched: list[SimulatedProcess] = []

    def later(self, function: Callable[[], object]) -> None:
        """
        Have something done when all that happens now has happened.
        """
        self._clock.callLater(0, function)

    # What arrives.

    def enter(self, kind: str, *arguments: Any) -> Any:
        """
        As whoever leads.
        """
        return self.arrive(kind, *arguments)

    def arrive(self, kind: str, *arguments: Any) -> Any:
        """
        Something has arrived, and is taken if somebody is free to take it.

        @return: what came of it; C{None} if that is not known yet.
        """
        arrival = _Arrival(kind, arguments)
        self.waiting.append(arrival)
        if self.isBusy or self.leader is None:
            return None
        return self._pump()

    def _pump(self) -> Any:
        result = None
        self.isBusy = True
        try:
            while self.waiting and self.leader is not None:
                first = self.waiting[0]
                result = self.leader.enter(first.kind, *first.arguments)
        finally:
            self.isBusy = False
        return result

    def taken(self) -> None:
        """
        It is logged that what has arrived first happens.
        """
        first = self.waiting.popleft()
        if first.kind == Kind.RECEIVED.value:
            number, data = first.arguments
            if number in self._connections:
                self._connections[number].read += len(data)
        elif first.kind == Kind.CLOSED.value:
            self._connections.pop(first.arguments[0], None)

    # The ledger.

    def readAndWritten(self, number: int) -> tuple[int, int] | None:
        connection = self._connections.get(number)
        if connection is None or not connection.isOpen:
            return None
        return connection.read, connection.written

    def discard(self, number: int, octets: int) -> None:
        for each in list(self.waiting):
            if octets and each.kind == Kind.RECEIVED.value and each.arguments[0] == number:
                data = each.arguments[1]
                self._connections[number].read += min(octets, len(data))
                each.arguments = (number, data[octets:])
                octets -= min(octets, len(data))
                if not each.arguments[1]:
                    self.waiting.remove(each)
        assert octets == 0

    def discardHandled(self, record: InputRecord) -> None:
        if not self.waiting or record.kind == Kind.RECEIVED.value:
            return
        first = self.waiting[0]
        if encode((first.kind, first.arguments)) == encode((record.kind, record.arguments)):
            self.taken()

    # The clock.

    def seconds(self) -> float:
        return float(self._clock.seconds())

    def wakeAt(self, due: float | None) -> None:
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        self._wake = None
        if due is not None:
            self._wake = self._clock.callLater(max(0.0, due - self.seconds()), self._tick)

    def _tick(self) -> None:
        self.arrive(Kind.TICK.value)

    # Questions.

    def secret(self) -> bytes:
        return self._secret

    def bind(self, number: int, address: TransportAddress) -> TransportAddress:
        if number not in self._bound:
            self._bound[number] = self._datagrams.bind(address, _Datagrams(self, number))
        bound: TransportAddress = self._bound[number].address
        return bound

    def bindMulticast(
        self, number: int, group: TransportAddress, interface: str
    ) -> TransportAddress:
        if number not in self._bound:
            user = _Datagrams(self, number)
            self._bound[number] = self._datagrams.bindMulticast(group, interface, user)
        return group

    def heardAt(self, number: int, peer: TransportAddress) -> str:
        return str(self._bound[number].heardAt(peer)) if number in self._bound else ""

    def listen(
        self, number: int, address: TransportAddress, security: Security
    ) -> TransportAddress:
        if number not in self._bound:
            listener, _ = self._streams[security]
            accepting = functools.partial(self._accept, number)
            self._bound[number] = listener.listen(address, accepting)
        bound: TransportAddress = self._bound[number].address
        return bound

    def _accept(self, listener: int, peer: TransportAddress) -> IStreamUser | None:
        self._accepted -= 1
        number = self._accepted
        connection = self._connections[number] = _Connection()
        self.arrive(Kind.ACCEPTED.value, listener, number, peer)
        return None if connection.isRefused else _Stream(self, number)

    def provesToBe(self, number: int, host: str, domain: str) -> bool:
        connection = self._connections.get(number)
        if connection is None or connection.there is None:
            return False
        return bool(connection.there.provesToBe(host, domain))

    def prepareSecurity(self, number: int, security: Security) -> None:
        self._prepared[number] = self._sealed.prepare()

    def bindPair(
        self, number: int, host: str, priority: Priority
    ) -> tuple[TransportAddress, TransportAddress]:
        if number not in self._pairs:
            self._pairs[number] = self._ports.bind(host, priority)
        return self._pairs[number].rtp, self._pairs[number].rtcp

    def launch(self, process: int) -> None:
        if process not in self.processes:
            said = functools.partial(self.arrive, Input.SAID.value, process)
            launched = SimulatedProcess(
                self._clock, self._rng, self._world.codecs, self._pairs, said
            )
            self.processes[process] = launched
            self.launched.append(launched)

    def shake(self, step: Callable[[bytes], Shaken], datagram: bytes) -> Shaken:
        return step(datagram)

    def source(self, host: str) -> str:
        return self._host.source(host)

    def isOurs(self, host: str) -> bool:
        return self._host.isOurs(host)

    def standing(self) -> Standing:
        return self.protection.standing()

    def read(self, path: str) -> str:
        return self._files.read(path)

    def octets(self, path: str, limit: int) -> bytes:
        return self._files.octets(path, limit)

    # Orders.

    def send(self, number: int, data: bytes, destination: TransportAddress, local: str) -> None:
        if number in self._bound:
            self._bound[number].send(data, destination, local)

    def unbind(self, number: int) -> None:
        if number in self._bound:
            self._bound.pop(number).close()

    def refuse(self, number: int) -> None:
        if number in self._connections:
            self._connections[number].isRefused = True
            self.abort(number)

    def stopListening(self, number: int) -> None:
        if number in self._bound:
            self._bound.pop(number).stop()

    def connect(
        self,
        number: int,
        address: TransportAddress,
        timeout: float,
        local: str,
        ports: tuple[int, ...] | None,
        security: Security,
        domain: str,
    ) -> None:
        if number in self._connections:
            return
        connection = self._connections[number] = _Connection()
        opener: Any = self._streams[security][1]  # Any: secure, where a domain is expected
        if domain:
            opener = opener.expecting(domain)
        opening = opener.open(address, _Stream(self, number), timeout, local, ports)
        connection.there = connection.there or opening

    def cancel(self, number: int) -> None:
        connection = self._connections.get(number)
        if connection is not None and not connection.isOpen and connection.there is not None:
            connection.there.cancel()

    def write(self, number: int, data: bytes) -> None:
        connection = self._connections.get(number)
        if connection is not None and connection.isOpen:
            connection.written += len(data)
            connection.there.write(data)

    def close(self, number: int) -> None:
        connection = self._connections.get(number)
        if connection is not None and connection.isOpen:
            connection.there.close()

    def abort(self, number: int) -> None:
        connection = self._connections.get(number)
        if connection is not None and connection.there is not None:
            end = connection.there.abort if connection.isOpen else connection.there.cancel
            end()

    def loseConnections(self) -> None:
        """
        Those that are open are gone with the process that has served them.
        """
        for connection in tuple(self._connections.values()):
            if connection.isOpen:
                connection.isLost = True
                connection.there.abort()

    def commitSecurity(self, number: int) -> None:
        self._prepared.pop(number).commit()

    def switchOver(self, epoch: int) -> None:
        self.protection.switchOver(epoch)

    def join(self) -> None:
        self.protection.join()

    def closePair(self, number: int) -> None:
        if number in self._pairs:
            self._pairs.pop(number).close()

    def say(self, process: int, octets: bytes, pairs: tuple[int, ...]) -> None:
        if process in self.processes:
            self.processes[process].take(octets, pairs)

    def kill(self, process: int) -> None:
        if process in self.processes:
            self.processes.pop(process).stop()
            self.arrive(Input.ENDED.value, process)

    def loseMedia(self) -> None:
        """
        Have the media process that was begun first die.
        """
        self.kill(min(self.processes))

    def finish(self, process: int, seconds: float) -> None:
        if process in self.processes:
            self.processes.pop(process).stop()  # its door has closed
        if not self.processes:
            for number in list(self._pairs):
                self.closePair(number)  # as does the end of the server

    def shut(self, process: int) -> None:
        assert process not in self.processes

    # Orders whose answer enters later.

    def services(self, number: int, name: str) -> None:
        self._answer(number, self._world.names.services(name))

    def pointers(self, number: int, name: str) -> None:
        self._answer(number, self._world.names.pointers(name))

    def hosts(self, number: int, name: str) -> None:
        self._answer(number, self._world.names.hosts(name))

    def post(self, number: int, url: str, body: bytes, timeout: float, limit: int) -> None:
        self._answer(number, self._world.web.post(url, body, timeout, limit))

    def readAside(self, number: int, path: str) -> None:
        self._answer(number, aside(self._files.read, path))

    def octetsAside(self, number: int, path: str, limit: int) -> None:
        self._answer(number, aside(self._files.octets, path, limit))

    def defer(self, number: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._answer(number, aside(function, *arguments))

    def _answer(self, number: int, answer: Deferred[Any]) -> None:
        answer.addBoth(self._answered, number)

    def _answered(self, answer: object, number: int) -> None:
        told = answer.value if isinstance(answer, Failure) else answer
        self.arrive(Kind.ANSWERED.value, number, told)

    # What the net tells.

    def opened(self, number: int, stream: IStream) -> None:
        """
        A connection is there.
        """
        connection = self._connections[number]
        connection.there, connection.isOpen = stream, True
        if connection.isRefused:
            stream.abort()
        else:
            self.arrive(Kind.OPENED.value, number, stream.local, stream.peer, stream.peerKey)

    def closed(self, number: int, reason: str) -> None:
        """
        A connection is gone.
        """
        connection = self._connections[number]
        connection.there, connection.isOpen = None, False
        if connection.isRefused:
            del self._connections[number]
        else:
            told = SERVER_DIED if connection.isLost else reason
            self.arrive(Kind.CLOSED.value, number, told)


@implementer(IDatagramUser)
class _Datagrams:
    def __init__(self, kernel: Kernel, number: int) -> None:
        self._kernel = kernel
        self._number = number

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._kernel.arrive(Kind.DATAGRAM.value, self._number, bytes(data), source)


@implementer(IStreamUser)
class _Stream:
    def __init__(self, kernel: Kernel, number: int) -> None:
        self._kernel = kernel
        self._number = number

    def streamOpened(self, stream: IStream) -> None:
        self._kernel.opened(self._number, stream)

    def streamReceived(self, data: bytes) -> None:
        self._kernel.arrive(Kind.RECEIVED.value, self._number, bytes(data))

    def streamClosed(self, reason: str) -> None:
        self._kernel.closed(self._number, reason)
