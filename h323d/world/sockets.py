"""
Listening sockets, as the world of a server in turns has them: plain ones, which more than one
process may hold.
"""

from __future__ import annotations

import socket

from h323d.net.binding import BACKLOG, cannotBind
from h323d.values.address import TransportAddress

__all__ = ["newListeningSocket"]


def newSocket(kind: socket.SocketKind, host: str) -> socket.socket:
    """
    @raise OSError: there is none to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, kind)
    made.setblocking(False)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made


def newListeningSocket(address: TransportAddress) -> socket.socket:
    """
    @raise ResourceUnavailable: it cannot be bound.
    """
    try:
        made = newSocket(socket.SOCK_STREAM, address.host)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((address.host, address.port))
            made.listen(BACKLOG)
        except OSError:
            made.close()
            raise
    except OSError as error:
        raise cannotBind("TCP", address, error) from error
    return made
