"""
Connections that keep to a range of local ports, as a firewall wants it.

Which port comes first is drawn, so that nobody outside knows the next one (RFC 6056); one that
is in use is passed over for the next.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.transport import (
    NO_LOCAL_PORT,
    IListening,
    IOpening,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
)
from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress
from h323d.values.portspan import PortSpan

__all__ = ["ListenerInRange", "LocalPorts", "OpenerInRange"]

MAXIMUM_TRIES = 500  # ports that are tried for one connection
TELL_EVERY = 60.0  # seconds between two lines in the log that say that none is left


class LocalPorts:
    """
    The ports of a range, in the order in which they are to be tried.
    """

    _log = Logger()

    def __init__(self, ports: PortSpan, key: str, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param key: where the range is configured, for the log.
        @param rng: draws; C{SystemRandom} in service.
        """
        self._ports = ports
        self._key = key
        self._clock = clock
        self._rng = rng
        self._toldAt: float | None = None

    def drawn(self) -> Iterator[int]:
        """
        One port after the other, until one is free.  That all were asked for is logged: then
        none was.
        """
        size = self._ports.size
        start = self._rng.randrange(size)
        for index in range(min(size, MAXIMUM_TRIES)):
            yield self._ports.first + (start + index) % size
        self._tell()

    def _tell(self) -> None:
        now = self._clock.seconds()
        if self._toldAt is None or now - self._toldAt >= TELL_EVERY:
            self._toldAt = now
            self._log.warn(
                "no port is free in {key} = {ports}", key=self._key, ports=str(self._ports)
            )


@implementer(IStreamListener)
class ListenerInRange:
    """
    Listens on the ports of a range where any port would do.
    """

    def __init__(self, listener: IStreamListener, ports: LocalPorts) -> None:
        self._listener = listener
        self._ports = ports

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        if address.port:
            listening: IListening = self._listener.listen(address, newUser)
            return listening
        for port in self._ports.drawn():
            try:
                listening = self._listener.listen(TransportAddress(address.host, port), newUser)
            except ResourceUnavailable:
                continue
            return listening
        raise ResourceUnavailable(NO_LOCAL_PORT)


@implementer(IStreamOpener)
class OpenerInRange:
    """
    Connects from the ports of a range.
    """

    def __init__(self, opener: IStreamOpener, ports: LocalPorts) -> None:
        self._opener = opener
        self._ports = ports

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        drawn = self._ports.drawn() if ports is None else ports
        opening: IOpening = self._opener.open(address, user, timeout, local, drawn)
        return opening
