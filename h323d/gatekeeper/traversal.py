"""
How endpoints behind a NAT or firewall are reached: H.460.18's server, and guessing for those
that do not know it.

L{Locality} judges addresses: whether what an endpoint says of itself can be true.  L{Reach} says
how somebody who registers can be reached.  L{DialBacks<h323d.gatekeeper.dialbacks.DialBacks>} gets
the signalling connection of a call to who cannot be connected to.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from h323d.call.dialrule import DialRule
from h323d.call.relaying import Latching
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.signalling.features import Fields, feature, parametersOf, withFeature
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL
from h323d.values.address import TransportAddress

__all__ = ["Locality", "Reach", "Whereabouts"]

KNOWN_HOSTS = 4096  # that are not looked up again: to look costs more than a request does


class Locality:
    """
    Whether an address that stands in a message can be its sender's.
    """

    def __init__(self, config: TraversalConfig) -> None:
        self._guess = config.guess
        self._networks = tuple(ipaddress.ip_network(each) for each in config.privateNetworks)
        self._known: dict[str, bool] = {}  # hosts that were looked up, and whether they are private

    def believable(self, named: str, source: str) -> bool:
        """
        @param named: the host that a message names.
        @param source: the host that it came from.
        """
        if not self._guess or named == source:
            return True
        return not self._isPrivate(named) or self._isPrivate(source)

    def reachable(self, named: TransportAddress, source: str) -> TransportAddress:
        """
        Where to reach who says that it is at C{named}: there, or at the host that its packets
        come from.
        """
        if self.believable(named.host, source):
            return named
        return TransportAddress(source, named.port)

    def _isPrivate(self, host: str) -> bool:
        private = self._known.get(host)
        if private is None:
            if len(self._known) >= KNOWN_HOSTS:
                self._known.clear()
            address = ipaddress.ip_address(host)
            private = self._known[host] = any(address in each for each in self._networks)
        return private


class Reach:
    """
    How an endpoint that registers can be reached.
    """

    def __init__(self, config: TraversalConfig, dialRule: DialRule) -> None:
        """
        @param dialRule: where endpoints may have us connect to.
        """
        self._config = config
        self._dialRule = dialRule
        self.locality = Locality(config)

    def reconfigure(self, config: TraversalConfig) -> None:
        """
        Reach otherwise who registers, and whose calls begin, from now on.
        """
        self._config = config
        self.locality = Locality(config)

    def asked(self, fields: Fields) -> bool:
        """
        Whether a GRQ or RRQ asks for traversal, and there is any.
        """
        wanted = parametersOf(fields, SIGNALLING_TRAVERSAL) is not None
        return wanted and self._config.enabled

    def confirmed(self, confirmation: Fields) -> Fields:
        """
        The fields of a GCF or RCF that grants it.
        """
        return withFeature(confirmation, feature(SIGNALLING_TRAVERSAL))

    def timeToLive(self, seconds: int, traversal: bool) -> int:
        """
        How long a registration lasts that would last for C{seconds} otherwise.
        """
        return min(seconds, self._config.timeToLive) if traversal else seconds

    def signalling(
        self, named: tuple[TransportAddress, ...], source: TransportAddress, traversal: bool
    ) -> tuple[TransportAddress, ...]:
        """
        Where calls to an endpoint go.  One with traversal is never connected to, and the
        addresses it names may be those of others behind other NATs: it gets the one that is
        its own, of its RAS.  Where it may not have us connect to, no call goes.
        """
        if traversal:
            return (source,)
        reached = dict.fromkeys(self.locality.reachable(each, source.host) for each in named)
        return tuple(
            each
            for each in reached
            if self._dialRule.objection(each, source.host, "callSignalAddress") is None
        )

    def whereabouts(self, registration: Registration | None, host: str) -> Whereabouts:
        """
        Where a side of a call is.

        @param registration: its own, if it has one.
        @param host: where its packets come from.
        """
        traversal = registration is not None and registration.traversal
        config = self._config
        return Whereabouts(
            host, traversal, self.locality, config.keepAliveInterval, config.multiplex
        )


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """
    Where a side of a call is, as far as its media goes.

    @ivar host: where its signalling comes from.
    @ivar traversal: whether only it can open connections.
    @ivar keepAliveInterval: how often it is to keep its way open, seconds.
    @ivar multiplex: whether its media may share ports with that of others.
    """

    host: str
    traversal: bool
    locality: Locality
    keepAliveInterval: int
    multiplex: bool = False

    def seen(self, told: TransportAddress | None) -> TransportAddress | None:
        """
        Where it is to be looked for that says it is at C{told}.
        """
        return None if told is None else self.locality.reachable(told, self.host)

    def latching(self, told: TransportAddress | None) -> Latching:
        """
        Whether to go by where its packets come from.
        """
        if told is not None and not self.locality.believable(told.host, self.host):
            return Latching.ANY_HOST
        return Latching.OWN_HOST if self.traversal else Latching.NEVER
