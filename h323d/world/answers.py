"""
What is asked of the world, and answered at once, or later: the system, files, the DNS, the web, a
disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from h323d.call.lookups import INames, IWeb
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.ha.chance import SECRET_OCTETS
from h323d.ha.doors import Kind
from h323d.net.files import Files
from h323d.net.http import Web, newAgent
from h323d.net.names import Names
from h323d.net.route import Routes
from h323d.values.media.shaken import Shaken
from h323d.world.arrivals import Arrivals

__all__ = ["Answers"]


class Answers:
    """
    @ivar working: how many threads are in the midst of something.
    """

    def __init__(self, reactor: Any, arrivals: Arrivals, config: RoutingConfig) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._reactor = reactor
        self._arrivals = arrivals
        self._config = config
        self._routes = Routes()
        self._files = Files()
        self.working = 0
        self.anew()

    def anew(self) -> None:
        """
        Forget who was asked: nobody of them will answer.
        """
        config = self._config
        self._names: INames = Names(self._reactor, config.nameServers, config.dnsTimeout)
        self._web: IWeb = Web(newAgent(self._reactor), self._reactor)
        self.working = 0

    # At once.

    def secret(self) -> bytes:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return os.urandom(SECRET_OCTETS)

    def shake(self, step: Callable[[bytes], Shaken], datagram: bytes) -> Shaken:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return step(datagram)

    def source(self, host: str) -> str:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return self._routes.source(host)

    def isOurs(self, host: str) -> bool:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return self._routes.isOurs(host)

    def read(self, path: str) -> str:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return self._files.read(path)

    def octets(self, path: str, limit: int) -> bytes:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return self._files.octets(path, limit)

    # Later.

    def services(self, number: int, name: str) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._answer(number, self._names.services(name))

    def pointers(self, number: int, name: str) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._answer(number, self._names.pointers(name))

    def hosts(self, number: int, name: str) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._answer(number, self._names.hosts(name))

    def post(self, number: int, url: str, body: bytes, timeout: float, limit: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._answer(number, self._web.post(url, body, timeout, limit))

    def readAside(self, number: int, path: str) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._work(number, self._files.read, path)

    def octetsAside(self, number: int, path: str, limit: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._work(number, self._files.octets, path, limit)

    def defer(self, number: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        self._work(number, function, *arguments)

    def _work(self, number: int, function: Callable[..., Any], *arguments: Any) -> None:
        self.working += 1
        self._answer(number, deferToThread(function, *arguments).addBoth(self._worked))

    def _worked(self, result: Any) -> Any:
        self.working -= 1
        return result

    def _answer(self, number: int, answer: Deferred[Any]) -> None:
        answer.addBoth(self._answered, number)

    def _answered(self, answer: object, number: int) -> None:
        told = answer.value if isinstance(answer, Failure) else answer
        self._arrivals.arrive(Kind.ANSWERED.value, number, told)
