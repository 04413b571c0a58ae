"""
Names in domains: which gatekeeper or which address is responsible for them
(H.323, Annex O).

A domain names in the DNS its gatekeepers, which are asked (C{_h323ls._udp}),
its call signalling addresses (C{_h323cs._tcp}), or neither: then it is called
at its own address.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.dialrule import ELSEWHERE, DialRule
from h323d.call.lookups import HostRecord, INames, ServiceRecord, inWeightedOrder
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.routing.chain import Called, Finding, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.inquiries import Gatekeeper, Inquiries
from h323d.gatekeeper.routing.remembered import Remembered
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.signalling.addresses import hostOf
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["Domains", "DomainServers"]

LOCATION = "_h323ls._udp."
SIGNALLING = "_h323cs._tcp."
LOCATION_TIMEOUT = 3.0  # seconds until the silence of one gatekeeper counts as no
MAX_SERVERS = 4  # of a domain that are tried
NEGATIVE_LIFETIME = 60.0  # seconds in which a name that does not exist is not looked up again

_DOMAIN = re.compile(r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}\Z")


class Domains:
    """
    Finds who is responsible for a domain.
    """

    def __init__(
        self,
        names: INames,
        inquiries: Inquiries,
        identity: Identity,
        dialRule: DialRule,
        clock: IReactorTime,
        rng: random.Random,
    ) -> None:
        """
        @param identity: where we are, and send nobody.
        @param dialRule: where callers, and the domains that they name, may have us connect to.
        """
        self._names = names
        self._inquiries = inquiries
        self._identity = identity
        self._dialRule = dialRule
        self._rng = rng
        self._services: Remembered[tuple[ServiceRecord, ...]] = Remembered(clock, ())
        self._hosts: Remembered[tuple[HostRecord, ...]] = Remembered(clock, ())

    def find(self, called: Called, name: PartyAddress) -> Deferred[Finding] | Finding:
        """
        Where a name goes that has a domain, or an address in the place of one.

        @param called: with how many gatekeepers may be asked.

        @return: C{None} if it has none, or nobody there knows it.
        """
        host, port = _domainOf(name)
        literal = hostOf(name, SIGNALLING_PORT) if host else None
        if literal is not None:
            return self._elsewhere(called, [literal])
        if not _DOMAIN.match(host):
            return None
        if port is not None:  # a port says that it is a host, and not a domain
            return Deferred.fromCoroutine(self._atHost(called, host, port))
        return Deferred.fromCoroutine(self._inDomain(replace(called, names=(name,)), host))

    async def _inDomain(self, called: Called, domain: str) -> Finding:
        gatekeepers = await self._servers(LOCATION + domain)
        if gatekeepers:
            asked = [[Gatekeeper(each, LOCATION_TIMEOUT)] for each in gatekeepers]
            found = await self._inquiries.ask(called, asked)
            if isinstance(found, tuple):
                found = self._permitted(called, found)
            if found is not None:
                return found
        signalling = await self._servers(SIGNALLING + domain)
        if not gatekeepers and not signalling:
            return await self._atHost(called, domain, SIGNALLING_PORT)
        return self._elsewhere(called, signalling)

    async def _servers(self, name: str) -> list[TransportAddress]:
        records = await self._services.get(name, lambda: _kept(self._names.services(name)))
        found: list[TransportAddress] = []
        for record in inWeightedOrder(records, self._rng)[:MAX_SERVERS]:
            found += await self._addresses(record.host, record.port)
        return found[:MAX_SERVERS]

    async def _atHost(self, called: Called, host: str, port: int) -> Finding:
        return self._elsewhere(called, await self._addresses(host, port))

    async def _addresses(self, host: str, port: int) -> list[TransportAddress]:
        records = await self._hosts.get(host, lambda: _kept(self._names.hosts(host)))
        return [TransportAddress(each.address, port) for each in records]

    def _elsewhere(
        self, called: Called, addresses: Sequence[TransportAddress]
    ) -> tuple[FoundWay, ...] | None:
        found = [each for each in addresses if not self._identity.isOurSignalling(each)]
        return self._permitted(called, [FoundWay("h323", each) for each in found])

    def _permitted(self, called: Called, found: Sequence[FoundWay]) -> tuple[FoundWay, ...] | None:
        """
        Those where whoever calls may have us connect to: anybody can have a domain.
        """
        host = ELSEWHERE if called.source is None else called.source.host
        rule = self._dialRule
        kept = [each for each in found if rule.objection(each.destination, host, "domain") is None]
        return tuple(kept) or None


_Record = TypeVar("_Record", ServiceRecord, HostRecord)


def _kept(
    looking: Deferred[tuple[_Record, ...]],
) -> Deferred[tuple[tuple[_Record, ...], float]]:
    """
    Records, with the time that all of them may be kept.
    """
    return looking.addCallback(
        lambda records: (
            records,
            min((each.lifetime for each in records), default=NEGATIVE_LIFETIME),
        )
    )


def _domainOf(name: PartyAddress) -> tuple[str, int | None]:
    """
    The host in C{user@host}, and the port if it has one; C{""} if there is no
    host or the name is of another protocol.
    """
    text = name.value.split(";", 1)[0]
    if name.kind is AddressKind.URL:
        if not text.lower().startswith("h323:"):
            return "", None
    elif name.kind not in (AddressKind.EMAIL, AddressKind.H323_ID):
        return "", None
    user, at, host = text.rpartition("@")
    if not at or not user:
        return "", None
    domain, colon, port = host.lower().rpartition(":")
    if colon and port.isdecimal() and 0 < int(port) <= 0xFFFF:
        return domain.rstrip("."), int(port)
    return host.lower().rstrip("."), None


@implementer(ICalledPolicy)
class DomainServers:
    """
    Names with a domain go where the DNS says.
    """

    name = "srv"

    def __init__(self, domains: Domains, hopCount: int) -> None:
        self._domains = domains
        self._hopCount = hopCount

    def find(self, called: Called) -> Deferred[Finding] | Finding:
        if called.hops < 1:
            return None
        called = called.within(self._hopCount)
        for name in called.names:
            found = self._domains.find(called, name)
            if found is not None:
                return found
        return None
