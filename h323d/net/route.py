"""
Which of this machine's addresses others can reach it by.

Implements L{h323d.call.homes.IRoutes}: the kernel is asked, by sockets that send nothing.
"""

from __future__ import annotations

import socket

from zope.interface import implementer

from h323d.call.homes import IRoutes

__all__ = ["Routes"]

_ANY_PORT = 9


@implementer(IRoutes)
class Routes:
    """
    The routes of the machine that we run on, as they are at the moment.
    """

    def source(self, host: str) -> str:
        try:
            with _probe(host) as probe:
                probe.connect((host, _ANY_PORT))
                return str(probe.getsockname()[0])
        except OSError:
            return ""

    def isOurs(self, host: str) -> bool:
        try:
            with _probe(host) as probe:
                probe.bind((host, 0))
                return True
        except OSError:
            return False


def _probe(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.socket(family, socket.SOCK_DGRAM)
