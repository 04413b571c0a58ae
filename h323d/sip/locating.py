"""
Where a SIP URI leads whose host is a name: to the servers of a domain, or a host's addresses
(RFC 3263, 4).

What is found is in the order in which it is to be tried; L{h323d.sip.calls.nexthops} does that.
Anybody can have a domain, so what one names is judged before.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from h323d.call.dialrule import ELSEWHERE
from h323d.call.lookups import INames, LookupFailed, inWeightedOrder
from h323d.sip.dialogs.routing import Way, hopAt, protocolOf, wayTo
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.uri import SIPURI
from h323d.sip.ports import defaultPort
from h323d.values.cause import Cause

__all__ = ["AVOIDED", "MAX_TRIES", "Locator", "NotLocated"]

MAX_TRIES = 10  # hops of one call
AVOIDED = 60.0  # seconds in which a hop that has failed comes after all others
MAX_AVOIDED = 1000  # hops that are remembered so

_POINTERS = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}  # services of NAPTR records
_SERVICES = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp."}  # preferred first


class NotLocated(Exception):
    """
    A URI leads nowhere.

    @ivar cause: what to tell whoever wants to call there.
    """

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class _Server:
    """
    One server, before its addresses are known.

    @ivar protocol: as in Via.
    """

    protocol: str
    host: str
    port: int


class Locator:
    """
    Finds next hops, and remembers which of them have failed.
    """

    def __init__(self, endpoint: SIPEndpoint, names: INames) -> None:
        """
        @param endpoint: whose hops they are.
        """
        self._endpoint = endpoint
        self._names = names
        self._avoided: dict[Way, float] = {}  # until when, oldest first

    def locate(self, uri: SIPURI, trusted: bool = False) -> Deferred[tuple[SIPURI, ...]]:
        """
        @param uri: its host is a name.
        @param trusted: whether it is the operator who names it: then it may be anywhere.

        @return: fires with the next hops, with literal addresses, best first; fails with
            L{NotLocated}.
        """
        looking = Deferred.fromCoroutine(self._locate(uri, trusted))
        looking.addTimeout(self._endpoint.timers.transaction, self._endpoint.clock)
        return looking.addErrback(_silence)

    def avoid(self, hop: SIPURI) -> None:
        """
        A hop has failed: take others before it for a while.
        """
        way = wayTo(hop, None)
        if way is None:
            return
        self._avoided.pop(way, None)
        if len(self._avoided) >= MAX_AVOIDED:
            del self._avoided[next(iter(self._avoided))]
        self._avoided[way] = self._endpoint.clock.seconds() + AVOIDED

    async def _locate(self, uri: SIPURI, trusted: bool) -> tuple[SIPURI, ...]:
        hops: list[SIPURI] = []
        failed: LookupFailed | None = None
        for server in (await self._servers(uri))[:MAX_TRIES]:
            try:
                hops += await self._hopsTo(server, uri)
            except LookupFailed as error:
                failed = error
            if len(hops) >= MAX_TRIES:
                break
        if failed is not None and not hops:
            raise failed
        return self._judged(uri, hops[:MAX_TRIES], trusted)

    async def _servers(self, uri: SIPURI) -> list[_Server]:
        """
        The servers of a URI; where its domain names none, its host is one (4.2).
        """
        protocols = self._protocolsFor(uri)
        found: list[_Server] = []
        if uri.port is None and protocols:
            if uri.transport is None:
                found = await self._pointedAt(uri.host, protocols)
            found = found or await self._inDomain(uri.host, protocols)
        if not found and protocolOf(uri) in protocols:
            protocol = protocolOf(uri)
            found = [_Server(protocol, uri.host, uri.port or defaultPort(protocol))]
        return found

    async def _pointedAt(self, domain: str, protocols: tuple[str, ...]) -> list[_Server]:
        """
        Those of the services that the domain prefers, best first (NAPTR).  Where nobody tells
        them, there may be others all the same.
        """
        found: list[_Server] = []
        try:
            pointers = await self._names.pointers(domain)
            for each in sorted(pointers, key=lambda each: (each.order, each.preference)):
                protocol = _POINTERS.get(each.service.upper())
                if protocol in protocols and each.flags.lower() == "s" and each.replacement:
                    found += await self._serving(protocol, each.replacement)
                if len(found) >= MAX_TRIES:
                    break
        except LookupFailed:
            pass
        return found

    async def _inDomain(self, domain: str, protocols: tuple[str, ...]) -> list[_Server]:
        """
        Those of the first protocol that the domain has any of; where nobody tells, its host may be
        known even so.
        """
        found: list[_Server] = []
        try:
            for protocol in protocols:
                found = found or await self._serving(protocol, _SERVICES[protocol] + domain)
        except LookupFailed:
            pass
        return found

    async def _serving(self, protocol: str, name: str) -> list[_Server]:
        records = await self._names.services(name)
        ordered = inWeightedOrder(records, self._endpoint.rng)
        return [_Server(protocol, each.host, each.port) for each in ordered]

    def _protocolsFor(self, uri: SIPURI) -> tuple[str, ...]:
        """
        What both the URI and we take.
        """
        config = self._endpoint.config
        spoken = {"UDP": True, "TCP": config.tcp, "TLS": config.speaksTLS}
        wanted = tuple(_SERVICES)
        if uri.transport is not None or uri.secure:
            wanted = (protocolOf(uri),)
        return tuple(each for each in wanted if spoken.get(each))

    async def _hopsTo(self, server: _Server, uri: SIPURI) -> list[SIPURI]:
        records = await self._names.hosts(server.host)
        hops = [
            hopAt(each.address, server.port, uri) for each in records if self._has(each.address)
        ]
        if server.protocol == protocolOf(uri):
            return hops
        return [each.withParameter("transport", server.protocol.lower()) for each in hops]

    def _has(self, host: str) -> bool:
        """
        Whether we have an address of the same family as another.
        """
        version = ipaddress.ip_address(host).version
        binds = self._endpoint.homes.binds
        return any(ipaddress.ip_address(each).version == version for each in binds)

    def _judged(self, uri: SIPURI, hops: list[SIPURI], trusted: bool) -> tuple[SIPURI, ...]:
        """
        The hops that may be taken, those that have failed last.
        """
        others = [hop for hop in hops if not self._isOurs(hop)]
        if hops and not others:
            raise NotLocated(Cause.EXCHANGE_ROUTING_ERROR, f"{uri.host} leads back to us")
        allowed = [hop for hop in others if trusted or self._isAllowed(hop)]
        if not allowed:
            raise NotLocated(Cause.NO_ROUTE_TO_DESTINATION, f"{uri.host} leads nowhere")
        return tuple(sorted(allowed, key=self._isAvoided))

    def _isOurs(self, hop: SIPURI) -> bool:
        endpoint = self._endpoint
        ports = (endpoint.address.port, endpoint.config.tlsPort)
        return hop.port in ports and endpoint.homes.owns(hop.host)

    def _isAllowed(self, hop: SIPURI) -> bool:
        way = wayTo(hop, None)
        if way is None:
            return False
        main = self._endpoint.homes.main.told
        by = main if ipaddress.ip_address(main).is_loopback else ELSEWHERE
        return self._endpoint.dialRule.objection(way[1], by, "domain") is None

    def _isAvoided(self, hop: SIPURI) -> bool:
        way = wayTo(hop, None)
        return way is not None and self._avoided.get(way, 0.0) > self._endpoint.clock.seconds()


def _silence(failure: Failure) -> tuple[SIPURI, ...]:
    """
    What nobody answers may be there later.
    """
    failure.trap(LookupFailed, defer.TimeoutError)
    reason = failure.getErrorMessage() or "nobody answers"
    raise NotLocated(Cause.TEMPORARY_FAILURE, reason) from failure.value
