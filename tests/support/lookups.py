"""
A DNS and a web without sockets.
"""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import implementer

from h323d.call.lookups import (
    HostRecord,
    INames,
    IWeb,
    LookupFailed,
    PointerRecord,
    ServiceRecord,
)

__all__ = ["LIFETIME", "FakeNames", "FakeWeb"]

LIFETIME = 300.0  # seconds that every record may be kept


@implementer(INames)
class FakeNames:
    """
    A zone, made by hand.

    @ivar asked: every name that was looked up, in order.
    @ivar broken: names for which nobody answers.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: set[str] = set()
        self._waiting: dict[str, Deferred[Any]] = {}
        self._services: dict[str, list[ServiceRecord]] = {}
        self._pointers: dict[str, list[PointerRecord]] = {}
        self._hosts: dict[str, list[HostRecord]] = {}

    def service(self, name: str, host: str, port: int, priority: int = 0, weight: int = 0) -> None:
        record = ServiceRecord(priority, weight, host, port, LIFETIME)
        self._services.setdefault(name, []).append(record)

    def host(self, name: str, *addresses: str) -> None:
        self._hosts[name] = [HostRecord(each, LIFETIME) for each in addresses]

    def pointer(
        self, name: str, rule: str, order: int = 1, service: str = "E2U+h323", flags: str = "u"
    ) -> None:
        record = PointerRecord(order, 1, flags, service, rule, LIFETIME)
        self._pointers.setdefault(name, []).append(record)

    def replacement(self, name: str, service: str, other: str, order: int = 1) -> None:
        """
        A name of a service in the place of another name.
        """
        record = PointerRecord(order, 1, "s", service, "", LIFETIME, other)
        self._pointers.setdefault(name, []).append(record)

    def wait(self, name: str) -> Deferred[Any]:
        """
        @return: what the next look-up of a name gets; whoever has it answers.
        """
        return self._waiting.setdefault(name, Deferred())

    def services(self, name: str) -> Deferred[tuple[ServiceRecord, ...]]:
        return self._look(self._services, name)

    def pointers(self, name: str) -> Deferred[tuple[PointerRecord, ...]]:
        return self._look(self._pointers, name)

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        return self._look(self._hosts, name)

    def _look(self, records: dict[str, list[Any]], name: str) -> Deferred[tuple[Any, ...]]:
        self.asked.append(name)
        if name in self.broken:
            return fail(LookupFailed("nobody answers"))
        if name in self._waiting:
            return self._waiting.pop(name)
        return succeed(tuple(records.get(name, ())))


@implementer(IWeb)
class FakeWeb:
    """
    One URL.

    @ivar answer: what it says to everything; C{None} for silence.
    @ivar asked: the questions, read.
    """

    def __init__(self, answer: bytes | None = b"{}") -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.urls: list[str] = []

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        self.urls.append(url)
        self.asked.append(json.loads(body))
        if self.answer is None:
            return fail(LookupFailed("silence"))
        return succeed(self.answer)
