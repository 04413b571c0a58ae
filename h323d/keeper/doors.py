"""
The keeper's ends of the doors to whoever leads, and to whoever follows.

They are open for as long as there is one of them: who dies holds nothing any more.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from h323d.doorway import Doorway, Message, newDoorways
from h323d.keeper.listeners import Listener
from h323d.keeper.messages import Accepted, encode
from h323d.keeper.messages import Message as Told
from h323d.keeper.store import Store
from h323d.values.address import TransportAddress

__all__ = ["Doors", "newDoors", "storedDoors"]

_ASKS = "asks"
_CONNECTIONS = "connections"


class Doors:
    """
    @ivar isFull: whether a connection waits here, as the kernel has taken all that it takes of
        those that nobody has looked at.
    """

    def __init__(self, asks: socket.socket, connections: socket.socket, store: Store) -> None:
        """
        @param store: keeps them, in case that we die.
        """
        self._asks = Doorway(asks)
        self._connections = Doorway(connections)
        self._store = store
        self._held: tuple[bytes, socket.socket] | None = None
        store.keep(_ASKS, asks.fileno())
        store.keep(_CONNECTIONS, connections.fileno())

    @property
    def isFull(self) -> bool:
        return self._held is not None

    @property
    def asks(self) -> int:
        """
        The descriptor that is readable when something is asked, or when nobody is there any more.
        """
        return self._asks.fileno()

    @property
    def connections(self) -> int:
        """
        The descriptor that is writable when there is place for what waits here.
        """
        return self._connections.fileno()

    def next(self) -> Message | None:
        """
        What is asked next; C{None} if nothing is.

        @raise EOFError: nobody is there any more.

        @raise h323d.doorway.CutMessage: it is nothing that we know.
        """
        return self._asks.take()

    def answer(self, message: Told) -> None:
        """
        Tell whoever leads.
        """
        self._asks.send(encode(message))

    def hand(
        self, listener: Listener, number: int, handle: socket.socket, peer: TransportAddress
    ) -> None:
        """
        Hand on a connection, which is closed here.  There is to be none that waits.

        @param number: of the connection.
        """
        assert self._held is None
        assert listener.number is not None
        self._held = encode(Accepted(listener.number, number, peer)), handle
        self.push()

    def push(self) -> None:
        """
        Hand on what waits, if there is place.
        """
        if self._held is None:
            return
        octets, handle = self._held
        try:
            isTaken = self._connections.offer(octets, [handle.fileno()])
        except OSError:  # nobody is there, as we are about to read
            isTaken = True
        if isTaken:
            self._held = None
            handle.close()

    def flush(self) -> None:
        """
        Send answers that the kernel has not taken.
        """
        self._asks.flush()

    @property
    def hasAnswers(self) -> bool:
        """
        Whether there are such.
        """
        return bool(self._asks.waiting)

    def close(self) -> None:
        """
        There is nobody behind them.
        """
        if self._held is not None:
            self._held[1].close()
            self._held = None
        self._asks.close()
        self._connections.close()
        self._store.forget(_ASKS)
        self._store.forget(_CONNECTIONS)


def newDoors(store: Store) -> tuple[Doors, tuple[socket.socket, socket.socket]]:
    """
    @return: our ends, and those of questions and of connections for whoever is to lead.
    """
    asks, theirAsks = newDoorways()
    connections, theirConnections = newDoorways()
    return Doors(asks, connections, store), (theirAsks, theirConnections)


def storedDoors(store: Store, stored: Mapping[str, int]) -> Doors | None:
    """
    @param stored: what was kept, by name.

    @return: the doors of a keeper before us; C{None} if there was none.
    """
    if not {_ASKS, _CONNECTIONS} <= stored.keys():
        return None
    asks, connections = (socket.socket(fileno=stored[each]) for each in (_ASKS, _CONNECTIONS))
    return Doors(asks, connections, store)
