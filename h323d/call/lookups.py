"""
What can be looked up in the world: names in the DNS, answers on the web, files that are named.

The seams only: L{h323d.net} has the sockets and the disk.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from errno import ENOENT
from os import strerror

from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import Interface, implementer

__all__ = [
    "HostRecord",
    "IFiles",
    "INames",
    "IWeb",
    "LookupFailed",
    "NoFiles",
    "NoNames",
    "NoWeb",
    "PointerRecord",
    "ServiceRecord",
    "inWeightedOrder",
]


class LookupFailed(Exception):
    """
    Nobody answered in time, or the answer makes no sense.
    """


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """
    One server of a service (SRV, RFC 2782).

    @ivar priority: the lowest is tried first.
    @ivar weight: its part of the calls among those of the same priority.
    @ivar host: its name.
    @ivar lifetime: seconds that this may be kept.
    """

    priority: int
    weight: int
    host: str
    port: int
    lifetime: float


def inWeightedOrder(
    records: Iterable[ServiceRecord], rng: random.Random
) -> tuple[ServiceRecord, ...]:
    """
    The order in which servers are tried (RFC 2782): by priority, and drawn by
    weight among those of the same priority.
    """
    left = sorted(records, key=lambda each: (each.priority, each.weight))
    ordered = []
    while left:
        group = [each for each in left if each.priority == left[0].priority]
        drawn = rng.randint(0, sum(each.weight for each in group))
        for each in group:
            drawn -= each.weight
            if drawn <= 0:
                ordered.append(each)
                left.remove(each)
                break
    return tuple(ordered)


@dataclass(frozen=True, slots=True)
class PointerRecord:
    """
    One rule that makes another name of a name (NAPTR, RFC 3403).

    @ivar order: the lowest is used first.
    @ivar preference: the lowest, among those of the same order.
    @ivar flags: C{"u"} where a URI comes of it, C{"s"} where the name of a service does.
    @ivar service: what that is for, as in C{"E2U+h323"} and C{"SIP+D2U"}.
    @ivar rule: the substitution, as it stands in the record.
    @ivar lifetime: seconds that this may be kept.
    @ivar replacement: the other name, where there is no rule that makes it.
    """

    order: int
    preference: int
    flags: str
    service: str
    rule: str
    lifetime: float
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class HostRecord:
    """
    One address of a host (A or AAAA).

    @ivar address: literal.
    @ivar lifetime: seconds that this may be kept.
    """

    address: str
    lifetime: float


class INames(Interface):
    """
    The DNS.  Each look-up fires with no records where there are none, and fails
    with L{LookupFailed} where that is not known.
    """

    def services(name: str) -> Deferred[tuple[ServiceRecord, ...]]:
        """
        @param name: as in C{"_h323cs._tcp.example.com"}.
        """

    def pointers(name: str) -> Deferred[tuple[PointerRecord, ...]]:
        """
        @param name: as in C{"2.1.0.3.9.4.e164.arpa"}.
        """

    def hosts(name: str) -> Deferred[tuple[HostRecord, ...]]:
        """
        @return: IPv4 before IPv6.
        """


class IWeb(Interface):
    """
    The web.
    """

    def post(url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        """
        Ask by POST of C{application/json}.

        @param timeout: seconds for the whole of it.
        @param limit: octets of the longest answer that is taken.

        @return: fires with the body of an answer of status 200; fails with
            L{LookupFailed} in every other case, which is caused by an
            L{h323d.errors.UnexpectedStatus} where there was an answer.
        """


class IFiles(Interface):
    """
    The files that a configuration names, which people write.
    """

    def read(path: str) -> str:
        """
        @param path: C{~} is the home of who runs the server.

        @raise OSError: it cannot be read.
        @raise UnicodeDecodeError: it is not text.
        """

    def octets(path: str, limit: int) -> bytes:
        """
        @param path: as for L{read}.
        @param limit: of the longest that is taken.

        @raise OSError: it cannot be read, or is longer (C{EFBIG}).
        """


@implementer(INames)
class NoNames:
    """
    A world without DNS.
    """

    def services(self, name: str) -> Deferred[tuple[ServiceRecord, ...]]:
        return succeed(())

    def pointers(self, name: str) -> Deferred[tuple[PointerRecord, ...]]:
        return succeed(())

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        return succeed(())


@implementer(IWeb)
class NoWeb:
    """
    A world without web.
    """

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        return fail(LookupFailed("there is no web"))


@implementer(IFiles)
class NoFiles:
    """
    A world without files.
    """

    def read(self, path: str) -> str:
        raise FileNotFoundError(ENOENT, strerror(ENOENT), path)

    def octets(self, path: str, limit: int) -> bytes:
        raise FileNotFoundError(ENOENT, strerror(ENOENT), path)
