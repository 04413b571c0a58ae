"""
Sockets that listen, for whoever leads: open from one server to the next.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping

from h323d.keeper.store import Store
from h323d.values.address import TransportAddress

__all__ = ["BACKLOG", "Listener", "Listeners", "NoDescriptors"]

BACKLOG = 512  # connections that wait to be accepted
_LISTENER = "listener."
_LEFT = "left."
_SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class NoDescriptors(OSError):
    """
    Nothing can be accepted, for want of descriptors or memory.
    """


class Listener:
    """
    @ivar number: as whoever leads calls it; C{None} if a server before had it, and nobody has asked
        for it since.
    @ivar name: by which it is kept.
    """

    def __init__(self, handle: socket.socket, number: int | None, name: str) -> None:
        self._handle = handle
        self.number = number
        self.name = name

    @property
    def address(self) -> TransportAddress:
        host, port, *_ = self._handle.getsockname()
        return TransportAddress(host, port)

    def fileno(self) -> int:
        return self._handle.fileno()

    def accept(self) -> tuple[socket.socket, TransportAddress] | None:
        """
        @return: a connection that is not blocking, and whom it is from; C{None} if none waits.

        @raise NoDescriptors: one may wait.
        """
        try:
            accepted, peer = self._handle.accept()
        except OSError as error:
            if error.errno in _SCARCE:
                raise NoDescriptors(error.errno, os.strerror(error.errno)) from error
            return None  # who has called is gone already
        accepted.setblocking(False)
        return accepted, TransportAddress(peer[0], peer[1])

    def close(self) -> None:
        self._handle.close()


class Listeners:
    """
    All of them.
    """

    def __init__(self, store: Store, stored: Mapping[str, int]) -> None:
        """
        @param store: keeps them, in case that we die.
        @param stored: what it has kept, by name; those that are not ours are left alone.
        """
        self._store = store
        self._lefts = 0
        self._open: list[Listener] = []
        for name, descriptor in stored.items():
            kind, _, number = name.partition(".")
            if f"{kind}." in (_LISTENER, _LEFT):
                handle = socket.socket(fileno=descriptor)
                handle.setblocking(False)
                isOurs = f"{kind}." == _LISTENER
                self._open.append(Listener(handle, int(number) if isOurs else None, name))
                self._lefts = max(self._lefts, 0 if isOurs else int(number))

    @property
    def wanted(self) -> list[Listener]:
        """
        Those that whoever leads has asked for.
        """
        return [each for each in self._open if each.number is not None]

    def listen(self, number: int, address: TransportAddress) -> TransportAddress:
        """
        Open one, unless it is there.

        @return: the address with the real port.

        @raise OSError: it cannot be bound.
        """
        for each in self._open:
            if each.number == number and _fits(each.address, address):
                return each.address
        self.stop(number)
        for each in self._open:
            if each.number is None and each.address == address:
                self._rename(each, number, f"{_LISTENER}{number}")
                return address
        listener = Listener(_listening(address), number, f"{_LISTENER}{number}")
        self._open.append(listener)
        self._store.keep(listener.name, listener.fileno())
        return listener.address

    def stop(self, number: int) -> None:
        """
        Close one, if it is there.
        """
        self._close([each for each in self._open if each.number == number])

    def leave(self) -> None:
        """
        Who has asked for them is gone; whoever comes next may have the same numbers for others.
        """
        for each in self.wanted:
            self._lefts += 1
            self._rename(each, None, f"{_LEFT}{self._lefts}")

    def closeLeft(self) -> None:
        """
        Whoever leads does not want what is left.
        """
        self._close([each for each in self._open if each.number is None])

    def closeAll(self) -> None:
        """
        Nobody listens any more.
        """
        self._close(list(self._open))

    def _rename(self, listener: Listener, number: int | None, name: str) -> None:
        self._store.forget(listener.name)
        listener.number, listener.name = number, name
        self._store.keep(name, listener.fileno())

    def _close(self, listeners: list[Listener]) -> None:
        for each in listeners:
            self._store.forget(each.name)
            self._open.remove(each)
            each.close()


def _fits(bound: TransportAddress, asked: TransportAddress) -> bool:
    return bound.host == asked.host and asked.port in (0, bound.port)


def _listening(address: TransportAddress) -> socket.socket:
    """
    As L{h323d.net.binding} has it for a server that is alone.
    """
    family = socket.AF_INET6 if address.isIPv6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.isIPv6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setblocking(False)
        made.bind((address.host, address.port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
