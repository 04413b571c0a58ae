"""
A TCP connection on its way, of which comes a bare socket: for lines, which whoever follows has a
duplicate of (L{h323d.net.line}).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from twisted.internet import error as errors
from twisted.internet.interfaces import IWriteDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import NO_LOCAL_PORT
from h323d.values.address import TransportAddress

__all__ = ["Dial", "IDialUser"]

_ON_ITS_WAY = (0, errno.EINPROGRESS, errno.EALREADY, errno.EISCONN)


class IDialUser(Protocol):
    """
    Who wants it; told one of the last two, once, and not before the reactor runs.
    """

    def begun(self, dial: Dial, handle: socket.socket) -> None:
        """By that socket it will be; told before anything has left, and again for another port."""

    def dialled(self, dial: Dial, handle: socket.socket) -> None:
        """It is there, and the user's to close."""

    def notDialled(self, dial: Dial, reason: str) -> None:
        """It will not be."""


@implementer(IWriteDescriptor)
class Dial:
    """
    Opens one.
    """

    def __init__(
        self,
        reactor: Any,
        user: IDialUser,
        address: TransportAddress,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
        adopted: socket.socket | None = None,
    ) -> None:
        """
        @param reactor: of real sockets, with a clock; Any: several interfaces.
        @param timeout: seconds.
        @param local: the address of ours that it leaves from; empty for any.
        @param ports: the ports of ours, the next of which is tried where one is taken; C{None} for
            any.
        @param adopted: by which another process has begun, or was about to.
        """
        self._adopted = adopted
        self._reactor = reactor
        self._user = user
        self._address = address
        self._local = local
        self._ports: Iterator[int] | None = None if ports is None else iter(ports)
        self._handle: socket.socket | None = None
        self._timeout = reactor.callLater(timeout, self._fail, errors.TimeoutError())
        self._next = reactor.callLater(0, self._try)

    def cancel(self) -> None:
        """
        Open it no more; if it is not there, the user is told.
        """
        self._fail(errors.UserError())

    # The reactor.

    def fileno(self) -> int:
        return -1 if self._handle is None else self._handle.fileno()

    def logPrefix(self) -> str:
        return "dial"

    def doWrite(self) -> None:
        code = self._code()
        if code:
            self._refused(code)
        elif self._handle is not None:
            handle, self._handle = self._handle, None
            self._reactor.removeWriter(self)
            self._finish()
            self._user.dialled(self, handle)

    def connectionLost(self, reason: Failure) -> None:
        self._refused(self._code() or errno.ECONNABORTED)

    def _try(self) -> None:
        try:
            self._handle, self._adopted = self._adopted or self._newHandle(), None
            if self._handle is None:
                self._finish()
                self._user.notDialled(self, NO_LOCAL_PORT)
                return
            code = self._handle.connect_ex((self._address.host, self._address.port))
        except OSError as error:
            code = error.errno or errno.EINVAL
        if code in _ON_ITS_WAY:
            self._reactor.addWriter(self)
        else:
            self._refused(code)

    def _newHandle(self) -> socket.socket | None:
        """
        @return: C{None} if no port is left.

        @raise OSError: there is none to be had, or the port is taken.
        """
        port = 0 if self._ports is None else next(self._ports, None)
        if port is None:
            return None
        family = socket.AF_INET6 if self._address.isIPv6 else socket.AF_INET
        handle = socket.socket(family, socket.SOCK_STREAM)
        try:
            handle.setblocking(False)
            if self._local or port:
                handle.bind((self._local, port))
        except OSError:
            handle.close()
            raise
        self._user.begun(self, handle)
        return handle

    def _code(self) -> int:
        """
        Why it is not there; 0 if it is.
        """
        if self._handle is None:
            return 0
        return self._handle.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def _refused(self, code: int) -> None:
        if code == errno.EADDRINUSE and self._ports is not None:
            self._drop()
            self._next = self._reactor.callLater(0, self._try)
        else:
            self._fail(errors.getConnectError((code, errno.errorcode.get(code, ""))))

    def _fail(self, error: Exception) -> None:
        if self._timeout is not None:
            self._finish()
            self._user.notDialled(self, str(error))

    def _finish(self) -> None:
        """
        Nothing more will happen.
        """
        for each in (self._timeout, self._next):
            if each is not None and each.active():
                each.cancel()
        self._timeout = self._next = None
        self._drop()

    def _drop(self) -> None:
        if self._handle is not None:
            self._reactor.removeWriter(self)
            self._handle.close()
            self._handle = None
