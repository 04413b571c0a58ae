"""
Listening for connections, and what is said when an address cannot be bound.
"""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorSocket

from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress

__all__ = ["cannotBind", "listenStreams"]

BACKLOG = 512  # connections that wait to be accepted


def cannotBind(
    what: str, address: TransportAddress, error: CannotListenError | OSError
) -> ResourceUnavailable:
    """
    Put a reactor's failure into one line for an operator.

    @param what: C{"UDP"}, C{"TCP"} or C{"multicast"}.

    @return: the error to raise, with the operating system's own reason.
    """
    cause = getattr(error, "socketError", error)
    reason = getattr(cause, "strerror", None) or str(cause)
    return ResourceUnavailable(f"cannot bind {what} {address}: {reason}")


def listenStreams(reactor: Any, address: TransportAddress, factory: Any) -> Any:
    """
    Listen for TCP connections.

    On all addresses of IPv6, IPv4 is left alone: it has a listener of its own, and as
    C{::ffff:192.0.2.1}, no list of networks knows its peers.

    @param reactor: and C{factory}, and the port that is returned; Any: several interfaces of
        Twisted at once, real or simulated.

    @raise OSError: it cannot be bound, or C{CannotListenError}.
    """
    if address.host != "::" or not IReactorSocket.providedBy(reactor):
        return reactor.listenTCP(address.port, factory, backlog=BACKLOG, interface=address.host)
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.setblocking(False)
        listening.bind((address.host, address.port))
        listening.listen(BACKLOG)
        return reactor.adoptStreamPort(listening.fileno(), socket.AF_INET6, factory)
