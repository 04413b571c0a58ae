"""
Our own addresses, and which of them is for whom.

A machine has several: one on each network, of IPv4 and of IPv6, and perhaps one that only
others see, before a translator of addresses.  Signalling of either protocol, RAS and media
all ask here, so that a peer is told one thing by all of them, and something that it can reach.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Interface, implementer

from h323d.values.address import literalAddress

__all__ = ["WILDCARDS", "Advertised", "Home", "Homes", "IRoutes", "NoRoutes", "homeAt"]

WILDCARDS = ("0.0.0.0", "::")
_ANYBODY = ("192.0.2.1", "2001:db8::1")  # on the default route, of each family
_LOOPBACK = ("127.0.0.1", "::1")

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class IRoutes(Interface):
    """
    What the system knows of its networks.
    """

    def source(host: str) -> str:
        """
        The address of ours that packets to a literal address leave from; empty if there is no
        way there.  Nothing is sent to find it out.
        """

    def isOurs(host: str) -> bool:
        """
        Whether a literal address is one of this machine's.
        """


@implementer(IRoutes)
class NoRoutes:
    """
    A machine without networks.
    """

    def source(self, host: str) -> str:
        return ""

    def isOurs(self, host: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Home:
    """
    An address of ours, as one peer knows it.

    @ivar bind: what sockets for that peer are bound to.
    @ivar told: what the peer is told; others than we may stand there, and hand on to us.
    """

    bind: str
    told: str

    @classmethod
    def at(cls, address: str) -> Home:
        """
        Where both are one.
        """
        return cls(address, address)


@dataclass(frozen=True, slots=True)
class Advertised:
    """
    What peers of a network are told.

    @ivar address: literal.
    """

    network: _Network
    address: str


class Homes:
    """
    Finds our address towards a peer.

    @ivar binds: the addresses of listeners, the first of them first.
    @ivar main: what we call ourselves where no peer is known, as long as we run.
    """

    def __init__(self, binds: Sequence[str], routes: IRoutes) -> None:
        """
        @param binds: literal addresses, at least one.
        """
        self.binds = tuple(binds)
        self._routes = routes
        self._advertised: tuple[Advertised, ...] = ()
        self._allAdvertised: frozenset[_Address] = frozenset()
        self._ownAdvertised: frozenset[_Address] = frozenset()
        self._usual = {
            wildcard: routes.source(anybody) or loopback
            for wildcard, anybody, loopback in zip(WILDCARDS, _ANYBODY, _LOOPBACK, strict=True)
        }
        first = self.binds[0]
        self.main = Home(first, self._usual.get(first, first))
        known = (*self.binds, *(self._usual.get(bind, bind) for bind in self.binds))
        self._own = frozenset(_plain(host) for host in known)
        self._isEverywhere = any(bind in WILDCARDS for bind in self.binds)

    def advertise(self, advertised: Sequence[Advertised]) -> None:
        """
        What peers are told from now on instead of what they reach: of several networks that a
        peer is in, that of the longest prefix counts.
        """
        longestFirst = sorted(advertised, key=lambda each: -each.network.prefixlen)
        self._advertised = tuple(longestFirst)
        self._allAdvertised = frozenset(_plain(each.address) for each in advertised)
        self._ownAdvertised = frozenset(
            _plain(each.address) for each in advertised if self._routes.isOurs(each.address)
        )

    def towards(self, peer: str, local: str = "") -> Home:
        """
        Our address for a peer.

        @param peer: a literal address.
        @param local: the address by which it reached us, if it did.
        """
        if not local or local in WILDCARDS:
            local = self._reaching(peer)
        told = self._toldTo(peer) if self._advertised else ""
        if not told:
            return Home(local, self._usual.get(local, local))
        return Home(told if _plain(told) in self._ownAdvertised else local, told)

    def owns(self, host: str) -> bool:
        """
        Whether a literal address is one of ours, or stands for one of ours.
        """
        address = _plain(host)
        return address in self._allAdvertised or self._has(address)

    def isHere(self, host: str) -> bool:
        """
        Whether a literal address is one of this machine's, as far as we know: what is bound,
        and where that is all, whatever it has.
        """
        return self._has(_plain(host))

    def _has(self, address: _Address) -> bool:
        if address in self._own or address in self._ownAdvertised:
            return True
        return self._isEverywhere and self._routes.isOurs(str(address))

    def _reaching(self, peer: str) -> str:
        isIPv6 = ":" in peer
        binds = [bind for bind in self.binds if (":" in bind) == isIPv6] or list(self.binds)
        if len(binds) == 1 and binds[0] not in WILDCARDS:
            return binds[0]
        source = self._routes.source(peer)
        if source and (source in binds or any(bind in WILDCARDS for bind in binds)):
            return source
        return binds[0]

    def _toldTo(self, peer: str) -> str:
        address = _plain(peer)
        for each in self._advertised:
            if each.network.version == address.version and address in each.network:
                return each.address
        return ""


def _plain(host: str) -> _Address:
    """
    An address; of an IPv4 one within IPv6, the IPv4 one.
    """
    address = literalAddress(host)
    return getattr(address, "ipv4_mapped", None) or address


def homeAt(address: str) -> Homes:
    """
    The addresses of who has one alone.

    @param address: literal, and no wildcard.
    """
    return Homes((address,), NoRoutes())
