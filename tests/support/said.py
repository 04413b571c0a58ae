"""
What a server of the simulation says to others.
"""

from __future__ import annotations

import re

__all__ = ["Said"]

SIGNALS = (1719, 1720, 5060)  # the ports that datagrams of signalling leave from
_BRANCH = re.compile(rb"branch=z9hG4bK[0-9a-f]+")

End = tuple[str, int]


class Said:
    """
    All signalling of one.

    A datagram may leave twice, and whoever gets it takes it for one.  But a phone that acknowledges an answer twice
    draws another branch for its next request, which tells nothing about the server.

    @ivar datagrams: each once, with whom it went to.
    @ivar streams: all octets that went from one end to another.
    """

    def __init__(self, host: str) -> None:
        self.datagrams: dict[tuple[End, bytes], None] = {}
        self.streams: dict[tuple[End, End], bytes] = {}
        self._host = host

    def heard(self, kind: str, source: End, destination: End, data: bytes) -> None:
        """
        As an observer of the network.
        """
        host, port = source
        if host == self._host and kind == "tcp":
            ends = source, destination
            self.streams[ends] = self.streams.get(ends, b"") + data
        elif host == self._host and port in SIGNALS:
            self.datagrams[destination, _BRANCH.sub(b"branch=", data)] = None
