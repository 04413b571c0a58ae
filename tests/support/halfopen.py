"""
A connection that was accepted, of a peer that says nothing.
"""

from __future__ import annotations

from twisted.internet.testing import StringTransport

__all__ = ["HalfOpen"]


class HalfOpen(StringTransport):
    """
    With what TCP adds to a transport.

    C{disconnected} says whether it was aborted.
    """

    def setTcpNoDelay(self, enabled: bool) -> None:
        pass

    def setTcpKeepAlive(self, enabled: bool) -> None:
        pass
