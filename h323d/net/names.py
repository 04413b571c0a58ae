"""
The DNS, by C{twisted.names}.

Implements L{h323d.call.lookups.INames}.  Nothing is kept here: who asks knows
what is worth keeping.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from twisted.internet import defer
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.internet.error import DNSLookupError
from twisted.names import dns
from twisted.names.client import Resolver
from twisted.names.error import DNSNameError, DomainError, ResolverError
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.lookups import (
    HostRecord,
    INames,
    LookupFailed,
    PointerRecord,
    ServiceRecord,
)
from h323d.values.address import TransportAddress

__all__ = ["Names", "SystemNames"]

MAX_RECORDS = 64  # of one answer
RESOLV_CONF = "/etc/resolv.conf"

_Lookup = Callable[[str, Sequence[float]], Deferred[Any]]  # Any: three lists of records


@implementer(INames)
class Names:
    """
    Asks name servers over UDP, and over TCP where an answer is too long.
    """

    def __init__(self, reactor: Any, servers: Sequence[TransportAddress], timeout: float) -> None:
        """
        @param reactor: Any: one of several interfaces at once.
        @param servers: empty takes those of the system.
        @param timeout: seconds for one look-up, in which it is asked twice.
        """
        self._reactor = reactor
        self._servers = [(server.host, server.port) for server in servers]
        self._timeout = timeout

    @cached_property
    def _resolver(self) -> Resolver:
        """
        Made when it is wanted: it reads the system's configuration, and goes on
        doing so.
        """
        configuration = None if self._servers else RESOLV_CONF
        return Resolver(configuration, self._servers or None, reactor=self._reactor)

    def services(self, name: str) -> Deferred[tuple[ServiceRecord, ...]]:
        return self._look(self._resolver.lookupService, name).addCallback(_services)

    def pointers(self, name: str) -> Deferred[tuple[PointerRecord, ...]]:
        lookup = self._resolver.lookupNamingAuthorityPointer
        return self._look(lookup, name).addCallback(_pointers)

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        both = DeferredList(
            [
                self._look(self._resolver.lookupAddress, name),
                self._look(self._resolver.lookupIPV6Address, name),
            ],
            consumeErrors=True,
        )
        return both.addCallback(_hosts)

    def _look(self, lookup: _Lookup, name: str) -> Deferred[Any]:
        try:
            answer = lookup(name, (self._timeout / 3, self._timeout * 2 / 3))
        except ValueError as error:  # a name that cannot be written
            return fail(LookupFailed(str(error)))
        answer.addTimeout(self._timeout, self._reactor)  # of several servers too
        return answer.addCallbacks(_answers, _failed)


class SystemNames(Names):
    """
    The same, but hosts as everything else on this machine knows them: from its files, too.
    """

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        looking: Deferred[str] = self._reactor.resolve(name)
        return looking.addCallbacks(_host, _unknown)


def _host(address: str) -> tuple[HostRecord, ...]:
    return (HostRecord(address, 0.0),)


def _unknown(failure: Failure) -> tuple[HostRecord, ...]:
    failure.trap(DNSLookupError)
    return ()


def _answers(sections: tuple[list[Any], list[Any], list[Any]]) -> list[Any]:
    answers, _, _ = sections
    return answers[:MAX_RECORDS]


def _failed(failure: Failure) -> list[Any]:
    if failure.check(DNSNameError):
        return []
    failure.trap(DomainError, ResolverError, defer.TimeoutError, OSError, ValueError)
    raise LookupFailed(failure.getErrorMessage() or "no answer")


def _services(records: list[Any]) -> tuple[ServiceRecord, ...]:
    return tuple(
        ServiceRecord(
            each.payload.priority,
            each.payload.weight,
            str(each.payload.target),
            each.payload.port,
            each.ttl,
        )
        for each in records
        if each.type == dns.SRV and str(each.payload.target) not in ("", ".")
    )


def _pointers(records: list[Any]) -> tuple[PointerRecord, ...]:
    return tuple(
        PointerRecord(
            each.payload.order,
            each.payload.preference,
            _text(each.payload.flags),
            _text(each.payload.service),
            _text(each.payload.regexp),
            each.ttl,
            str(each.payload.replacement).rstrip("."),
        )
        for each in records
        if each.type == dns.NAPTR
    )


def _text(charstr: dns.Charstr) -> str:
    return bytes(charstr.string).decode("ascii", "replace")


def _hosts(answers: list[tuple[bool, Any]]) -> tuple[HostRecord, ...]:
    if not any(known for known, _ in answers):
        raise LookupFailed("nobody answers")
    return tuple(
        HostRecord(str(ipaddress.ip_address(each.payload.address)), each.ttl)
        for known, records in answers
        if known
        for each in records
        if each.type in (dns.A, dns.AAAA)
    )
