"""
One listener on several addresses, or one UDP port.

An operator names several addresses where one wildcard says too much, or too little: IPv4 and
IPv6 have each their own.  For whoever listens, they are one.
"""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from h323d.call.transport import (
    IDatagramPort,
    IDatagrams,
    IDatagramUser,
    IListening,
    IStreamListener,
    NewUser,
)
from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress

__all__ = ["MAX_HEARD", "bindAll", "listenAll"]

MAX_HEARD = 65_536  # peers, and hosts, of which it is known which of our addresses they sent to
_ANY_PORT = 0


def bindAll(
    datagrams: IDatagrams, hosts: Sequence[str], port: int, user: IDatagramUser
) -> IDatagramPort:
    """
    Bind a UDP port on each of some addresses.

    @param hosts: at least one.
    @param port: the same on each; of port 0, what is free on the first of them.

    @raise ResourceUnavailable: one of them cannot be bound; none is.
    """
    if len(hosts) == 1:
        alone: IDatagramPort = datagrams.bind(TransportAddress(hosts[0], port), user)
        return alone
    ports = _Ports(user)
    try:
        for host in hosts:
            port = ports.bind(datagrams, TransportAddress(host, port))
    except ResourceUnavailable:
        ports.close()
        raise
    return ports


def listenAll(
    listener: IStreamListener, hosts: Sequence[str], port: int, newUser: NewUser
) -> IListening:
    """
    Wait for connections on each of some addresses, as L{bindAll}.

    @raise ResourceUnavailable: one of them cannot be bound; none is.
    """
    listening: list[IListening] = []
    for host in hosts:
        try:
            opened = listener.listen(TransportAddress(host, port), newUser)
        except ResourceUnavailable:
            for each in listening:
                each.stop()
            raise
        listening.append(opened)
        port = opened.address.port
    return listening[0] if len(listening) == 1 else _Listenings(listening)


@implementer(IDatagramPort)
class _Ports:
    """
    Several UDP ports.

    @ivar address: of the first.
    """

    def __init__(self, user: IDatagramUser) -> None:
        self._user = user
        self._ports: dict[str, IDatagramPort] = {}
        self._heard: dict[tuple[str, int], IDatagramPort] = {}

    @property
    def address(self) -> TransportAddress:
        address: TransportAddress = next(iter(self._ports.values())).address
        return address

    def bind(self, datagrams: IDatagrams, here: TransportAddress) -> int:
        """
        @return: the port that was bound.
        """
        bound = datagrams.bind(here, _Door(self, here.host))
        self._ports[here.host] = bound
        number: int = bound.address.port
        return number

    def arrived(self, host: str, data: bytes, source: TransportAddress) -> None:
        """
        A datagram came by the port that is bound to C{host}.
        """
        port, peer = self._ports[host], (source.host, source.port)
        if self._heard.get(peer) is not port:
            for key in (peer, (source.host, _ANY_PORT)):
                if len(self._heard) >= MAX_HEARD and key not in self._heard:
                    del self._heard[next(iter(self._heard))]
                self._heard[key] = port
        self._user.datagramReceived(data, source)

    def heardAt(self, peer: TransportAddress) -> str:
        port = self._portOf(peer)
        heard: str = "" if port is None else port.heardAt(peer)
        return heard

    def _portOf(self, peer: TransportAddress) -> IDatagramPort | None:
        exactly = self._heard.get((peer.host, peer.port))
        return exactly or self._heard.get((peer.host, _ANY_PORT))

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        port = self._ports.get(local) or self._towards(destination)
        port.send(data, destination, local)

    def _towards(self, destination: TransportAddress) -> IDatagramPort:
        heard = self._portOf(destination)
        if heard is not None:
            return heard
        ports = tuple(self._ports.values())
        family = [each for each in ports if each.address.isIPv6 == destination.isIPv6]
        return (family or ports)[0]

    def close(self) -> None:
        for each in self._ports.values():
            each.close()


@implementer(IDatagramUser)
class _Door:
    """
    Where one of several ports hands on what arrives.
    """

    def __init__(self, ports: _Ports, host: str) -> None:
        self._ports = ports
        self._host = host

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._ports.arrived(self._host, data, source)


@implementer(IListening)
class _Listenings:
    """
    Several listeners.

    @ivar address: of the first.
    """

    def __init__(self, listening: Sequence[IListening]) -> None:
        self._listening = tuple(listening)
        self.address: TransportAddress = listening[0].address

    def stop(self) -> None:
        for each in self._listening:
            each.stop()
