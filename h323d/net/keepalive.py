"""
TCP keepalive (RFC 9293, 3.8.4), often enough that a peer which is gone without a
word is noticed in about a minute.

A system asks after two hours by default, which is longer than most calls.  The
options have no name that all systems share; where one is missing, the system's
own value stays.
"""

from __future__ import annotations

import socket
from typing import Any

__all__ = ["keepAlive"]

IDLE = 30  # seconds of silence until the peer is asked
INTERVAL = 10  # seconds between two questions
COUNT = 3  # questions without an answer until the connection counts as lost

_OPTIONS = (
    (("TCP_KEEPIDLE", "TCP_KEEPALIVE"), IDLE),  # the second is how macOS calls the first
    (("TCP_KEEPINTVL",), INTERVAL),
    (("TCP_KEEPCNT",), COUNT),
)


def keepAlive(transport: Any) -> None:
    """
    Have a connection watched.

    @param transport: of Twisted, TLS or not; a simulated one has no socket, and
        is left alone.  Any: no interface names the socket.
    """
    transport.setTcpKeepAlive(True)
    handle = getattr(transport, "socket", None)
    if not isinstance(handle, socket.socket):
        return
    for names, value in _OPTIONS:
        option = next((getattr(socket, name) for name in names if hasattr(socket, name)), None)
        if option is not None:
            handle.setsockopt(socket.IPPROTO_TCP, option, value)
