"""
UDP ports of a server that is entered in turns (L{h323d.call.transport}).
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.ha.doors import Doors, Kind
from h323d.ha.turns import Turns
from h323d.values.address import TransportAddress

__all__ = ["DatagramPort", "Datagrams"]


@implementer(IDatagramPort)
class DatagramPort:
    """
    A bound port.
    """

    def __init__(
        self, turns: Turns, ports: Datagrams, number: int, address: TransportAddress
    ) -> None:
        self._turns = turns
        self._ports = ports
        self._number = number
        self.address = address

    def heardAt(self, peer: TransportAddress) -> str:
        return self._turns.ask(Doors.heardAt, self._number, peer)

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        self._turns.emit(Doors.send, self._number, data, destination, local)

    def close(self) -> None:
        if self._ports.users.pop(self._number, None) is not None:
            self._turns.emit(Doors.unbind, self._number)


@implementer(IDatagrams)
class Datagrams:
    """
    Binds ports.

    @ivar users: of those that are bound, by number.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.users: dict[int, IDatagramUser] = {}
        turns.receive(Kind.DATAGRAM.value, self._received)

    def bind(self, address: TransportAddress, user: IDatagramUser) -> DatagramPort:
        number = self._turns.number()
        bound = self._turns.ask(Doors.bind, number, address)
        return self._bound(number, bound, user)

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> DatagramPort:
        number = self._turns.number()
        bound = self._turns.ask(Doors.bindMulticast, number, group, interface)
        return self._bound(number, bound, user)

    def _bound(self, number: int, address: TransportAddress, user: IDatagramUser) -> DatagramPort:
        self.users[number] = user
        return DatagramPort(self._turns, self, number, address)

    def _received(self, number: int, data: bytes, source: TransportAddress) -> None:
        if number in self.users:
            self.users[number].datagramReceived(data, source)
